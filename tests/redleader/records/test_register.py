"""Every register, found by itself: what it serves, to whom, and its columns."""

import pytest
from django.urls import reverse

from chambers.models import Role
from redleader.records.column import Column, Kind, Shown, on_page
from redleader.records.parts import Part
from redleader.records.register import ACTIONS, REGISTERS, Register, serve
from tests.factories import of_model
from tests.factories.activities import MediationAccessFactory
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db
OF_ONE_ROW = [
    pytest.param(register, action, method, id=f"{method} {register.name}-{action}")
    for register in REGISTERS.values()
    for action in register.rights
    for method in ACTIONS[action][1]
    if "<int:pk>" in register.route(action)
]


def foreign_row(register):
    """A row of another chamber than that of anybody who asks."""
    names = {field.name for field in register.model._meta.fields}
    owner = {"organiser": ChamberFactory()} if "organiser" in names else {}
    return of_model(register.model, **owner)


def ask(client, register, action, method, row):
    """Ask for a row, or for what belongs to it, as one action does."""
    of_owner = isinstance(register, Part) and action in ("create", "export")
    keys = {"pk": register.owner_of(row).pk if of_owner else row.pk}
    if "<slug:state>" in register.route(action):
        keys["state"] = row.next_states[0].value
    address = reverse(f"workbench:{register.name}-{action}", kwargs=keys)
    return client.generic(method, address).status_code


def test_there_are_registers_of_one_row():
    assert len(OF_ONE_ROW) > 60


@pytest.mark.parametrize(("register", "action", "method"), OF_ONE_ROW)
def test_foreign_row_is_not_there(register, action, method, sign_in):
    row, right = foreign_row(register), register.rights[action]
    strangers = [secretary_of(ChamberFactory()), UserFactory(role=Role.FEDERATION)]
    strangers = [user for user in strangers if not register.visible(user).exists()]
    assert strangers
    for user in strangers:
        refused = 403 if right.opens(user) else 404
        expected = 404 if right.serves(user, method) else refused
        assert ask(sign_in(user), register, action, method, row) == expected


@pytest.mark.parametrize(("register", "action", "method"), OF_ONE_ROW)
def test_the_same_row_is_there_for_the_office(register, action, method, sign_in):
    user = UserFactory(role=Role.FEDERATION)
    MediationAccessFactory(user=user)
    row = foreign_row(register)

    answer = ask(sign_in(user), register, action, method, row)

    assert answer in (200, 302, 409, 422)


@pytest.mark.parametrize("name", REGISTERS)
def test_label_and_place_of_a_column_stand_once(name):
    columns = REGISTERS[name].columns
    labels = [column.label for column in columns if getattr(column, "in_sheet", True)]
    places = [column.place for column in on_page(columns)]

    assert len(labels) == len(set(labels))
    assert places == list(range(1, len(places) + 1))


@pytest.mark.parametrize(
    "name", [n for n, r in REGISTERS.items() if "list" in r.rights]
)
def test_list_has_its_columns_and_choices(name, sign_in):
    register = REGISTERS[name]
    foreign_row(register)
    user = UserFactory(role=Role.FEDERATION)
    MediationAccessFactory(user=user)

    page = sign_in(user).get(register.reverse("list")).text

    for column in on_page(register.columns):
        assert f">{column.label}</th>" in page
    for choice in register.choices:
        assert page.count(f'name="{choice.name}"') <= 1
    assert register.title in page


def test_name_of_a_register_stands_once():
    class Again(Register):
        name = next(iter(REGISTERS))

    with pytest.raises(ValueError, match="stands twice"):
        serve(Again)


@pytest.mark.parametrize(
    ("kind", "unit", "value", "cell", "style", "in_sheet"),
    [
        (Kind.TEXT, "", "<b>", "&lt;b&gt;", "", "<b>"),
        (Kind.TEXT, "", "", "—", "", ""),
        (Kind.INTEGER, "个", 0, "0 个", "right number", 0),
        (Kind.MONEY, "", 125_000, "12.5万元", "right number", 12.5),
        (Kind.MONEY, "", None, "—", "right number", None),
    ],
)
def test_column_says_the_same_on_a_page_and_in_a_sheet(
    kind, unit, value, cell, style, in_sheet
):
    column = Shown("金额", kind, value=lambda row: row, place=1, unit=unit)

    assert (column.cell(value), column.style) == (cell, style)
    assert column.content(value) == in_sheet


def test_money_is_said_with_its_unit_in_a_sheet():
    assert Column("金额", Kind.MONEY).heading == "金额（万元）"
