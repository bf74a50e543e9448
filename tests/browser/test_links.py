"""No link that a person sees is dead: everything within two steps of the desk."""

import re
from urllib.parse import urlsplit

from chambers.models import Role, User
from tests.activities.test_walk import DEAD
from tests.browser.conftest import DESKTOP
from tests.factories.chambers import UserFactory

SEEN = "links => links.filter(link => link.checkVisibility()).map(link => link.href)"
DESK = "/workbench/"


def test_no_link_that_is_seen_is_dead(visit, demo):
    for role in Role:
        user = User.objects.filter(role=role).first() or UserFactory(role=role)
        visitor = visit(user, DESKTOP)
        tried: dict[str, int] = {}
        for address in [DESK, *links_on(visitor, DESK, tried)]:
            links_on(visitor, address, tried)

        assert [row for row in tried.items() if row[1] in DEAD] == [], role
        assert len(tried) >= 5, role


def links_on(visitor, address, tried):
    """Try the links that are seen on a page; return those that lead to pages at work.

    Of the rows of a noun one stands for all.
    """
    visitor.page.goto(address)
    found = []
    for link in visitor.page.eval_on_selector_all("a[href]", SEEN):
        parts = urlsplit(link)
        kind = re.sub(r"\d+", "0", parts.path)
        ours = parts.netloc == visitor.own_host and "logout" not in kind
        if not ours or kind in tried:
            continue
        answer = visitor.page.request.get(link)
        tried[kind] = answer.status
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if is_page and kind.startswith(DESK):
            found.append(link)
    return found
