"""Invented committees, mediators and disputes of 商会枫桥调解, in every state."""

import random
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import F
from django.utils import timezone

from activities.demo.chamber import invented_name, make_user
from activities.models import (
    CaseMediator,
    CaseParty,
    CaseSession,
    CaseStep,
    CaseVisit,
    CommitteeSeat,
    DisputeKind,
    MediationAccess,
    MediationCase,
    MediationCommittee,
    MediationRequest,
    Mediator,
)
from activities.models.mediation.committee import MediatorKind, MediatorSource
from activities.models.mediation.party import PartyKind, Side
from activities.models.mediation.request import RequestState
from activities.models.mediation.states import (
    INFORMED,
    REASONED,
    AgreementKind,
    CaseSource,
    CaseState,
    Confirmation,
)
from activities.services.seed import DISPUTE_KINDS
from chambers.models import Role, User

COMMITTEES = 7  # one of the county, the others of the first chambers
MEDIATORS = 15  # of each committee: 105 in all
SEATS = 5
S = CaseState
BEGUN = [S.ACCEPTED, S.MEDIATING]
# The steps of a case, and how many go that far: 56 are accepted, 48 succeed,
# 4 fail and 1 is withdrawn, 3 are still open.
PATHS: list[tuple[list[CaseState], int]] = [
    ([*BEGUN, S.AGREED, S.FULFILLED, S.ARCHIVED], 15),
    ([*BEGUN, S.AGREED, S.FULFILLED], 22),
    ([*BEGUN, S.FAILED, S.ARCHIVED], 1),
    ([S.REFUSED, S.ARCHIVED], 1),
    ([*BEGUN, S.FAILED], 3),
    ([*BEGUN, S.AGREED, S.UNFULFILLED], 3),
    ([S.ACCEPTED, S.WITHDRAWN], 1),
    ([S.REFUSED], 2),
    ([*BEGUN, S.AGREED], 8),
    (BEGUN, 2),
    ([S.ACCEPTED], 1),
    ([], 2),
]
KINDS = [0, 3, 1, 0, 3, 1, 3, 0, 1, 3, 2, 0, 1, 3, 4]  # of DISPUTE_KINDS, in turn
FIELDS = [
    "state",
    "version",
    "accepted_on",
    "agreement_kind",
    "agreement_text",
    "effective_on",
    "due_on",
    "confirmation",
    "confirmation_applied_on",
]
REASONS = {
    S.REFUSED: "演示：当事人已向法院起诉。",
    S.FAILED: "演示：双方对金额分歧较大。",
    S.WITHDRAWN: "演示：申请方撤回申请。",
    S.UNFULFILLED: "演示：期满没有付清，已告知可以起诉。",
}
SUMMARY = "演示内容：双方对货款的数额和付款时间有争议，请求调解。"
SITTING = "演示内容：双方分别陈述，调解员核对了合同和送货单，提出分期付款的意见。"
AGREEMENT = "演示内容：被申请方分两期付清货款，申请方不再要求违约金。"


def make_mediation(chambers, staff: dict, luck: random.Random, today: date) -> None:
    """Make 105 mediators, 56 accepted cases and some requests."""
    federation = staff[Role.FEDERATION]
    MediationAccess.objects.create(
        user=federation, started_on=today - relativedelta(years=1)
    )
    for name in DISPUTE_KINDS:
        DisputeKind.objects.get_or_create(name=name)
    kinds = list(DisputeKind.objects.filter(name__in=DISPUTE_KINDS))
    committees = make_committees(chambers, today)
    mediators = make_mediators(committees, luck, today)
    cases = make_cases(committees, mediators, kinds, federation, today)
    make_requests(cases, kinds, federation)


def make_committees(chambers, today: date) -> list[MediationCommittee]:
    started = today - timedelta(days=800)
    return MediationCommittee.objects.bulk_create(
        MediationCommittee(
            name=f"{chamber.name}调解委员会" if chamber else "演示·县商会调解委员会",
            chamber=chamber,
            started_on=started,
            due_on=started + relativedelta(years=3),
            is_active=True,
            is_demo=True,
        )
        for chamber in [None, *chambers[: COMMITTEES - 1]]
    )


def make_mediators(committees, luck, today: date) -> list[list[Mediator]]:
    """Make the mediators of each committee, its members first; one has an account."""
    engaged = today - timedelta(days=790)
    sources = list(MediatorSource)
    groups = [
        [
            Mediator(
                name=f"演示{invented_name(luck)}",
                kind=MediatorKind.PART_TIME if turn % 5 else MediatorKind.FULL_TIME,
                source=sources[turn % len(sources)],
                committee=committee,
                engaged_on=engaged,
                is_demo=True,
            )
            for turn in range(MEDIATORS)
        ]
        for committee in committees
    ]
    account = make_user("tiaojie", "演示调解员", Role.MEDIATOR)
    groups[0][0].name, groups[0][0].user = account.name, account
    Mediator.objects.bulk_create(row for group in groups for row in group)
    CommitteeSeat.objects.bulk_create(
        CommitteeSeat(
            committee=row.committee,
            mediator=row,
            is_head=number == 0,
            started_on=engaged,
        )
        for group in groups
        for number, row in enumerate(group[:SEATS])
    )
    return groups


