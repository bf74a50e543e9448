"""Amounts as they are read, typed, kept and shown again."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError

from redleader.records.money import (
    LIMIT_ERROR,
    MONEY_ERROR,
    MoneyField,
    MoneyFormField,
    say_money,
)


@pytest.mark.parametrize(
    ("yuan", "words"),
    [
        (None, "—"),
        (0, "0万元"),
        (1, "0万元"),
        (49, "0万元"),
        (51, "0.01万元"),
        (100, "0.01万元"),
        (10_000, "1万元"),
        (100_000, "10万元"),
        (6_125_000, "612.5万元"),
        (99_999_900, "9999.99万元"),
        (100_000_000, "1亿元"),
        (125_000_000, "1.25亿元"),
        (1_000_000_000, "10亿元"),
        (-20_000, "-2万元"),
        (-100_000_000, "-1亿元"),
    ],
)
def test_amount_is_said_in_ten_thousands_or_hundred_millions(yuan, words):
    assert say_money(None if yuan is None else Decimal(yuan)) == words


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("1", 10_000),
        ("0", 0),
        ("0.5", 5_000),
        ("0.01", 100),
        (" 12,345.67 ", 123_456_700),
        ("\uff11\uff12\uff0e\uff15", 125_000),  # full width
        ("1000000", 10_000_000_000),
        ("", None),
        ("  ", None),
        (None, None),
        (Decimal(7), 7),
    ],
)
def test_typed_ten_thousands_become_yuan(typed, yuan):
    assert MoneyFormField(required=False).clean(typed) == yuan


@pytest.mark.parametrize(
    "typed",
    ["-1", "+1", "1.234", "1.", ".5", "1e3", "一万", "1万", "nan", "1" * 31],
)
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValidationError) as refused:
        MoneyFormField().clean(typed)
    assert (refused.value.messages, refused.value.code) == ([MONEY_ERROR], "invalid")


@pytest.mark.parametrize("typed", ["1000000.01", "1000001", "1" * 30])
def test_an_amount_of_another_unit_is_refused(typed):
    with pytest.raises(ValidationError) as refused:
        MoneyFormField().clean(typed)
    assert (refused.value.messages, refused.value.code) == ([LIMIT_ERROR], "too_much")


def test_an_amount_that_is_asked_for_is_given():
    with pytest.raises(ValidationError):
        MoneyFormField(required=True).clean("")


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (Decimal(6_125_000), "612.5"),
        (Decimal(0), "0"),
        ("12,3x", "12,3x"),
        (None, None),
    ],
)
def test_form_shows_ten_thousands_and_what_was_typed(kept, shown):
    assert MoneyFormField().prepare_value(kept) == shown


@pytest.mark.parametrize(
    ("initial", "typed", "changed"),
    [
        (Decimal(10_000), "1", False),
        (Decimal(10_000), "1.00", False),
        (Decimal(10_000), "2", True),
        (None, "", False),
        (None, "0", True),
        (Decimal(10_000), "x", True),
    ],
)
def test_form_knows_whether_an_amount_was_changed(initial, typed, changed):
    assert MoneyFormField().has_changed(initial, typed) is changed


def test_amount_of_a_row_has_a_form_in_ten_thousands():
    field = MoneyField("款项")
    field.set_attributes_from_name("held")
    assert (field.max_digits, field.decimal_places) == (14, 2)
    asked = field.formfield(required=False)
    assert isinstance(asked, MoneyFormField)
    assert (asked.label, asked.required) == ("款项（万元）", False)
    assert field.formfield(label="总额").label == "总额"
    assert asked.widget.attrs["inputmode"] == "decimal"
    assert asked.widget.attrs["autocomplete"] == "off"


def test_migrations_do_not_repeat_what_every_amount_is():
    _, path, args, kwargs = MoneyField("款项", null=True).deconstruct()
    assert path == "redleader.records.money.MoneyField"
    assert (args, kwargs) == ([], {"verbose_name": "款项", "null": True})


def test_field_takes_what_a_form_of_decimals_would_give():
    field = MoneyFormField(max_digits=3, decimal_places=1, max_value=5, min_value=1)
    assert isinstance(field, forms.CharField)
    assert field.clean("99999.99") == 999_999_900
