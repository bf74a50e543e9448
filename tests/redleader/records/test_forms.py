from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from activities.models import Lecture
from chambers.models import Branch, Chamber, ChamberTerm, Enterprise
from redleader.records.forms import (
    DATE_ERROR,
    ID_NUMBER_ERROR,
    TIME_ERROR,
    Form,
    ModelForm,
    attempt,
    has_unprintable,
    id_number_in,
    parse_uuid,
    refusal,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    ChamberTermFactory,
    EnterpriseFactory,
)
from tests.rules import refused

ID_NUMBER = "350823199001011234"
UNPRINTABLE = "主题含有无法显示的字符，请删除后重试。"


class NoteForm(Form):
    topic = forms.CharField(label="主题", max_length=5)
    text = forms.CharField(
        label="内容", max_length=500, required=False, widget=forms.Textarea
    )
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], required=False)
    day = forms.DateField(label="日期", required=False)
    at = forms.DateTimeField(label="时间", required=False)
    people = forms.IntegerField(
        label="人数", min_value=1, max_value=2000, required=False
    )
    count = forms.IntegerField(label="次数", min_value=0, required=False)


def errors_of(**data):
    form = NoteForm({"topic": "红土"} | data)
    return {name: list(errors) for name, errors in form.errors.items()}


def error_of(name, value):
    errors = errors_of(**{name: value})
    assert set(errors) == {name}
    return errors[name]


def cleaned(name, value):
    form = NoteForm({"topic": "红土"} | {name: value})
    assert form.errors == {}
    return form.cleaned_data[name]


@pytest.mark.parametrize(
    "blank",
    ["", " ", "\t\r\n", "　　", "\u200b", "\u200b　\u200d \ufeff", "\xa0", "\u2060"],
)
def test_topic_of_blanks_is_missing(blank):
    assert error_of("topic", blank) == ["请填写主题。"]


def test_topic_that_is_not_sent_is_missing():
    assert NoteForm({}).errors["topic"] == ["请填写主题。"]


def test_text_may_be_left_out():
    assert cleaned("text", "　\u200b") == ""


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("　红土 ", "红土"),
        ("\u200b红土\ufeff", "红土"),
        ("红\u200d土", "红\u200d土"),  # inside it may belong to a letter
        ("\uff21\uff22", "\uff21\uff22"),
        ("\xa0红 土\xa0", "红 土"),
        ("𠮷野家𠮷野", "𠮷野家𠮷野"),
    ],
)
def test_topic_is_stored_without_blanks_around_it(value, stored):
    assert cleaned("topic", value) == stored


@pytest.mark.parametrize(
    ("value", "count"), [("红土初心讲堂", 6), ("𠮷" * 7, 7), ("a" * 100_000, 100_000)]
)
def test_topic_that_is_too_long_says_by_how_much(value, count):
    assert error_of("topic", value) == [f"主题最多 5 个字，现有 {count} 个字。"]


def test_widget_lets_the_message_speak():
    assert "maxlength" not in str(NoteForm()["topic"])
    assert "maxlength" not in str(NoteForm()["text"])


@pytest.mark.parametrize(
    "value",
    [
        "红\0土",
        "红\x07土",
        "红\x7f土",
        "红\x85土",
        "红\x1b[1m",
        "红\u202e土",
        "红\u2066土",
        "红\ud800土",
    ],
)
def test_topic_that_cannot_be_shown_is_refused(value):
    assert error_of("topic", value) == [UNPRINTABLE]


def test_text_may_have_lines_and_tabs():
    assert cleaned("text", "一\r\n\t二\n三") == "一\r\n\t二\n三"


@pytest.mark.parametrize(
    "script",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE chambers_chamber; --",
        "{{ 7 * 7 }}{% debug %}",
        "=HYPERLINK(1)",
        "%s %(name)s {0}",
    ],
)
def test_text_that_looks_like_script_is_stored_as_it_is(script):
    assert cleaned("text", script) == script


