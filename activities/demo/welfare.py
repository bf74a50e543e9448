"""Invented gifts, funds and charity work; together they make the report's figures."""

from datetime import date, timedelta
from decimal import Decimal

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
    def gift(turn, chamber, purpose, wan, day, **fields):
        return Donation(
            chamber=chamber,
            purpose=purpose,
            value=wan * WAN,
            pledged_on=day,
            is_demo=True,
            **{"form": DonationMeans.CASH, "received_on": day}
            | donor(turn, chamber, enterprises, day)
            | fields,
        )

    rows = []
    for turn in range(PANDEMIC):
        chamber = chambers[turn % len(chambers)]
        day = max(date(2020, 2, 10) + timedelta(days=turn * 10), chamber.founded_on)
        goods = DonationMeans.GOODS if turn % 4 == 3 else DonationMeans.CASH
        wan = 300 if turn % 2 else 500
        rows.append(gift(turn, chamber, DonationPurpose.PANDEMIC, wan, day, form=goods))
    school, elders = funds
    for turn in range(12):
        day = spread(turn, 12, today, days=1200)
        to_school = {"fund": school, "beneficiaries": 40}
        rows.append(
            gift(turn, school.chamber, DonationPurpose.EDUCATION, 70, day, **to_school)
        )
        if turn < 6:
            rows.append(
                gift(turn, elders.chamber, DonationPurpose.VISIT, 5, day, fund=elders)
            )
    others = [
        (DonationPurpose.VILLAGE, 20, 300),
        (DonationPurpose.RELIEF, 12, 80),
        (DonationPurpose.OTHER, 3, 3),
    ]
    for turn in range(30):
        purpose, wan, people = others[turn % len(others)]
        chamber, day = chambers[turn % len(chambers)], spread(turn, 30, today)
        counted = {"beneficiaries": people, "recipient": "演示村民委员会"}
        counted |= {"beneficiaries": 1} if purpose == DonationPurpose.OTHER else {}
        counted |= {"beneficiaries": None} if turn > 5 else {}
        rows.append(gift(turn, chamber, purpose, wan, day, **counted))
    for turn, days in enumerate([150, 100, 20]):  # pledged, not there yet
        day = today - timedelta(days=days)
        purpose = DonationPurpose.VILLAGE
        rows.append(gift(3, chambers[turn % 2], purpose, 10, day, received_on=None))
    donations = Donation.objects.bulk_create(rows)
    FundEntry.objects.bulk_create(receipt_of(row) for row in donations if row.fund)


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
