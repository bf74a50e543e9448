"""The roll-call: what each button does, and what it must never do."""

from dataclasses import dataclass

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from activities.forms.roll import RollField, RollRow, count, fill_roll
from activities.models.lecture import AttendanceStatus

WANG, LI, ZHANG = 1, 2, 3
LEAVE = {str(LI): "on_leave"}


@dataclass(frozen=True)
class Person:
    """As much of a member as a roll needs."""

    pk: int
    name: str
    note: str = ""

    def __str__(self):
        return self.name


ROSTER = [Person(WANG, "王建国"), Person(LI, "李秀英"), Person(ZHANG, "张伟")]


def filled(statuses=None, /, *, members=ROSTER, **how):
    return fill_roll(members, statuses or {}, **how)


def test_all_present_marks_everybody_and_leaves_leave_alone():
    roll = filled({str(LI): "on_leave", str(ZHANG): "absent"}, mark="present")

    assert roll.statuses == {
        str(WANG): "present",
        str(LI): "on_leave",
        str(ZHANG): "present",
    }


def test_the_rest_absent_marks_only_who_has_no_answer():
    roll = filled({str(WANG): "present", str(LI): "on_leave"}, mark="absent")

    assert roll.statuses == {
        str(WANG): "present",
        str(LI): "on_leave",
        str(ZHANG): "absent",
    }


def test_as_last_time_copies_no_leave():
    last = {WANG: "present", LI: "on_leave", ZHANG: "absent"}

    roll = filled(mark="last", last=last)

    assert roll.statuses == {str(WANG): "present", str(ZHANG): "absent"}


def test_as_last_time_leaves_leave_of_today_alone():
    roll = filled(LEAVE, mark="last", last={WANG: "absent", LI: "present"})

    assert roll.statuses == {str(WANG): "absent", str(LI): "on_leave"}


def test_as_last_time_names_nobody_who_is_not_on_the_roster():
    roll = filled(mark="last", last={99: "present", WANG: "present"})

    assert roll.statuses == {str(WANG): "present"}


@pytest.mark.parametrize("last", [None, {}])
def test_as_last_time_without_a_last_time_changes_nothing(last):
    assert filled(LEAVE, mark="last", last=last).statuses == LEAVE


def test_clear_takes_leave_too():
    assert filled(LEAVE, mark="clear").statuses == {}


@pytest.mark.parametrize("mark", ["", "everybody", "on_leave", "\0", "match"])
def test_a_button_that_nobody_made_changes_nothing(mark):
    assert filled(LEAVE, mark=mark, last={WANG: "present"}).statuses == LEAVE


def test_what_was_given_is_not_changed():
    given = dict(LEAVE)

    filled(given, mark="present")

    assert given == LEAVE


# A suggestion that was taken.


@pytest.mark.parametrize("status", AttendanceStatus.values)
def test_accepted_suggestion_is_marked(status):
    roll = filled(accept=f"{WANG}:{status}")

    assert roll.statuses == {str(WANG): status}


def test_accepted_suggestion_is_a_choice_so_it_changes_leave():
    assert filled(LEAVE, accept=f"{LI}:present").statuses == {str(LI): "present"}


@pytest.mark.parametrize(
    "accept",
    ["", ":", "99:present", f"{WANG}", f"{WANG}:", f"{WANG}:asleep", "x:present"],
)
def test_accepted_stranger_or_status_is_left_out(accept):
    assert filled(LEAVE, accept=accept).statuses == LEAVE


# A pasted list.

TWINS = [*ROSTER, Person(4, "陈军", "甲公司"), Person(5, "陈军", "乙公司")]


def names(choices):
    return [
        (choice.entry.name, [candidate.member.pk for candidate in choice.candidates])
        for choice in choices
    ]


