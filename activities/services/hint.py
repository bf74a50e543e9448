"""What a reviewer might want to look at twice; never a verdict."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.db.models import F
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from activities.models import Lecture, Photo
from activities.models.lecture import (
    AttendanceStatus,
    LectureQuerySet,
    LectureState,
)
from activities.services.roster import roster_of
from chambers.models import User
from chambers.rights import may_review
from redleader.records.search import fold

USUAL_LENGTH = timedelta(hours=2)  # if the end is not recorded
SHORTEST_MINUTES = 40  # characters; shorter texts are alike by chance
ALIKE = 0.9
NEIGHBOURS = 200
LENGTH_MARGIN = 0.15
EACH = 5


def hints(lecture: Lecture, *, user: User) -> list[str]:
    """Return plain sentences for a reviewer; nothing for anybody else."""
    if not may_review(user):
        return []
    others = Lecture.objects.visible_to(user).exclude(
        pk__in=[lecture.pk, lecture.corrects_id or lecture.pk]
    )
    others = others.exclude(corrects=lecture).exclude(
        state__in=[LectureState.CANCELLED, LectureState.SUPERSEDED]
    )
    return [
        *same_photos(lecture, others),
        *same_lecturer(lecture, others),
        *unlikely_numbers(lecture),
        *same_minutes(lecture, others),
    ]


def name_of(lecture: Lecture) -> str:
    day = timezone.localtime(lecture.started_at).date()
    return f"“{lecture.topic}”（{day:%Y-%m-%d}，{lecture.organiser_name}）"


def same_photos(lecture: Lecture, others: LectureQuerySet) -> Iterator[str]:
    digests = lecture.photos.values("sha256")
    pictures = Photo.objects.filter(sha256__in=digests).values("lecture")
    for other in others.filter(pk__in=pictures).of_organiser()[:EACH]:
        yield f"有照片也用在{name_of(other)}中。"


def same_lecturer(lecture: Lecture, others: LectureQuerySet) -> Iterator[str]:
    if not lecture.lecturer_name:
        return
    begin, end = lecture.started_at, end_of(lecture)
    overlapping = others.annotate(
        ends=Coalesce("ended_at", F("started_at") + USUAL_LENGTH)
    ).filter(lecturer_name=lecture.lecturer_name, started_at__lt=end, ends__gt=begin)
    for other in overlapping.of_organiser()[:EACH]:
        yield f"主讲人{lecture.lecturer_name}同一时间还在{name_of(other)}中主讲。"


def end_of(lecture: Lecture) -> datetime:
    return lecture.ended_at or lecture.started_at + USUAL_LENGTH


def unlikely_numbers(lecture: Lecture) -> Iterator[str]:
    """Compare the numbers with the names; guests are counted apart."""
    statuses = list(lecture.attendances.values_list("status", flat=True))
    present = lecture.present or 0
    if not statuses:
        on_roster = roster_of(lecture).count()
        if 0 < on_roster < present:
            yield f"实到 {present} 人，多于名册上的 {on_roster} 人。"
        return
    here = statuses.count(AttendanceStatus.PRESENT)
    if here < present:
        yield f"实到 {present} 人，名单上到场的只有 {here} 人。"
    if lecture.expected is None:
        yield f"名单上有 {len(statuses)} 人，没有填应到人数。"


def same_minutes(lecture: Lecture, others: LectureQuerySet) -> Iterator[str]:
    """Compare with the newest minutes of about the same length."""
    text = fold(lecture.content)
    if len(text) < SHORTEST_MINUTES:
        return
    length = len(lecture.content)
    margin = int(length * LENGTH_MARGIN)
    candidates = (
        others.exclude(content="")
        .annotate(length=Length("content"))
        .filter(length__gte=length - margin, length__lte=length + margin)
        .of_organiser()
        .newest_first()[:NEIGHBOURS]
    )
    matcher = SequenceMatcher(b=text, autojunk=False)
    found = 0
    for other in candidates:
        matcher.set_seq1(fold(other.content))
        # The cheap bounds come first; the full comparison is slow.
        if (
            matcher.real_quick_ratio() >= ALIKE
            and matcher.quick_ratio() >= ALIKE
            and matcher.ratio() >= ALIKE
        ):
            yield f"内容摘要与{name_of(other)}几乎相同。"
            found += 1
            if found == EACH:
                return
