"""Invented applications, titles and a practice."""

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils import timezone

from activities.demo.chamber import years_before
from activities.demo.picture import draw_paper
from activities.models import (
    Application,
    Award,
    Practice,
    PracticeItem,
    PracticeResult,
    Scheme,
    SchemeVersion,
)
from activities.models.application import ApplicationState
from activities.models.scheme import HonourLevel, Proof, SchemeKind
from activities.services.application import save_application, submit_application
from activities.services.application import take_step as review
from activities.services.certificate import issue_certificate
from activities.services.evidence import Typed, add_files
from activities.services.scheme import copy_version
from chambers.models import (
    Role,
)
from chambers.models.chamber import CharterClause

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
            review(
                application,
                to="returned",
                user=reviewer,
                reason="请补充班子分工。",
                criteria=[],
            )
        case ApplicationState.FAILED:
            review(application, to="failed", user=reviewer, reason="当年受到行政处罚。")
        case ApplicationState.CITY:
            for rung in (ApplicationState.COUNTY, ApplicationState.CITY):
                review(application, to=rung, user=reviewer, **paper)
        case ApplicationState.PUBLICITY | ApplicationState.RECOGNISED:
            review(application, to=ApplicationState.COUNTY, user=reviewer)
            review(application, to="publicity", user=reviewer, first=begin, **paper)
            if state == ApplicationState.RECOGNISED:
                application = review(
                    application, to="recognised", user=reviewer, **paper
                )
                if application.award:
                    issue_certificate(application.award, user=reviewer)


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
