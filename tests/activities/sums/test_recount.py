"""Sums are counted anew when the rule is another, and nobody waits meanwhile."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from psycopg2.errors import LockNotAvailable

from activities.counting import RULES, Scope, until
from activities.models import Donation, Tally
from activities.services import installation
from activities.sums import marks, series, tally
from activities.sums.series import KeptSeries
from chambers.models import Membership
from redleader import database
from redleader.backup.findings import GOOD, WARNING
from tests.conftest import another, become
from tests.factories.chambers import MembershipFactory

TODAY = timezone.localdate()
MOVE = "UPDATE chambers_membership SET started_on = %s WHERE id = %s"


def mark_of(rule):
    facets = ("", *rule.kept.facets)
    return marks.mark([KeptSeries(rule, facet) for facet in facets])


@pytest.mark.django_db
def test_another_text_of_the_same_query_is_the_same_rule(monkeypatch):
    """As a framework writes it that quotes, names or orders in another way."""
    before = {code: mark_of(rule) for code, rule in RULES.items() if rule.kept}
    texts = [part for one in series.all_series() for part in one.parts]
    plain = series.mogrified
    monkeypatch.setattr(
        series, "mogrified", lambda *given: f"{plain(*given)} /* another release */"
    )

    assert texts != [part for one in series.all_series() for part in one.parts]
    assert before == {code: mark_of(rule) for code, rule in RULES.items() if rule.kept}


DONATIONS = RULES["donations-received"]
CHANGES = {
    "rows": replace(
        DONATIONS, query=lambda scope: DONATIONS.query(scope).filter(value__gt=1)
    ),
    "value of a condition": RULES["donations-education"],
    "either instead of both": replace(
        DONATIONS,
        query=lambda scope: Donation.objects.filter(Q(value=1) | Q(purpose="x")),
    ),
    "both instead of either": replace(
        DONATIONS,
        query=lambda scope: Donation.objects.filter(Q(value=1) & Q(purpose="x")),
    ),
    "not": replace(
        DONATIONS,
        query=lambda scope: Donation.objects.filter(~(Q(value=1) & Q(purpose="x"))),
    ),
    "joined table": replace(
        DONATIONS,
        query=lambda scope: Donation.objects.filter(chamber__state="active"),
    ),
    "measure": replace(DONATIONS, measure=Sum("beneficiaries")),
    "number of rows": replace(DONATIONS, measure=None),
    "day": replace(DONATIONS, kept=replace(DONATIONS.kept, day="pledged_on")),
    "end": replace(DONATIONS, kept=replace(DONATIONS.kept, until="pledged_on")),
    "facets": replace(DONATIONS, kept=replace(DONATIONS.kept, facets=("purpose",))),
    "once": replace(DONATIONS, kept=replace(DONATIONS.kept, once="chamber")),
    "type": replace(DONATIONS, measure=Sum(F("value") + F("beneficiaries"))),
}


def test_each_change_of_a_rule_is_another_rule():
    found = [mark_of(rule) for rule in [DONATIONS, *CHANGES.values()]]

    assert len({*found}) == len(found)


def test_the_way_of_adding_up_has_a_number_of_its_own(monkeypatch):
    before = mark_of(DONATIONS)
    monkeypatch.setattr(marks, "METHOD", marks.METHOD + 1)

    assert mark_of(DONATIONS) != before


@pytest.fixture
def owner(transactional_db):
    become(database.OWNER)
    yield
    tally.install()
    become(database.APP)


@pytest.fixture
def change_rule(owner, monkeypatch):
    """Return a function that makes the rule of members one of those who joined."""

    def change():
        rule = RULES["members"]
        changed = replace(rule, kept=replace(rule.kept, until=None, is_standing=False))
        monkeypatch.setitem(RULES, "members", changed)

    yield change
    monkeypatch.undo()


class Said(list):
    write = list.append


def test_only_the_rule_that_changed_is_counted_anew(change_rule):
    row = MembershipFactory(started_on=TODAY - timedelta(days=9), ended_on=TODAY)
    assert RULES["members"].count(until(TODAY)) == 0
    assert tally.pending() == {}
    assert installation.check_sums().state == GOOD

    change_rule()

    assert tally.pending() == {"members": "口径有变"}
    assert installation.check_sums().state == WARNING
    said = Said()
    tally.install(verbosity=1, stdout=said)
    assert "1 条口径由记录重新计数" in said[0]
    assert said[2] == "  members：口径有变"
    assert "更正 1 行" in said[-1]
    assert RULES["members"].count(Scope(row.started_on, TODAY)) == 1
    assert tally.faults() == []
    assert tally.pending() == {}


def test_a_text_that_changed_is_replaced_and_nothing_counted(owner, monkeypatch):
    MembershipFactory(started_on=TODAY)
    lines = list(Tally.objects.order_by("pk").values())
    plain = series.mogrified
    monkeypatch.setattr(
        series, "mogrified", lambda *given: f"{plain(*given)} /* another release */"
    )
    monkeypatch.setattr(tally, "recount", None)

    tally.install(verbosity=1, stdout=None)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname = 'tally_chambers_membership'"
        )
        assert "another release" in cursor.fetchone()[0]
    assert list(Tally.objects.order_by("pk").values()) == lines
    monkeypatch.undo()


def writing_during(pk, count):
    """Count while another connection changes a row at the very moment of counting."""
    wrote = []

    def write(execute, sql, *given):
        done = execute(sql, *given)
        if sql.lstrip().startswith("INSERT INTO activities_tally") and not wrote:
            with another(user=database.APP) as cursor:
                cursor.execute(MOVE, [TODAY - timedelta(days=3), pk])
                cursor.connection.commit()
            wrote.append(sql)
        return done

    with connection.execute_wrapper(write):
        count()
    return wrote


def test_somebody_writes_while_the_sums_are_counted_anew(owner):
    rows = MembershipFactory.create_batch(2, started_on=TODAY)
    Tally.objects.filter(rule="members").delete()

    assert writing_during(rows[0].pk, tally.rebuild)

    assert Membership.objects.get(pk=rows[0].pk).started_on < TODAY
    assert tally.faults() == []
    assert RULES["members"].count(until(TODAY - timedelta(days=1))) == 1


def test_control_who_counts_under_a_lock_holds_writers_up(owner):
    row = MembershipFactory(started_on=TODAY)

    def count_as_before():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE chambers_membership IN SHARE MODE")
            cursor.execute(
                "INSERT INTO activities_tally SELECT * FROM activities_tally LIMIT 0"
            )

    with pytest.raises(LockNotAvailable):
        writing_during(row.pk, count_as_before)


def test_who_began_under_the_rule_of_before_is_waited_for(change_rule, monkeypatch):
    row = MembershipFactory(started_on=TODAY - timedelta(days=9), ended_on=TODAY)
    change_rule()
    monkeypatch.setattr(tally, "PATIENCE", 0)
    with another(user=database.APP) as cursor:
        cursor.execute(MOVE, [TODAY - timedelta(days=5), row.pk])
        tally.install()
        assert tally.pending()  # left for the next time, and said so
        monkeypatch.setattr(tally, "PATIENCE", 60)
        thread = Thread(target=install_and_close)
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        cursor.connection.commit()
        thread.join(30)

    assert not thread.is_alive()
    assert tally.pending() == {}
    assert tally.faults() == []


def install_and_close():
    try:
        tally.install()
    finally:
        connection.close()


def test_sums_of_a_rule_that_is_gone_go_with_the_next_counting(owner):
    Tally.objects.create(
        rule="gone", facet="", value="", day=date(2026, 1, 1), rows=1, number=1
    )

    tally.rebuild()

    assert not Tally.objects.filter(rule="gone").exists()


def test_control_a_line_that_is_wrong_is_put_right_by_a_line(owner):
    MembershipFactory(started_on=TODAY)
    Tally.objects.filter(rule="members").update(number=F("number") + 5)
    before = Tally.objects.filter(rule="members").count()

    tally.rebuild()

    assert Tally.objects.filter(rule="members").count() == before + 1
    assert tally.faults() == []
