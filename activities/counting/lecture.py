"""Rules over accepted lectures and meetings."""

from dataclasses import replace

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from activities.counting import CountingRule, KeptSums, Row, Scope, register
from activities.models import Lecture
from activities.models.lecture import LectureKind, LecturerRole
from redleader.records.quarters import span

HALL = "红土初心讲堂"
MEETINGS = [
    LectureKind.ASSEMBLY,
    LectureKind.COMMITTEE,
    LectureKind.GROUP,
    LectureKind.PARTY_LECTURE,
]
KEPT = KeptSums(TruncDate("started_at"))


def held(**conditions):
    """Return the query of accepted lectures that were held in a scope."""

    def query(scope: Scope) -> QuerySet[Lecture]:
        begin, end = span(scope.first, scope.last)
        lectures = Lecture.objects.counted().filter(
            Q(**conditions), started_at__gte=begin, started_at__lt=end
        )
        return scope.of(lectures).of_organiser().newest_first()

    return query


def describe(lecture: Lecture) -> Row:
    day = timezone.localtime(lecture.started_at)
    detail = f"{day:%Y-%m-%d}，{lecture.get_kind_display()}，实到 {lecture.present} 人"
    return Row(lecture.topic, detail, lecture.get_absolute_url())


register(
    CountingRule(
        "lectures-held",
        "党课和讲堂场次",
        "场",
        "周期内举行、审核通过的党课和讲堂，每场计 1。",
        held(kind__in=[LectureKind.PARTY_LECTURE, LectureKind.HALL]),
        describe,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "secretary-lectures",
        "书记讲党课",
        "场",
        "周期内审核通过、由商会党支部书记主讲的党课，每场计 1。",
        held(
            kind=LectureKind.PARTY_LECTURE, lecturer_role=LecturerRole.BRANCH_SECRETARY
        ),
        describe,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "conviction-education",
        "理想信念教育活动",
        "场",
        "周期内审核通过的理想信念教育活动，每场计 1。",
        held(kind=LectureKind.CONVICTION),
        describe,
        source="全国“四好”商会认定条件：组织非公有制经济人士理想信念教育。",
        kept=KEPT,
    )
)
register(
    CountingRule(
        "meetings-held",
        "三会一课",
        "次",
        "周期内审核通过的支部党员大会、支部委员会会议、党小组会和党课，每次计 1。",
        held(kind__in=MEETINGS),
        describe,
        source="《中国共产党支部工作条例（试行）》",
        kept=KEPT,
    )
)
register(
    CountingRule(
        "attendance",
        "到场人次",
        "人次",
        "周期内审核通过的各类活动实到人数之和；同一人参加两场计 2 人次。",
        held(),
        describe,
        measure=Sum("present"),
        kept=KEPT,
    )
)
register(
    CountingRule(
        "lectures-public",
        "公开的讲堂和活动",
        "场",
        "周期内举行、审核通过并公开的讲堂和活动，每场计 1。",
        held(is_public=True),
        describe,
        is_open=True,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "exchanges",
        "考察交流、调研",
        "次",
        "周期内审核通过的考察交流、调研，每次计 1。",
        held(kind=LectureKind.EXCHANGE),
        describe,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "hall-issues",
        "红土初心讲堂期数",
        "期",
        "周期内至少有一场审核通过的“红土初心讲堂”，每期计 1，不论几场。",
        held(issue__series__name=HALL),
        describe,
        measure=Count("issue", distinct=True),
        kept=replace(KEPT, once="issue", is_ever_only=True),
    )
)
