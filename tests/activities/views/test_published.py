"""That no public page reads a table whose changes would leave it old."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse

from activities.counting import RULES, published
from activities.models import Course, Issue, Practice, Site
from activities.services.public_report import load_public_report
from activities.services.seed import load_seed
from chambers.models import Branch, Chamber
from redleader.serving.publication import watched
from tests.factories.activities import (
    CourseFactory,
    IssueFactory,
    accepted,
    application_at,
)

pytestmark = pytest.mark.django_db
TABLE = re.compile(r'(?:FROM|JOIN|UPDATE|INTO) "(\w+)"')


def tables_of(queries) -> set[str]:
    return {name for query in queries for name in TABLE.findall(query["sql"])}


@pytest.fixture
def county():
    """The public report's rows, a lecture with its photo and issue, and a 公示."""
    load_public_report()
    load_seed()
    CourseFactory(is_public=True)
    lecture = accepted(photos=1, issue=IssueFactory())
    application_at("publicity", days_ago=0)
    return lecture


def public_addresses(lecture) -> dict[str, list[str]]:
    """Return the addresses of every public page by the name of its view."""
    keys = {
        "chamber-detail": Chamber.objects.all(),
        "calendar-chamber": Chamber.objects.all()[:2],
        "calendar-branch": Branch.objects.all()[:2],
        "lecture-detail": [lecture],
        "series-detail": [issue.series for issue in Issue.objects.all()[:2]],
        "course-detail": Course.objects.public(),
        "site-detail": Site.objects.all(),
        "practice-detail": Practice.objects.public(),
    }
    found = {}
    for group in get_resolver().url_patterns:
        for entry in getattr(group, "url_patterns", []):
            if not hasattr(getattr(entry, "callback", None), "public_names"):
                continue
            name = f"public:{entry.name}"
            if entry.name == "rule-detail":
                found[name] = [reverse(name, args=[r.code]) for r in published()]
                continue
            try:
                found[name] = [reverse(name)]
            except NoReverseMatch:
                found[name] = [reverse(name, args=[row.pk]) for row in keys[entry.name]]
    return found


def test_every_table_that_a_public_page_reads_is_watched(client, county):
    known = {model._meta.db_table for model in watched()}
    addresses = public_addresses(county)
    assert len(addresses) == 34
    assert len(RULES) > len(addresses["public:rule-detail"]) > 20
    unread, unwatched = set(addresses), {}
    for name, paths in addresses.items():
        for path in paths:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = client.get(path)
            if answer.status_code != 200:
                continue
            unread.discard(name)
            assert "public" in answer["Cache-Control"], path
            if more := tables_of(queries) - known:
                unwatched[path] = more
    assert unwatched == {}
    assert unread == set()


def test_control_a_model_that_is_left_out_would_be_found(client, settings):
    settings.UNPUBLISHED_MODELS = ["chambers.Chamber"]
    with CaptureQueriesContext(connection) as queries:
        client.get("/chambers/")
    known = {model._meta.db_table for model in watched()}
    assert "chambers_chamber" in tables_of(queries) - known
