"""Invented chambers with their members, branches, posts and accounts."""

import random
from datetime import date

from django.core.files.base import ContentFile

from activities.demo.picture import draw_logo
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

MEMBERS = 20  # persons in each chamber
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
# Chambers with figures of their own in the report, and their stand-ins.
STAND_INS = {"稔田商会": 0, "蛟洋商会": 1, "通贤商会": 4, "临城商会": 5}
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
INTRODUCTION = (
    "演示商会，名称和内容均为虚构。商会现有会员 {members} 名，"
    "设党组织，定期举办红土初心讲堂，参与村企共建和纠纷调解。"
)


def make_staff() -> dict[str, User]:
    """Make one account for each staff role; they get a password at start."""
    rows = [
        ("guanli", "演示管理员", Role.ADMINISTRATOR),
        ("zuzhibu", "演示组织部", Role.ORGANISATION),
        ("gongshanglian", "演示工商联", Role.FEDERATION),
    ]
    return {role: make_user(username, name, role) for username, name, role in rows}


def make_user(username: str, name: str, role: Role, member=None, township=None) -> User:
    user = User(
        username=username, name=name, role=role, member=member, township=township
    )
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


def make_readers(chambers, branches) -> None:
    """Make an account of each role that looks at what the others keep."""
    township = next(chamber.township for chamber in chambers if chamber.township)
    make_user("xiangzhen", "演示乡镇", Role.TOWNSHIP, township=township)
    make_user("shenji", "演示审计员", Role.AUDITOR)
    head = secretary_of(branches[0])
    make_user("shuji01", head.name, Role.BRANCH_SECRETARY, head)


def secretary_of(branch: Branch) -> Member:
    return branch.appointments.get(post=Post.BRANCH_SECRETARY).member


def make_committee(branch: Branch, today: date) -> None:
    """Give one branch a committee, so that its monthly meeting is asked for."""
    term = branch.terms.get()
    posts = [Post.ORGANISATION, Post.PUBLICITY, Post.DISCIPLINE]
    members = branch.chambers.get().members.order_by("pk")[3:6]
    for post, member in zip(posts, members, strict=True):
        member.party_status, member.branch = PartyStatus.FULL, branch
        member.save()
        appoint(member, post, term.started_on, branch=branch)
