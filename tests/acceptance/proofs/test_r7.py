"""R7: every pair of states in the database; two reviewers of one record at once."""

import importlib
from functools import partial

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from activities.services.lecture import accept_lecture, return_lecture
from redleader.records.forms import check_deferred_constraints
from tests.activities.test_concurrency import at_once
from tests.conftest import become
from tests.factories import activities as factories
from tests.factories.chambers import UserFactory

WHAT = "states: every pair of every noun with states; two reviewers at once"
TARGET = "0 illegal steps taken; two at once: one act, the other is told who it was"
PAIRS = 20


def nouns():
    """Return the models whose table of legal steps the database keeps."""
    return [
        model
        for model in apps.get_app_config("activities").get_models()
        if any(
            rule.name == "legal_step" for rule in getattr(model._meta, "triggers", [])
        )
    ]


def legal_steps_of(model):
    return importlib.import_module(model.__module__).TRANSITIONS


def row_of(model):
    return getattr(factories, f"{model.__name__}Factory")()


def in_state(model, pk, state):
    """Bring a row into a state past every rule, as a superuser can."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        model.objects.filter(pk=pk).update(state=state)
        cursor.execute("SET LOCAL session_replication_role = origin")


class UndoError(Exception):
    """Takes a step back."""


def refuses(model, pk, old, new):
    """Tell whether the database refuses a step; whatever it did is taken back."""
    try:
        with transaction.atomic():
            in_state(model, pk, old)
            model.objects.filter(pk=pk).update(
                state=new, version=models.F("version") + 1
            )
            check_deferred_constraints()
            raise UndoError
    except IntegrityError as error:
        return str(error.__cause__.diag.message_primary)
    except UndoError:
        return ""


def illegal_steps():
    """Return (pairs of states, illegal ones, illegal ones that were taken)."""
    pairs = illegal = 0
    taken = []
    become("postgres")
    try:
        for model in nouns():
            legal = legal_steps_of(model)
            with transaction.atomic():
                pk = row_of(model).pk
                check_deferred_constraints()
                for old in legal:
                    for new in legal:
                        pairs += 1
                        if old == new or new in legal[old]:
                            continue
                        illegal += 1
                        if not refuses(model, pk, old, new):
                            taken.append((model.__name__, str(old), str(new)))
                transaction.set_rollback(True)
    finally:
        become("redleader")
    return pairs, illegal, taken


def reviewed_at_once(accept=accept_lecture, send_back=return_lecture):
    """Let two review one record at once; return (acts done, who was told by whom)."""
    lecture = factories.submitted()
    users = [UserFactory(name=f"审核{number}") for number in (1, 2)]

    def done(act, user, **more):
        try:
            act(type(lecture).objects.get(pk=lecture.pk), user=user, **more)
        except ValidationError as error:
            return error.messages[0]
        return ""

    said = at_once(
        [
            partial(done, accept, users[0]),
            partial(done, send_back, users[1], reason="请补照片。"),
        ]
    )
    told = [f"已由 {users[1 - n].name}" in text for n, text in enumerate(said) if text]
    return said.count(""), told


@pytest.mark.django_db(transaction=True)
def test_figure(figure):
    pairs, illegal, taken = illegal_steps()
    figure(
        f"{len(nouns())} nouns, {pairs} pairs, {illegal} illegal: {len(taken)} taken"
        f" {taken[:5] or ''}".strip(),
        kept=illegal > 0 and not taken,
    )
    found = [reviewed_at_once() for _ in range(PAIRS)]
    once = [pair for pair in found if pair == (1, [True])]
    figure(f"two at once: {len(once)} of {PAIRS} right", kept=len(once) == PAIRS)


@pytest.mark.django_db(transaction=True)
def test_control(control):
    tables = [model._meta.db_table for model in nouns()]

    def switch(how):
        become("postgres")
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} {how} TRIGGER USER")

    switch("DISABLE")
    try:
        _, illegal, taken = illegal_steps()
        control(
            f"triggers off: {len(taken)} of {illegal} illegal steps taken",
            caught=len(taken) > 0,
        )
    finally:
        switch("ENABLE")
        become("redleader")
