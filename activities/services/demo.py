"""Invented rows for the demo; they hang on invented chambers only.

Every name here is made up. Together with the facts of the public report the
rows make each counted figure come out by its qualifier.
"""

import random
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from activities.models import (
    Application,
    Award,
    Course,
    Issue,
    Lecture,
    Practice,
    PracticeItem,
    PracticeResult,
    RequirementExemption,
    Scheme,
    SchemeVersion,
    Series,
    Site,
)
from activities.models.application import ApplicationState
from activities.models.course import SiteKind
from activities.models.lecture import (
    AttendanceStatus,
    LectureKind,
    LecturerRole,
    Organiser,
    Theme,
)
from activities.models.scheme import HonourLevel, Proof, SchemeKind
from activities.services.application import (
    Typed,
    add_files,
    fail_application,
    pass_application,
    publicise,
    recognise,
    return_application,
    save_application,
    submit_application,
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
from activities.services.scheme import copy_version
from chambers.models import (
    Appointment,
    Branch,
    BranchCoverage,
    BranchTerm,
    Chamber,
    ChamberTerm,
    Member,
    Membership,
    Post,
    Region,
    Role,
    User,
)
from chambers.models.branch import BranchKind
from chambers.models.chamber import ChamberKind, CharterClause
from chambers.models.member import MemberKind, PartyStatus

HALL = "红土初心讲堂"
MEMBERS = 20  # persons in each chamber
# How many came to each of the 23 lectures: 411 person-times in all.
PRESENT = [17] * 8 + [18] * 10 + [19] * 5
# Issues 1 to 13 were held once, issues 14 to 18 in two places.
ISSUES = [*range(1, 14), *(number for number in range(14, 19) for _ in range(2))]

# Name, kind, township, trades.
CHAMBERS = [
    ("云溪", ChamberKind.TOWNSHIP, "350823100", "ACF"),
    ("松岭", ChamberKind.TOWNSHIP, "350823103", "AE"),
    ("梅川", ChamberKind.TOWNSHIP, "350823105", "ACH"),
    ("竹湾", ChamberKind.TOWNSHIP, "350823107", "CF"),
    ("石门", ChamberKind.TOWNSHIP, "350823110", "BCE"),
    ("清泉", ChamberKind.TOWNSHIP, "350823112", "AR"),
    ("双溪", ChamberKind.TOWNSHIP, "350823113", "ACE"),
    ("桂峰", ChamberKind.TOWNSHIP, "350823115", "AF"),
    ("茶园", ChamberKind.TOWNSHIP, "350823116", "AFH"),
    ("新坪", ChamberKind.TOWNSHIP, "350823206", "AE"),
    ("建材行业", ChamberKind.TRADE, "", "CEF"),
    ("餐饮行业", ChamberKind.TRADE, "", "HF"),
    ("电子商务行业", ChamberKind.TRADE, "", "FI"),
    ("茶叶行业", ChamberKind.TRADE, "", "ACF"),
    ("东海市", ChamberKind.REMOTE, "", "CEF"),
    ("南江市", ChamberKind.REMOTE, "", "EF"),
    ("女企业家", ChamberKind.GENERAL, "", "CFH"),
]
SINGLE_BRANCHES = 9  # the first chambers have a branch each
JOINT_CHAMBERS = (9, 13)  # these share one
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹曾彭"
    "萧蔡潘田董袁于余叶蒋杜苏魏程吕丁"
)
GIVEN = (
    "文明志远建国海峰秀英桂芳晓东伟强德华永康春生雪梅立新丽娟光辉树林"
    "美玲玉兰福生国栋少华庆丰水金火生"
)
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
# Name, township, address, what is told of it.
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
# Name of the practice, its chamber, its items and what they mean, its results.
PRACTICE = (
    "演示·“四方议茶”工作法",
    13,
    [
        ("会前问需", "每季度由商会党组织上门听取茶农、茶企的需求。"),
        ("会上共议", "商会、村、茶农、企业四方坐在一起，一事一议。"),
        ("会后交办", "议定的事项写明谁来办、何时办完，并在商会公示栏公布。"),
        ("办结回访", "办完后一个月内回访，没有办好的重新交办。"),
    ],
    [("全年议定事项", "36件"), ("办结", "超过30件"), ("茶青收购价户均增收", "约8%")],
)
# Number of the chamber, years ago, valid for so many years to the end of December
# (or days from today), whether it renews the chamber's earlier title.
COUNTY_TITLES: list[tuple[int, int, int | timedelta, bool]] = [
    (0, 4, 2, False),
    (0, 2, 1, True),
    (0, 1, 2, True),
    (1, 4, 2, False),
    (2, 2, 3, False),
    (3, 2, timedelta(days=90), False),
    (4, 1, 2, False),
    (5, 4, 2, False),
    (5, 2, 3, True),
]
REVOKED = 4  # the row above that was revoked
SUMMARY = "支部书记带头讲课，会员结合各自经营谈体会，会后现场答疑。"
INTRODUCTION = (
    "演示商会，名称和内容均为虚构。商会现有会员 {members} 名，"
    "设党组织，定期举办红土初心讲堂，参与村企共建和纠纷调解。"
)
BACKDROPS = ["#7a1111", "#3c4a57", "#2f6b3f", "#5c554c", "#8a5a00"]


