"""The audit: what is written, that nobody changes it, and that a check finds it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from chambers.models import Region, Role
from chambers.services.member import erase_member
from redleader import database
from redleader.audit.chain import GENESIS, OWN_KINDS, head
from redleader.audit.prune import oldest_kept, prune
from redleader.audit.verify import verify
from redleader.models import AuditEntry
from redleader.records.forms import check_deferred_constraints
from tests import tampering
from tests.conftest import become
from tests.factories.chambers import (
    ChamberFactory,
    MemberFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def newest(**values):
    return AuditEntry.objects.filter(**values).first()


def test_change_is_chained_with_its_commit(sign_in):
    user = UserFactory(role=Role.ADMINISTRATOR, name="张管理", username="zhang")
    address = reverse("admin:chambers_enterprise_add")

    sign_in(user).post(
        address,
        {"name": "新企业", "credit_code": "", "township": ""},
        REMOTE_ADDR="192.0.2.7",
    )
    check_deferred_constraints()

    entry = newest(table_name="chambers_enterprise")
    assert (entry.kind, entry.person_id, entry.person, entry.address) == (
        "change",
        user.pk,
        "张管理（zhang）",
        "192.0.2.7",
    )
    assert (entry.method, entry.path, entry.result) == ("POST", address, "done")
    assert entry.detail["label"] == "insert"
    before = AuditEntry.objects.get(pk=entry.pk - 1)
    assert entry.previous == before.hash


def test_every_table_of_events_is_chained():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE relname LIKE '%event' AND EXISTS"
            " (SELECT 1 FROM pg_trigger WHERE tgrelid = c.oid AND tgname ="
            " 'audit_event' AND tgenabled = 'O')) FROM pg_class c JOIN pg_attribute a"
            " ON a.attrelid = c.oid AND attname = 'pgh_label' WHERE relkind = 'r'"
        )
        tables, chained = cursor.fetchone()
    assert tables == chained > 0


def login(client, username, password):
    return client.post(
        reverse("account_login"), {"login": username, "password": password}
    )


def test_sign_in_and_out_are_written():
    user = UserFactory(username="zhang", name="张")
    user.set_password("made-up Words 7")
    user.save()
    client = Client()

    login(client, "zhang", "wrong")
    login(client, "somebody-else", "wrong")
    login(client, "zhang", "made-up Words 7")
    client.post(reverse("account_logout"))

    rows = AuditEntry.objects.exclude(kind__in=OWN_KINDS).order_by("id")
    assert [(row.kind, row.person, row.result) for row in rows] == [
        ("login_failed", "张（zhang）", "refused"),
        ("login_failed", "（没有这个用户名）", "refused"),
        ("login", "张（zhang）", "done"),
        ("logout", "张（zhang）", "done"),
    ]
    everything = "".join(str(row) for row in AuditEntry.objects.values_list())
    assert "made-up" not in everything
    assert "somebody-else" not in everything


def test_refusals_and_downloads_are_written(sign_in):
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))

    client.get(reverse("workbench:lead-detail", args=[999]))
    client.get(reverse("workbench:import-list"))
    client.get("/nowhere/")
    client.get(reverse("workbench:lead-export"))

    rows = AuditEntry.objects.filter(kind__in=["refusal", "export"]).order_by("id")
    assert [(row.kind, row.result, row.path) for row in rows] == [
        ("refusal", "404", "/workbench/leads/999/"),
        ("refusal", "403", "/workbench/imports/"),
        ("export", "done", "/workbench/leads/export/"),
    ]


def test_refused_strangers_do_not_fill_the_disk(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"refusal": "3/h/ip"}
    client = Client(enforce_csrf_checks=True)

    for _ in range(5):
        assert client.post(reverse("account_login")).status_code == 403

    assert AuditEntry.objects.filter(kind="refusal").count() == 3


def test_a_file_does_not_leave_without_its_entry(sign_in, monkeypatch):
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))

    def broken(request, note):
        raise DatabaseError

    monkeypatch.setattr("redleader.audit.log.write", broken)

    assert client.get(reverse("workbench:lead-export")).status_code == 500


def attempt(statement):
    @transaction.atomic
    def run():
        with connection.cursor() as cursor:
            cursor.execute(statement)

    with pytest.raises(DatabaseError) as error:
        run()
    return error.value.__cause__.pgcode


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE redleader_auditentry SET person = ''",
        "DELETE FROM redleader_auditentry",
        "TRUNCATE redleader_auditentry",
        "INSERT INTO redleader_auditentry (id, kind) VALUES (1, 'login')",
        "INSERT INTO redleader_auditentry (at, kind) VALUES (now(), 'login')",
        "INSERT INTO redleader_auditentry (hash, kind) VALUES ('', 'login')",
        "INSERT INTO redleader_auditentry (kind, person, address, method, path,"
        " table_name, row_key, detail, result)"
        " VALUES ('change', '', '', '', '', '', '', '{}', '')",
        "ALTER TABLE redleader_auditentry DISABLE TRIGGER ALL",
        "ALTER TABLE chambers_regionevent DISABLE TRIGGER audit_event",
        "DROP FUNCTION audit_chain() CASCADE",
        "SELECT audit_adopt('chambers_region')",
        "SET session_replication_role = replica",
    ],
)
def test_application_cannot_write_as_it_likes(statement):
    assert attempt(statement) == "42501"


@pytest.fixture
def long_chain(transactional_db):
    for number in range(1, 8):
        RegionFactory(code=f"35082310{number}", name=f"第{number}镇")
    anchor = head()
    event = Region.objects.get(code="350823104").events.get().pgh_id
    return {
        "middle": anchor["id"] - 3,
        "event": event,
        "region": "350823104",
    }, anchor


def test_tamperings(long_chain):
    """One test, for each way of falsifying: making the chain takes its time."""
    facts, anchor = long_chain
    names = list(tampering.TAMPERINGS)

    assert [name for name in names if tampering.succeeds(name, facts)] == []

    become("postgres")
    try:
        assert tampering.found(None, facts, [anchor]).ok
        assert [n for n in names if tampering.found(n, facts, [anchor]).ok] == []
        alone = [n for n in names if tampering.found(n, facts, []).ok]
        assert alone == tampering.NEED_ANCHOR
        changed = tampering.found("another person", facts, [anchor])
        assert changed.entry == facts["middle"]
    finally:
        become(database.APP)


def test_a_lost_event_is_found_though_a_newer_one_is_there(long_chain, monkeypatch):
    facts, _ = long_chain
    region = Region.objects.get(code=facts["region"])
    older = region.events.get().pgh_id
    Region.objects.filter(pk=region.pk).update(name="又改")
    monkeypatch.setitem(
        tampering.TAMPERINGS,
        "older",
        [f"DELETE FROM chambers_regionevent WHERE pgh_id = {older}"],
    )

    become("postgres")
    try:
        assert "被删除" in tampering.found("older", facts, []).fault
    finally:
        become(database.APP)


def test_check_and_anchor_from_the_command_line(long_chain, tmp_path):
    file, out = tmp_path / "anchors", StringIO()

    call_command("audit_anchor", to=str(file), stdout=out)
    call_command("verify_audit", anchor=[str(file)], json=True, stdout=out)

    facts = json.loads(out.getvalue().splitlines()[-1])
    assert facts["ok"]
    assert facts["hash"] == json.loads(file.read_text())["hash"]
    file.write_text('{"id": 1, "hash": "00"}\n')
    with pytest.raises(CommandError, match="第 1 条与库外保存的校验值不符"):
        call_command("verify_audit", anchor=[str(file)], stdout=out)


def test_younger_entries_are_not_pruned(long_chain):
    with pytest.raises(CommandError, match="至少保存 365 天"):
        call_command("prune_audit", days=364)
    become(database.OWNER)
    try:
        with pytest.raises(DatabaseError, match="365 天内的不能删除"):
            prune(before=oldest_kept(-1))
        call_command("prune_audit", stdout=StringIO())
        assert AuditEntry.objects.filter(pk=1).exists()
    finally:
        become(database.APP)


def test_old_entries_are_pruned_and_the_rest_is_a_chain(long_chain):
    facts, _ = long_chain
    become("postgres")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            age(cursor, facts["middle"])
        assert verify().ok
        count = prune(before=oldest_kept(365))
        verdict = verify()
    finally:
        become(database.APP)

    assert count == facts["middle"]
    assert (verdict.ok, verdict.first) == (True, facts["middle"] + 1)
    ChamberFactory()
    assert verify().ok


def age(cursor, through):
    """Make the beginning of the chain 400 days old, with fitting hashes."""
    cursor.execute(
        "UPDATE redleader_auditentry SET at = at - %s WHERE id <= %s",
        [timedelta(days=400), through],
    )
    cursor.execute(
        f"""
        DO $body$
        DECLARE
            item record;
            before text := '{GENESIS}';
        BEGIN
            FOR item IN SELECT id FROM redleader_auditentry ORDER BY id LOOP
                UPDATE redleader_auditentry SET previous = before WHERE id = item.id;
                UPDATE redleader_auditentry SET hash = {tampering.FITTING}
                    WHERE id = item.id RETURNING hash INTO before;
            END LOOP;
        END $body$
        """
    )


def test_erasing_a_person_is_told_in_the_chain(transactional_db):
    member = MemberFactory(name="王五", note="演示")

    erase_member(member, actor="管理员", reason="本人书面要求")

    verdict = verify()
    assert (verdict.ok, verdict.fault) == (True, "")
    assert verdict.rewritten
    assert all(text.startswith("chambers_member ") for text in verdict.rewritten)
