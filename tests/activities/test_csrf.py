"""A POST without the token of its page is refused at every address."""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, path, reverse
from django.views.decorators.csrf import csrf_exempt

from tests.activities.test_addresses import ACTORS, TABLE, World

pytestmark = pytest.mark.django_db
TOO_LATE = 'data-error-code="55"'  # the page for a token that is missing
# Why an address needs none; by the namespaces in front of its name.
OPEN_DATA = "open data: it answers GET alone and writes nothing"
EXEMPT = {"public:api": OPEN_DATA, "public:data-file": OPEN_DATA}


def is_exempt(name):
    return any(name.startswith(begin) for begin in EXEMPT)


def views(patterns, namespace=""):
    """Return (name, view) of every address, those of the admin too."""
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", entry.callback
        else:
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from views(entry.url_patterns, namespace + inner)


def unguarded(patterns):
    """Return the names of the addresses that ask for no token without a reason."""
    return [
        name
        for name, view in views(patterns)
        if getattr(view, "csrf_exempt", False) and not is_exempt(name)
    ]


def test_no_view_is_exempt_without_a_reason():
    patterns = get_resolver().url_patterns
    assert unguarded(patterns) == []
    assert len(list(views(patterns))) > len(TABLE)


def test_a_view_that_is_exempt_is_found():
    assert unguarded([path("", csrf_exempt(lambda request: None), name="x")]) == ["x"]


def reader_of(name):
    """Return whose POST gets as far as the view, a writer before all others."""
    answers = dict(zip(ACTORS, TABLE[name][2], strict=True))
    if not name.startswith("workbench:") and answers["stranger"] in (200, 405, 422):
        return "stranger"
    inside = [actor for actor in ACTORS[1:] if answers[actor] not in (403, 404)]
    return min(inside, key=lambda actor: answers[actor] == 405, default=None)


def test_post_without_a_token_is_refused():
    world, through, asked = World(), [], 0
    for name, (keys, _, _) in TABLE.items():
        actor = reader_of(name)
        if is_exempt(name) or actor is None:
            continue
        asked += 1
        client = Client(enforce_csrf_checks=True)
        if actor != "stranger":
            client.force_login(world[actor], backend="chambers.access.RoleBackend")
        answer = client.post(reverse(name, args=[world[key] for key in keys]))
        if answer.status_code != 403 or TOO_LATE not in answer.content.decode():
            through.append((name, actor, answer.status_code))
    assert through == []
    assert asked > 150
