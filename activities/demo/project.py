"""Invented return and rural projects in every state, and promotion events."""

from datetime import date, timedelta
from decimal import Decimal

from activities.models import (
    KeyIndustry,
    Project,
    ProjectEntry,
    ProjectStep,
    PromotionEvent,
)
from activities.models.project import DATES, TRANSITIONS, ProjectState
from activities.services.project import walk_of
from chambers.models import Region
from redleader.records.money import WAN, YI
from redleader.records.steps import path_to, walk_all

PLACES = "云松梅竹石清双桂茶新上高"
TRADES = ["茶业", "竹木", "建材", "食品", "环保", "服饰", "民宿", "农场"]
CITIES = ["东海市", "南江市", "北原市", "西岭市"]
# How many projects that count: return, both, rural alone; first of the stand-in.
FIRST = ("return",) * 8 + ("both",) * 4
OTHERS = ("return",) * 36 + ("both",) * 16 + ("rural",) * 32
# What came in for the return projects of the first chamber, and of all the others.
FIRST_SUMS = (Decimal("10.2") * YI, 1320)
OTHER_SUMS = (Decimal("91.4") * YI, 9640)
COUNTED = [
    ProjectState.OPERATING,
    ProjectState.STARTED,
    ProjectState.OPERATING,
    ProjectState.SIGNED,
    ProjectState.OPERATING,
]
EARLY = [ProjectState.LEAD] * 5 + [ProjectState.TALKS] * 4
# How far projects came before they were given up.
GIVEN_UP = [
    ProjectState.LEAD,
    ProjectState.TALKS,
    ProjectState.SIGNED,
    ProjectState.STARTED,
]
REASON = "投资方调整了计划。"


def make_projects(chambers, secretaries, staff, today: date) -> None:
    """Make 64 return and 52 rural projects, 20 of them both, and some not yet so."""
    promotions = make_promotions(chambers, secretaries, staff, today)
    ends = [
        *[(kind, COUNTED[turn % 5]) for turn, kind in enumerate(FIRST + OTHERS)],
        *[(("return", "rural")[turn % 2], end) for turn, end in enumerate(EARLY)],
        *[("return", ProjectState.TERMINATED)] * len(GIVEN_UP),
    ]
    others = [*chambers[1:10], *chambers[14:16]]
    townships = list(Region.objects.townships().order_by("code"))
    industries = [*KeyIndustry.objects.all(), None]
    rows = []
    for turn, (kind, _) in enumerate(ends):
        is_first = turn < len(FIRST)
        chamber = chambers[0] if is_first else others[turn % len(others)]
        row = project_of(turn, kind, chamber, townships, industries)
        row.promotion = promotions[turn % 4] if turn % 5 == 0 else None
        row.created_by = secretaries[chamber.pk]
        rows.append(row)
    money = [*shares(rows[:12], FIRST_SUMS), *shares(rows[12:], OTHER_SUMS)]
    for row, (paid_in, _) in zip(rows, money, strict=True):
        if paid_in:
            row.planned = paid_in * 3 / 2
    rows = Project.objects.bulk_create(rows)
    given_up = iter(GIVEN_UP)
    walks = []
    for turn, (row, (_, end)) in enumerate(zip(rows, ends, strict=True)):
        last = next(given_up) if end == ProjectState.TERMINATED else end
        path = path_to(TRANSITIONS, ProjectState.LEAD, last)
        if end == ProjectState.TERMINATED:
            path = [*path, end]
        contracted = money[turn][0] * (Decimal("0.9") if turn == 20 else Decimal("1.2"))
        path_steps = steps_of(path, turn, today)
        walks.append(walk_of(row, path_steps, contracted or Decimal(300) * WAN))
    walk_all(walks, user_of=lambda project: secretaries[project.chamber_id])
    make_entries(rows, money, secretaries, today)


