"""What migrations do: tables made at once, and steps found again in the history."""

from datetime import timedelta
from importlib import import_module

import pghistory
import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from pgtrigger import compiler

from activities.services import lecture as lectures
from activities.services import pairing as pairings
from redleader import database
from redleader.records.operations import NewTables
from tests.conftest import become
from tests.factories.activities import LectureFactory, PairingFactory, planned
from tests.factories.chambers import UserFactory

STAYS = compiler.Trigger(
    name="stays",
    sql=compiler.UpsertTriggerSql(
        pgid="pgtrigger_stays_00000",
        table="redleader_hen",
        when="BEFORE",
        operation="DELETE",
        func="RAISE EXCEPTION '不能删除。' USING ERRCODE = 'check_violation';",
        hash="0",
    ),
)


def tables():
    key = models.BigAutoField(primary_key=True)
    return [
        CreateModel(
            "Hen",
            [("id", key), ("egg", models.ForeignKey("redleader.egg", models.PROTECT))],
            options={"triggers": [STAYS]},
        ),
        CreateModel(
            "Egg",
            [
                ("id", key.clone()),
                ("hen", models.ForeignKey("redleader.hen", models.PROTECT, null=True)),
                ("weight", models.IntegerField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(weight__gt=0), name="egg_weighs"
                    )
                ]
            },
        ),
    ]


@pytest.fixture
def owner(transactional_db):
    """Be the owner of the tables in a transaction that leaves nothing behind."""
    become(database.OWNER)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        become(database.APP)


def test_tables_that_need_each_other_come_with_their_rules(owner):
    before, after = ProjectState(), ProjectState()
    operation = NewTables(tables())

    operation.state_forwards("redleader", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("redleader", editor, before, after)

    Hen = after.apps.get_model("redleader", "Hen")
    Egg = after.apps.get_model("redleader", "Egg")
    hen = Hen.objects.create(egg=Egg.objects.create(weight=60))
    with pytest.raises(IntegrityError, match="egg_weighs"), transaction.atomic():
        Egg.objects.create(weight=0)
    with pytest.raises(IntegrityError, match="不能删除"), transaction.atomic():
        hen.delete()
    Egg.objects.create(weight=1, hen_id=99)
    with pytest.raises(IntegrityError, match="redleader_hen"):
        connection.check_constraints()


def test_a_state_that_was_drawn_is_drawn_again():
    state = ProjectState()
    assert not state.apps.all_models["redleader"]

    NewTables(tables()).state_forwards("redleader", state)

    assert set(state.apps.all_models["redleader"]) == {"hen", "egg"}


@pytest.mark.django_db
def test_every_table_of_ours_was_made_so():
    loader = MigrationLoader(connection)
    for app in ("chambers", "activities", "redleader"):
        first = loader.graph.nodes[app, "0001_schema"]
        assert first.replaces
        assert sum(isinstance(step, NewTables) for step in first.operations) == 1


@pytest.fixture
def superuser(transactional_db):
    """Be the superuser in a transaction that leaves nothing behind."""
    become("postgres")
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        become(database.APP)


def walked_pairing(path):
    row = PairingFactory()
    for to in path:
        user = UserFactory()
        with pghistory.context(user=user.pk, name=str(user)):
            reason = "企业搬迁" if to == "terminated" else ""
            row = pairings.take_step(row, to=to, user=user, reason=reason)
    return row


def walked_lecture(path):
    """Take a record along ``path`` by the services; a reviewer signs as such."""
    row = LectureFactory()
    for act in path:
        user = UserFactory()
        with pghistory.context(user=user.pk, name=str(user)):
            row = act(row, user=user)
    return row


def send_back(row, user):
    return lectures.return_lecture(row, user=user, reason="缺签到。")


def call_off(row, user):
    plan = planned()
    return lectures.cancel_plan(plan, user=user, reason="台风。")


submit, accept = lectures.submit_lecture, lectures.accept_lecture
withdraw, archive = lectures.withdraw_lecture, lectures.archive_lecture
# Of each noun whose old steps a migration found: how to walk, and some ways.
OLD = {
    "activities.migrations.0003_pairing_steps_of_old": (
        walked_pairing,
        [[], ["terminated"], ["paired", "active", "done"]],
    ),
    "activities.migrations.0007_lecture_steps_of_old": (
        walked_lecture,
        [
            [],
            [submit, withdraw, submit, accept, archive],
            [submit, send_back, submit],
            [call_off, lectures.reopen_plan],
        ],
    ),
}


def found_again(name, rows, *, spoil=""):
    """Forget the steps of rows and find them in the history; return both.

    ``spoil`` is SQL that makes the history as bad as an old one may be.
    """
    (operation,) = import_module(name).Migration.operations
    steps = rows[0].steps.model.objects.order_by(rows[0].steps.field.name, "number")

    def stand():
        return [
            (step.number, step.before, step.state, step.by_id, step.reason, step.at)
            for step in steps.all()
        ]

    before = stand()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"DELETE FROM {steps.model._meta.db_table}; {spoil}")
        cursor.execute(operation.sql)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return before, stand()


@pytest.mark.parametrize("name", OLD)
def test_old_rows_find_their_steps_in_the_history(superuser, name):
    walk, paths = OLD[name]

    told, found = found_again(name, [walk(path) for path in paths])

    assert len(told) == sum(map(len, paths))
    assert [step[:5] for step in found] == [step[:5] for step in told]
    for (*_, then), (*_, now) in zip(told, found, strict=True):
        assert abs(then - now) < timedelta(seconds=2)


PAIRING = "activities.migrations.0003_pairing_steps_of_old"


def test_steps_that_nobody_signed_say_so_and_have_numbers_of_their_own(superuser):
    row = walked_pairing(["paired", "active", "done"])
    spoil = """
        UPDATE activities_pairingevent SET version = 1, pgh_context =
            CASE state WHEN 'paired' THEN '{"name": "系统（demo）"}'::jsonb END;
        UPDATE activities_pairing SET version = 1;
    """

    _, found = found_again(PAIRING, [row], spoil=spoil)

    note = "按历史补记，没有记下办理人"
    assert [step[:5] for step in found] == [
        (1, "intent", "paired", None, f"{note}（系统（demo））"),
        (2, "paired", "active", None, note),
        (3, "active", "done", None, note),
    ]
    assert row.steps.first().who == "历史中没有记下"
    row.refresh_from_db()
    assert row.version == 3  # The next step is the fourth.


def test_a_lost_history_leaves_one_step_to_where_the_row_stands(superuser):
    row = walked_pairing(["paired", "active"])

    _, found = found_again(PAIRING, [row], spoil="DELETE FROM activities_pairingevent")

    assert [step[:4] for step in found] == [(3, "intent", "active", None)]
    assert found[0][5] == row.updated_at
