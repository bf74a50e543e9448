"""Bases of every form: plain messages, clean text, the database's constraints."""

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import (
    BaseValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import IntegrityError, models, transaction
from django.forms.utils import ErrorDict

from redleader.records.layout import LaidOut
from redleader.records.search import SEARCH_COLUMNS, search

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?!\d)")
ID_NUMBER_ERROR = "请勿填写身份证号码等敏感个人信息。"
DATE_ERROR = "日期无效，请按“年-月-日”填写，例如 2026-03-15。"
TIME_ERROR = "时间无效，请按“年-月-日 时:分”填写，例如 2026-03-15 14:30。"


def has_unprintable(text: str) -> bool:
    """Tell whether text has control, bidi or surrogate characters."""
    return any(
        (unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t") or c in BIDI
        for c in text
    )


def id_number_in(text: str) -> bool:
    """Tell whether text holds an 18-digit ID number, also with blanks inside."""
    folded = unicodedata.normalize("NFKC", text)
    return bool(ID_NUMBER.search(re.sub(r"(?<=\d)[ -](?=[\dXx])", "", folded)))


class MaxLength(MaxLengthValidator):
    """Refuses text that is too long, and says how long it is."""

    def __init__(self, limit_value, label):
        message = f"{label}最多 {limit_value} 个字，现有 %(show_value)s 个字。"
        super().__init__(limit_value, message)


class PlainFormMixin(LaidOut):
    """Say what is wrong with a field, the limit and what to do, in Chinese."""

    errors: ErrorDict

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self.add_limits(name, field)
            self.plain_messages(field)

    def add_limits(self, name: str, field: forms.Field) -> None:
        """Apply limits defined elsewhere to a field, before it gets its messages."""

    @staticmethod
    def plain_messages(field: forms.Field) -> None:
        label = field.label or ""
        is_choice = hasattr(field, "choices") and not isinstance(
            field, NamedChoiceField
        )
        verb = "选择" if is_choice else "填写"
        invalid_choice = f"所选{label}无效，请重新选择。"
        field.error_messages |= {
            "required": f"请{verb}{label}。",
            "invalid_choice": invalid_choice,
            "invalid_pk_value": invalid_choice,
        }
        if isinstance(field, forms.ModelChoiceField):
            no_null = ProhibitNullCharactersValidator(invalid_choice)
            field.validate_no_null_characters = no_null  # type: ignore[method-assign]
        if isinstance(field, forms.DateTimeField):
            field.error_messages["invalid"] = TIME_ERROR
        elif isinstance(field, forms.DateField):
            field.error_messages["invalid"] = DATE_ERROR
        elif isinstance(field, forms.IntegerField):
            limits = [v for v in field.validators if isinstance(v, BaseValidator)]
            bounds = {type(v): v.limit_value for v in limits}
            low = bounds.get(MinValueValidator, 0)
            high = bounds.get(MaxValueValidator)
            message = f"{label}应为 {low}–{high} 的整数。"
            if high is None:
                message = f"{label}应为不小于 {low} 的整数。"
            field.error_messages["invalid"] = message
            for limit in limits:
                limit.message = message
        elif isinstance(field, forms.CharField):
            field.validators = [
                MaxLength(v.limit_value, label)
                if isinstance(v, MaxLengthValidator)
                else v
                for v in field.validators
                if not isinstance(v, ProhibitNullCharactersValidator)
            ]
            field.validators.append(PlainText(label))
            field.widget.attrs.pop("maxlength", None)  # The own message says more.

    def first_error(self) -> str:
        return next(
            (str(error) for errors in self.errors.values() for error in errors), ""
        )

    def _clean_fields(self):
        super()._clean_fields()
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if isinstance(field, forms.CharField) and isinstance(value, str):
                cleaned = value.strip(ZERO_WIDTH + " \t\r\n\u3000\xa0")
                self.cleaned_data[name] = cleaned
                if field.required and not cleaned:
                    self.add_error(name, field.error_messages["required"])


class PlainText:
    """Refuse text that cannot be shown, and ID numbers."""

    def __init__(self, label):
        self.label = label

    def __call__(self, text):
        if not isinstance(text, str):
            return  # Some fields of text, such as UUIDs, yield objects.
        if has_unprintable(text):
            raise ValidationError(
                f"{self.label}含有无法显示的字符，请删除后重试。", code="unprintable"
            )
        if id_number_in(text):
            raise ValidationError(ID_NUMBER_ERROR, code="id_number")


def parse_uuid(text: str | None) -> uuid.UUID | None:
    """Return the UUID in a text, or None."""
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError, AttributeError):
        return None


