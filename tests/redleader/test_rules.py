"""Every rule of the database is broken by a test, and every column's own too."""

import importlib
import pkgutil

import pytest
from django.db import connection, models

import tests.activities.models
import tests.chambers.models
from activities.models import Certificate
from redleader.records.constraints import Refuse
from redleader.records.forms import refusal
from tests.factories import of_model
from tests.rules import changed, constraints, refused, triggers
from tests.rules import models as our_models

pytestmark = pytest.mark.django_db


def tables(name):
    """Return the names in the tables of every test file of a noun."""
    found = set()
    for package in (tests.chambers.models, tests.activities.models):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            found |= set(getattr(importlib.import_module(module.name), name, {}))
    return found


def test_every_constraint_is_broken_by_a_test():
    assert tables("CONSTRAINTS") == set(constraints())


def test_every_refusing_trigger_is_met_by_a_test():
    assert tables("TRIGGERS") == set(triggers())


def has_chinese(text):
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("name", sorted(constraints()))
def test_constraint_has_words_of_its_own(name):
    message = str(constraints()[name].get_violation_error_message())

    assert has_chinese(message)
    assert message.endswith(("。", "）。"))
    assert name not in message


def test_every_trigger_stands_in_the_database_and_is_on():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        there = set(cursor.fetchall())

    wanted = {
        (model._meta.db_table, trigger.get_pgid(model))
        for model in our_models()
        for trigger in getattr(model._meta, "triggers", [])
        if isinstance(trigger, Refuse)
    }
    assert wanted
    assert wanted <= there


def test_every_constraint_stands_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE convalidated"
            " UNION SELECT indexname FROM pg_indexes"
        )
        there = {name for (name,) in cursor.fetchall()}

    assert set(constraints()) <= there


def columns(test):
    return [
        pytest.param(model, field.name, id=f"{model.__name__}.{field.name}")
        for model in our_models()
        for field in model._meta.concrete_fields
        if test(field)
    ]


def is_unique(field):
    return field.unique and not field.primary_key


def is_unsigned(field):
    return isinstance(
        field, models.PositiveIntegerField | models.PositiveSmallIntegerField
    )


# A trigger refuses to change these, so only a new row can repeat a value.
WRITTEN_ONCE = {(Certificate, "code")}


@pytest.mark.parametrize(
    ("model", "name"),
    columns(lambda field: is_unique(field) and not field.is_relation),
)
def test_column_that_is_unique_refuses_a_second_row(model, name):
    first, second = of_model(model), of_model(model)
    field = model._meta.get_field(name)
    if (model, name) in WRITTEN_ONCE:
        second.delete()  # Then it is saved as a new row.

    error = refused(changed(second, **{name: getattr(first, name)}).save)

    assert field.column in error.__cause__.diag.constraint_name
    assert has_chinese(refusal(error))


def columns_of(model):
    return [field.name for field in model._meta.concrete_fields]


KEYED = [model for model in our_models() if "form_key" in columns_of(model)]


def test_every_form_is_sent_once():
    """A form that is sent twice makes one row, because its key is unique."""
    assert len(KEYED) >= 20
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indrelid::regclass::text FROM pg_index i JOIN pg_attribute a"
            " ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
            " WHERE i.indisunique AND i.indnatts = 1 AND i.indpred IS NULL"
            " AND a.attname = 'form_key'"
        )
        there = {table for (table,) in cursor.fetchall()}

    assert {model._meta.db_table for model in KEYED} <= there
    for model in KEYED:
        assert is_unique(model._meta.get_field("form_key")), model


@pytest.mark.parametrize(("model", "name"), columns(is_unsigned))
def test_column_without_sign_refuses_a_negative_number(model, name):
    row = of_model(model)

    error = refused(changed(row, **{name: -1}).save)

    assert has_chinese(refusal(error))