@transaction.atomic
def load_demo(*, seed: int = 23) -> None:
    """Make all invented rows, or none. The report's facts must be there."""
    luck = random.Random(seed)
    today = timezone.localdate()
    staff = make_staff()
    chambers = [
        make_chamber(number, row, luck, today) for number, row in enumerate(CHAMBERS)
    ]
    branches = make_branches(chambers, luck, today)
    secretaries = make_secretaries(chambers, today)
    courses = make_courses()
    make_lectures(chambers, branches, courses, secretaries, staff, luck, today)
    make_meetings(branches, secretaries, staff, today)
    make_plans(branches, secretaries, today)
    make_committee(branches[0], today)
    make_exemption(branches[1], today)
    make_applications(chambers, secretaries, staff, today)
    make_titles(chambers, today)
    make_practice(chambers)


def make_staff() -> dict[str, User]:
    """Make one account for each staff role; they get a password at start."""
    rows = [
        ("guanli", "演示管理员", Role.ADMINISTRATOR),
        ("zuzhibu", "演示组织部", Role.ORGANISATION),
        ("gongshanglian", "演示工商联", Role.FEDERATION),
    ]
    return {role: make_user(username, name, role) for username, name, role in rows}


def make_user(username: str, name: str, role: Role, member=None) -> User:
    user = User(username=username, name=name, role=role, member=member)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    return user


def years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def make_chamber(number: int, row, luck: random.Random, today: date) -> Chamber:
    name, kind, township, trades = row
    founded = years_before(today, luck.randint(6, 12))
    chamber = Chamber(
        name=f"演示·{name}商会",
        kind=kind,
        township=Region.objects.get(code=township) if township else None,
        trades=sorted(trades),
        founded_on=founded,
        charter_clause=luck.choice([CharterClause.Y2018, CharterClause.Y2019]),
        introduction=INTRODUCTION.format(members=MEMBERS),
        is_demo=True,
    )
    chamber.logo.save("logo.jpg", ContentFile(draw_logo(number)), save=False)
    chamber.full_clean()
    chamber.save()
    started = years_before(today, luck.randint(1, 6))
    term = ChamberTerm(
        chamber=chamber,
        number=luck.randint(2, 4),
        started_on=started,
        due_on=years_before(started, -5),
    )
    term.full_clean()
    term.save()
    make_members(chamber, founded, luck)
    return chamber


def make_members(chamber: Chamber, founded_on: date, luck: random.Random) -> None:
    members = Member.objects.bulk_create(
        Member(
            kind=MemberKind.PERSON,
            name=invented_name(luck),
            note="演示",
            party_status=luck.choice([PartyStatus.FULL, PartyStatus.NONE]),
            is_demo=True,
        )
        for _ in range(MEMBERS)
    )
    Membership.objects.bulk_create(
        Membership(member=member, chamber=chamber, started_on=founded_on)
        for member in members
    )


def invented_name(luck: random.Random) -> str:
    return luck.choice(SURNAMES) + "".join(luck.sample(GIVEN, 2))


def make_branches(chambers, luck, today: date) -> list[Branch]:
    """Make the Party organisations, each with its secretary and its term."""
    committee = Branch(
        name="演示·商会联合党委", kind=BranchKind.COMMITTEE, is_demo=True
    )
    committee.full_clean()
    committee.save()
    covered = [[chamber] for chamber in chambers[:SINGLE_BRANCHES]]
    covered.append(chambers[slice(*JOINT_CHAMBERS)])
    return [make_branch(group, committee, luck, today) for group in covered]