def make_cases(committees, groups, kinds, user, today) -> list[MediationCase]:
    """Make every case as registered, and take all together from step to step."""
    paths = [path for path, count in PATHS for _ in range(count)]
    days = [today - timedelta(days=ago) for ago in days_ago(len(paths))]
    numbers: dict[tuple[int, int], int] = {}
    cases = []
    for turn, day in enumerate(days):
        committee = committees[turn % len(committees)]
        place = (committee.pk, day.year)
        numbers[place] = numbers.get(place, 0) + 1
        cases.append(
            MediationCase(
                committee=committee,
                year=day.year,
                number=numbers[place],
                source=list(CaseSource)[turn % len(CaseSource)],
                kind=kinds[KINDS[turn % len(KINDS)]],
                amount=(turn % 9 + 1) * 35_000 if turn % 6 else None,
                summary=SUMMARY,
                registered_on=day,
                created_by=user,
                is_demo=True,
            )
        )
    MediationCase.objects.bulk_create(cases)
    MediationCase.objects.update(created_at=F("registered_on"))
    make_parties(cases)
    assign(cases, paths, groups)
    for wave in range(max(map(len, paths))):
        moved = [(c, p[wave]) for c, p in zip(cases, paths, strict=True) if p[wave:]]
        take_wave(moved, wave, user, today)
    make_records(cases, today)
    return cases


def days_ago(count: int) -> list[int]:
    """Return how long ago each case was registered, the first one longest."""
    recent = [80, 60, 52, 47, 45, 44, 42, 40, 44, 14, 6, 3, 1]
    old = count - len(recent)
    return [*(620 - turn * 520 // old for turn in range(old)), *recent]


def make_parties(cases) -> None:
    CaseParty.objects.bulk_create(
        CaseParty(
            case=case,
            side=side,
            kind=PartyKind.LEGAL if (turn + place) % 4 else PartyKind.NATURAL,
            name=f"演示·{side.label}{turn + 1:02}",
            contact="演示联系方式",
        )
        for turn, case in enumerate(cases)
        for place, side in enumerate(Side)
    )


def assign(cases, paths, groups) -> None:
    """Give every case that was accepted a mediator; the one with an account more."""
    rows = []
    for turn, (case, path) in enumerate(zip(cases, paths, strict=True)):
        if S.ACCEPTED not in path:
            continue
        group = groups[turn % len(groups)]
        people = {group[turn // len(groups) % SEATS].pk}
        if group is groups[0]:
            people.add(group[0].pk)
        rows += [CaseMediator(case=case, mediator_id=pk) for pk in sorted(people)]
    CaseMediator.objects.bulk_create(rows)


def take_wave(moved, wave: int, user: User, today: date) -> None:
    """Take one more step with each of these cases."""
    steps = []
    for case, to in moved:
        day = min(case.registered_on + timedelta(days=wave * 9 + 2), today)
        case.version += 1
        steps.append(
            CaseStep(
                case=case,
                number=case.version,
                before=case.state,
                state=to,
                by=user,
                at=min(at_ten(day), timezone.now()),
                reason=REASONS.get(to, "") if to in REASONED else "",
                informed=to in INFORMED,
            )
        )
        case.state = to
        if to == S.ACCEPTED:
            case.accepted_on = day
        elif to == S.AGREED:
            conclude(case, day, today)
    CaseStep.objects.bulk_create(steps)
    MediationCase.objects.bulk_update([case for case, _ in moved], FIELDS)


def at_ten(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def conclude(case: MediationCase, day: date, today: date) -> None:
    """Conclude an agreement; every fourth is oral, every fifth goes to court."""
    is_oral = case.pk % 4 == 0
    case.agreement_kind = AgreementKind.ORAL if is_oral else AgreementKind.WRITTEN
    case.agreement_text = AGREEMENT
    case.effective_on = day
    case.due_on = day + timedelta(days=14 if case.pk % 3 == 0 else 60)
    if case.pk % 5 == 0 and day + timedelta(days=10) <= today:
        case.confirmation = [
            Confirmation.CONFIRMED,
            Confirmation.APPLIED,
            Confirmation.REJECTED,
        ][case.pk // 5 % 3]
        case.confirmation_applied_on = day + timedelta(days=10)


def make_records(cases, today: date) -> None:
    """Write a sitting of most cases and a visit after every other agreement."""
    kept = [case for case in cases if case.state != S.ARCHIVED]
    CaseSession.objects.bulk_create(
        CaseSession(
            case=case,
            held_on=case.accepted_on + timedelta(days=3),
            place="演示·调解室",
            text=SITTING,
        )
        for case in kept
        if case.accepted_on and case.accepted_on + timedelta(days=3) <= today
    )
    CaseVisit.objects.bulk_create(
        CaseVisit(
            case=case,
            visited_on=min(case.effective_on + timedelta(days=20), today),
            result="演示：第一期款项已经收到。",
        )
        for case in kept
        if case.effective_on and case.pk % 2
    )


def make_requests(cases, kinds, user: User) -> None:
    """Make two pending requests, one declined and one that became a case."""
    case = next(row for row in cases if row.source == CaseSource.PARTY)
    answered = {"answered_by": user, "answered_at": timezone.now()}
    answers: list[dict] = [
        {"state": RequestState.REGISTERED, "case": case} | answered,
        {"state": RequestState.DECLINED, "reason": REASONS[S.REFUSED]} | answered,
        {},
        {},
    ]
    for turn, answer in enumerate(answers, start=1):
        row = MediationRequest(
            enterprise=f"演示·申请企业{turn:02}",
            contact_name="演示联系人",
            phone="13800000000",
            other_party=f"演示·对方企业{turn:02}",
            kind=kinds[turn],
            content=SUMMARY,
            is_demo=True,
            **answer,
        )
        row.full_clean()
        row.save()
