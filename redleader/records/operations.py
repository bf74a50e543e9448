"""What migrations do besides what the framework offers."""

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from pgtrigger.migrations import AddTrigger


class NewTables(Operation):
    """Make the tables of an app at once, each with all that stands in its CreateModel.

    One by one, all models are drawn anew after each of some hundred steps, which takes
    a hundred times as long as the tables themselves. Drawn once, they may refer to each
    other in any order, and each holds its constraints, indexes and triggers.
    """

    reversible = False

    def __init__(self, tables: list[CreateModel]):
        self.tables = tables

    def state_forwards(self, app_label, state):
        vars(state).pop("apps", None)  # Drawn again by whoever asks for it next.
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