def make_branch(group, parent: Branch, luck, today: date) -> Branch:
    kind = BranchKind.JOINT if len(group) > 1 else BranchKind.SINGLE
    name = "演示·行业商会联合党支部" if len(group) > 1 else f"{group[0].name}党支部"
    branch = Branch(
        name=name,
        kind=kind,
        parent=parent,
        founded_on=max(chamber.founded_on for chamber in group),
        is_demo=True,
    )
    branch.full_clean()
    branch.save()
    for chamber in group:
        BranchCoverage.objects.create(branch=branch, chamber=chamber)
    started = years_before(today, luck.randint(1, 2))
    BranchTerm.objects.create(
        branch=branch, number=2, started_on=started, due_on=years_before(started, -3)
    )
    secretary = group[0].members.first()
    secretary.party_status, secretary.branch = PartyStatus.FULL, branch
    secretary.save()
    appoint(secretary, Post.BRANCH_SECRETARY, started, branch=branch)
    return branch


def appoint(member: Member, post: Post, started_on: date, **organisation) -> None:
    appointment = Appointment(
        member=member, post=post, started_on=started_on, **organisation
    )
    appointment.full_clean()
    appointment.save()


def make_secretaries(chambers, today: date) -> dict[int, User]:
    """Make a secretary with an account for each chamber, by the chamber's key."""
    secretaries = {}
    for number, chamber in enumerate(chambers, start=1):
        president, secretary = chamber.members.all()[1:3]
        started = years_before(today, 1)
        appoint(president, Post.PRESIDENT, started, chamber=chamber)
        appoint(secretary, Post.SECRETARY, started, chamber=chamber)
        secretaries[chamber.pk] = make_user(
            f"mishu{number:02}", secretary.name, Role.SECRETARY, secretary
        )
    return secretaries


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
        # Every third lecture follows a course, every second has a theme.
        course = courses[turn // 3 % len(courses)] if turn % 3 == 0 else None
        lecture = Lecture(
            kind=LectureKind.PARTY_LECTURE,
            theme="" if turn % 2 else Theme.values[turn // 2 % len(Theme)],
            topic=TOPICS[turn % len(TOPICS)],
            course=course,
            site=course.site if course else None,
            chamber=chamber,
            branch=branch,
            issue=issues.get(number),
            started_at=at_half_past(day, 14 if turn % 2 else 19),
            ended_at=ended_at,
            venue=f"{chamber.name.removeprefix('演示·')}{VENUES[turn % len(VENUES)]}"[
                :60
            ],
            lecturer_name=secretary_of(branch).name,
            lecturer_role=LecturerRole.BRANCH_SECRETARY,
            public_summary=SUMMARY,
            is_demo=True,
        )
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


def roll_of(chamber: Chamber, present: int) -> dict[int, AttendanceStatus]:
    """Return a roll of the chamber: so many present, the others excused."""
    members = chamber.members.values_list("pk", flat=True)
    return {
        pk: AttendanceStatus.PRESENT if turn < present else AttendanceStatus.ON_LEAVE
        for turn, pk in enumerate(members)
    }


def at_half_past(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, 30)))


def secretary_of(branch: Branch) -> Member:
    return branch.appointments.get(post=Post.BRANCH_SECRETARY).member


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


def photos(turn: int, count: int) -> list[SimpleUploadedFile]:
    return [
        SimpleUploadedFile(f"演示照片{number}.jpg", draw_hall(turn * 10 + number))
        for number in range(1, count + 1)
    ]


def draw_hall(number: int) -> bytes:
    """Return a drawn lecture hall as JPEG: a wall, a lectern, rows of listeners."""
    luck = random.Random(number)
    image = Image.new("RGB", (1280, 853), "#efe6d6")
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 560, 1280, 853], fill="#cdbb9c")
    pen.rectangle([160, 70, 1120, 400], fill=luck.choice(BACKDROPS))
    pen.rectangle([190, 100, 1090, 370], outline="#e5c98c", width=4)
    for row in range(3):
        left = 330 + row * 40
        pen.rectangle(
            [left, 160 + row * 62, 1280 - left, 186 + row * 62], fill="#f6ecd6"
        )
    pen.polygon([(590, 430), (690, 430), (710, 590), (570, 590)], fill="#6d4a2f")
    draw_person(pen, 640, 400, 1.0, "#2b2b33")
    for row in range(3):
        size, y = 1.0 + row * 0.45, 620 + row * 95
        for seat in range(9 - row):
            x = int(90 + seat * (1100 / (8 - row)) + luck.randint(-12, 12))
            draw_person(pen, x, y, size, luck.choice(["#3c4a57", "#54463a", "#2f4a3c"]))
    content = BytesIO()
    image.save(content, "JPEG", quality=82)
    return content.getvalue()