class Form(PlainFormMixin, forms.Form):
    """A form that is no record: a step, an upload, a question."""

    bar = "components/form_actions.html"


class ModelForm(PlainFormMixin, forms.ModelForm):
    """Also checks constraints that mention fields the form does not show."""

    def add_limits(self, name, field):
        columns = {column.name: column for column in self._meta.model._meta.fields}
        if isinstance(field, forms.IntegerField) and name in columns:
            limits = []
            for limit in (*field.validators, *columns[name].validators):
                if limit not in limits:
                    limits.append(limit)
            field.validators = [copy(limit) for limit in limits]

    def _post_clean(self):
        super()._post_clean()
        self.validate_constraints()

    def validate_constraints(self):
        broken = [name for name in self.errors if name != NON_FIELD_ERRORS]
        try:
            self.instance.validate_constraints(exclude=broken)
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                place = name if name in self.fields else NON_FIELD_ERRORS
                said = self.errors.get(place, [])
                news = [e for e in errors if e.messages[0] not in said]
                if news:
                    self.add_error(place, news)


class TypedName(str):
    """A typed name, as opposed to the key of a stored row."""


SUGGESTED = 5
OFFERED = 200  # most rows that a select box offers; if there are more, names are typed
NAMED = 1000  # most names offered while typing; if there are more, none are


def is_long(rows: models.QuerySet, most: int | None = None) -> bool:
    """Tell whether there are more rows than a page can offer; reads no more."""
    most = OFFERED if most is None else most
    return rows.order_by()[: most + 1].count() > most


def without_search(rows: models.QuerySet) -> models.QuerySet:
    """Leave out the search columns, which make up most of a row."""
    columns = {field.name for field in rows.model._meta.concrete_fields}
    return rows.defer(*columns.intersection(SEARCH_COLUMNS))


def with_present(rows: models.QuerySet, key: Any) -> models.QuerySet:
    """Also offer the row that is chosen at present, if these lack it.

    Only then, because a query for one set OR another reads the whole table.
    """
    if key is None or rows.filter(pk=key).exists():
        return rows
    offered = models.Q(pk__in=rows.order_by().values("pk")) | models.Q(pk=key)
    return rows.model._default_manager.filter(offered)


def type_if_many(form: forms.BaseForm, *names: str, prefix: str = "") -> None:
    """Let people type a name if there are too many rows to choose from.

    ``prefix`` is the path to the row whose name ends the name of a choice.
    """
    for name in names:
        field = form.fields.get(name)
        if type(field) is not forms.ModelChoiceField or not is_long(field.queryset):  # type: ignore[arg-type]
            continue
        form.fields[name] = NamedChoiceField(
            field.queryset,
            label=field.label,
            required=field.required,
            help_text=field.help_text or "输入名称。",
            prefix=prefix,
        )


class NamesInput(forms.TextInput):
    """A text input that offers names while typing."""

    template_name = "components/names_input.html"
    names: Callable[[], Iterable[str]] = staticmethod(list)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        offered = f"{context['widget']['attrs'].get('id', name)}_names"
        context["widget"]["attrs"] |= {"list": offered, "autocomplete": "off"}
        return context | {"offered": offered, "names": self.names()}


