"""What happens to a lecture: recorded, submitted, reviewed, archived."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from activities.models import Attendance, Issue, Lecture, Photo, Series
from activities.models.lecture import EDITABLE_STATES, LectureState
from chambers.access import may_review
from chambers.models import Member, User
from redleader.photos import PHOTO_LIMITS as LIMITS
from redleader.photos import CleanPhoto, clean_photo


class EditConflictError(Exception):
    """Somebody saved the record since the form was opened."""

    def __init__(self, current: Lecture):
        self.current = current


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
    attendees: Iterable[Member] | None = None,
    photos: Iterable[UploadedFile] = (),
) -> Lecture:
    """Save a new or changed draft with its issue, roll and photos, or nothing.

    ``version`` is the one the form was opened with. ``attendees`` of None leaves
    the roll as it is. Raises EditConflictError when the record has moved on, and
    ValidationError when it is closed, a double, or its issue is taken.
    """
    if lecture.pk:
        stored = Lecture.objects.select_for_update().get(pk=lecture.pk)
        if version != stored.version:
            raise EditConflictError(stored)
        require_editable(stored)
        lecture.version = stored.version + 1
        lecture.state = stored.state
    else:
        lecture.created_by = user
    refuse_double(lecture)
    left_issue = None
    if lecture.pk and stored.issue_id and stored.issue_id != lecture.issue_id:
        left_issue = stored.issue
    if new_issue:
        series, number = new_issue
        lecture.issue = open_issue(series, number=number)
    lecture.full_clean()
    lecture.save()
    if left_issue:
        drop_empty_issue(left_issue)
    if attendees is not None:
        set_roll(lecture, attendees)
    add_photos(lecture, photos)
    return lecture


def require_editable(lecture: Lecture) -> None:
    if lecture.state not in EDITABLE_STATES:
        raise ValidationError(
            "该记录已提交审核，不能修改；如需更正请先“撤回”。", code="closed"
        )


def refuse_double(lecture: Lecture) -> None:
    """Refuse a second record of one topic on one day in one chamber."""
    day = timezone.localtime(lecture.started_at).date()
    doubles = Lecture.objects.filter(
        chamber=lecture.chamber, topic=lecture.topic, started_at__date=day
    ).exclude(pk=lecture.pk)
    double = doubles.first()
    if double:
        raise ValidationError(
            {
                "topic": ValidationError(
                    f"已有同日同题的讲课记录（编号 {double.pk}），请核对后再保存。",
                    code="double",
                )
            }
        )


def set_roll(lecture: Lecture, attendees: Iterable[Member]) -> None:
    """Make the roll of those present exactly these members."""
    wanted = {member.pk for member in attendees}
    if len(wanted) > lecture.present:
        raise ValidationError(
            {
                "present": f"名单上有 {len(wanted)} 人，多于实到 {lecture.present} 人，"
                "请核对。"
            }
        )
    lecture.attendances.exclude(member__in=wanted).delete()
    present = set(lecture.attendances.values_list("member", flat=True))
    Attendance.objects.bulk_create(
        Attendance(lecture=lecture, member_id=pk) for pk in sorted(wanted - present)
    )


@transaction.atomic
def add_photos(lecture: Lecture, uploads: Iterable[UploadedFile]) -> list[Photo]:
    """Clean and keep pictures of an editable record; all of them or none."""
    uploads = list(uploads)
    if not uploads:
        return []
    if len(uploads) > LIMITS.max_per_upload:
        raise ValidationError(
            {
                "photos": f"一次最多上传 {LIMITS.max_per_upload} 张，"
                f"本次选择了 {len(uploads)} 张。"
            }
        )
    lecture = Lecture.objects.select_for_update().get(pk=lecture.pk)
    require_editable(lecture)
    existing = set(lecture.photos.values_list("sha256", flat=True))
    if len(existing) + len(uploads) > LIMITS.max_per_lecture:
        raise ValidationError(
            {
                "photos": f"每场最多 {LIMITS.max_per_lecture} 张，"
                f"已有 {len(existing)} 张。"
            }
        )
    cleaned = []
    for upload in uploads:
        try:
            clean = clean_photo(upload, LIMITS)
        except ValidationError as error:
            raise ValidationError({"photos": error}) from error
        if clean.sha256 in existing:
            raise ValidationError(
                {"photos": "这张照片已在本场活动中上传过，未重复保存。"}
            )
        existing.add(clean.sha256)
        cleaned.append(clean)
    return [keep_photo(lecture, clean) for clean in cleaned]


def keep_photo(lecture: Lecture, clean: CleanPhoto) -> Photo:
    """Store a cleaned picture; its files are on the disk before its row."""
    photo = Photo(
        lecture=lecture,
        width=clean.width,
        height=clean.height,
        sha256=clean.sha256,
        name=clean.name,
    )
    photo.image.save("photo.jpg", ContentFile(clean.content), save=False)
    photo.thumbnail.save("thumb.jpg", ContentFile(clean.thumbnail), save=False)
    photo.save()
    return photo


@transaction.atomic
def remove_photo(photo: Photo) -> None:
    """Take a picture off an editable record; its files go after the commit."""
    require_editable(locked(photo.lecture))
    storage, names = photo.image.storage, [photo.image.name, photo.thumbnail.name]
    photo.delete()
    for name in filter(None, names):
        transaction.on_commit(partial(storage.delete, name))


def locked(lecture: Lecture) -> Lecture:
    return Lecture.objects.select_for_update().get(pk=lecture.pk)


@transaction.atomic
def delete_draft(lecture: Lecture) -> None:
    """Delete a draft with its roll and pictures, and its issue if left empty."""
    lecture = locked(lecture)
    if lecture.state != LectureState.DRAFT:
        raise ValidationError("只有草稿可以删除。", code="closed")
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


@transaction.atomic
def submit_lecture(
    lecture: Lecture, *, user: User, at: datetime | None = None
) -> Lecture:
    """Hand a record in for review; from now on its content is closed."""
    lecture = locked(lecture)
    if lecture.state not in EDITABLE_STATES:
        raise ValidationError("该记录已经提交，无需重复提交。", code="submitted")
    lecture.state = LectureState.SUBMITTED
    lecture.submitted_by, lecture.submitted_at = user, at or timezone.now()
    lecture.reviewed_by = lecture.reviewed_at = None
    return step(lecture)


@transaction.atomic
def withdraw_lecture(lecture: Lecture) -> Lecture:
    """Take a record back from review, to correct it."""
    lecture = locked(lecture)
    if lecture.state != LectureState.SUBMITTED:
        raise already_done(lecture)
    lecture.state = LectureState.DRAFT
    return step(lecture)


@transaction.atomic
def accept_lecture(
    lecture: Lecture,
    *,
    user: User,
    publish_photos: bool = False,
    at: datetime | None = None,
) -> Lecture:
    """Accept a submitted record; it counts, and is public if meant to be."""
    lecture = reviewed(lecture, user=user, at=at)
    lecture.state, lecture.return_reason = LectureState.ACCEPTED, ""
    if publish_photos:
        lecture.photos.update(is_public=True)
    return step(lecture)


@transaction.atomic
def return_lecture(lecture: Lecture, *, user: User, reason: str) -> Lecture:
    """Send a submitted record back to its chamber with the reason."""
    lecture = reviewed(lecture, user=user)
    lecture.state, lecture.return_reason = LectureState.RETURNED, reason.strip()
    return step(lecture)


@transaction.atomic
def archive_lecture(lecture: Lecture) -> Lecture:
    """Close an accepted record for good."""
    lecture = locked(lecture)
    if lecture.state != LectureState.ACCEPTED:
        raise already_done(lecture)
    lecture.state = LectureState.ARCHIVED
    return step(lecture)


def reviewed(lecture: Lecture, *, user: User, at: datetime | None = None) -> Lecture:
    """Return the locked record signed by its reviewer.

    Raises ValidationError when the user may not review it or another one did.
    """
    if not may_review(user):
        raise ValidationError("您没有审核权限。", code="no_right")
    lecture = locked(lecture)
    if lecture.state != LectureState.SUBMITTED:
        raise already_done(lecture)
    if user.pk in (lecture.submitted_by_id, lecture.created_by_id):
        raise ValidationError("不能审核本人提交的记录。", code="own")
    lecture.reviewed_by, lecture.reviewed_at = user, at or timezone.now()
    return lecture


def already_done(lecture: Lecture) -> ValidationError:
    if lecture.reviewed_by and lecture.reviewed_at:
        at = timezone.localtime(lecture.reviewed_at)
        text = f"已由 {lecture.reviewed_by} 于 {at:%Y-%m-%d %H:%M} 处理。"
    else:
        text = f"该记录现在是“{lecture.get_state_display()}”，不能这样操作。"
    return ValidationError(text, code="already_done")


def step(lecture: Lecture) -> Lecture:
    """Save a change of state after checking every rule of the row."""
    lecture.version += 1
    lecture.full_clean()
    lecture.save()
    return lecture