def draw_person(pen: ImageDraw.ImageDraw, x: int, y: int, size: float, colour: str):
    head, wide, tall = int(26 * size), int(46 * size), int(70 * size)
    pen.rounded_rectangle([x - wide, y, x + wide, y + tall * 2], int(30 * size), colour)
    pen.ellipse([x - head, y - head * 2, x + head, y + head // 6], fill="#d9b48f")
    pen.pieslice([x - head, y - head * 2, x + head, y], 180, 360, fill="#2a2420")


def draw_paper(number: int) -> bytes:
    """Return a drawn page with lines and a stamp as JPEG."""
    luck = random.Random(number)
    image = Image.new("RGB", (620, 877), "#fffdf8")
    pen = ImageDraw.Draw(image)
    pen.rectangle([170, 70, 450, 96], fill="#3c4a57")
    for line in range(22):
        right = 540 - (luck.randint(0, 180) if line % 5 == 4 else 0)
        pen.rectangle([80, 150 + line * 26, right, 158 + line * 26], fill="#c9c2b6")
    pen.ellipse([400, 690, 520, 810], outline="#a61b1b", width=6)
    content = BytesIO()
    image.save(content, "JPEG", quality=82)
    return content.getvalue()


def draw_logo(number: int) -> bytes:
    """Return a plain geometric mark as JPEG."""
    colour = BACKDROPS[number % len(BACKDROPS)]
    image = Image.new("RGB", (240, 240), "#ffffff")
    pen = ImageDraw.Draw(image)
    pen.ellipse([14, 14, 226, 226], fill=colour)
    pen.ellipse([26, 26, 214, 214], outline="#e5c98c", width=4)
    sides = 3 + number % 5
    pen.regular_polygon((120, 120, 62), sides, rotation=number * 11, fill="#f6ecd6")
    pen.regular_polygon((120, 120, 34), sides, rotation=180 + number * 11, fill=colour)
    content = BytesIO()
    image.save(content, "JPEG", quality=88)
    return content.getvalue()


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
    """Make plans to come for some branches; the first has one held and one off."""
    for turn, branch in enumerate(branches[:6]):
        for days, kind in [(6, LectureKind.PARTY_DAY), (17, LectureKind.ASSEMBLY)]:
            make_plan(branch, secretaries, kind, today + timedelta(days=days + turn))
    make_plan(
        branches[0], secretaries, LectureKind.COMMITTEE, today - timedelta(days=5)
    )
    plan = make_plan(
        branches[0], secretaries, LectureKind.EXCHANGE, today + timedelta(days=10)
    )
    cancel_plan(plan, reason="对方商会改期，待定后再排。")


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


def make_committee(branch: Branch, today: date) -> None:
    """Give one branch a committee, so that its monthly meeting is asked for."""
    term = branch.terms.get()
    posts = [Post.ORGANISATION, Post.PUBLICITY, Post.DISCIPLINE]
    members = branch.chambers.get().members.order_by("pk")[3:6]
    for post, member in zip(posts, members, strict=True):
        member.party_status, member.branch = PartyStatus.FULL, branch
        member.save()
        appoint(member, post, term.started_on, branch=branch)


def make_exemption(branch: Branch, today: date) -> None:
    exemption = RequirementExemption(
        branch=branch,
        started_on=today.replace(day=1),
        ended_on=today.replace(day=1) + timedelta(days=62),
        reason="支部换届筹备期间，经县委组织部同意。",
    )
    exemption.full_clean()
    exemption.save()


# How far the applications of the first chambers are, and for which title.
APPLICATIONS = [
    (0, HonourLevel.COUNTY, ApplicationState.DRAFT),
    (1, HonourLevel.COUNTY, ApplicationState.SUBMITTED),
    (2, HonourLevel.COUNTY, ApplicationState.RETURNED),
    (3, HonourLevel.COUNTY, ApplicationState.PUBLICITY),
    (4, HonourLevel.COUNTY, ApplicationState.RECOGNISED),
    (4, HonourLevel.PROVINCIAL, ApplicationState.CITY),
    (5, HonourLevel.COUNTY, ApplicationState.FAILED),
]
# What the invented records of a year can meet.
EASIER: dict[str, dict[str, Any]] = {
    "lectures-held": {"target": 1},
    "conviction-education": {"is_required": False},
    "term-in-time": {"is_required": False},
}
STATEMENT = "演示总结：本年度按季度开展讲堂和党课，走访会员，办理村企共建和纠纷调解。"


def make_applications(chambers, secretaries, staff, today: date) -> None:
    """Take some applications along their ladder, under an easier copy of the draft."""
    shipped = SchemeVersion.objects.get(
        scheme__kind=SchemeKind.FOUR_GOODS, year__isnull=False
    )
    version = copy_version(shipped, label="演示版", year=today.year)
    version.is_open = True
    version.full_clean()
    version.save()
    # The cycle is the year that has passed, so that its lectures are counted.
    for level in version.levels.all():
        level.cycle_start = years_before(today, 1)
        level.cycle_end = today + timedelta(days=38)
        level.cycle_label = f"{today:%Y}年度（演示）"
        level.valid_until = years_before(today, -2)
        level.full_clean()
        level.save()
    for rule, easier in EASIER.items():
        version.criteria.filter(rule=rule).update(**easier)
    for chamber in chambers[:6]:
        chamber.charter_clause = CharterClause.Y2019
        chamber.save()
    for index, name, state in APPLICATIONS:
        level = version.levels.get(level=name)
        make_application(chambers[index], level, state, secretaries, staff)


def make_application(chamber, level, state, secretaries, staff) -> None:
    user, reviewer = secretaries[chamber.pk], staff[Role.FEDERATION]
    application = Application(
        level=level, chamber=chamber, statement=STATEMENT, is_demo=True
    )
    if state == ApplicationState.DRAFT:
        save_application(application, user=user)
        return
    texts = level.version.criteria.filter(proof=Proof.TEXT)
    typed = {row.pk: Typed("演示说明：有制度、有记录、有成效。") for row in texts}
    save_application(application, user=user, typed=typed)
    for row in level.version.criteria.filter(proof=Proof.FILE, is_required=True):
        picture = SimpleUploadedFile(f"演示·{row.name}.jpg", draw_paper(row.pk))
        add_files(application, row, [picture])
    application = submit_application(application, user=user)
    today = timezone.localdate()
    paper: dict[str, Any] = {
        "document_number": "杭工商联〔演示〕1号",
        "document_on": today,
    }
    begin = today - timedelta(days=30 if state == ApplicationState.RECOGNISED else 1)
    match state:
        case ApplicationState.RETURNED:
            return_application(
                application, user=reviewer, opinion="请补充班子分工。", criteria=[]
            )
        case ApplicationState.FAILED:
            fail_application(application, user=reviewer, opinion="当年受到行政处罚。")
        case ApplicationState.CITY:
            for rung in (ApplicationState.COUNTY, ApplicationState.CITY):
                pass_application(application, to=rung, user=reviewer, **paper)
        case ApplicationState.PUBLICITY | ApplicationState.RECOGNISED:
            pass_application(application, to=ApplicationState.COUNTY, user=reviewer)
            publicise(application, user=reviewer, first=begin, **paper)
            if state == ApplicationState.RECOGNISED:
                recognise(application, user=reviewer, **paper)


def make_titles(chambers, today: date) -> None:
    """Make county titles in every state; an invented authority grants them."""
    scheme = Scheme.objects.get(kind=SchemeKind.FOUR_GOODS)
    version = SchemeVersion(scheme=scheme, label="演示·县级办法")
    version.full_clean()
    version.save()
    latest: dict[int, Award] = {}
    for turn, (number, years, valid, renews) in enumerate(COUNTY_TITLES):
        year = today.year - years
        award = Award(
            version=version,
            title="演示·县“四好”商会",
            level=HonourLevel.COUNTY,
            chamber=chambers[number],
            grantor="演示·县工商联",
            document_number=f"演示〔{year}〕12号",
            cycle_label=f"{year - 1}—{year}年度",
            granted_on=date(year, 12, 16),
            valid_until=today + valid
            if isinstance(valid, timedelta)
            else date(year + valid, 12, 31),
            renews=latest[number] if renews else None,
            is_demo=True,
        )
        if turn == REVOKED:
            award.revoked_on = date(today.year - 1, 5, 12)
            award.revocation_reason = "换届逾期未改正（演示）"
            award.revocation_document = f"演示〔{today.year - 1}〕5号"
        award.full_clean()
        award.save()
        latest[number] = award


def make_practice(chambers) -> None:
    """Make a practice with its items and results for the public page."""
    name, number, items, results = PRACTICE
    practice = Practice(
        name=name,
        chamber=chambers[number],
        summary="演示做法，内容和数字均为虚构。商会把茶农、茶企、村和商会请到一起议事。",
        source="演示数据",
        is_public=True,
        is_demo=True,
    )
    rows: list[models.Model] = [practice]
    rows += [
        PracticeItem(practice=practice, number=turn, name=item, content=content)
        for turn, (item, content) in enumerate(items, start=1)
    ]
    rows += [
        PracticeResult(practice=practice, label=label, value=value, source="演示数据")
        for label, value in results
    ]
    for row in rows:
        row.full_clean(exclude=["practice"])
        row.save()