class NamedChoiceField(forms.ModelChoiceField):
    """A choice among many rows: its name is typed, and offered while typing.

    ``name`` turns a row into what is typed; if two rows share a name, it is refused.
    """

    widget = NamesInput

    def __init__(
        self, *args, name: Callable[[Any], str] = str, prefix: str = "", **kwargs
    ):
        self.name, self.prefix = name, prefix
        super().__init__(*args, **kwargs)
        self.widget.names = self.all_names

    def __deepcopy__(self, memo):
        field = super().__deepcopy__(memo)
        field.widget.names = field.all_names
        return field

    def all_names(self) -> list[str]:
        rows: models.QuerySet = self.queryset  # type: ignore[assignment]
        if is_long(rows, NAMED):
            return []
        return [self.name(row) for row in without_search(rows)]

    def found(self, text: str) -> list[Any]:
        """Return the rows of a typed name, found through the index by its last word."""
        word = text.split()[-1]
        rows = search(self.queryset.order_by(), word, prefix=self.prefix)  # type: ignore[union-attr]
        return [row for row in rows if self.name(row) == text]

    def bound_data(self, data, initial):
        return TypedName(data or "")

    def prepare_value(self, value):
        """Show a stored row by its name; leave what was typed as it is."""
        if isinstance(value, TypedName) or value in self.empty_values:
            return value or ""
        if not isinstance(value, models.Model):
            value = self.queryset.model._base_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return self.name(value) if value else ""

    def to_python(self, value):
        text = str(value or "").strip()
        if not text:
            return None
        rows = self.found(text)
        if len(rows) == 1:
            return rows[0]
        if rows:
            message = f"有 {len(rows)} 个同名的{self.label}，请联系工作人员处理。"
            raise ValidationError(message, code="ambiguous")
        raise ValidationError(
            f"没有名为“{text[:30]}”的{self.label}，{self.advice(text)}",
            code="invalid_choice",
        )

    def advice(self, text: str) -> str:
        """Suggest some rows that may have been meant, if the page offered none."""
        if not is_long(self.queryset):  # type: ignore[arg-type]
            return "请从提示的名称中选择。"
        near = search(self.queryset.order_by(), text, prefix=self.prefix)[:SUGGESTED]  # type: ignore[union-attr]
        if names := "、".join(self.name(row) for row in near):
            return f"相近的有：{names}。"
        return "请填写全称。"


def refusal(error: IntegrityError) -> str:
    """Return the Chinese message of the constraint that the database applied."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    if name:
        from django.apps import apps

        for model in apps.get_models():
            for constraint in model._meta.constraints:
                if constraint.name == name:
                    return str(constraint.get_violation_error_message())
    message = getattr(diagnostics, "message_primary", "") or ""
    if any("\u4e00" <= c <= "\u9fff" for c in message):
        return message
    return "数据之间有冲突，未保存，请核对后重试。"


class EditConflictError(Exception):
    """Somebody has saved the row since the form was opened; ``current`` is the row."""

    def __init__(self, current: Any):
        self.current = current


def attempt(form: forms.BaseForm, service: Callable, *args, **kwargs) -> bool:
    """Call a service; put its refusal, or the database's, on the form."""
    try:
        with transaction.atomic():
            service(*args, **kwargs)
            check_deferred_constraints()
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                form.add_error(name if name in form.fields else None, errors)
        else:
            form.add_error(None, error)
        return False
    except IntegrityError as error:
        form.add_error(None, refusal(error))
        return False
    return True


def general_part(form: forms.BaseForm) -> Form:
    """Return a form with just the errors that belong to no field, for the top."""
    part = Form({})
    for error in form.non_field_errors():
        part.add_error(None, error)
    return part


def check_deferred_constraints() -> None:
    """Check now the constraints deferred to the end of the transaction."""
    connection = transaction.get_connection()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def check_deferred_constraints_on_trial() -> None:
    """Check them for rows that will be rolled back, without writing audit entries."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint"
            " WHERE condeferrable AND conname <> 'audit_event'"
        )
        cursor.execute(f"SET CONSTRAINTS {cursor.fetchone()[0]} IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class TrialForm(ModelForm):
    """Saves its row once on trial, so that the form can show a trigger's refusal.

    Deferred constraints are not checked, since they depend on other rows too.
    """

    def _post_clean(self):
        super()._post_clean()
        if not self.errors and self.has_changed() and self.can_be_tried():
            try:
                with transaction.atomic():
                    copy(self.instance).save()
                    transaction.set_rollback(True)
            except IntegrityError as error:
                self.add_error(None, refusal(error))

    def can_be_tried(self):
        """Tell whether its parent row exists and it has no file to store."""
        for field in self.instance._meta.concrete_fields:
            value = getattr(self.instance, field.attname)
            if isinstance(field, models.FileField):
                if value and not value._committed:
                    return False
            elif field.is_relation and not field.null and value is None:
                return False
        return True
