"""All checks of a row in one query say what Django's own loop says one by one."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from redleader.records import checks

CHECKED = [
    model
    for model in apps.get_models()
    if issubclass(model, checks.Checked) and model._meta.constraints
]
ROWS = 12  # of each model


def value_of(field, chance):
    """Return a value that such a column may hold, right or wrong."""
    now = timezone.now()
    if field.choices:
        return chance.choice([*dict(field.flatchoices), "nonsense", ""])
    if isinstance(field, models.BooleanField):
        return chance.random() < 0.5
    if isinstance(field, models.DateTimeField):
        return chance.choice([None, now, now - timedelta(days=9)])
    if isinstance(field, models.DateField):
        days = timedelta(days=chance.randint(-400, 400))
        return chance.choice([None, now.date() + days])
    if isinstance(field, models.DecimalField):
        return chance.choice([None, Decimal(-1), Decimal(0), Decimal("2.5")])
    if isinstance(field, models.CharField | models.TextField):
        return chance.choice(["", "字", "123456"])
    if isinstance(field, models.ForeignKey | models.IntegerField):
        return chance.choice([None, -1, 0, 1, 7, 2030])
    return field.get_default()


def made(model, chance):
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return model(**{field.attname: value_of(field, chance) for field in fields})


def answer(validate, row, exclude):
    try:
        validate(row, exclude=exclude)
    except ValidationError as error:
        return error.message_dict
    return {}


def differences():
    """Return how many rows were compared and refused, and where the two differ."""
    chance, compared, refused, found = random.Random(20), 0, 0, []
    for model in CHECKED:
        names = [field.name for field in model._meta.concrete_fields]
        for _ in range(ROWS):
            row = made(model, chance)
            exclude = chance.choice([None, {chance.choice(names)}])
            ours = answer(checks.Checked.validate_constraints, row, exclude)
            djangos = answer(models.Model.validate_constraints, row, exclude)
            compared += 1
            refused += bool(djangos)
            if ours != djangos:
                found.append((model.__name__, exclude, ours, djangos))
    return compared, refused, found


@pytest.mark.django_db
def test_every_model_answers_as_djangos_own_loop():
    compared, refused, found = differences()

    assert len(CHECKED) > 20
    assert refused > compared / 3
    assert found == []


@pytest.mark.django_db
def test_a_check_that_is_held_to_hold_is_found(monkeypatch):
    """The control: an answer that hides one broken check differs from Django's."""
    honest = checks.holding

    def hiding(row, exclude):
        rules = [rule.name for rule in row._meta.constraints]
        return honest(row, exclude) | frozenset(rules[:1])

    monkeypatch.setattr(checks, "holding", hiding)

    assert differences()[2] != []


@pytest.mark.django_db
def test_the_checks_of_a_row_are_one_question(django_assert_max_num_queries):
    from activities.models import Donation

    row = Donation()
    rules = [r for r in row._meta.constraints if isinstance(r, models.CheckConstraint)]
    assert len(rules) > 4

    with django_assert_max_num_queries(3):  # with the savepoint around it
        held = checks.holding(row, None)

    assert held
