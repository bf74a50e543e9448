"""Migration operations that the framework does not offer."""

from collections.abc import Sequence
from functools import partial

from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from pgtrigger.migrations import AddTrigger


class NewTables(Operation):
    """Make all tables of an app at once, each with everything in its CreateModel.

    One by one, Django would render all models anew after each of some hundred steps,
    which takes a hundred times as long as making the tables. Rendered once, they may
    refer to each other in any order, and each holds its constraints, indexes and
    triggers.
    """

    reversible = False

    def __init__(self, tables: list[CreateModel]):
        self.tables = tables

    def state_forwards(self, app_label, state):
        vars(state).pop("apps", None)  # Rebuilt lazily on next access.
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)
        for table in self.tables:
            for trigger in table.options.get("triggers", []):
                AddTrigger(table.name_lower, trigger).database_forwards(
                    app_label, schema_editor, from_state, to_state
                )

    def describe(self):
        return f"Make {len(self.tables)} tables"


# What an event ``e`` of a row tells, or at last the row itself.
TOLD = """
    SELECT {key} AS row_id, {turn} AS turn, e.version, e.state,
        COALESCE({at}, {moment}) AS at, {by} AS by_id, {context} AS context,
        {reason} AS reason
    FROM {source} e"""
OF_EVENT = {
    "key": "e.pgh_obj_id",
    "turn": "e.pgh_id::bigint",
    "moment": "e.pgh_created_at",
    "context": "e.pgh_context",
}
OF_ROW = {
    "key": "e.id",
    "turn": "9223372036854775807",
    "moment": "e.updated_at",
    "context": "NULL::jsonb",
}
FIND_STEPS = """
    WITH told AS ({of_event} UNION ALL {of_row}),
    walked AS (
        SELECT told.*, COALESCE(
            lag(state) OVER (PARTITION BY row_id ORDER BY turn),
            CASE WHEN state IN ({first}) THEN state ELSE '{begin}' END
        ) AS before
        FROM told WHERE row_id IN (SELECT id FROM {table})
    ),
    numbered AS (
        SELECT *, row_number() OVER (PARTITION BY row_id ORDER BY turn) AS n
        FROM walked WHERE before <> state
    ),
    signed AS (
        SELECT numbered.*, COALESCE(by_id, (
            SELECT u.id FROM chambers_user u WHERE u.id::text = context->>'user'
        )) AS user_id
        FROM numbered
    )
    INSERT INTO {table}step ({owner}, number, before, state, by_id, at, reason)
    SELECT row_id, n + max(version - n) OVER (PARTITION BY row_id ORDER BY turn),
        before, state, user_id, at,
        CASE WHEN user_id IS NOT NULL THEN reason ELSE left(
            concat_ws('；', NULLIF(reason, ''), '按历史补记，没有记下办理人'
                || COALESCE('（' || COALESCE(
                    context->>'name', context->>'role') || '）', '')), 300)
        END
    FROM signed ORDER BY row_id, turn;

    UPDATE {table} r SET version = newest.number
    FROM (SELECT {owner} AS id, max(number) AS number FROM {table}step GROUP BY 1)
        AS newest
    WHERE newest.id = r.id AND r.version < newest.number;
"""


def steps_from_history(
    table: str,
    owner: str,
    *,
    first: Sequence[str],
    begin: str,
    by: str = "NULL::bigint",
    at: str = "NULL::timestamptz",
    reason: str = "''",
) -> RunSQL:
    """Write the steps of rows that are older than their table of steps.

    Each event with another state than the one before it was a step. ``by``, ``at``
    and ``reason`` are SQL over an event or row ``e``, for what the row itself tells
    better; else the signed context of the event does. A step that nobody signed has
    no user, and its reason says so. ``first`` are the states of a new row and
    ``begin`` the one that a row is taken to have had when its history is lost.
    """
    tell = partial(TOLD.format, by=by, at=at, reason=reason)
    query = FIND_STEPS.format(
        of_event=tell(**OF_EVENT, source=f"{table}event"),
        of_row=tell(**OF_ROW, source=table),
        table=table,
        owner=owner,
        begin=begin,
        first=", ".join(f"'{state}'" for state in first),
    )
    return RunSQL(query, RunSQL.noop)
