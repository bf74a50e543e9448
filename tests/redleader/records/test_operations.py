"""Tables made at once: they refer to each other and hold their rules at once."""

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from pgtrigger import compiler

from redleader import database
from redleader.records.operations import NewTables
from tests.conftest import become

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
