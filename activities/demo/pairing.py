"""Invented villages, enterprises and their pairings, so that the picture has all."""

from datetime import date, timedelta
from decimal import Decimal

from activities.models import Pairing, PairingProgramme, PairingProject, PairingStep
from activities.models.pairing import TRANSITIONS, PairingProjectKind, PairingState
from chambers.models import Chamber, Enterprise, Region
from chambers.models.region import Level
from redleader.records.money import WAN
from redleader.records.steps import Walk, path_to, walk_all

VILLAGES = 329
FIRST, SECOND = "云松梅竹石清双桂茶新上下高长大", "坪坑岭塘背洋田口湖坝源头"
TRADES = ["食品", "竹业", "建材", "服饰", "农业", "新材料", "环保", "旅游"]
AREAS = ["产业帮扶", "修桥修路", "助学助老", "村容整治", "技术培训"]
# Groups of 蛟洋商会's stand-in: 25 villages, 23 enterprises. Each is (villages,
# enterprises, links between their numbers).
MEETING: list[tuple[int, int, list[tuple[int, int]]]] = [
    *[(1, 3, [(0, 0), (0, 1), (0, 2)])] * 2,
    *[(3, 1, [(0, 0), (1, 0), (2, 0)])] * 3,
    (3, 3, [(0, 0), (0, 1), (1, 1), (2, 1), (2, 2)]),
    *[(1, 1, [(0, 0)])] * 11,
]
# Elsewhere: enterprises that help three villages, the other villages have one each.
WIDE = 12
DONATED, JOBS = Decimal("20.4") * WAN, 148  # of each pairing there, on average


def make_pairings(chambers, secretaries, today: date) -> None:
    """Make 329 paired villages; the second chamber has 25 with 23 enterprises."""
    villages = make_villages()
    links, count = [], 0
    groups = [*MEETING, *[(3, 1, [(0, 0), (1, 0), (2, 0)])] * WIDE]
    rest = VILLAGES - sum(group[0] for group in groups)
    groups += [(1, 1, [(0, 0)])] * rest
    enterprises = make_enterprises(sum(group[1] for group in groups))
    others = [chamber for chamber in chambers[:10] if chamber != chambers[1]]
    done = 0
    for turn, (wide, many, ties) in enumerate(groups):
        chamber = chambers[1] if turn < len(MEETING) else others[turn % len(others)]
        for village, enterprise in ties:
            links.append(
                (chamber, villages[done + village], enterprises[count + enterprise])
            )
        done, count = done + wide, count + many
    pairings = save_pairings(links, secretaries, today)
    make_projects(pairings[: sum(len(group[2]) for group in MEETING)], today)
    make_projects(pairings[-20:], today)


def make_villages() -> list[Region]:
    townships = list(Region.objects.townships().order_by("code"))
    names = [f"演示·{first}{second}村" for first in FIRST for second in SECOND]
    names += [f"演示·{first}溪{second}村" for first in FIRST for second in SECOND]
    rows = []
    for number in range(VILLAGES):
        township = townships[number % len(townships)]
        rows.append(
            Region(
                code=f"{township.code}{901 + number // len(townships)}",
                name=names[number],
                level=Level.VILLAGE,
                parent=township,
            )
        )
    return Region.objects.bulk_create(rows)


def make_enterprises(count: int) -> list[Enterprise]:
    names = [
        f"演示·{first}{second}{trade}公司"
        for trade in TRADES
        for first in FIRST
        for second in SECOND
    ]
    step = 7  # neighbours should not all be of one trade
    return Enterprise.objects.bulk_create(
        Enterprise(name=names[turn * step % len(names)]) for turn in range(count)
    )


def save_pairings(
    links: list[tuple[Chamber, Region, Enterprise]], secretaries, today: date
) -> list[Pairing]:
    """Save pairings and take each to its state; most are at work."""
    programmes = list(PairingProgramme.objects.order_by("pk"))
    rows = []
    for turn, (chamber, village, enterprise) in enumerate(links):
        days = turn * 3 % 900
        rows.append(
            Pairing(
                village=village,
                enterprise=enterprise,
                chamber=chamber,
                programme=programmes[turn % len(programmes)],
                started_on=date(2022, 3, 1) + timedelta(days=days),
                areas="、".join(AREAS[turn % 3 : turn % 3 + 2]),
                publish_consent=turn % 9 != 8,
                created_by=secretaries[chamber.pk],
                is_demo=True,
            )
        )
    rows = Pairing.objects.bulk_create(rows)
    states = [PairingState.ACTIVE] * 6 + [PairingState.PAIRED, PairingState.DONE]
    walks = []
    for turn, row in enumerate(rows):
        path = path_to(TRANSITIONS, PairingState.INTENT, states[turn % len(states)])
        walks.append(Walk(row, [PairingStep(state=state) for state in path]))
    walk_all(walks, user_of=lambda row: row.created_by)
    return rows


def make_projects(pairings: list[Pairing], today: date) -> None:
    """Make a project for each pairing; more and less than the average in turn."""
    rows = []
    for turn, pairing in enumerate(pairings):
        swing = Decimal((turn % 5 - 2) * 10 + 100) / 100  # 0.8 to 1.2
        kind = (PairingProjectKind.WELFARE, PairingProjectKind.BUSINESS)[turn % 2]
        rows.append(
            PairingProject(
                pairing=pairing,
                kind=kind,
                name=f"演示·{AREAS[turn % len(AREAS)]}项目",
                planned=DONATED * 3,
                paid_in=DONATED * 2 * swing,
                donated=DONATED * swing,
                jobs=round(JOBS * swing),
                trained=turn % 4 * 20,
                collective_income=Decimal(turn % 6) * WAN,
                as_of=today - timedelta(days=30 + turn),
            )
        )
    PairingProject.objects.bulk_create(rows)
