"""Invented courses, lectures, meetings and plans."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from activities.demo.chamber import secretary_of
from activities.demo.picture import photos
from activities.models import (
    Course,
    Issue,
    Lecture,
    RequirementExemption,
    Series,
    Site,
)
from activities.models.course import SiteKind
from activities.models.lecture import (
    AttendanceStatus,
    LectureKind,
    LecturerRole,
    Organiser,
    Theme,
)
from activities.services.lecture import (
    accept_lecture,
    cancel_plan,
    next_number,
    return_lecture,
    save_lecture,
    save_plan,
    submit_lecture,
)
from chambers.models import (
    Branch,
    Chamber,
    Region,
    Role,
)

HALL = "红土初心讲堂"
# How many came to each of the 23 lectures: 411 person-times in all.
PRESENT = [17] * 8 + [18] * 10 + [19] * 5
# Issues 1 to 13 were held once, issues 14 to 18 in two places.
ISSUES = [*range(1, 14), *(number for number in range(14, 19) for _ in range(2))]
TOPICS = [
    "重走红军路，学习老区精神",
    "党的创新理论进商会",
    "民营经济促进法怎么用",
    "诚信经营与商会自律",
    "村企共建怎样见实效",
    "青年企业家的家国情怀",
    "安全生产第一课",
    "用好调解，化解纠纷",
    "乡村振兴中的商会作为",
    "从古田会议看支部建设",
    "守法经营与风险防范",
    "绿水青山与特色农业",
]
VENUES = ["会议室", "党群服务中心二楼", "文化礼堂", "镇政府三楼会议室", "红色展馆"]
MEETING_TOPICS = {
    LectureKind.PARTY_DAY: "主题党日：红色资源现场学习",
    LectureKind.ASSEMBLY: "支部党员大会：季度工作通报",
    LectureKind.COMMITTEE: "支部委员会：研究近期工作",
    LectureKind.EXCHANGE: "到兄弟商会考察交流",
}
# Name, township, address, description.
SITES = [
    (
        "云溪红军桥",
        "350823100",
        "云溪村口",
        "一座石拱桥，讲军民相助的故事。",
    ),
    (
        "松岭红色交通站",
        "350823103",
        "松岭老街",
        "一间老药铺，讲地下交通的往事。",
    ),
    (
        "梅川列宁小学旧址",
        "350823105",
        "梅川祠堂",
        "一座旧祠堂，讲穷人读书的故事。",
    ),
]
# Name, number of its site, for whom, minutes, what it is about.
COURSES = [
    ("桥头的两斗米", 0, "全体会员", 45, "从借粮还粮的约定讲诚信经营。"),
    ("药铺里的秘密", 1, "青年会员", 60, "从守住秘密讲规矩和担当。"),
    ("祠堂里的读书声", 2, "新会员", 40, "从办学讲商会助学和回报家乡。"),
    ("党章里的权利和义务", None, "党员会员", 90, "逐条学习党章第一章。"),
]
SUMMARY = "支部书记带头讲课，会员结合各自经营谈体会，会后现场答疑。"


def make_courses() -> list[Course]:
    """Make the places of red history and the courses of the public catalogue."""
    sites = []
    for name, township, address, introduction in SITES:
        site = Site(
            name=f"演示·{name}",
            kind=SiteKind.RED,
            township=Region.objects.get(code=township),
            address=f"{address}（虚构）",
            introduction=f"演示地点，名称和内容均为虚构。{introduction}",
            is_demo=True,
        )
        site.full_clean()
        site.save()
        sites.append(site)
    courses = []
    for name, number, audience, minutes, summary in COURSES:
        course = Course(
            name=f"演示·{name}",
            site=None if number is None else sites[number],
            audience=audience,
            minutes=minutes,
            summary=f"演示课程，内容为虚构。{summary}",
            is_public=True,
            is_demo=True,
        )
        course.full_clean()
        course.save()
        courses.append(course)
    return courses


def make_lectures(
    chambers, branches, courses, secretaries, staff, luck, today: date
) -> None:
    """Make the 23 accepted lectures of 18 issues, and records in every other state."""
    series = Series.objects.get(name=HALL)
    issues: dict[int, Issue] = {}
    step = timedelta(days=28)
    first_day = today - step * (ISSUES[-1] + 1)
    for turn, number in enumerate(ISSUES):
        day = first_day + step * number + timedelta(days=turn % 3)
        branch = branches[turn % len(branches)]
        chamber = branch.chambers.order_by("pk")[
            turn // len(branches) % branch.chambers.count()
        ]
        ended_at = at_half_past(day, 16 if turn % 2 else 21)
        lecture = lecture_of(turn, chamber, branch, courses)
        lecture.issue = issues.get(number)
        lecture.started_at = at_half_past(day, 14 if turn % 2 else 19)
        lecture.ended_at = ended_at
        user = secretaries[chamber.pk]
        save_lecture(
            lecture,
            user=user,
            new_issue=None if lecture.issue else (series, next_number(series)),
            roll=roll_of(chamber, PRESENT[turn]),
            photos=photos(turn, count=1 + turn % 3),
        )
        if lecture.issue:
            issues[number] = lecture.issue
        submit_lecture(lecture, user=user, at=ended_at + timedelta(hours=2))
        accept_lecture(
            lecture,
            user=staff[Role.FEDERATION if turn % 2 else Role.ORGANISATION],
            publish_photos=True,
            at=ended_at + timedelta(days=1),
        )
    make_unfinished(chambers, secretaries, staff, today)


def lecture_of(turn: int, chamber, branch, courses) -> Lecture:
    """Return a lecture; every third follows a course, every second has a theme."""
    course = courses[turn // 3 % len(courses)] if turn % 3 == 0 else None
    venue = f"{chamber.name.removeprefix('演示·')}{VENUES[turn % len(VENUES)]}"
    return Lecture(
        kind=LectureKind.PARTY_LECTURE,
        theme="" if turn % 2 else Theme.values[turn // 2 % len(Theme)],
        topic=TOPICS[turn % len(TOPICS)],
        course=course,
        site=course.site if course else None,
        chamber=chamber,
        branch=branch,
        venue=venue[:60],
        lecturer_name=secretary_of(branch).name,
        lecturer_role=LecturerRole.BRANCH_SECRETARY,
        public_summary=SUMMARY,
        is_demo=True,
    )


def roll_of(chamber: Chamber, present: int) -> dict[int, AttendanceStatus]:
    """Return a roll of the chamber: so many present, the others excused."""
    members = chamber.members.values_list("pk", flat=True)
    return {
        pk: AttendanceStatus.PRESENT if turn < present else AttendanceStatus.ON_LEAVE
        for turn, pk in enumerate(members)
    }


def at_half_past(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, 30)))


def make_unfinished(chambers, secretaries, staff, today: date) -> None:
    """Make a draft, a submitted and a returned record for the first chambers."""
    plans = [
        (0, "主题党日：走访困难会员", "draft"),
        (0, "十月理想信念教育", "returned"),
        (0, "支部党员大会：接收新会员", "submitted"),
        (1, "组织生活会", "submitted"),
        (2, "青年会员考察交流", "submitted"),
    ]
    for number, (index, topic, state) in enumerate(plans):
        chamber = chambers[index]
        user = secretaries[chamber.pk]
        day = today - timedelta(days=3 + number)
        lecture = Lecture(
            kind=LectureKind.CONVICTION,
            topic=topic,
            chamber=chamber,
            started_at=at_half_past(day, 9),
            venue="商会会议室",
            lecturer_name=chamber.members.all()[1].name,
            lecturer_role=LecturerRole.MODEL,
            present=12 + number,
            is_demo=True,
        )
        save_lecture(lecture, user=user)
        if state == "draft":
            continue
        submit_lecture(lecture, user=user)
        if state == "returned":
            return_lecture(
                lecture,
                user=staff[Role.FEDERATION],
                reason="实到人数与签到表不一致，请核对后重新提交。",
            )


def make_meetings(branches, secretaries, staff, today: date) -> None:
    """Make accepted meetings of three branches, last month and the month before."""
    for turn, branch in enumerate(branches[:3]):
        chamber = branch.chambers.order_by("pk")[0]
        user = secretaries[chamber.pk]
        for days, kind in [
            (36, LectureKind.PARTY_DAY),
            (22, LectureKind.ASSEMBLY),
            (8, LectureKind.PARTY_DAY),
        ]:
            started_at = at_half_past(today - timedelta(days=days + turn), 15)
            lecture = Lecture(
                kind=kind,
                topic=MEETING_TOPICS[kind],
                organiser=Organiser.BRANCH,
                chamber=chamber,
                branch=branch,
                started_at=started_at,
                venue="党群服务中心二楼",
                lecturer_name=secretary_of(branch).name,
                lecturer_role=LecturerRole.OTHER,
                present=6 + turn,
                is_public=False,
                is_demo=True,
            )
            save_lecture(lecture, user=user)
            submit_lecture(lecture, user=user, at=started_at + timedelta(hours=3))
            accept_lecture(
                lecture,
                user=staff[Role.ORGANISATION],
                at=started_at + timedelta(days=1),
            )


def make_plans(branches, secretaries, today: date) -> None:
    """Make plans for some branches; the first has also one held and one cancelled."""
    for turn, branch in enumerate(branches[:6]):
        for days, kind in [(6, LectureKind.PARTY_DAY), (17, LectureKind.ASSEMBLY)]:
            make_plan(branch, secretaries, kind, today + timedelta(days=days + turn))
    make_plan(
        branches[0], secretaries, LectureKind.COMMITTEE, today - timedelta(days=5)
    )
    plan = make_plan(
        branches[0], secretaries, LectureKind.EXCHANGE, today + timedelta(days=10)
    )
    cancel_plan(plan, user=plan.created_by, reason="对方商会改期，待定后再排。")


def make_plan(branch: Branch, secretaries, kind: LectureKind, day: date) -> Lecture:
    chamber = branch.chambers.order_by("pk")[0]
    plan = Lecture(
        kind=kind,
        topic=MEETING_TOPICS[kind],
        organiser=Organiser.BRANCH,
        chamber=chamber,
        branch=branch,
        started_at=at_half_past(day, 15),
        venue="党群服务中心二楼",
        is_demo=True,
    )
    return save_plan(plan, user=secretaries[chamber.pk])


def make_exemption(branch: Branch, today: date) -> None:
    exemption = RequirementExemption(
        branch=branch,
        started_on=today.replace(day=1),
        ended_on=today.replace(day=1) + timedelta(days=62),
        reason="支部换届筹备期间，经县委组织部同意。",
    )
    exemption.full_clean()
    exemption.save()
