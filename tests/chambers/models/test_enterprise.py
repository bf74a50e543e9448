import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chambers.models import Enterprise
from chambers.models.enterprise import (
    ALPHABET,
    CREDIT_CODE_ERROR,
    CreditCodeField,
    check_character,
    validate_credit_code,
)
from tests.factories.chambers import EnterpriseFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

BODIES = st.text(ALPHABET, min_size=17, max_size=17)
PLACES = st.integers(0, 17)
CODE = "91350100M000100Y43"  # the example of GB 32100-2015
in_one_transaction = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

CONSTRAINTS = {
    "chambers_enterprise_credit_code_valid": lambda: changed(
        EnterpriseFactory(), credit_code="91350100M000100Y44"
    ),
    "chambers_enterprise_credit_code_unique": lambda: changed(
        EnterpriseFactory(), credit_code=EnterpriseFactory(credit_code=CODE).credit_code
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_enterprise_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


def test_enterprises_without_a_credit_code_do_not_collide():
    EnterpriseFactory.create_batch(2, credit_code="")

    assert Enterprise.objects.filter(credit_code="").count() == 2


def the_database_accepts(code):
    with connection.cursor() as cursor:
        cursor.execute("SELECT credit_code_is_valid(%s)", [code])
        return cursor.fetchone()[0]


def python_accepts(code):
    try:
        validate_credit_code(code)
    except ValidationError:
        return False
    return True


def test_credit_code_of_the_standard_is_valid():
    assert python_accepts(CODE)
    assert the_database_accepts(CODE)


@in_one_transaction
@given(body=BODIES, last=st.sampled_from(ALPHABET))
def test_credit_code_has_one_check_character(body, last):
    right = last == check_character(body)

    assert python_accepts(body + last) == right
    assert the_database_accepts(body + last) == right
    assert the_database_accepts(body + check_character(body))


@in_one_transaction
@given(body=BODIES, place=PLACES, other=st.sampled_from(ALPHABET))
def test_credit_code_with_one_changed_character_is_refused(body, place, other):
    code = body + check_character(body)
    wrong = code[:place] + other + code[place + 1 :]

    assert python_accepts(wrong) == (wrong == code)
    assert the_database_accepts(wrong) == (wrong == code)


@in_one_transaction
@given(
    body=BODIES,
    place=PLACES,
    other=st.characters(exclude_characters="\0" + ALPHABET, codec="utf-8"),
)
def test_credit_code_with_a_foreign_character_is_refused(body, place, other):
    code = body + check_character(body)
    wrong = code[:place] + other + code[place + 1 :]

    assert not python_accepts(wrong)
    assert not the_database_accepts(wrong)


def test_credit_code_says_where_to_look():
    with pytest.raises(ValidationError) as error:
        validate_credit_code(CODE[:17] + "0")

    assert error.value.messages == [CREDIT_CODE_ERROR]


@pytest.mark.parametrize("code", ["", CODE[:17], CODE + "0", CODE + "\n", CODE.lower()])
def test_credit_code_of_another_form_is_refused(code):
    assert not python_accepts(code)
    assert not the_database_accepts(code)


def test_credit_code_field_forgives_blanks_and_small_letters():
    assert CreditCodeField().to_python(f" {CODE.lower()} ") == CODE
