"""S3: columns that a form does not offer, sent along with it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import models, transaction
from django.forms import modelform_factory
from django.utils import timezone

from activities.forms.lead import LeadForm
from redleader.records.forms import ModelForm
from tests.acceptance.proofs.forms import opened, update_pages
from tests.factories.chambers import ChamberFactory, UserFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WHAT = "columns that the forms of a secretary do not offer, sent along one by one"
TARGET = "0 take effect; a foreign chamber is refused; the own account stays as it was"
ACCOUNT = {
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "role": "administrator",
    "groups": "1",
    "user_permissions": "1",
    "may_export": "on",
}


def other_value(field, now):
    """Return a value that a column does not have, as a form would send it."""
    if field.choices:
        return next(key for key, _ in field.flatchoices if key not in ("", now))
    if field.is_relation:
        make = {"User": UserFactory, "Chamber": ChamberFactory}
        maker = make.get(field.related_model.__name__)
        others = field.related_model._default_manager.exclude(pk=now)
        return maker().pk if maker else getattr(others.first(), "pk", 10**6)
    kinds = {
        models.BooleanField: not now,
        models.DateTimeField: timezone.make_aware(datetime(2001, 2, 3, 4, 5)),
        models.DateField: date(2001, 2, 3),
        models.DecimalField: Decimal(777),
        models.IntegerField: 777,
        models.AutoField: 777,
        models.UUIDField: uuid4(),
    }
    found = (value for kind, value in kinds.items() if isinstance(field, kind))
    return next(found, "混入")


def sent_as(value):
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    return str(value)


@pytest.fixture
def seen(monkeypatch):
    """The forms that pages make of rows."""
    made, original = [], ModelForm.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(ModelForm, "__init__", init)
    return made


class Tally:
    def __init__(self):
        self.forms = self.columns = self.done = 0
        self.taken, self.chambers, self.account = [], [], []

    def __str__(self):
        return (
            f"{self.forms} forms, {self.columns} columns sent, {self.done} answered as"
            f" done: {len(self.taken)} took effect {self.taken[:5] or ''}"
        ).strip()


def try_columns(tally, name, sign_in, seen, offered=None):
    """Send every column that the form of an address does not offer."""
    seen.clear()
    client, address, fields = opened(name, sign_in)
    form = next((form for form in reversed(seen) if form.instance.pk), None)
    if form is None:
        return
    tally.forms += 1
    model, pk = type(form.instance), form.instance.pk
    row = model.objects.filter(pk=pk)
    before = row.values().get()
    offered = offered or {*form.fields, *fields}
    hidden = [f for f in model._meta.concrete_fields if f.name not in offered]
    for field in hidden:
        with transaction.atomic():
            value = other_value(field, before[field.attname])
            answer = client.post(address, fields | {field.name: sent_as(value)})
            after = model.objects.filter(pk=pk).values().first() or {}
            tally.columns += 1
            tally.done += answer.status_code == 302
            if after.get(field.attname) == value or not after:
                tally.taken.append((name, field.name))
            transaction.set_rollback(True)
    if "chamber" in fields:
        with transaction.atomic():
            foreign = ChamberFactory()
            client.post(address, fields | {"chamber": foreign.pk})
            changed = row.filter(chamber=foreign).exists()
            tally.chambers.append((name, changed))
            transaction.set_rollback(True)


def try_account(sign_in):
    """Send what would raise an account along with a form; return what changed."""
    client, address, fields = opened("workbench:lead-update", sign_in)
    user = type(UserFactory()).objects.get(pk=client.session["_auth_user_id"])
    rights = "role", "is_active", "may_export", "member_id", "township_id"
    before = [getattr(user, name) for name in rights]
    answer = client.post(address, fields | ACCOUNT)
    assert answer.status_code == 302
    user.refresh_from_db()
    return [n for n, old in zip(rights, before, strict=True) if getattr(user, n) != old]


def measure(names, sign_in, seen):
    tally = Tally()
    for name in names:
        with transaction.atomic():
            try_columns(tally, name, sign_in, seen)
            transaction.set_rollback(True)
    return tally


def test_figure(figure, sign_in, seen):
    names = [name for name in update_pages() if not name.endswith("-delete")]
    tally = measure(names, sign_in, seen)
    figure(
        str(tally),
        kept=not tally.taken and tally.forms >= 12 and tally.done > tally.columns / 2,
    )
    through = [name for name, changed in tally.chambers if changed]
    figure(
        f"foreign chamber on {len(tally.chambers)} forms: {len(through)} took it",
        kept=not through and tally.chambers,
    )
    changed = try_account(sign_in)
    figure(
        f"{len(ACCOUNT)} fields of the account sent along: {len(changed)} changed",
        kept=not changed,
    )


def test_control(control, sign_in, seen, monkeypatch):
    offered = set(LeadForm.base_fields)
    model = LeadForm._meta.model
    for field in model._meta.concrete_fields:
        monkeypatch.setattr(field, "editable", True)
    form = modelform_factory(model, form=LeadForm, fields="__all__")
    every = {name: field for name, field in form.base_fields.items() if field}
    monkeypatch.setattr(LeadForm, "base_fields", every)
    monkeypatch.setattr(LeadForm._meta, "fields", list(every))
    tally = Tally()
    try_columns(tally, "workbench:lead-update", sign_in, seen, offered=offered)
    control(f'fields = "__all__": {tally}', caught=tally.taken)
