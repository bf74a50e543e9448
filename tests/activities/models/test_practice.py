import pytest

from activities.models import Practice
from tests.factories.activities import (
    PracticeFactory,
    PracticeItemFactory,
    PracticeResultFactory,
)
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db


def a_number_that_is_taken():
    first = PracticeItemFactory(number=1)
    second = PracticeItemFactory(practice=first.practice, number=2)
    return changed(second, number=1)


CONSTRAINTS = {
    "activities_practiceitem_number_unique": a_number_that_is_taken,
    "activities_practiceresult_label_given": lambda: changed(
        PracticeResultFactory(), label=""
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_practice_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


def test_items_are_in_the_order_of_their_numbers():
    practice = PracticeFactory()
    last = PracticeItemFactory(practice=practice, number=2)
    first = PracticeItemFactory(practice=practice, number=1)

    assert list(practice.items.all()) == [first, last]


def test_only_public_practices_are_in_the_catalogue():
    public = PracticeFactory(is_public=True)
    PracticeFactory()

    assert list(Practice.objects.public()) == [public]