@pytest.mark.parametrize(
    "value",
    [
        ID_NUMBER,
        ID_NUMBER[:-1] + "X",
        ID_NUMBER[:-1] + "x",
        f"李红（{ID_NUMBER}）",
        "350823 19900101 1234",
        "3 5 0 8 2 3 1 9 9 0 0 1 0 1 1 2 3 4",
        "350823-19900101-1234",
        ID_NUMBER.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
    ],
)
def test_text_with_an_id_number_is_refused(value):
    assert error_of("text", value) == [ID_NUMBER_ERROR]


@pytest.mark.parametrize(
    "value",
    [
        "91350100M000100Y43",  # a credit code
        "13800001234",
        "350823199013011234567",  # too many digits
        "350823199021011234",  # no such month
        "共 18 场，2023 人次",
    ],
)
def test_text_with_other_numbers_is_kept(value):
    assert cleaned("text", value) == value


@given(
    st.dates().map(lambda day: day.replace(year=1900 + day.year % 200)),
    st.from_regex(r"\A[1-9][0-9]{5}\Z"),
    st.from_regex(r"\A[0-9]{3}[0-9Xx]\Z"),
    st.sampled_from(["", " ", "-"]),
)
def test_id_number_is_found_with_any_blanks(day, place, rest, blank):
    number = f"{place}{blank}{day:%Y%m%d}{blank}{rest}"

    assert id_number_in(f"证件{number}。")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf"])))
def test_printable_text_is_printable(text):
    assert not has_unprintable(text)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("kind", "b", "所选类别无效，请重新选择。"),
        ("day", "2026-02-30", DATE_ERROR),
        ("day", "昨天", DATE_ERROR),
        ("at", "2026-03-15 25:00", TIME_ERROR),
        ("people", "0", "人数应为 1–2000 的整数。"),
        ("people", "2001", "人数应为 1–2000 的整数。"),
        ("people", "-1", "人数应为 1–2000 的整数。"),
        ("people", "1.5", "人数应为 1–2000 的整数。"),
        ("people", "十", "人数应为 1–2000 的整数。"),
        ("people", "1e3", "人数应为 1–2000 的整数。"),
        ("people", "9" * 400, "人数应为 1–2000 的整数。"),
        ("count", "-1", "次数应为不小于 0 的整数。"),
        ("count", "many", "次数应为不小于 0 的整数。"),
    ],
)
def test_field_names_the_limit(name, value, message):
    assert error_of(name, value) == [message]


def test_choice_that_is_missing_is_to_be_chosen():
    class ChoiceForm(Form):
        kind = forms.ChoiceField(label="类别", choices=[("a", "甲")])

    assert ChoiceForm({}).errors == {"kind": ["请选择类别。"]}


def test_first_error_is_one_sentence():
    assert NoteForm({"people": "0"}).first_error() == "请填写主题。"
    assert NoteForm({"topic": "红土"}).first_error() == ""


def test_limits_of_one_form_do_not_leak_into_the_next():
    class OtherForm(Form):
        people = forms.IntegerField(label="应到", max_value=5, required=False)

    NoteForm({})

    assert OtherForm({"people": "6"}).errors == {"people": ["应到应为 0–5 的整数。"]}
    assert errors_of(people="0") == {"people": ["人数应为 1–2000 的整数。"]}


# Forms of models.


class PresentForm(ModelForm):
    class Meta:
        model = Lecture
        fields = ["present"]


class TermForm(ModelForm):
    """Shows the end only; the overlap is a matter of columns it does not show."""

    class Meta:
        model = ChamberTerm
        fields = ["ended_on"]


class EnterpriseForm(ModelForm):
    class Meta:
        model = Enterprise
        fields = ["name", "credit_code"]


class ChamberForm(ModelForm):
    class Meta:
        model = Chamber
        fields = ["name", "kind"]


@pytest.mark.django_db
def test_model_form_takes_the_limits_of_the_column():
    form = PresentForm({"present": "2001"})

    assert form.errors["present"] == ["实到应为 0–2000 的整数。"]
    column = Lecture._meta.get_field("present")
    assert not any("实到" in str(limit.message) for limit in column.validators)


