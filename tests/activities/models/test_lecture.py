"""The rules of lectures; one small function breaks each of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Attendance, Issue, Lecture, LectureStep
from activities.models.lecture import (
    CLOSED_ERROR,
    CONTENT_COLUMNS,
    EDITABLE_STATES,
    FIRST_STATES,
    MAX_PEOPLE,
    PUBLIC_STATES,
    TRANSITIONS,
    LectureState,
)
from tests.factories.activities import (
    AttendanceFactory,
    CourseFactory,
    IssueFactory,
    LectureFactory,
    LectureStepFactory,
    PhotoFactory,
    SeriesFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    new_step,
    refused,
    stepped,
)

pytestmark = pytest.mark.django_db
NO_STEP = "该记录的状态已经改变，或不能越级办理。"

CLOSED_STATES = [state for state in LectureState if state not in EDITABLE_STATES]
ILLEGAL_STEPS = [
    (old, new)
    for old in LectureState
    for new in LectureState
    if new != old and new not in TRANSITIONS[old]
]
LEGAL_STEPS = [(old, new) for old, news in TRANSITIONS.items() for new in news]


def way_to(state):
    """Return the states that a record passes to get here, the first one first."""
    ways = [[start] for start in FIRST_STATES]
    for way in ways:
        if way[-1] == state:
            return way
        ways += [[*way, new] for new in TRANSITIONS[way[-1]] if new not in way]
    raise LookupError(state)


def complete(**fields):
    """Return a first record with all that any later state asks for."""
    return LectureFactory(
        **{
            "submitted_by": UserFactory(),
            "submitted_at": timezone.now(),
            "reviewed_by": UserFactory(),
            "reviewed_at": timezone.now(),
            "return_reason": "人数与签到表不符。",
            "cancel_reason": "主讲人出差。",
        }
        | fields
    )


def correction_of(lecture, **fields):
    return complete(corrects=lecture, correction_reason="多记一人。", **fields)


def lecture_in(state, **fields):
    """Return a record that came to a state through its legal steps."""
    first, *steps = way_to(state)
    lecture = complete(state=first, **fields)
    for step in steps:
        if step == LectureState.SUPERSEDED:
            correction_of(lecture)
        in_next(lecture, step).save()
    lecture.refresh_from_db()
    return lecture


def in_next(lecture, state):
    return stepped(lecture, state, reason="见说明。")


# Constraints.


def kind_valid():
    return changed(complete(), kind="party")


def lecturer_role_valid():
    return changed(complete(), lecturer_role="stranger")


def theme_valid():
    return changed(complete(), theme="shout")


def organiser_valid():
    return changed(complete(), organiser="nobody")


def attendance_basis_valid():
    return changed(complete(), attendance_basis="guess")


def state_valid():
    return changed(complete(), state="lost")


def ends_after_start():
    lecture = complete()
    return changed(lecture, ended_at=lecture.started_at)


def present_within_expected():
    return changed(complete(), expected=17, present=18)


def attendance_adds_up():
    return changed(complete(), expected=20, present=18, on_leave=1)


def expected_limited():
    many = MAX_PEOPLE + 1
    return changed(complete(), expected=many, present=18, absent=many - 18)


def present_limited():
    return changed(complete(), present=MAX_PEOPLE + 1)


def guests_limited():
    return changed(complete(), guests=MAX_PEOPLE + 1)


def organiser_named():
    return changed(complete(), chamber=None)


def record_complete():
    return changed(complete(), venue="")


def cancel_has_reason():
    plan = lecture_in(LectureState.PLANNED)
    return changed(in_next(plan, LectureState.CANCELLED), cancel_reason="")


def correction_has_reason():
    return changed(complete(), corrects=lecture_in(LectureState.ACCEPTED))


def return_fields_known():
    return changed(complete(), return_fields=["present", "state"])


def held_before_submitted():
    now = timezone.now()
    return changed(
        in_next(lecture_in(LectureState.DRAFT), LectureState.SUBMITTED),
        started_at=now + timedelta(hours=1),
        submitted_at=now,
    )


def return_has_reason():
    waiting = lecture_in(LectureState.SUBMITTED)
    return changed(in_next(waiting, LectureState.RETURNED), return_reason="")


def review_is_signed():
    return changed(
        in_next(lecture_in(LectureState.SUBMITTED), LectureState.ACCEPTED),
        reviewed_by=None,
        reviewed_at=None,
    )


def not_own_review():
    lecture = in_next(lecture_in(LectureState.SUBMITTED), LectureState.ACCEPTED)
    return changed(lecture, reviewed_by=lecture.submitted_by)


def an_issue_again():
    first = IssueFactory(number=1)
    return Issue(series=first.series, number=1)


def a_status_of_no_roll():
    return changed(AttendanceFactory(), status="asleep")


def a_name_twice_on_the_roll():
    first = AttendanceFactory()
    return changed(AttendanceFactory(lecture=first.lecture), member=first.member)


def a_photo_twice():
    first = PhotoFactory()
    return changed(PhotoFactory(lecture=first.lecture), sha256=first.sha256)


def a_photo_of_no_kind():
    return changed(PhotoFactory(), kind="drawing")


def a_public_scan():
    return changed(PhotoFactory(), kind="scan", is_public=True)


RULES_OF_LECTURE = [
    kind_valid,
    lecturer_role_valid,
    theme_valid,
    organiser_valid,
    attendance_basis_valid,
    state_valid,
    ends_after_start,
    present_within_expected,
    attendance_adds_up,
    expected_limited,
    present_limited,
    guests_limited,
    organiser_named,
    record_complete,
    cancel_has_reason,
    correction_has_reason,
    return_fields_known,
    held_before_submitted,
    return_has_reason,
    review_is_signed,
    not_own_review,
]
CONSTRAINTS = {
    f"activities_lecture_{rule.__name__}": rule for rule in RULES_OF_LECTURE
} | {
    "activities_lecturestep_before_valid": lambda: new_step(
        LectureStepFactory(), before="lost"
    ),
    "activities_lecturestep_state_valid": lambda: new_step(
        LectureStepFactory(), state="lost"
    ),
    "activities_lecturestep_number_unique": lambda: new_step(
        LectureStepFactory(), number=2
    ),
    "activities_lecturestep_reason_given": lambda: new_step(
        LectureStepFactory(), state="cancelled"
    ),
    "activities_issue_number_unique": an_issue_again,
    "activities_attendance_status_valid": a_status_of_no_roll,
    "activities_attendance_once": a_name_twice_on_the_roll,
    "activities_photo_once": a_photo_twice,
    "activities_photo_kind_valid": a_photo_of_no_kind,
    "activities_photo_scan_is_internal": a_public_scan,
}
# A trigger sees the row before the constraint does, and a constraint before the
# ones behind it in the alphabet that the same row breaks too.
ANSWERED_BY = {
    "activities_lecture_organiser_valid": "商会主办须选择商会，党组织主办须选择党组织；"
    "县工商联主办的不选商会。",
    "activities_lecture_present_within_expected": "应到人数应等于实到、请假、缺席之和，"
    "请核对。",
    "activities_lecture_state_valid": NO_STEP,
    "activities_issue_number_unique": "期数必须连续，不能跳号。",
}


# Triggers.


def begins_at_first():
    complete(state=LectureState.ACCEPTED)


def legal_step():
    in_next(lecture_in(LectureState.DRAFT), LectureState.ACCEPTED).save()


def step_is_written():
    lecture = lecture_in(LectureState.DRAFT)
    changed(lecture, state=LectureState.SUBMITTED, version=2).save()


def content_is_closed():
    lecture = lecture_in(LectureState.SUBMITTED)
    changed(lecture, topic="另一讲").save()


def only_drafts_go():
    lecture_in(LectureState.SUBMITTED).delete()


def numbers_are_the_roll():
    lecture = complete(attendance_basis="names", present=1)
    in_next(lecture, LectureState.SUBMITTED).save()


def correction_follows():
    correction_of(lecture_in(LectureState.SUBMITTED))


def superseded_by_correction():
    in_next(lecture_in(LectureState.ACCEPTED), LectureState.SUPERSEDED).save()


def number_follows():
    Issue.objects.bulk_create([Issue(series=SeriesFactory(), number=2)])


def number_stays():
    changed(IssueFactory(number=1), number=2).save()


def last_goes_first():
    first = IssueFactory(number=1)
    IssueFactory(series=first.series, number=2)
    first.delete()


def roll_is_closed():
    AttendanceFactory(lecture=lecture_in(LectureState.SUBMITTED))


def roll_stays():
    attendance = AttendanceFactory(lecture=complete())
    in_next(attendance.lecture, LectureState.SUBMITTED).save()
    attendance.delete()


def own_review():
    lecture = lecture_in(LectureState.SUBMITTED)
    new_step(
        LectureStepFactory(lecture=lecture, number=9),
        state="accepted",
        number=10,
        by=lecture.created_by,
    ).save()


def step_without_its_lecture():
    step = LectureStepFactory()
    LectureStep.objects.filter(pk=step.pk)._raw_delete("default")


TRIGGERS = {
    "activities_lecture.begins_at_first": begins_at_first,
    "activities_lecture.legal_step": legal_step,
    "activities_lecture.step_is_written": step_is_written,
    "activities_lecturestep.not_own_review": own_review,
    "activities_lecturestep.is_signed": lambda: new_step(
        LectureStepFactory(), by=None
    ).save(),
    "activities_lecturestep.step_stays": lambda: changed(
        LectureStepFactory(), reason="另一原因"
    ).save(),
    "activities_lecturestep.goes_with_its_row": step_without_its_lecture,
    "activities_lecture.content_is_closed": content_is_closed,
    "activities_lecture.only_drafts_go": only_drafts_go,
    "activities_lecture.numbers_are_the_roll": numbers_are_the_roll,
    "activities_lecture.correction_follows": correction_follows,
    "activities_lecture.superseded_by_correction": superseded_by_correction,
    "activities_issue.number_follows": number_follows,
    "activities_issue.number_stays": number_stays,
    "activities_issue.last_goes_first": last_goes_first,
    "activities_attendance.roll_is_closed": roll_is_closed,
    "activities_attendance.roll_stays": roll_stays,
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_lecture_constraint_is_kept(name):
    assert_constraint_is_kept(
        name, CONSTRAINTS[name], answered_by=ANSWERED_BY.get(name)
    )


@pytest.mark.parametrize("name", TRIGGERS)
def test_lecture_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize(("old", "new"), ILLEGAL_STEPS)
def test_lecture_step_outside_the_table_is_refused(old, new):
    lecture = lecture_in(old)
    rows = Lecture.objects.filter(pk=lecture.pk)

    error = refused(lambda: rows.update(state=new))

    message = error.__cause__.diag.message_primary
    assert message == NO_STEP
    assert rows.get().state == old


@pytest.mark.parametrize(("old", "new"), LEGAL_STEPS)
def test_lecture_step_of_the_table_is_taken(old, new):
    lecture = lecture_in(old)
    if new == LectureState.SUPERSEDED:
        correction_of(lecture)

    in_next(lecture, new).save()

    lecture.refresh_from_db()
    assert lecture.state == new


@pytest.mark.parametrize("state", [s for s in LectureState if s not in FIRST_STATES])
def test_lecture_that_begins_elsewhere_is_refused(state):
    error = refused(lambda: complete(state=state))

    message = error.__cause__.diag.message_primary
    assert message == "新的记录须从第一个状态开始。"


OTHER_CONTENT = {
    "kind": lambda: "hall",
    "theme": lambda: "lead",
    "issue_id": lambda: IssueFactory().pk,
    "topic": lambda: "另一讲",
    "organiser": lambda: "branch",
    "chamber_id": lambda: ChamberFactory().pk,
    "branch_id": lambda: BranchFactory().pk,
    "course_id": lambda: CourseFactory().pk,
    "site_id": lambda: SiteFactory().pk,
    "started_at": lambda: timezone.now() - timedelta(days=9),
    "ended_at": timezone.now,
    "venue": lambda: "别处",
    "lecturer_name": lambda: "别人",
    "lecturer_role": lambda: "expert",
    "host_name": lambda: "别人",
    "recorder_name": lambda: "别人",
    "attendance_basis": lambda: "names",
    "expected": lambda: 18,
    "present": lambda: 19,
    "on_leave": lambda: 1,
    "absent": lambda: 1,
    "guests": lambda: 1,
    "content": lambda: "别的内容",
    "decision": lambda: "别的决议",
    "public_summary": lambda: "别的简介",
}


@pytest.mark.parametrize("column", CONTENT_COLUMNS)
def test_lecture_under_review_keeps_each_column(column):
    lecture = lecture_in(LectureState.SUBMITTED)
    rows = Lecture.objects.filter(pk=lecture.pk)
    value = OTHER_CONTENT[column]()

    error = refused(lambda: rows.update(**{column: value}))

    assert error.__cause__.diag.message_primary == CLOSED_ERROR


@pytest.mark.parametrize("state", CLOSED_STATES)
def test_lecture_that_is_closed_keeps_its_content(state):
    rows = Lecture.objects.filter(pk=lecture_in(state).pk)

    error = refused(lambda: rows.update(present=19))

    assert error.__cause__.diag.message_primary == CLOSED_ERROR


@pytest.mark.parametrize("state", EDITABLE_STATES)
def test_lecture_that_is_open_takes_new_content(state):
    lecture = lecture_in(state)

    changed(lecture, present=19).save()

    lecture.refresh_from_db()
    assert lecture.present == 19


@pytest.mark.parametrize("state", [s for s in LectureState if s not in FIRST_STATES])
def test_lecture_that_is_no_draft_is_not_deleted(state):
    lecture = lecture_in(state)

    rows = Lecture.objects.filter(pk=lecture.pk)

    error = refused(lambda: rows._raw_delete("default"))

    assert error.__cause__.diag.message_primary == "只有计划和草稿可以删除。"


def test_lecture_is_reviewed_by_another_account_also_when_it_is_returned():
    lecture = lecture_in(LectureState.SUBMITTED)
    own = changed(
        in_next(lecture, LectureState.RETURNED), reviewed_by=lecture.submitted_by
    )

    assert "activities_lecture_not_own_review" in str(refused(own.save))


@pytest.mark.parametrize(
    "fields",
    [
        {"organiser": "chamber", "chamber": None},
        {"organiser": "branch", "branch": None},
        {"organiser": "federation"},
    ],
)
def test_lecture_names_who_held_it(fields):
    assert_constraint_is_kept(
        "activities_lecture_organiser_named", lambda: changed(complete(), **fields)
    )


def test_lecture_of_the_federation_has_no_chamber():
    lecture = complete(organiser="federation", chamber=None)

    assert lecture.organiser_name == "县工商联"


@pytest.mark.parametrize(
    "field", ["venue", "lecturer_name", "lecturer_role", "present"]
)
def test_plan_may_lack_what_a_record_needs(field):
    missing = {field: None if field == "present" else ""}
    plan = complete(state=LectureState.PLANNED, **missing)

    assert_constraint_is_kept(
        "activities_lecture_record_complete",
        lambda: in_next(plan, LectureState.DRAFT),
    )


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        ({"attendance_basis": "names", "present": 1}, ["absent"]),
        ({"attendance_basis": "names", "present": 1}, ["present", "on_leave"]),
        ({"attendance_basis": "names", "present": 1}, ["present", "absent"]),
        ({"attendance_basis": "both", "present": 1}, ["present", "present"]),
    ],
)
def test_lecture_is_not_submitted_with_numbers_beside_its_roll(fields, statuses):
    lecture = complete(**fields)
    for status in statuses:
        AttendanceFactory(lecture=lecture, status=status)

    error = refused(in_next(lecture, LectureState.SUBMITTED).save)

    message = error.__cause__.diag.message_primary
    assert message == "人数与名单不一致，请核对后再提交。"


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        (
            {"attendance_basis": "names", "present": 1, "on_leave": 1, "absent": 1},
            ["present", "on_leave", "absent"],
        ),
        ({"attendance_basis": "both", "present": 3}, ["present", "absent"]),
        ({"attendance_basis": "numbers", "present": 3}, []),
    ],
)
def test_lecture_is_submitted_when_its_roll_agrees(fields, statuses):
    lecture = complete(**fields)
    for status in statuses:
        AttendanceFactory(lecture=lecture, status=status)

    in_next(lecture, LectureState.SUBMITTED).save()

    lecture.refresh_from_db()
    assert lecture.state == LectureState.SUBMITTED


@pytest.mark.parametrize("state", [s for s in LectureState if s not in PUBLIC_STATES])
def test_lecture_that_does_not_count_is_not_corrected(state):
    lecture = lecture_in(state)
    other = complete()
    rows = Lecture.objects.filter(pk=other.pk)

    error = refused(lambda: rows.update(corrects=lecture, correction_reason="有误"))

    message = error.__cause__.diag.message_primary
    assert message == "只有通过或归档的记录可以更正。"


@pytest.mark.parametrize("state", PUBLIC_STATES)
def test_lecture_that_counts_is_corrected_once(state):
    lecture = lecture_in(state)
    correction_of(lecture)

    error = refused(lambda: correction_of(lecture))

    assert "corrects_id" in error.__cause__.diag.constraint_name


def test_correction_goes_on_after_its_record_was_superseded():
    lecture = lecture_in(LectureState.SUPERSEDED)

    changed(lecture.correction, present=17).save()

    lecture.correction.refresh_from_db()
    assert lecture.correction.present == 17


def test_roll_does_not_move_to_a_closed_lecture():
    attendance = AttendanceFactory()
    closed = lecture_in(LectureState.SUBMITTED)
    rows = Attendance.objects.filter(pk=attendance.pk)

    assert CLOSED_ERROR in str(refused(lambda: rows.update(lecture=closed)))


def test_draft_goes_with_its_roll_and_photos():
    lecture = LectureFactory()
    AttendanceFactory(lecture=lecture)
    PhotoFactory(lecture=lecture)

    lecture.delete()

    assert not Lecture.objects.exists()
    assert not Attendance.objects.exists()


def test_issues_are_numbered_from_one_in_each_series():
    first, second = SeriesFactory.create_batch(2)

    numbers = [IssueFactory(series=first, number=n).number for n in (1, 2, 3)]
    IssueFactory(series=second, number=1)

    assert numbers == [1, 2, 3]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_issue_that_leaves_a_gap_is_refused(number):
    series = IssueFactory(number=1).series

    error = refused(lambda: IssueFactory(series=series, number=number))

    assert error.__cause__.diag.message_primary == "期数必须连续，不能跳号。"
