"""What happens to a lecture: planned, recorded, submitted, reviewed, archived."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from activities.models import Attendance, Issue, Lecture, Series
from activities.models.lecture import (
    CLOSED_ERROR,
    CONTENT_FIELDS,
    EDITABLE_STATES,
    FIRST_STATES,
    PUBLIC_STATES,
    AttendanceBasis,
    AttendanceStatus,
    LectureState,
    PhotoKind,
)
from activities.services.photo import add_photos, remove_photo
from chambers.models import User
from chambers.rights import may_review
from redleader.records import steps
from redleader.records.editing import next_version
from redleader.records.history import differing

# Who was there, by the key of a member of the roster.
Roll = Mapping[int, str]


def next_number(series: Series) -> int:
    """Return the number that the next issue of a series will have."""
    latest = series.issues.aggregate(latest=Max("number"))["latest"]
    return (latest or 0) + 1


def open_issue(series: Series, *, number: int) -> Issue:
    """Begin a new issue, if its number is still the next one."""
    series = Series.objects.select_for_update().get(pk=series.pk)
    expected = next_number(series)
    if number != expected:
        raise ValidationError(
            f"第 {number} 期刚刚已由他人登记。"
            f"请改选“第 {expected} 期（新一期）”，或归入第 {number} 期。",
            code="issue_taken",
        )
    issue = Issue(series=series, number=number)
    issue.full_clean()
    issue.save()
    return issue


@transaction.atomic
def save_lecture(
    lecture: Lecture,
    *,
    user: User,
    version: int | None = None,
    new_issue: tuple[Series, int] | None = None,
    roll: Roll | None = None,
    photos: Iterable[UploadedFile] = (),
) -> Lecture:
    """Save a new or changed draft with its issue, roll and photos, or nothing.

    ``version`` is the one the form was opened with. A ``roll`` of None leaves the
    names as they are. A plan that is saved so has become a record. Raises
    EditConflictError when the record has moved on, and ValidationError when it is
    closed, a double, or its issue is taken.
    """
    stored = begin_edit(lecture, user=user, version=version)
    lecture.state = stored.state if stored else LectureState.DRAFT
    if lecture.state == LectureState.PLANNED:
        steps.write_step(lecture, to=LectureState.DRAFT, user=user)
    left_issue = None
    if stored and stored.issue_id and stored.issue_id != lecture.issue_id:
        left_issue = stored.issue
    if new_issue:
        series, number = new_issue
        lecture.issue = open_issue(series, number=number)
    if roll is not None:
        count_roll(lecture, roll)
    lecture.full_clean()
    lecture.save()
    if left_issue:
        drop_empty_issue(left_issue)
    if roll is not None:
        set_roll(lecture, roll)
    add_photos(lecture, photos)
    return lecture


@transaction.atomic
def save_plan(lecture: Lecture, *, user: User, version: int | None = None) -> Lecture:
    """Save a new or changed plan; raises as ``save_lecture`` does."""
    stored = begin_edit(lecture, user=user, version=version)
    if stored and stored.state != LectureState.PLANNED:
        raise ValidationError("该计划已经登记为记录，请在记录中修改。", code="closed")
    lecture.state = LectureState.PLANNED
    lecture.full_clean()
    lecture.save()
    return lecture


def begin_edit(lecture: Lecture, *, user: User, version: int | None) -> Lecture | None:
    """Return the stored row, locked and open; nothing for a new one."""
    stored = None
    if lecture.pk:
        stored = next_version(lecture, version)
        if stored.state not in EDITABLE_STATES:
            raise ValidationError(CLOSED_ERROR, code="closed")
    else:
        lecture.created_by = user
    refuse_double(lecture)
    return stored


def refuse_double(lecture: Lecture) -> None:
    """Refuse a second record of one topic on one day in one chamber."""
    day = timezone.localtime(lecture.started_at).date()
    doubles = Lecture.objects.filter(
        chamber=lecture.chamber,
        branch=lecture.branch,
        topic=lecture.topic,
        started_at__date=day,
    ).exclude(pk__in=[lecture.pk, lecture.corrects_id])
    gone = [LectureState.CANCELLED, LectureState.SUPERSEDED]
    double = doubles.exclude(state__in=gone).first()
    if double:
        raise ValidationError(
            {
                "topic": ValidationError(
                    f"已有同日同题的讲课记录（编号 {double.pk}），请核对后再保存。",
                    code="double",
                    params={"pk": double.pk},
                )
            }
        )


def count_roll(lecture: Lecture, roll: Roll) -> None:
    """Set what the numbers stand on; without other numbers the names give them."""
    statuses = list(roll.values())
    counts = {status: statuses.count(status) for status in AttendanceStatus}
    if not statuses:
        lecture.attendance_basis = AttendanceBasis.NUMBERS
        return
    if lecture.present is None or lecture.attendance_basis == AttendanceBasis.NAMES:
        lecture.attendance_basis = AttendanceBasis.NAMES
        lecture.expected = len(statuses)
        lecture.present = counts[AttendanceStatus.PRESENT]
        lecture.on_leave = counts[AttendanceStatus.ON_LEAVE]
        lecture.absent = counts[AttendanceStatus.ABSENT]
        return
    lecture.attendance_basis = AttendanceBasis.BOTH
    if counts[AttendanceStatus.PRESENT] > lecture.present:
        raise ValidationError(
            {
                "present": f"名单上有 {counts[AttendanceStatus.PRESENT]} 人到场，"
                f"多于实到 {lecture.present} 人，请核对。"
            }
        )


def set_roll(lecture: Lecture, roll: Roll) -> None:
    """Make the roll of a lecture exactly this; a reason for leave stays."""
    lecture.attendances.exclude(member__in=roll).delete()
    known = {row.member_id: row for row in lecture.attendances.all()}
    changed = [row for pk, row in known.items() if row.status != roll[pk]]
    for row in changed:
        row.status = roll[row.member_id]
    Attendance.objects.bulk_update(changed, ["status"])
    Attendance.objects.bulk_create(
        Attendance(lecture=lecture, member_id=pk, status=status)
        for pk, status in sorted(roll.items())
        if pk not in known
    )


def locked(lecture: Lecture) -> Lecture:
    return Lecture.objects.select_for_update().get(pk=lecture.pk)


@transaction.atomic
def delete_draft(lecture: Lecture) -> None:
    """Delete a plan or draft with roll and pictures, and its issue if left empty."""
    lecture = locked(lecture)
    if lecture.state not in FIRST_STATES:
        raise ValidationError("只有计划和草稿可以删除。", code="closed")
    issue = lecture.issue
    for photo in lecture.photos.all():
        remove_photo(photo)
    lecture.delete()
    if issue:
        drop_empty_issue(issue)


def drop_empty_issue(issue: Issue) -> None:
    """Give back the number of an issue that nobody uses, if it is the last one."""
    series = Series.objects.select_for_update().get(pk=issue.series_id)
    if issue.number == next_number(series) - 1 and not issue.lectures.exists():
        issue.delete()


def submit_lecture(
    lecture: Lecture, *, user: User, at: datetime | None = None
) -> Lecture:
    """Hand a record in for review; from now on its content is closed."""
    if lecture.state == LectureState.PLANNED:
        raise ValidationError("这还是计划，请先登记到会情况再提交。", code="planned")
    at = at or timezone.now()
    signed = {"submitted_by": user, "submitted_at": at}
    return steps.take_step(
        lecture,
        to=LectureState.SUBMITTED,
        user=user,
        at=at,
        changes=signed | {"reviewed_by": None, "reviewed_at": None},
    )


def withdraw_lecture(lecture: Lecture, *, user: User) -> Lecture:
    """Take a record back from review, to correct it."""

    def waiting(lecture: Lecture) -> None:
        if not lecture.is_waiting:  # A plan leads to a draft too.
            raise steps.already_done(lecture)

    return steps.take_step(lecture, to=LectureState.DRAFT, user=user, check=waiting)


@transaction.atomic
def accept_lecture(
    lecture: Lecture,
    *,
    user: User,
    publish_photos: bool = False,
    at: datetime | None = None,
) -> Lecture:
    """Accept a submitted record; it counts, and is public if meant to be."""
    lecture = review(lecture, to=LectureState.ACCEPTED, user=user, at=at)
    if publish_photos:
        lecture.photos.filter(kind=PhotoKind.SCENE).update(is_public=True)
    if lecture.corrects:
        steps.take_step(lecture.corrects, to=LectureState.SUPERSEDED, user=user, at=at)
    return lecture


def return_lecture(
    lecture: Lecture, *, user: User, reason: str, fields: Iterable[str] = ()
) -> Lecture:
    """Send a submitted record back with the reason and the fields to correct."""
    return review(
        lecture,
        to=LectureState.RETURNED,
        user=user,
        reason=reason.strip(),
        fields=list(fields),
    )


def review(
    lecture: Lecture,
    *,
    to: LectureState,
    user: User,
    at: datetime | None = None,
    reason: str = "",
    fields: Sequence[str] = (),
) -> Lecture:
    """Return the record signed by its reviewer.

    Raises ValidationError when the user may not review it or another one did.
    """
    if not may_review(user):
        raise ValidationError("您没有审核权限。", code="no_right")
    at = at or timezone.now()
    signed = {"reviewed_by": user, "reviewed_at": at}
    return steps.take_step(
        lecture,
        to=to,
        user=user,
        at=at,
        check=partial(steps.refuse_own, user=user),
        changes=signed | {"return_reason": reason, "return_fields": list(fields)},
        reason=reason,
    )


def archive_lecture(lecture: Lecture, *, user: User) -> Lecture:
    """Close an accepted record for good."""
    return steps.take_step(lecture, to=LectureState.ARCHIVED, user=user)


def cancel_plan(lecture: Lecture, *, user: User, reason: str) -> Lecture:
    """Call a plan off; it stays with its reason."""
    return steps.take_step(
        lecture,
        to=LectureState.CANCELLED,
        user=user,
        changes={"cancel_reason": reason.strip()},
        reason=reason,
    )


def reopen_plan(lecture: Lecture, *, user: User) -> Lecture:
    """Take back that a plan was called off."""
    return steps.take_step(
        lecture, to=LectureState.PLANNED, user=user, changes={"cancel_reason": ""}
    )


@transaction.atomic
def correct_lecture(lecture: Lecture, *, user: User, reason: str) -> Lecture:
    """Return a new draft that corrects an accepted record.

    The record stays as it is, and counts, until its correction is accepted.
    """
    original = locked(lecture)
    if original.state not in PUBLIC_STATES:
        raise steps.already_done(original)
    open_one = Lecture.objects.filter(corrects=original).first()
    if open_one:
        raise ValidationError(
            f"该记录的更正已在办理（编号 {open_one.pk}），请在那一份上修改。",
            code="already_corrected",
        )
    correction = Lecture(
        **{name: getattr(original, name) for name in CONTENT_FIELDS},
        is_public=original.is_public,
        is_demo=original.is_demo,
        corrects=original,
        correction_reason=reason.strip(),
        created_by=user,
    )
    correction.full_clean()
    correction.save()
    set_roll(correction, dict(original.attendances.values_list("member", "status")))
    for photo in original.photos.all():
        photo.pk, photo.lecture, photo.is_public = None, correction, False
        photo._state.adding = True
        photo.save()
    return correction


def corrected_values(lecture: Lecture) -> list[tuple[str, str, str]]:
    """Return (field, before, now) of what a correction changes."""
    original = lecture.corrects
    return differing(original, lecture, CONTENT_FIELDS) if original else []