@pytest.mark.django_db
def test_model_form_checks_rules_of_columns_it_does_not_show():
    first = ChamberTermFactory(number=1, ended_on=date(2024, 1, 1))
    ChamberTermFactory(chamber=first.chamber, number=2, started_on=date(2024, 1, 2))

    form = TermForm({"ended_on": "2024-06-30"}, instance=first)

    assert form.errors == {
        "__all__": ["与已登记的另一届任期重叠，请先填写上一届的换届日期。"]
    }


@pytest.mark.django_db
def test_model_form_answers_dates_in_the_wrong_order():
    term = ChamberTermFactory(started_on=date(2024, 1, 2))

    form = TermForm({"ended_on": "2024-01-01"}, instance=term)

    assert form.errors == {"__all__": ["结束日期不能早于开始日期。"]}


@pytest.mark.django_db
def test_model_form_says_a_broken_field_once():
    form = EnterpriseForm({"name": "新企业", "credit_code": "123"})

    assert form.errors == {
        "credit_code": [
            "统一社会信用代码应为 18 位，且末位校验码正确，"
            "请对照营业执照或登记证书核对。"
        ]
    }


# What the database refuses, in words.


def raise_error(error):
    raise error


@pytest.mark.django_db
def test_refusal_is_the_message_of_the_constraint():
    row = ChamberFactory()
    row.kind = "club"

    assert refusal(refused(row.save)) == "所选类型无效，请重新选择。"


@pytest.mark.django_db
def test_refusal_is_the_message_of_the_trigger():
    assert refusal(refused(lambda: BranchFactory(kind="joint"))) == (
        "党支部覆盖 1 个商会，联合党支部覆盖 2 至 5 个商会，请核对覆盖商会。"
    )


@pytest.mark.django_db
def test_refusal_of_a_nameless_rule_is_plain():
    name = EnterpriseFactory().name
    plain = "数据之间有冲突，未保存，请核对后重试。"

    assert refusal(refused(lambda: EnterpriseFactory(name=name))) == plain
    assert refusal(IntegrityError("no cause")) == plain


@pytest.mark.django_db
def test_attempt_puts_errors_on_their_fields():
    form = NoteForm({"topic": "红土"})
    error = ValidationError(
        {"topic": "题目重复。", "elsewhere": ["一。", "二。"], "people": "太多。"}
    )

    assert not attempt(form, raise_error, error)

    assert form.errors == {
        "topic": ["题目重复。"],
        "people": ["太多。"],
        "__all__": ["一。", "二。"],
    }


@pytest.mark.django_db
def test_attempt_puts_a_plain_error_on_the_form():
    form = NoteForm({"topic": "红土"})

    assert not attempt(form, raise_error, ValidationError("已经提交。"))

    assert form.errors == {"__all__": ["已经提交。"]}


@pytest.mark.django_db
def test_attempt_puts_the_refusal_of_the_database_on_the_form():
    form = NoteForm({"topic": "红土"})

    assert not attempt(form, ChamberFactory, name="半途", kind="club")

    assert form.errors == {"__all__": ["所选类型无效，请重新选择。"]}
    assert not Chamber.objects.exists()


@pytest.mark.django_db
def test_attempt_applies_the_rules_that_wait_for_the_end():
    form = NoteForm({"topic": "红土"})

    assert not attempt(form, BranchFactory, kind="joint")

    assert "联合党支部覆盖 2 至 5 个商会" in form.errors["__all__"][0]
    assert not Branch.objects.exists()


@pytest.mark.django_db
def test_attempt_that_succeeds_saves():
    form = NoteForm({"topic": "红土"})

    assert attempt(form, ChamberFactory, name="古田商会")

    assert form.errors == {}
    assert Chamber.objects.get().name == "古田商会"


@pytest.mark.parametrize("text", [None, "", "x", "1" * 33, 5, "0000"])
def test_text_that_is_no_uuid_is_none(text):
    assert parse_uuid(text) is None
