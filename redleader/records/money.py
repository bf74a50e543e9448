"""Money: kept in yuan, typed in 万元, read in 万元 or 亿元."""

import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

WAN, YI = Decimal(10_000), Decimal(100_000_000)
MONEY_ERROR = "金额应为 0 以上、最多两位小数（单位：万元）。若为“亿元”请换算。"
LIMIT = 1_000_000  # 万元
LIMIT_ERROR = f"金额不能超过 {LIMIT} 万元（100亿元），请核对单位。"
TYPED = re.compile(r"\d{1,30}(\.\d{1,2})?", re.ASCII)


def say_money(yuan: Decimal | None) -> str:
    """Return an amount as people read it, such as 612.5万元 or 1.25亿元."""
    if yuan is None:
        return "—"
    unit, word = (YI, "亿元") if abs(yuan) >= YI else (WAN, "万元")
    return f"{plain((yuan / unit).quantize(Decimal('0.01')))}{word}"


def plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class MoneyFormField(forms.CharField):
    """Takes 万元 as text and returns yuan."""

    def __init__(self, **kwargs):
        for name in ("max_digits", "decimal_places", "max_value", "min_value"):
            kwargs.pop(name, None)
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "")
        if not text:
            return None
        if not TYPED.fullmatch(text):
            raise ValidationError(MONEY_ERROR, code="invalid")
        if Decimal(text) > LIMIT:
            raise ValidationError(LIMIT_ERROR, code="too_much")
        return Decimal(text) * WAN

    def run_validators(self, value):
        """The value is a number now, so the validators of text do not apply."""

    def prepare_value(self, value):
        """Show the stored value in 万元; leave what was typed as it is."""
        return plain(value / WAN) if isinstance(value, Decimal) else value

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


class MoneyField(models.DecimalField):
    """An amount in yuan; its form asks for 万元."""

    def __init__(self, verbose_name=None, **kwargs):
        kwargs |= {"max_digits": 14, "decimal_places": 2}
        super().__init__(verbose_name, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def formfield(self, **kwargs):
        return super().formfield(
            **{
                "form_class": MoneyFormField,
                "label": f"{self.verbose_name}（万元）",
                **kwargs,
            }
        )
