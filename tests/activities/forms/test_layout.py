"""Every form of the workbench says its layout; no template writes one by hand."""

import re
from importlib import import_module
from pkgutil import walk_packages

import pytest
from django.forms import BaseForm, CharField

from activities import desks
from activities.views import workbench
from redleader.records.forms import Form
from redleader.records.layout import Fold, LaidOut
from redleader.settings import BASE_DIR

TEMPLATES = BASE_DIR / "templates"
BY_HAND = re.compile(r"<(?:input|select|textarea)\b|\|crispy\b")


def form_classes():
    """Return every form class that a view of the workbench names."""
    things = [
        thing
        for rooms in (workbench, desks)
        for module in walk_packages(rooms.__path__, f"{rooms.__name__}.")
        for thing in vars(import_module(module.name)).values()
    ]
    found = {t for t in things if isinstance(t, type) and issubclass(t, BaseForm)}
    return sorted(found, key=lambda form: form.__name__)


def items(rows):
    """Yield the fields and templates of a layout."""
    for row in rows:
        if isinstance(row, Fold):
            yield from items(row[1:])
        elif isinstance(row, tuple):
            yield from row
        else:
            yield row


def lost(form):
    """Return the visible fields that a layout forgets, and those it makes up."""
    if not form.sections:
        return []
    said = [item for _, *rows in form.sections for item in items(rows)]
    parts = [name for name in said if name.endswith(".html")]
    text = "".join((TEMPLATES / part).read_text() for part in parts)
    fields = {
        name
        for name, field in form.base_fields.items()
        if not field.widget.is_hidden and f"form.{name}" not in text
    }
    return sorted(fields ^ (set(said) - set(parts)))


@pytest.mark.parametrize("form", form_classes(), ids=lambda form: form.__name__)
def test_every_form_is_laid_out_by_its_class(form):
    assert issubclass(form, LaidOut)
    assert lost(form) == []


def test_a_forgotten_field_is_found():
    class Forgetful(Form):
        sections = (("一组", "name", "made_up"),)
        name, left_out = CharField(), CharField()

    assert lost(Forgetful) == ["left_out", "made_up"]


def by_hand(folder):
    """Return the templates that write the fields of a form themselves."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*.html"))
        if BY_HAND.search(path.read_text())
    ]


def test_no_template_writes_a_form_by_hand(tmp_path):
    assert by_hand(TEMPLATES / "workbench") == []
    texts = ("<select>", "<input\n>", "{{ form|crispy }}", "{% crispy form %}")
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.html").write_text(text)
    assert len(by_hand(tmp_path)) == 3