def project_of(turn: int, kind: str, chamber, townships, industries) -> Project:
    """Return an unsaved project of a kind, with invented names."""
    trade = TRADES[turn % len(TRADES)]
    return Project(
        name=f"演示·{PLACES[turn * 5 % 12]}溪{trade}项目（{turn + 1}）",
        is_return=kind != "rural",
        is_rural=kind != "return",
        investor=f"演示·{PLACES[turn * 7 % 12]}山{trade}公司",
        origin_city=CITIES[turn % len(CITIES)],
        chamber=chamber,
        township=chamber.township or townships[turn % len(townships)],
        industry=industries[turn % len(industries)],
        planned=Decimal(300 + turn * 7) * WAN,
        publish_consent=turn % 4 == 0,
        is_demo=True,
    )


def shares(rows: list[Project], sums: tuple[Decimal, int]) -> list[tuple[Decimal, int]]:
    """Divide money and jobs among the return projects that count; the last fits.

    A project for a village alone gets a little of its own.
    """
    kinds = (FIRST if len(rows) == len(FIRST) else OTHERS) + ("none",) * 99
    weights = [
        0 if k in ("rural", "none") else 60 + n * 13 % 80
        for n, k in zip(range(len(rows)), kinds, strict=False)
    ]
    last = max(n for n, weight in enumerate(weights) if weight)
    money = [sums[0] * w // sum(weights) // WAN * WAN for w in weights]
    jobs = [sums[1] * w // sum(weights) for w in weights]
    money[last] += sums[0] - sum(money)
    jobs[last] += sums[1] - sum(jobs)
    for n, kind in zip(range(len(rows)), kinds, strict=False):
        if kind == "rural" and n % 8:
            money[n], jobs[n] = Decimal(40 + n * 3) * WAN, 4 + n % 9
    return list(zip(money, jobs, strict=True))


def steps_of(path: list[ProjectState], turn: int, today: date) -> list[ProjectStep]:
    """Return unsaved steps; the later a project is, the longer ago it was signed."""
    dated = [state for state in path if state in DATES]
    first = today - timedelta(days=200 * len(dated) - 190 + turn * 37 % 1300)
    return [
        ProjectStep(
            state=state,
            happened_on=first + timedelta(days=200 * dated.index(state))
            if state in DATES
            else None,
            reason=REASON if state == ProjectState.TERMINATED else "",
        )
        for state in path
    ]


def make_entries(rows, money, secretaries, today: date) -> None:
    """Make two entries for each project that counts, the first the larger."""
    entries = []
    for row, (paid_in, jobs) in zip(rows, money, strict=True):
        if not row.takes_entries or not paid_in:
            continue
        early = paid_in * 6 // 10 // WAN * WAN
        days = (row.signed_on + timedelta(days=15), row.signed_on + timedelta(days=180))
        parts = [(early, jobs // 3), (paid_in - early, jobs - jobs // 3)]
        for day, (part, people) in zip(days, parts, strict=True):
            entries.append(
                ProjectEntry(
                    project=row,
                    day=min(day, today),
                    paid_in=part,
                    jobs=people,
                    note="首期" if day == days[0] else "二期",
                    created_by=secretaries[row.chamber_id],
                )
            )
    ProjectEntry.objects.bulk_create(entries)


def make_promotions(chambers, secretaries, staff, today: date) -> list[PromotionEvent]:
    """Make one by the county and one each by three chambers."""
    organisers = [None, chambers[0], chambers[1], chambers[14]]
    return PromotionEvent.objects.bulk_create(
        PromotionEvent(
            name=f"演示·{city}乡贤招商推介会",
            held_on=today - timedelta(days=150 + turn * 260),
            place=city,
            organiser=organiser,
            guests=40 + turn * 25,
            summary="演示内容：介绍县里的产业和政策，乡贤座谈回乡投资的打算。",
            created_by=secretaries[organiser.pk] if organiser else staff["federation"],
            is_demo=True,
        )
        for turn, (city, organiser) in enumerate(zip(CITIES, organisers, strict=True))
    )
