"""Invented gifts, funds and charity work; together they make the report's figures."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.charity import CharityKind
from activities.models.welfare.donation import DonationMeans, DonationPurpose, DonorKind
from activities.models.welfare.fund import Direction
from activities.services.welfare import receipt_of
from chambers.models import Chamber, Enterprise
from redleader.records.money import WAN

FUND_CHAMBER, STUDENT_CHAMBER = 4, 5
ENTERPRISES = [
    "演示·厚德茶业有限公司",
    "演示·同心食品有限公司",
    "演示·善行建材有限公司",
]
PERSONS = ["演示·林先生", "演示·陈女士", "演示·曾先生"]
CONSENT = "演示：书面同意，存商会档案。"
PANDEMIC = 98  # donations of 300 and 500 in turn, 3.92亿 in all
VISITS, VISIT_TIMES, VISIT_WAN = 56, 13_260, 1036
GRASSROOTS = 74


def make_welfare(chambers: list[Chamber], today: date) -> None:
    enterprises = [
        Enterprise.objects.get_or_create(name=name, defaults={"is_demo": True})[0]
        for name in ENTERPRISES
    ]
    funds = make_funds(chambers, today)
    make_donations(chambers, enterprises, funds, today)
    make_payments(funds[0], today)
    CharityActivity.objects.bulk_create(
        [
            *visits(chambers, today),
            *students(chambers, today),
            *volunteers(chambers, today),
            *grassroots(chambers, today),
        ]
    )


def spread(turn: int, of: int, today: date, *, days: int = 1000) -> date:
    """Return the day of one of several rows, the last of them some days ago."""
    return today - timedelta(days=days * (of - turn) // of)


def make_funds(chambers: list[Chamber], today: date) -> list[Fund]:
    rows = [
        (FUND_CHAMBER, "演示·石门教育发展基金", "奖励优秀学生和教师，资助困难学子。"),
        (0, "演示·云溪敬老基金", "慰问孤寡老人，补助村里的老年食堂。"),
    ]
    funds = []
    for number, name, purpose in rows:
        fund = Fund(
            name=name,
            chamber=chambers[number],
            purpose=f"演示：{purpose}",
            founded_on=today - timedelta(days=1500),
            is_demo=True,
        )
        fund.full_clean()
        fund.save()
        funds.append(fund)
    return funds


def donor(
    turn: int, chamber: Chamber, enterprises: list[Enterprise], day: date
) -> dict:
    """Return a donor of each kind in turn, with and without consent."""
    with_consent = turn % 3 == 0
    consent: dict[str, object] = {"publish_consent": with_consent}
    if with_consent:
        consent |= {"consent_on": day, "consent_note": CONSENT}
    match turn % 5:
        case 0:
            return {"donor_kind": DonorKind.CHAMBER, "donor_chamber": chamber} | consent
        case 1:
            return {"donor_kind": DonorKind.ANONYMOUS}
        case 2:
            name = PERSONS[turn // 5 % len(PERSONS)]
            return {"donor_kind": DonorKind.PERSON, "donor_name": name} | consent
    enterprise = enterprises[turn // 5 % len(enterprises)]
    return {
        "donor_kind": DonorKind.ENTERPRISE,
        "donor_enterprise": enterprise,
    } | consent


def make_donations(chambers, enterprises, funds, today: date) -> None:
    rows = [
        Donation(
            is_demo=True,
            pledged_on=day,
            **{"form": DonationMeans.CASH, "received_on": day}
            | donor(turn, fields["chamber"], enterprises, day)
            | fields,
        )
        for turn, day, fields in [
            *gifts_of_the_pandemic(chambers),
            *gifts_to_funds(funds, today),
            *gifts_to_villages(chambers, today),
            *pledges(chambers, today),
        ]
    ]
    donations = Donation.objects.bulk_create(rows)
    FundEntry.objects.bulk_create(receipt_of(row) for row in donations if row.fund)


# What each of these yields: its turn, its day and the fields of a donation.
Gifts = Iterator[tuple[int, date, dict[str, Any]]]


def gifts_of_the_pandemic(chambers) -> Gifts:
    for turn in range(PANDEMIC):
        chamber = chambers[turn % len(chambers)]
        day = max(date(2020, 2, 10) + timedelta(days=turn * 10), chamber.founded_on)
        goods = DonationMeans.GOODS if turn % 4 == 3 else DonationMeans.CASH
        given = {"value": (300 if turn % 2 else 500) * WAN, "form": goods}
        purpose = DonationPurpose.PANDEMIC
        yield turn, day, {"chamber": chamber, "purpose": purpose} | given


def gifts_to_funds(funds, today: date) -> Gifts:
    for turn in range(12):
        day = spread(turn, 12, today, days=1200)
        for fund, purpose, wan, fields in (
            (funds[0], DonationPurpose.EDUCATION, 70, {"beneficiaries": 40}),
            (funds[1], DonationPurpose.VISIT, 5, {}),
        ):
            if fund == funds[0] or turn < 6:
                given = {"fund": fund, "chamber": fund.chamber, "value": wan * WAN}
                yield turn, day, {"purpose": purpose} | given | fields


def gifts_to_villages(chambers, today: date) -> Gifts:
    others = [
        (DonationPurpose.VILLAGE, 20, 300),
        (DonationPurpose.RELIEF, 12, 80),
        (DonationPurpose.OTHER, 3, 1),
    ]
    for turn in range(30):
        purpose, wan, people = others[turn % len(others)]
        yield (
            turn,
            spread(turn, 30, today),
            {
                "chamber": chambers[turn % len(chambers)],
                "purpose": purpose,
                "value": wan * WAN,
                "beneficiaries": people if turn <= 5 else None,
                "recipient": "演示村民委员会",
            },
        )


def pledges(chambers, today: date) -> Gifts:
    """Promised but not received yet."""
    for turn, days in enumerate([150, 100, 20]):
        given = {"chamber": chambers[turn % 2], "value": 10 * WAN, "received_on": None}
        day = today - timedelta(days=days)
        yield 3, day, {"purpose": DonationPurpose.VILLAGE} | given


def make_payments(fund: Fund, today: date) -> None:
    """Bring the receipts to 1132万 and spend about half of them."""
    rows = [(Direction.INCOME, 292, "演示：设立时注入", 1490)]
    rows += [
        (Direction.EXPENSE, 45, "演示：奖教奖学和助学金", 1100 - turn * 90)
        for turn in range(12)
    ]
    FundEntry.objects.bulk_create(
        FundEntry(
            fund=fund,
            direction=direction,
            amount=wan * WAN,
            purpose=purpose,
            happened_on=today - timedelta(days=days),
        )
        for direction, wan, purpose, days in rows
    )


def visits(chambers, today: date):
    times, rest = divmod(VISIT_TIMES, VISITS)
    for turn in range(VISITS):
        yield CharityActivity(
            chamber=chambers[turn % len(chambers)],
            kind=CharityKind.VISIT,
            title=["演示·春节慰问", "演示·重阳敬老", "演示·六一慰问"][turn % 3],
            held_on=spread(turn, VISITS, today),
            person_times=times + (turn < rest),
            value=Decimal(VISIT_WAN) * WAN / VISITS,
            is_demo=True,
        )


def students(chambers, today: date):
    rows = [(STUDENT_CHAMBER, 6), (STUDENT_CHAMBER, 4), (FUND_CHAMBER, 30), (1, 12)]
    for turn, (number, people) in enumerate(rows):
        yield CharityActivity(
            chamber=chambers[number],
            kind=CharityKind.STUDENTS,
            title="演示·金秋助学",
            held_on=spread(turn, len(rows), today),
            people=people,
            person_times=people,
            value=people * WAN // 2,
            is_demo=True,
        )


def volunteers(chambers, today: date):
    for turn in range(12):
        yield CharityActivity(
            chamber=chambers[turn],
            kind=CharityKind.VOLUNTEERS,
            title="演示·志愿服务日",
            held_on=spread(turn, 12, today),
            people=20,
            person_times=25,
            is_demo=True,
        )


def grassroots(chambers, today: date):
    for turn in range(GRASSROOTS):
        yield CharityActivity(
            chamber=chambers[turn % len(chambers)],
            kind=CharityKind.GRASSROOTS,
            title=f"演示·邻里问题调解（{turn + 1}）",
            held_on=spread(turn, GRASSROOTS, today),
            is_demo=True,
        )