def test_pasted_list_gives_each_name_its_place():
    pasted = "王建国、李秀英请假、陈军、章伟、赵六、王建国"

    roll = filled(members=TWINS, mark="match", pasted=pasted)

    assert roll.statuses == {str(WANG): "present", str(LI): "on_leave"}
    matching = roll.matching
    assert [match.member.pk for match in matching.matched] == [WANG, LI]
    assert names(matching.ambiguous) == [("陈军", [4, 5])]
    assert names(matching.suggestions) == [("章伟", [ZHANG])]
    assert [entry.name for entry in matching.unmatched] == ["赵六"]
    assert [entry.name for entry in matching.repeated] == ["王建国"]
    assert roll.kept_on_leave == []


def test_pasted_list_keeps_leave_and_says_whose():
    roll = filled(LEAVE, mark="match", pasted="李秀英\n王建国")

    assert roll.statuses == {str(LI): "on_leave", str(WANG): "present"}
    assert [person.pk for person in roll.kept_on_leave] == [LI]


def test_pasted_leave_and_absence_replace_presence():
    before = {str(WANG): "present", str(LI): "present"}

    roll = filled(before, mark="match", pasted="请假：王建国\n缺席：李秀英")

    assert roll.statuses == {str(WANG): "on_leave", str(LI): "absent"}


def test_pasted_guests_are_counted_and_nobody_is_added():
    roll = filled(mark="match", pasted="1. 王建国+2\n2. 李秀英带1人\n3. 钱七")

    assert roll.guests == 3
    assert set(roll.statuses) == {str(WANG), str(LI)}


def test_pasted_list_is_only_laid_beside_the_roster_without_its_button():
    roll = filled(mark="present", pasted="赵六\n缺席：王建国")

    assert roll.statuses == dict.fromkeys(map(str, [WANG, LI, ZHANG]), "present")
    assert [match.member.pk for match in roll.matching.matched] == [WANG]


@pytest.mark.parametrize("pasted", ["", " \n\u3000\t"])
def test_pasted_blanks_are_no_list(pasted):
    assert filled(LEAVE, mark="match", pasted=pasted).matching is None


def test_pasted_list_that_is_too_long_says_so():
    with pytest.raises(ValidationError, match="最多 20000 个，请分几次粘贴。"):
        filled(mark="match", pasted="王" * 20_001)


def test_pasted_list_for_an_empty_roster_matches_nobody():
    roll = filled(members=[], mark="match", pasted="王建国")

    assert roll.statuses == {}
    assert [entry.name for entry in roll.matching.unmatched] == ["王建国"]


# The field of the form.


@pytest.fixture
def field():
    field = RollField()
    field.error_messages["invalid_choice"] = "所选到会名单无效，请重新选择。"
    field.members = ROSTER
    return field


def test_field_reads_what_a_page_sends(field):
    data = QueryDict("roll-1=present&roll-2=&roll-3=absent&topic=x&roll=y")

    value = field.widget.value_from_datadict(data, {}, "roll")

    assert value == {"1": "present", "3": "absent"}


def test_field_cleans_to_members_and_statuses(field):
    cleaned = field.clean({"1": "present", "2": "on_leave"})

    assert cleaned == {
        WANG: AttendanceStatus.PRESENT,
        LI: AttendanceStatus.ON_LEAVE,
    }


@pytest.mark.parametrize("value", [None, {}])
def test_field_without_answers_is_an_empty_roll(field, value):
    assert field.clean(value) == {}


@pytest.mark.parametrize(
    "value",
    [
        {"99": "present"},
        {"1": "asleep"},
        {"1": "present", "x": "present"},
        {"\uff11": "present"},
        {" 1": "present"},
        {"9" * 30: "present"},
        {"": "present"},
    ],
)
def test_field_refuses_an_unknown_member_or_status(field, value):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)

    assert caught.value.messages == ["所选到会名单无效，请重新选择。"]


def test_field_shows_a_row_for_each_member(field):
    rows = field.rows({LI: "on_leave", "1": "present"})

    assert rows == [
        RollRow(ROSTER[0], "present"),
        RollRow(ROSTER[1], "on_leave"),
        RollRow(ROSTER[2], ""),
    ]
    assert [row.name for row in rows] == ["roll-1", "roll-2", "roll-3"]


def test_count_names_every_status():
    assert count(["present", "present", "absent"]) == {
        "present": 2,
        "on_leave": 0,
        "absent": 1,
    }
