"""Whatever an exception says, no page that answers it repeats a word."""

import inspect
import sys
import types

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    FieldError,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.test import Client
from django.urls import include, path

import redleader.urls
from redleader.serving import errors

pytestmark = pytest.mark.django_db
TELLING = "金丝雀 /home/secret SELECT password FROM users"
WORDS = ["金丝雀", "/home/secret", "SELECT", "password FROM", "Traceback", "Error"]
GIVEN = {"exception": ValueError(TELLING), "reason": TELLING, "seconds": 30}
GIVEN["credentials"] = {"username": TELLING}
# What answers nothing by itself: its text is the caller's own.
NO_ANSWERS = {"is_for_machines", "error_page"}
RAISED = [
    *[BadRequest, DisallowedHost, Http404, MultiPartParserError, PermissionDenied],
    *[RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent],
    *[DataError, InterfaceError, OperationalError, ProgrammingError],
    *[AssertionError, FieldError, KeyError, OSError, UnicodeError, ValidationError],
    *[MemoryError, RecursionError, TimeoutError, ValueError],
]


def answering():
    """Return every function of the module that answers a request."""
    return [
        name
        for name, made in inspect.getmembers(errors, inspect.isfunction)
        if made.__module__ == errors.__name__
        and next(iter(inspect.signature(made).parameters), "") == "request"
        and name not in NO_ANSWERS
    ]


def words_told(answer):
    text = answer.content.decode()
    return [word for word in WORDS if word in text or word in str(answer.headers)]


@pytest.mark.parametrize("address", ["/workbench/", "/api/v1/x"])
@pytest.mark.parametrize("name", answering())
def test_answer_tells_nothing_of_what_was_raised(name, address, rf):
    answer_with = getattr(errors, name)
    taken = {*inspect.signature(answer_with).parameters} & {*GIVEN}

    answer = answer_with(rf.get(address), **{key: GIVEN[key] for key in taken})

    assert answer.status_code in errors.TITLES
    assert errors.TITLES[answer.status_code] in answer.content.decode()
    assert words_told(answer) == []


@login_not_required
def raising(request, number):
    raise RAISED[number](TELLING)


@pytest.fixture
def client_of_faults(settings, monkeypatch):
    """A site that raises what its address says, with the real pages for faults."""
    faults = types.ModuleType("addresses_of_faults")
    faults.urlpatterns = [
        path("raise/<int:number>", raising),
        path("api/v1/raise/<int:number>", raising),
        path("", include(redleader.urls.urlpatterns)),
    ]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(faults, name, getattr(redleader.urls, name))
    monkeypatch.setitem(sys.modules, faults.__name__, faults)
    settings.ROOT_URLCONF = faults.__name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/raise/", "/api/v1/raise/"])
@pytest.mark.parametrize("fault", RAISED)
def test_page_of_a_fault_tells_nothing(fault, address, client_of_faults, monkeypatch):
    answer = client_of_faults.get(f"{address}{RAISED.index(fault)}")

    assert answer.status_code in errors.TITLES
    assert answer.status_code >= 400
    assert words_told(answer) == []


def test_a_word_that_is_told_is_found(rf, monkeypatch):
    monkeypatch.setitem(errors.TITLES, 500, f"系统出现问题：{TELLING}")
    assert words_told(errors.server_error(rf.get("/"), ValueError())) != []
