from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.counting import RULES, CountingRule, Row, Scope, register
from activities.models import Award
from chambers.models import Chamber, Role
from tests.factories.activities import AwardFactory, accepted, lead_at, submitted
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    ChamberTermFactory,
    MemberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


def count(code, chamber=None, first=FIRST, last=LAST):
    return RULES[code].count(Scope(first, last, chamber))


def at(*day):
    return timezone.make_aware(datetime(*day, 20))


@pytest.mark.parametrize("code", RULES)
def test_every_rule_says_what_it_counts(code):
    rule = RULES[code]

    assert rule.name
    assert rule.unit
    assert rule.meaning.endswith("。")
    assert rule.code == code


@pytest.mark.parametrize("code", RULES)
def test_every_rule_counts_nothing_where_there_is_nothing(code, chamber):
    empty = ChamberFactory(state="closed")

    assert count(code, empty) == 0


@pytest.mark.parametrize("code", RULES)
def test_a_rule_costs_two_queries_whatever_it_counts(code, chamber):
    user = UserFactory()
    scope = Scope(FIRST, LAST, chamber)
    with CaptureQueriesContext(connection) as queries:
        RULES[code].count(scope)
        RULES[code].rows(scope, user, limit=50)

    assert len(queries) <= 3


def test_a_code_is_given_once():
    rule = RULES["members"]
    with pytest.raises(ValueError, match="members"):
        register(
            CountingRule(
                rule.code, "会员", "个", "重复。", rule.query, lambda row: Row(str(row))
            )
        )


def test_lectures_count_by_day_kind_and_chamber(chamber):
    for started_at, kind in [
        (at(2025, 12, 31), "party_lecture"),
        (at(2026, 1, 1), "party_lecture"),
        (at(2026, 6, 30), "hall"),
        (at(2026, 7, 1), "hall"),
        (at(2026, 3, 1), "conviction"),
    ]:
        accepted(chamber=chamber, started_at=started_at, kind=kind, present=10)
    accepted(started_at=at(2026, 3, 1))
    submitted(chamber=chamber, started_at=at(2026, 3, 2))

    assert count("lectures-held", chamber) == 2
    assert count("lectures-held") == 3
    assert count("conviction-education", chamber) == 1
    assert count("attendance", chamber) == 30
    assert count("meetings-held", chamber) == 1
    assert count("exchanges", chamber) == 0


def test_lectures_of_others_do_not_count_for_the_secretary(chamber):
    accepted(chamber=chamber, started_at=at(2026, 3, 1))
    accepted(
        chamber=chamber, started_at=at(2026, 3, 2), lecturer_role="expert", topic="二"
    )

    assert count("secretary-lectures", chamber) == 1


def double(chamber, branch, *, party=(2025, None), lead=(2025, None), post="president"):
    """A person with a Party post and a chamber post in these years."""
    member = MemberFactory()
    for where, held, (begin, end) in (
        ({"branch": branch}, "branch_secretary", party),
        ({"chamber": chamber}, post, lead),
    ):
        AppointmentFactory(
            **{"branch": None, "chamber": None} | where,
            member=member,
            post=held,
            started_on=date(begin, 2, 1),
            ended_on=end and date(end, 3, 1),
        )
    return member


def test_double_posts_are_held_on_one_day_of_the_cycle(chamber):
    branch = BranchFactory(chambers=[chamber])
    double(chamber, branch)

    assert count("double-posts", chamber) == 1
    assert count("double-posts") == 1
    assert count("double-posts", ChamberFactory()) == 0
    assert count("double-posts", chamber, date(2024, 1, 1), date(2024, 12, 31)) == 0


@pytest.mark.parametrize(
    ("party", "lead"),
    [
        ((2020, 2022), (2023, None)),  # one after the other
        ((2020, 2025), (2020, None)),  # the Party post ended before the cycle
    ],
)
def test_posts_one_after_the_other_are_not_double(chamber, party, lead):
    double(chamber, BranchFactory(chambers=[chamber]), party=party, lead=lead)

    assert count("double-posts", chamber) == 0


@pytest.mark.parametrize(
    ("party", "lead"), [((2023, None), (2020, 2022)), ((2020, 2022), (2023, None))]
)
def test_posts_of_one_cycle_that_never_met_are_not_double(chamber, party, lead):
    double(chamber, BranchFactory(chambers=[chamber]), party=party, lead=lead)

    assert count("double-posts", chamber, date(2020, 1, 1)) == 0


def test_posts_in_a_foreign_branch_or_of_a_plain_secretary_are_not_double(chamber):
    double(chamber, BranchFactory())
    double(chamber, BranchFactory(chambers=[chamber]), post="secretary")

    assert count("double-posts", chamber) == 0


def test_the_registry_answers_for_one_day(chamber):
    BranchFactory(chambers=[chamber], founded_on=date(2026, 7, 1))
    BranchFactory(chambers=[chamber], dissolved_on=date(2026, 6, 30))
    BranchFactory(chambers=[chamber])
    ChamberTermFactory(
        chamber=chamber, started_on=date(2021, 7, 1), due_on=date(2026, 7, 1)
    )
    MembershipFactory(chamber=chamber, started_on=date(2026, 6, 30))
    MembershipFactory(chamber=chamber, started_on=date(2026, 7, 1))

    assert count("party-organisation", chamber) == 1
    assert count("term-in-time", chamber) == 1
    assert count("term-in-time", chamber, last=date(2026, 7, 2)) == 0
    assert count("members", chamber) == 1


@pytest.mark.parametrize(
    ("clause", "counted"), [("2019", 1), ("2018", 0), ("none", 0), ("unknown", 0)]
)
def test_only_the_clause_of_2019_counts(chamber, clause, counted):
    Chamber.objects.filter(pk=chamber.pk).update(charter_clause=clause)

    assert count("charter-clause", chamber) == counted


def test_titles_are_those_held_on_the_last_day(chamber):
    AwardFactory(chamber=chamber, granted_on=date(2026, 6, 30))
    AwardFactory(chamber=chamber, granted_on=date(2026, 7, 1))
    AwardFactory(chamber=chamber, granted_on=date(2020, 1, 1), valid_until=LAST)
    AwardFactory(
        chamber=chamber, granted_on=date(2020, 1, 1), valid_until=date(2026, 6, 29)
    )

    assert count("titles-held", chamber) == 2
    assert Award.objects.count() == 4


def test_rows_follow_the_rights_of_the_reader(chamber):
    accepted(chamber=chamber, started_at=at(2026, 3, 1), topic="云溪一讲")
    accepted(started_at=at(2026, 3, 1), topic="别处一讲")
    scope = Scope(FIRST, LAST)
    rule = RULES["lectures-held"]

    own = rule.rows(scope, secretary_of(chamber), limit=10)
    staff = rule.rows(scope, UserFactory(role=Role.FEDERATION), limit=10)

    assert [row.label for row in own] == ["云溪一讲"]
    assert {row.label for row in staff} == {"云溪一讲", "别处一讲"}
    assert own[0].detail == "2026-03-01，党课，实到 18 人"


def test_leads_count_by_the_day_they_were_brought(chamber):
    lead_at("valid", chamber=chamber, submitted_on=FIRST)
    lead_at("landed", chamber=chamber, submitted_on=LAST)
    lead_at("invalid", chamber=chamber, submitted_on=LAST)
    lead_at("valid", chamber=chamber, submitted_on=date(2025, 12, 31))
    lead_at("landed", submitted_on=LAST)

    assert count("valid-leads", chamber) == 2
    assert count("leads-landed", chamber) == 1
    assert count("leads-landed") == 2
