"""The kept sums are what the rows say, whatever is done to the rows."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg2.errors import LockNotAvailable

from activities.counting import RULES, KeptSums, Scope, until
from activities.models import (
    Award,
    Donation,
    Lecture,
    Pairing,
    PairingProgramme,
    Project,
    ProjectEntry,
    SchemeVersion,
    Tally,
)
from activities.sums import tally
from activities.sums.series import KeptSeries
from activities.sums.triggers import FOLD_EVERY
from chambers.models import (
    Branch,
    BranchCoverage,
    Chamber,
    ChamberTerm,
    Enterprise,
    Membership,
    Region,
)
from redleader import database
from tests.conftest import another, become
from tests.factories.activities import (
    AwardFactory,
    DonationFactory,
    PairingProgrammeFactory,
    ProjectEntryFactory,
    SchemeVersionFactory,
    accepted,
    lead_at,
    pairing_at,
)
from tests.factories.chambers import (
    BranchCoverageFactory,
    BranchFactory,
    ChamberFactory,
    ChamberTermFactory,
    EnterpriseFactory,
    MembershipFactory,
    VillageFactory,
)

pytestmark = pytest.mark.django_db
KEPT = [code for code, rule in RULES.items() if rule.kept]
TODAY = timezone.localdate()


def differences():
    """Return what a rule says by its kept sums where the rows say another thing."""
    found = []
    for code in KEPT:
        rule = RULES[code]
        by_rows = replace(rule, kept=None)
        for scope in [
            until(TODAY),
            Scope(date(TODAY.year, 1, 1), TODAY),
            Scope(TODAY - timedelta(days=40), TODAY - timedelta(days=3)),
        ]:
            if rule.count(scope) != by_rows.count(scope):
                found.append((code, scope.period))
            found += [
                (code, scope.period, name)
                for name in rule.kept.facets
                if rule.by(scope, name) != by_rows.by(scope, name)
            ]
    return found + tally.faults()


@pytest.fixture
def rows():
    """Rows of five nouns, so that no sum of theirs is empty."""
    for n in range(3):
        day = TODAY - timedelta(days=20 * n + 1)
        accepted(started_at=timezone.now() - timedelta(days=20 * n + 1))
        DonationFactory(received_on=day, purpose="education")
        ProjectEntryFactory(day=day, paid_in=100, jobs=3)
        MembershipFactory(started_on=day)
    lead_at("valid")
    ChamberTermFactory()


def test_sums_follow_new_rows(rows):
    assert differences() == []
    assert RULES["attendance"].count(until(TODAY)) == sum(
        Lecture.objects.values_list("present", flat=True)
    )
    assert Tally.objects.filter(rule="donations-received", facet="purpose").exists()


def test_sums_follow_bulk_changes(rows):
    Donation.objects.update(value=F("value") * 3, purpose="pandemic")
    last = Membership.objects.order_by("started_on").first()
    Membership.objects.filter(pk=last.pk).update(ended_on=TODAY - timedelta(days=2))
    ProjectEntry.objects.update(paid_in=7)

    assert differences() == []
    assert RULES["donations-education"].count(until(TODAY)) == 0


def test_sums_follow_the_other_table_of_a_number(rows):
    """Entries count while their project is a return project in a counted state."""
    before = RULES["projects-jobs"].count(until(TODAY))
    Project.objects.filter(pk=Project.objects.first().pk).update(
        is_return=False, is_rural=True
    )

    assert RULES["projects-jobs"].count(until(TODAY)) == before - 3
    assert differences() == []


def test_sums_follow_deleted_rows(rows):
    before = RULES["donations-received"].count(until(TODAY))
    Donation.objects.first().delete()

    assert RULES["donations-received"].count(until(TODAY)) < before
    assert differences() == []


def test_sums_follow_the_chambers_of_terms(rows):
    assert RULES["term-in-time"].count(until(TODAY)) == ChamberTerm.objects.count()
    Chamber.objects.update(state="closed")

    assert RULES["term-in-time"].count(until(TODAY)) == 0
    assert differences() == []


def test_a_change_taken_back_leaves_no_trace(rows):
    before = RULES["members"].count(until(TODAY))
    with transaction.atomic():
        MembershipFactory(started_on=TODAY)
        within = RULES["members"].count(until(TODAY))
        transaction.set_rollback(True)

    assert within == before + 1
    assert RULES["members"].count(until(TODAY)) == before


def test_a_change_that_changes_no_number_writes_no_line(rows):
    before = Tally.objects.count()
    Project.objects.update(name="换一个名称")

    assert Tally.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_row_and_its_parent_wait_for_each_other_and_nobody_else_waits():
    """Else each would be counted as if the other had not changed."""
    entries = [ProjectEntryFactory(jobs=jobs) for jobs in (3, 5, 8)]
    project, _, other = (entry.project_id for entry in entries)
    write = "UPDATE activities_projectentry SET jobs = jobs + 1 WHERE id = %s"
    rename = "UPDATE activities_project SET name = name || 'x' WHERE id = %s"
    turn = """UPDATE activities_project
        SET is_rural = true, is_return = NOT is_return WHERE id = %s"""

    with another() as first, another() as second, another() as third:
        first.execute(write, [entries[0].pk])
        second.execute(write, [entries[1].pk])  # shares the lock
        third.execute(rename, [other])  # no number depends on a name
        with pytest.raises(LockNotAvailable):
            third.execute(turn, [other])
        for cursor in (third, second, first):
            cursor.connection.commit()
    with another() as first, another() as second:
        first.execute(turn, [project])
        with pytest.raises(LockNotAvailable):
            second.execute(write, [entries[0].pk])
        first.connection.commit()

    assert differences() == []


def test_what_is_narrowed_is_counted_from_rows(rows):
    chamber = Membership.objects.first().chamber
    rule = RULES["members"]

    assert rule.tally(until(TODAY, chamber=chamber), None) is None
    assert rule.count(until(TODAY, chamber=chamber)) == 1
    assert rule.tally(until(TODAY), Membership.objects.filter(pk=0)) is None
    assert rule.tally(until(TODAY), Membership.objects.select_related("chamber"))


def test_the_application_cannot_write_a_sum(rows):
    with pytest.raises(ProgrammingError), transaction.atomic():
        Tally.objects.update(number=0)
    with pytest.raises(ProgrammingError), transaction.atomic():
        tally.fold()


def test_a_rule_that_cannot_be_kept_is_refused():
    series = KeptSeries(
        replace(RULES["covered-chambers"], kept=KeptSums("founded_on")), ""
    )

    with pytest.raises(ValueError, match="covered-chambers"):
        _ = series.parts


def any_day(luck):
    return TODAY - timedelta(days=luck.randrange(90))


def cover(luck):
    BranchCoverageFactory(
        branch=luck.choice(Branch.objects.all()),
        chamber=luck.choice(Chamber.objects.all()),
    )


def uncover(luck):
    luck.choice(BranchCoverage.objects.all()).delete()


def end_branches(luck):
    first, last = sorted([any_day(luck), any_day(luck)])
    some = luck.choices(Branch.objects.values_list("pk", flat=True), k=2)
    end = luck.choice([None, last])
    Branch.objects.filter(pk__in=some).update(founded_on=first, dissolved_on=end)


def change_chamber(luck):
    row = luck.choice(Chamber.objects.all())
    state = luck.choice(["active", "active", "closed"])
    Chamber.objects.filter(pk=row.pk).update(
        founded_on=luck.choice([None, any_day(luck)]), state=state
    )


def pair(luck):
    state = luck.choice(["intent", "active", "done", "terminated"])
    pairing_at(
        state,
        village=luck.choice(Region.objects.filter(level="village")),
        enterprise=luck.choice(Enterprise.objects.all()),
        programme=luck.choice(PairingProgramme.objects.all()),
        started_on=any_day(luck),
    )


def change_pairings(luck):
    some = luck.choices(Pairing.objects.values_list("pk", flat=True), k=2)
    Pairing.objects.filter(pk__in=some).update(
        started_on=any_day(luck),
        programme=luck.choice(PairingProgramme.objects.all()),
        enterprise=luck.choice(Enterprise.objects.all()),
    )


def rename_programme(luck):
    row = luck.choice(PairingProgramme.objects.all())
    PairingProgramme.objects.filter(pk=row.pk).update(name=f"行动{luck.random()}")


def grant(luck):
    day = any_day(luck)
    AwardFactory(
        version=luck.choice(SchemeVersion.objects.all()),
        chamber=luck.choice(Chamber.objects.all()),
        granted_on=luck.choice([None, day]),
        valid_until=luck.choice([None, day + timedelta(days=30)]),
        cycle_label=luck.choice(["", "2025年度"]),
    )


def renew(luck):
    row = luck.choice(Award.objects.all())
    AwardFactory(
        version=row.version, chamber=row.chamber, renews=row, granted_on=any_day(luck)
    )


def change_award(luck):
    row = luck.choice(Award.objects.all())
    row.granted_on = any_day(luck)
    row.renews = luck.choice([None, row.renews])
    row.save()


def revoke(luck):
    row = luck.choice(Award.objects.all())
    row.revoked_on, row.revocation_reason = any_day(luck), "经核实不符合条件"
    row.revocation_document = "杭商联〔2026〕1号"
    row.save()


STEPS = [
    cover,
    uncover,
    end_branches,
    change_chamber,
    pair,
    change_pairings,
    rename_programme,
    grant,
    renew,
    change_award,
    revoke,
]


@pytest.mark.parametrize("seed", range(2))
def test_what_counts_once_follows_any_change(seed):
    """Some of the steps are refused by other rules; the sums hold after each."""
    luck = Random(seed)
    ChamberFactory.create_batch(3)
    BranchFactory.create_batch(3, kind="functional", chambers=[])
    VillageFactory.create_batch(2)
    EnterpriseFactory.create_batch(2)
    PairingProgrammeFactory.create_batch(2)
    AwardFactory(version=SchemeVersionFactory(scheme__kind="four_goods"))
    AwardFactory(version=SchemeVersionFactory(scheme__kind="praise"))
    done = Counter()
    for step in [cover, cover, pair, pair, grant, grant, *luck.choices(STEPS, k=60)]:
        try:
            with transaction.atomic():
                step(luck)
        except (DatabaseError, ValidationError, IndexError):  # or nothing to do
            continue
        done[step] += 1
        assert differences() == [], step.__name__

    assert len(done) >= len(STEPS) - 1


@pytest.mark.django_db(transaction=True)
def test_two_pairings_of_one_village_at_once_count_it_once():
    pairings = [pairing_at("active", started_on=TODAY) for _ in range(3)]
    village = VillageFactory()
    move = "UPDATE activities_pairing SET village_id = %s WHERE id = %s"

    with another() as first, another() as second, another() as third:
        first.execute(move, [village.pk, pairings[0].pk])
        with pytest.raises(LockNotAvailable):
            second.execute(move, [village.pk, pairings[1].pk])
        second.connection.rollback()
        third.execute(move, [VillageFactory().pk, pairings[2].pk])
        first.connection.commit()
        second.execute(move, [village.pk, pairings[1].pk])
        for cursor in (second, third):
            cursor.connection.commit()

    assert RULES["paired-villages"].count(until(TODAY)) == 2
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_the_check_finds_a_falsified_sum(capsys):
    """Break it on purpose: one line altered, one row changed without its trigger."""
    MembershipFactory.create_batch(2, started_on=TODAY)
    become(database.OWNER)
    try:
        call_command("tally")
        Tally.objects.filter(rule="members").update(number=F("number") + 1)
        with pytest.raises(SystemExit):
            call_command("tally")
        assert f"members {TODAY}" in capsys.readouterr().out
        call_command("tally", rebuild=True)

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE chambers_membership DISABLE TRIGGER USER")
            Membership.objects.update(started_on=TODAY - timedelta(days=9))
            cursor.execute("ALTER TABLE chambers_membership ENABLE TRIGGER USER")
        with pytest.raises(SystemExit):
            call_command("tally")
        call_command("tally", rebuild=True)
    finally:
        become(database.APP)

    assert RULES["members"].count(until(TODAY)) == 2


@pytest.mark.django_db(transaction=True)
def test_the_check_finds_a_falsified_sum_of_a_project(capsys):
    """Break it on purpose: an entry altered without its triggers."""
    project = ProjectEntryFactory(jobs=3).project
    become(database.OWNER)
    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE activities_projectentry DISABLE TRIGGER USER")
            project.entries.update(jobs=4)
            cursor.execute("ALTER TABLE activities_projectentry ENABLE TRIGGER USER")
        with pytest.raises(SystemExit):
            call_command("tally")
        assert f"项目 {project.pk}：" in capsys.readouterr().out
        call_command("tally", rebuild=True)
    finally:
        become(database.APP)

    project.refresh_from_db()
    assert project.jobs == 4


@pytest.mark.django_db(transaction=True)
def test_folding_puts_lines_together_and_keeps_sums():
    for _ in range(4):
        MembershipFactory(started_on=TODAY)
    lines = Tally.objects.filter(rule="members")
    before = lines.count()
    become(database.OWNER)
    try:
        tally.fold()
        faults = tally.faults()
    finally:
        become(database.APP)

    assert (before, lines.count()) == (4, 1)
    assert faults == []


@pytest.mark.django_db(transaction=True)
def test_lines_are_put_together_as_they_come():
    membership = MembershipFactory(started_on=TODAY)
    for n in range(FOLD_EVERY + 5):
        membership.started_on = TODAY - timedelta(days=n % 2)
        Membership.objects.filter(pk=membership.pk).update(
            started_on=membership.started_on
        )

    assert Tally.objects.filter(rule="members").count() < FOLD_EVERY
    assert RULES["members"].count(until(TODAY)) == 1


@pytest.mark.django_db(transaction=True)
def test_an_emptied_table_empties_its_sums():
    MembershipFactory(started_on=TODAY)
    become(database.OWNER)
    try:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE chambers_membership CASCADE")
        faults = tally.faults()
    finally:
        become(database.APP)

    assert faults == []
    assert RULES["members"].count(until(TODAY)) == 0
