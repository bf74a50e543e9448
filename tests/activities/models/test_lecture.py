"""The rules of lectures; one small function breaks each of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Attendance, Issue, Lecture
from activities.models.lecture import (
    CLOSED_ERROR,
    CONTENT_COLUMNS,
    EDITABLE_STATES,
    MAX_PEOPLE,
    TRANSITIONS,
    LectureState,
)
from tests.factories.activities import (
    AttendanceFactory,
    IssueFactory,
    LectureFactory,
    PhotoFactory,
    SeriesFactory,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db

STARTS = [LectureState.DRAFT]  # where a new record may begin
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
    ways = [[start] for start in STARTS]
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
        }
        | fields
    )


def lecture_in(state, **fields):
    """Return a record that came to a state through its legal steps."""
    first, *steps = way_to(state)
    lecture = complete(state=first, **fields)
    for step in steps:
        Lecture.objects.filter(pk=lecture.pk).update(state=step)
    lecture.refresh_from_db()
    return lecture


# Constraints.


def kind_valid():
    return changed(complete(), kind="party")


def lecturer_role_valid():
    return changed(complete(), lecturer_role="stranger")


def state_valid():
    return changed(complete(), state="lost")


def ends_after_start():
    lecture = complete()
    return changed(lecture, ended_at=lecture.started_at)


def present_within_expected():
    return changed(complete(), expected=17, present=18)


def attendance_adds_up():
    return changed(complete(), expected=20, present=18, on_leave=1)


def people_limited():
    return changed(complete(), guests=MAX_PEOPLE + 1)


def held_before_submitted():
    now = timezone.now()
    return changed(
        lecture_in(LectureState.DRAFT),
        state=LectureState.SUBMITTED,
        started_at=now + timedelta(hours=1),
        submitted_at=now,
    )


def return_has_reason():
    return changed(
        lecture_in(LectureState.SUBMITTED),
        state=LectureState.RETURNED,
        return_reason="",
    )


def review_is_signed():
    return changed(
        lecture_in(LectureState.SUBMITTED),
        state=LectureState.ACCEPTED,
        reviewed_by=None,
        reviewed_at=None,
    )


def not_own_review():
    lecture = lecture_in(LectureState.SUBMITTED)
    return changed(
        lecture, state=LectureState.ACCEPTED, reviewed_by=lecture.submitted_by
    )


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


RULES_OF_LECTURE = [
    kind_valid,
    lecturer_role_valid,
    state_valid,
    ends_after_start,
    present_within_expected,
    attendance_adds_up,
    people_limited,
    held_before_submitted,
    return_has_reason,
    review_is_signed,
    not_own_review,
]
CONSTRAINTS = {
    f"activities_lecture_{rule.__name__}": rule for rule in RULES_OF_LECTURE
} | {
    "activities_issue_number_unique": an_issue_again,
    "activities_attendance_status_valid": a_status_of_no_roll,
    "activities_attendance_once": a_name_twice_on_the_roll,
    "activities_photo_once": a_photo_twice,
}
# A trigger sees the row before the constraint does.
ANSWERED_BY = {
    "activities_lecture_state_valid": "记录的状态已经改变，不能这样操作。",
    "activities_issue_number_unique": "期数必须连续，不能跳号。",
}


# Triggers.


def begins_as_draft():
    complete(state=LectureState.ACCEPTED)


def legal_step():
    lecture = lecture_in(LectureState.DRAFT)
    Lecture.objects.filter(pk=lecture.pk).update(state=LectureState.ACCEPTED)


def content_is_closed():
    lecture = lecture_in(LectureState.SUBMITTED)
    changed(lecture, topic="另一讲").save()


def only_drafts_go():
    lecture_in(LectureState.SUBMITTED).delete()


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
    Lecture.objects.update(state=LectureState.SUBMITTED)
    attendance.delete()


TRIGGERS = {
    "activities_lecture.begins_as_draft": begins_as_draft,
    "activities_lecture.legal_step": legal_step,
    "activities_lecture.content_is_closed": content_is_closed,
    "activities_lecture.only_drafts_go": only_drafts_go,
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
    assert message == "记录的状态已经改变，不能这样操作。"
    assert rows.get().state == old


@pytest.mark.parametrize(("old", "new"), LEGAL_STEPS)
def test_lecture_step_of_the_table_is_taken(old, new):
    lecture = lecture_in(old)

    changed(lecture, state=new).save()

    lecture.refresh_from_db()
    assert lecture.state == new


@pytest.mark.parametrize("state", [s for s in LectureState if s not in STARTS])
def test_lecture_that_begins_elsewhere_is_refused(state):
    error = refused(lambda: complete(state=state))

    assert error.__cause__.diag.message_primary == "新的讲课记录须从草稿开始。"


OTHER_CONTENT = {
    "kind": lambda: "hall",
    "issue_id": lambda: IssueFactory().pk,
    "topic": lambda: "另一讲",
    "chamber_id": lambda: ChamberFactory().pk,
    "branch_id": lambda: BranchFactory().pk,
    "started_at": lambda: timezone.now() - timedelta(days=9),
    "ended_at": timezone.now,
    "venue": lambda: "别处",
    "lecturer_name": lambda: "别人",
    "lecturer_role": lambda: "expert",
    "expected": lambda: 18,
    "present": lambda: 19,
    "on_leave": lambda: 1,
    "absent": lambda: 1,
    "guests": lambda: 1,
    "content": lambda: "别的内容",
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


@pytest.mark.parametrize("state", [s for s in LectureState if s not in STARTS])
def test_lecture_that_is_no_draft_is_not_deleted(state):
    lecture = lecture_in(state)

    error = refused(Lecture.objects.filter(pk=lecture.pk).delete)

    assert error.__cause__.diag.message_primary == "只有草稿可以删除。"


def test_lecture_is_reviewed_by_another_account_also_when_it_is_returned():
    lecture = lecture_in(LectureState.SUBMITTED)
    own = changed(
        lecture, state=LectureState.RETURNED, reviewed_by=lecture.submitted_by
    )

    assert "activities_lecture_not_own_review" in str(refused(own.save))


@pytest.mark.parametrize("field", ["expected", "present", "guests"])
def test_lecture_people_have_a_limit(field):
    assert_constraint_is_kept(
        "activities_lecture_people_limited",
        lambda: changed(LectureFactory(), **{field: MAX_PEOPLE + 1}),
    )


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
