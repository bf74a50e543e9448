"""A view is public or carries a right; one that is neither is closed to everybody."""

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_POST, require_safe

from activities.urls import workbench
from chambers.models import Role
from chambers.rights import (
    NOBODY,
    Right,
    everybody,
    is_public,
    is_staff,
    may_export,
    may_review,
    may_write,
    person,
    right,
    right_of,
    sees_cases,
    sees_records,
)
from chambers.urls import admin
from redleader import urls
from redleader.serving.routes import routes
from tests.factories.chambers import RegionFactory, UserFactory

EVERY_METHOD = ["get", "head", "post", "options"]


def unmarked(patterns=None):
    """Return the addresses whose views are not public and carry no right."""
    return [
        route.name or route.pattern
        for route in routes(patterns)
        if not is_public(route.view) and right_of(route.view) is NOBODY
    ]


def answer(request):
    """Stand for a view whose right was forgotten; no test may mark it."""
    return HttpResponse("secret")


@pytest.fixture
def planted():
    """Plant a view that nobody has marked in each of the places of the site."""
    places = [workbench.urlpatterns, admin.urlpatterns, urls.urlpatterns]
    for patterns in places:
        patterns.insert(0, path("forgotten/", answer, name="forgotten"))
    yield ["/workbench/forgotten/", "/admin/forgotten/", "/forgotten/"]
    for patterns in places:
        patterns.pop(0)


def test_every_view_is_public_or_carries_a_right():
    assert unmarked() == []
    assert len(list(routes())) > 500


def test_a_view_without_a_right_is_noticed(planted):
    found = ["admin:forgotten", "forgotten", "workbench:forgotten"]

    assert sorted(unmarked()) == found


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_a_view_without_a_right_is_there_for_nobody(role, planted, sign_in):
    township = RegionFactory() if role == Role.TOWNSHIP else None
    client = sign_in(UserFactory(role=role, township=township))
    for address in planted:
        for method in EVERY_METHOD:
            response = getattr(client, method)(address)
            assert response.status_code == 404, (address, method)
            assert b"secret" not in response.content


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in_at_a_view_without_a_right(planted, client):
    for address in planted:
        response = client.get(address)
        assert response.status_code == 302
        assert "/accounts/login/" in response["Location"]


def who(right, method):
    return [role for role in Role if right.serves(person(role), method)]


def test_writing_is_for_those_who_read_and_do_not_only_read():
    office = [Role.ADMINISTRATOR, Role.ORGANISATION, Role.FEDERATION]
    reading = Right(sees_records, is_staff)

    assert who(reading, "GET") == who(reading, "HEAD") == [*office, Role.AUDITOR]
    assert who(reading, "POST") == who(reading, "OPTIONS") == office
    assert who(Right(everybody, writes=everybody), "POST") == list(Role)
    assert who(Right(sees_records, writes=may_review), "POST") == office[1:]
    assert Role.AUDITOR in who(Right(sees_records, writes=may_review), "GET")


def test_what_is_not_there_and_what_is_not_allowed_differ():
    cases = Right(sees_cases, may_write)

    assert not cases.opens(person(Role.TOWNSHIP))
    assert cases.opens(person(Role.AUDITOR))
    assert not cases.allows(person(Role.AUDITOR), "GET")


def test_a_right_of_the_person_is_asked_of_the_person():
    export = Right(sees_records, may_export)
    secretary = person(Role.SECRETARY)
    assert export.serves(secretary, "GET")

    secretary.may_export = False

    assert not export.serves(secretary, "GET")


def test_a_right_stays_under_the_usual_decorators():
    mark = right(sees_records, may_export)

    @method_decorator(mark, name="dispatch")
    class Page(View):
        def get(self, request):
            return HttpResponse()

    for view in (
        mark(require_safe(lambda request: None)),
        require_safe(mark(lambda request: None)),
        require_POST(mark(lambda request: None)),
        Page.as_view(),
    ):
        assert right_of(view) == Right(sees_records, may_export)
    assert right_of(lambda request: None) is NOBODY


def asked():
    """Yield (template, name of a view) of each right that a template asks."""
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = template.read_text()
        found = re.findall(r"\|may_(?:open|post):[\"']([^\"']+)", text)
        found += re.findall(r'{% action "[^"]+" "([^"]+)"', text)
        yield from ((template.name, name) for name in found)


def test_templates_ask_for_pages_that_there_are():
    known = {route.name for route in routes()}

    assert [line for line in asked() if line[1] not in known] == []
    assert len(list(asked())) > 40
