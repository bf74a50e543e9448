"""Each state of each counted noun: whether its row counts, by every rule."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from activities.counting import ALWAYS, RULES, until
from activities.models import Award, Series
from activities.models.honour import AwardState
from activities.models.lead import LeadState
from activities.models.lecture import LectureKind, LectureState
from activities.models.liaison.demand import DemandState
from activities.models.mediation.states import CaseState
from activities.models.pairing import PairingState
from activities.models.project import ProjectState
from activities.models.scheme import HonourLevel, SchemeKind
from activities.services.lecture import (
    accept_lecture,
    archive_lecture,
    correct_lecture,
    submit_lecture,
)
from activities.services.project import take_step
from chambers.models.chamber import ChamberState
from tests.factories.activities import (
    CASE_PATHS,
    LEAD_PATHS,
    AwardFactory,
    IssueFactory,
    LectureFactory,
    PairingProjectFactory,
    ProjectEntryFactory,
    PromotionEventFactory,
    SchemeVersionFactory,
    accepted,
    cancelled,
    case_at,
    demand_at,
    lead_at,
    make_overdue,
    pairing_at,
    planned,
    project_at,
    returned,
    submitted,
)
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    ChamberTermFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
KINDS = [
    LectureKind.PARTY_LECTURE,
    LectureKind.HALL,
    LectureKind.CONVICTION,
    LectureKind.EXCHANGE,
]


def superseded(**fields):
    original = accepted(**fields)
    user = UserFactory()
    correction = correct_lecture(original, user=user, reason="多记一人。")
    correction.topic = f"更正{original.topic}"
    correction.save()
    accept_lecture(submit_lecture(correction, user=user), user=UserFactory())
    original.refresh_from_db()
    return original


LECTURES = {
    "planned": planned,
    "cancelled": cancelled,
    "draft": LectureFactory,
    "submitted": submitted,
    "accepted": accepted,
    "returned": returned,
    "archived": lambda **fields: archive_lecture(
        accepted(**fields), user=UserFactory()
    ),
    "superseded": superseded,
}


def lectures(state):
    series, _ = Series.objects.get_or_create(name="红土初心讲堂")
    number = LectureState.values.index(state) + 1
    for kind in KINDS:
        is_hall = kind == LectureKind.HALL
        issue = IssueFactory(series=series, number=number) if is_hall else None
        LECTURES[state](kind=kind, issue=issue, is_public=True)


def pairings(state):
    PairingProjectFactory(pairing=pairing_at(state))


def projects(state):
    more = {"is_return": True, "is_rural": True, "promotion": PromotionEventFactory()}
    if state == ProjectState.TERMINATED:  # It had money while it went on.
        project = project_at("signed", **more)
        ProjectEntryFactory(project=project, day=project.signed_on)
        end = {"happened_on": TODAY, "reason": "资金未到位。"}
        take_step(project, to=state, user=project.created_by, **end)
        return
    project = project_at(state, **more)
    if project.signed_on:
        ProjectEntryFactory(project=project, day=project.signed_on)


def cases(state):
    case_at(state, amount=Decimal(1000))


def demands(state):
    make_overdue(demand_at(state))


def chambers(state):
    chamber = ChamberFactory(state=state, charter_clause="2019")
    branch = BranchFactory(chambers=[chamber])
    head = MembershipFactory(chamber=chamber).member
    due, passed = TODAY + timedelta(days=99), TODAY - timedelta(days=99)
    ChamberTermFactory(chamber=chamber, due_on=due)
    ChamberTermFactory(chamber__state=state, due_on=passed, ended_on=passed)
    ChamberTermFactory(chamber__state=state, due_on=passed)
    for place, post in (
        ({"branch": None, "chamber": chamber}, "president"),
        ({"branch": branch, "chamber": None}, "branch_secretary"),
    ):
        AppointmentFactory(member=head, post=post, **place)


def awards(state):
    more = {
        AwardState.VALID: {},
        AwardState.DUE: {"valid_until": TODAY + timedelta(days=30)},
        AwardState.EXPIRED: {"valid_until": TODAY - timedelta(days=1)},
        AwardState.REVOKED: {
            "revoked_on": TODAY,
            "revocation_reason": "不再符合。",
            "revocation_document": "杭联〔2026〕1号",
        },
        AwardState.RENEWED: {},
    }[state]
    for kind, level in (
        (SchemeKind.FOUR_GOODS, HonourLevel.NATIONAL),
        (SchemeKind.FOUR_GOODS, HonourLevel.PROVINCIAL),
        (SchemeKind.PILOT, HonourLevel.CITY),
    ):
        version = SchemeVersionFactory(scheme__kind=kind)
        title = {"version": version, "level": level, "chamber": ChamberFactory()}
        award = AwardFactory(granted_on=date(2020, 1, 1), **title, **more)
        if state == AwardState.RENEWED:
            # The next one is revoked again, so that it has no state of its own.
            AwardFactory(
                granted_on=TODAY, renews=award, revoked_on=TODAY, **title, **GONE
            )


GONE = {"revocation_reason": "不再符合。", "revocation_document": "杭联〔2026〕1号"}
# How the rows of a state are made, and the states of the noun.
MADE = {
    lectures: LectureState,
    lead_at: LeadState,
    pairings: PairingState,
    demands: DemandState,
    cases: CaseState,
    projects: ProjectState,
    chambers: ChamberState,
    awards: AwardState,
}
LIVE_PAIRING = {"paired", "active", "done"}
CONCLUDED = {"agreed", "fulfilled", "unfulfilled", "archived"}
SIGNED = {"signed", "started", "operating"}
HELD = {"valid", "due"}
# The states that each rule counts, written down apart from the code.
COUNTED = {
    "lectures-held": {"accepted", "archived"},
    "secretary-lectures": {"accepted", "archived"},
    "conviction-education": {"accepted", "archived"},
    "meetings-held": {"accepted", "archived"},
    "attendance": {"accepted", "archived"},
    "lectures-public": {"accepted", "archived"},
    "exchanges": {"accepted", "archived"},
    "hall-issues": {"accepted", "archived"},
    "leads-submitted": set(LEAD_PATHS),
    "valid-leads": {"valid", "handed", "contact", "landed", "failed"},
    "leads-waiting": {"waiting"},
    "leads-landed": {"landed"},
    "pairings": LIVE_PAIRING,
    "paired-villages": LIVE_PAIRING,
    "paired-enterprises": LIVE_PAIRING,
    "pairing-projects": LIVE_PAIRING,
    "pairing-paid-in": LIVE_PAIRING,
    "pairing-donations": LIVE_PAIRING,
    "pairing-jobs": LIVE_PAIRING,
    "pairing-trained": LIVE_PAIRING,
    "pairing-income": LIVE_PAIRING,
    "demands-received": {*DemandState},
    "demands-open": {"collected", "assigned", "handling", "answered"},
    "demands-overdue": {"assigned", "handling"},
    "demands-closed": {"closed"},
    "mediation-accepted": {*CASE_PATHS} - {"registered", "refused"},
    "mediation-succeeded": CONCLUDED,
    "mediation-open": {"accepted", "mediating"},
    "mediation-amount": {*CASE_PATHS} - {"registered", "refused"},
    "return-projects": SIGNED,
    "rural-projects": SIGNED,
    "projects-contracted": SIGNED,
    "projects-planned": SIGNED,
    "projects-paid-in": SIGNED,
    "projects-jobs": SIGNED,
    "promotion-projects": SIGNED,
    "titles-held": HELD,
    "four-goods-national": HELD,
    "four-goods-provincial": HELD,
    "city-pilots": HELD,
    "chambers": {"active"},
    "charter-clause": {"active"},
    "covered-chambers": {"active"},
    "term-in-time": {"active"},
    "terms-due": {"active"},
    "terms-changed": {"active"},
    "terms-overdue": {"active"},
    # A member or a president of a chamber in preparation is one, too.
    "members": {*ChamberState},
    "president-secretary": {*ChamberState},
}


def has_state(model):
    names = {field.name for field in model._meta.concrete_fields}
    return "state" in names or model is Award


def way_to_state(model):
    """Return the path from a counted row to its state, or "" when it has none."""
    if has_state(model):
        return "state"
    for field in model._meta.concrete_fields:
        of = field.related_model
        if of and of._meta.app_label == model._meta.app_label and has_state(of):
            return f"{field.name}__state"
    return ""


def stated():
    """Return every rule whose rows have a state, with the path there."""
    ways = {c: way_to_state(rule.query(ALWAYS).model) for c, rule in RULES.items()}
    return {code: way for code, way in ways.items() if way}


def test_every_rule_over_states_stands_in_the_table():
    assert set(COUNTED) == set(stated())


def test_each_state_counts_as_its_rule_says():
    for make, states in MADE.items():
        for state in states.values:
            make(state)
    scope, wrong = until(TODAY), []
    for code, way in stated().items():
        rule = RULES[code]
        found = set(rule.query(scope).order_by().values_list(way, flat=True))
        if found != COUNTED[code]:
            wrong.append((code, "rows", found ^ COUNTED[code]))
        if rule.count(scope) != replace(rule, kept=None).count(scope):
            wrong.append((code, "kept sum"))
        if rule.visible(scope, AnonymousUser()).exists() != rule.is_open:
            wrong.append((code, "rows for everybody"))
    assert wrong == []
