"""S2: 27 secretaries before 26 foreign chambers: lists, files, records, rows."""

import io
import zipfile
from html import unescape

import pytest
from django.apps import apps
from django.core.cache import cache
from django.urls import reverse

from activities.models import Lead, Lecture
from chambers.models import Chamber
from tests.activities.test_addresses import TABLE
from tests.activities.test_scope import (  # noqa: F401  (a fixture)
    CHAMBERS,
    WORDS,
    addresses_of,
    county,
    main_of,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WHAT = "row scope: secretaries × foreign chambers"
TARGET = "702 pairs: 0 foreign rows seen or reached; every own row seen"
HIDDEN = {"MediationCase"}  # seen by its mediators only, so by no secretary here
EACH = 3  # foreign addresses that are tried in turn for each pair but the neighbour's


def way_to_chamber(model):
    """Return the look-up that leads from a model to its chamber, if it has one."""
    if model is Chamber:
        return "pk"
    for field in model._meta.get_fields():
        if field.is_relation and field.related_model is Chamber and field.concrete:
            return field.name
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model is not model:
            for inner in field.related_model._meta.get_fields():
                if (
                    inner.is_relation
                    and inner.related_model is Chamber
                    and (inner.concrete)
                ):
                    return f"{field.name}__{inner.name}"
    return None


def scoped_models():
    """Return the models that every secretary's query starts at, with their way."""
    every = [
        m
        for app in ("chambers", "activities")
        for m in apps.get_app_config(app).get_models()
    ]
    return {
        model: way_to_chamber(model)
        for model in every
        if hasattr(model._default_manager.all(), "visible_to") and way_to_chamber(model)
    }


def rows_seen(rows):
    """Return (own rows, own rows unseen, foreign rows seen) by every model's query."""
    own, unseen, foreign = 0, [], []
    for model, way in scoped_models().items():
        for user, chamber, *_ in rows:
            theirs = model.objects.filter(**{way: chamber.pk}).distinct()
            visible = model.objects.visible_to(user)
            own += theirs.count()
            missed = theirs.exclude(pk__in=visible.values("pk"))
            unseen += [model.__name__ for _ in missed]
            strange = visible.exclude(pk__in=theirs.values("pk"))
            foreign += [
                (model.__name__, pk) for pk in strange.values_list("pk", flat=True)
            ]
    return own, unseen, foreign


def text_of(answer):
    """Return what a page or a file says."""
    content = b"".join(answer) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            content = b"".join(package.read(name) for name in package.namelist())
    return unescape(content.decode(errors="replace"))


def open_doors():
    """Return the addresses of the workbench that need no row: lists, files, forms."""
    names = [name for name, (keys, *_) in TABLE.items() if not keys]
    return [name for name in names if name.startswith("workbench:")]


def words_seen(rows, sign_in):
    """Return (pages, own words seen, foreign words seen) of every list and file."""
    pages = own = 0
    foreign = set()
    for number, (user, *_) in enumerate(rows):
        client = sign_in(user)
        for name in open_doors():
            cache.clear()
            answer = client.get(reverse(name))
            if answer.status_code != 200:
                continue
            pages += 1
            text = text_of(answer)
            for word in WORDS:
                own += f"{word}{number:02}" in text
                foreign |= {
                    (name, f"{word}{other:02}")
                    for other in range(CHAMBERS)
                    if other != number and f"{word}{other:02}" in text
                }
    return pages, own, sorted(foreign)


def records_reached(rows, sign_in):
    """Return (pairs, requests, those that were not answered as a missing page)."""
    pairs = asked = 0
    reached = []
    for number, (user, chamber, *_) in enumerate(rows):
        neighbour = rows[number - 1][1]
        client = sign_in(user)
        missing = client.get(reverse("workbench:lecture-detail", args=[10**9]))
        for _, other, draft, photo, closed in rows:
            if other == chamber:
                continue
            pairs += 1
            addresses = list(addresses_of(draft, photo, closed))
            if other != neighbour:
                first = pairs * EACH
                turns = range(first, first + EACH)
                addresses = [addresses[turn % len(addresses)] for turn in turns]
            for method, address in addresses:
                asked += 1
                answer = getattr(client, method)(address)
                if answer.status_code != 404 or main_of(answer) != main_of(missing):
                    reached.append((method, address))
    return pairs, asked, reached


def test_figure(figure, county, sign_in):  # noqa: F811
    models = scoped_models()
    own, unseen, foreign = rows_seen(county)
    figure(
        f"{len(models)} models: {own - len(unseen)} of {own} own rows in the query"
        f" (unseen: {set(unseen) or 'none'}), {len(foreign)} foreign"
        f" {foreign[:3] or ''}".strip(),
        kept=not foreign and own > len(unseen) and set(unseen) <= HIDDEN,
    )
    pages, own, foreign = words_seen(county, sign_in)
    figure(
        f"{pages} lists, files and forms: {own} own names, {len(foreign)} foreign"
        f" {foreign[:3] or ''}".strip(),
        kept=not foreign and own >= CHAMBERS,
    )
    pairs, asked, reached = records_reached(county, sign_in)
    figure(
        f"{pairs} pairs, {asked} requests for foreign records: {len(reached)} not"
        f" answered as a missing page {reached[:3] or ''}".strip(),
        kept=not reached and pairs == 702,
    )


def test_control(control, county, sign_in, monkeypatch):  # noqa: F811
    for model in (Lead, Lecture):
        monkeypatch.setattr(
            type(model.objects.all()), "visible_to", lambda self, user: self
        )
    _, _, foreign = rows_seen(county)
    control(f"visible_to off for 2 models: {len(foreign)} foreign rows", caught=foreign)
    two = county[:2]
    _, _, foreign = words_seen(two, sign_in)
    control(f"2 secretaries: {len(foreign)} foreign names on pages", caught=foreign)
    _, asked, reached = records_reached(two, sign_in)
    control(f"{len(reached)} of {asked} foreign requests answered", caught=reached)
