"""Firms, by their unified social credit code."""

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import BooleanField, F, Func, Q

from redleader.records.record import DemoMark
from redleader.records.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    beginning_indexes,
    search_index,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE_ERROR = (
    "统一社会信用代码应为 18 位，且末位校验码正确，请对照营业执照或登记证书核对。"
)


def check_character(body: str) -> str:
    """Return the 18th character of a credit code from its first 17.

    Source: GB 32100-2015, a weighted sum modulo 31 with weights 3^i mod 31.
    """
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return ALPHABET[-total % 31]


def validate_credit_code(code: str) -> None:
    """Refuse a code whose form or check character is wrong."""
    RegexValidator(rf"^[{ALPHABET}]{{18}}\Z", CREDIT_CODE_ERROR)(code)
    if check_character(code[:17]) != code[17]:
        raise ValidationError(CREDIT_CODE_ERROR, code="check_digit")


class CreditCodeIsValid(Func):
    """The same check in the database; see the migration of its function."""

    function = "credit_code_is_valid"
    output_field = BooleanField()


class CreditCodeField(models.CharField):
    """An optional unified social credit code; unknown is empty text."""

    default_validators = [validate_credit_code]

    def __init__(self, *args, **kwargs):
        kwargs |= {"max_length": 18, "blank": True}
        super().__init__("统一社会信用代码", **kwargs)

    def deconstruct(self):
        name, path, _, _ = super().deconstruct()
        return name, path, [], {}

    def to_python(self, value):
        return super().to_python(value).strip().upper() if value else ""


def credit_code_constraints() -> list[models.BaseConstraint]:
    """Return the rules of a model that has a ``credit_code``."""
    return [
        models.CheckConstraint(
            condition=Q(credit_code="") | Q(CreditCodeIsValid(F("credit_code"))),
            name="%(app_label)s_%(class)s_credit_code_valid",
            violation_error_message=CREDIT_CODE_ERROR,
        ),
        models.UniqueConstraint(
            fields=["credit_code"],
            condition=~Q(credit_code=""),
            name="%(app_label)s_%(class)s_credit_code_unique",
            violation_error_message="该统一社会信用代码已经登记。",
        ),
    ]


@pghistory.track(exclude=SEARCH_COLUMNS)
class Enterprise(DemoMark):
    """A firm that takes part in the work of a chamber, or in a pairing."""

    name = models.CharField("企业名称", max_length=100, unique=True)
    credit_code = CreditCodeField()
    township = models.ForeignKey(
        "chambers.Region",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"level": "township"},
        related_name="enterprises",
        verbose_name="所在乡镇",
    )
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["sort_key", "pk"]
        constraints = credit_code_constraints()
        indexes = [
            search_index(),  # the search boxes of admin and workbench
            models.Index(fields=["sort_key", "id"], name="chambers_enterprise_by_name"),
            *beginning_indexes("chambers_enterprise"),  # the box of the workbench
        ]

    def __str__(self):
        return self.name
