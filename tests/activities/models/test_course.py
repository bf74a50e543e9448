import pytest

from activities.models import Course
from tests.factories.activities import CourseFactory, SiteFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

CONSTRAINTS = {
    "activities_site_kind_valid": lambda: changed(SiteFactory(), kind="moon"),
    "activities_course_minutes_limited": lambda: changed(CourseFactory(), minutes=9),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_course_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


def test_course_is_not_longer_than_a_day_of_work():
    assert_constraint_is_kept(
        "activities_course_minutes_limited",
        lambda: changed(CourseFactory(), minutes=481),
    )


@pytest.mark.parametrize("minutes", [None, 10, 480])
def test_course_may_be_as_long_as_its_limits(minutes):
    course = CourseFactory(minutes=minutes)

    course.full_clean()
    assert Course.objects.get().minutes == minutes


def test_only_public_courses_are_in_the_catalogue():
    public = CourseFactory(is_public=True)
    CourseFactory()

    assert list(Course.objects.public()) == [public]
