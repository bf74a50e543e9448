"""How the tests break each rule of the database once.

The test file of a noun has two tables. ``CONSTRAINTS`` maps a constraint to a
function that returns a row changed so that only this rule forbids to save it.
``TRIGGERS`` maps a trigger to a function that does what the trigger refuses.
``tests/redleader/test_rules.py`` finds a rule that stands in no table.
"""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pghistory.models import Event

from redleader.records.constraints import Refuse
from redleader.records.forms import check_deferred_constraints, refusal
from tests.factories.chambers import UserFactory

APPS = ["chambers", "activities"]


def models():
    """Return our models; those of the history have rules of their own."""
    return [
        model
        for label in APPS
        for model in apps.get_app_config(label).get_models()
        if not issubclass(model, Event)
    ]


def constraints():
    """Return every constraint of ours by its name."""
    return {c.name: c for model in models() for c in model._meta.constraints}


def triggers():
    """Return every refusing trigger of ours by its table and name."""
    return {
        f"{model._meta.db_table}.{trigger.name}": trigger
        for model in models()
        for trigger in getattr(model._meta, "triggers", [])
        if isinstance(trigger, Refuse)
    }


def changed(row, **fields):
    """Return the row with other values, not saved."""
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def stepped(row, state, **fields):
    """Return the row in another state, its step written, not saved."""
    number = row.version + 1
    step = row.steps.model(number=number, before=row.state, state=state, **fields)
    setattr(step, row.steps.field.name, row)
    step.by, step.at = UserFactory(), timezone.now()
    type(step).objects.bulk_create([step])
    return changed(row, state=state, version=number)


def new_step(step, **fields):
    """Return a stored step as a new one: those that stand never change."""
    step.pk, step._state.adding = None, True
    return changed(step, **{"number": 7} | fields)


def refused(act):
    """Do what the database must refuse; return what it said."""

    @transaction.atomic
    def act_to_the_end():
        act()
        check_deferred_constraints()

    with pytest.raises(IntegrityError) as caught:
        act_to_the_end()
    return caught.value


def assert_constraint_is_kept(name, case, *, answered_by=None):
    """``answered_by`` is the message of another rule that always answers first."""
    row = case()
    message = str(constraints()[name].get_violation_error_message())
    with pytest.raises(ValidationError) as invalid:
        row.validate_constraints()
    error = refused(row.save)

    assert message in invalid.value.messages
    assert refusal(error) == (answered_by or message)
    if not answered_by:
        assert error.__cause__.diag.constraint_name == name
        assert invalid.value.messages == [message]


def assert_trigger_is_kept(name, act):
    diagnostics = refused(act).__cause__.diag

    assert diagnostics.message_primary == triggers()[name].message
