"""The picture of the county: each chamber a dot, each number by its rule."""

from datetime import date

import pytest

from activities.pictures.township_picture import COUNTY, Dots, township_picture
from chambers.models import Region
from tests.factories.activities import AwardFactory
from tests.factories.chambers import BranchFactory, ChamberFactory, RegionFactory

pytestmark = pytest.mark.django_db


def test_townships_stand_in_order_and_the_county_last():
    chamber = ChamberFactory(kind="township", township=RegionFactory())
    empty = RegionFactory()
    BranchFactory(chambers=[chamber])
    AwardFactory(chamber=chamber)
    ChamberFactory(township=None)

    picture = {place.code: place for place in township_picture(date.today())}

    codes = Region.objects.townships().order_by("code").values_list("code", flat=True)
    assert list(picture) == [*codes, ""]
    place = picture[chamber.township_id]
    assert (place.chambers, place.covered, place.titles) == (1, 1, 1)
    assert picture[empty.code].chambers == 0
    assert (picture[""].name, picture[""].chambers) == (COUNTY, 1)


@pytest.mark.parametrize(
    ("total", "full", "height"), [(0, 0, 16), (1, 0, 16), (6, 6, 16), (7, 3, 32)]
)
def test_dots_are_as_many_as_the_number_and_stay_inside(total, full, height):
    dots = Dots(total, full)
    drawn = list(dots)
    assert len(drawn) == total
    assert sum(dot.is_full for dot in drawn) == full
    assert dots.height == height
    assert all(0 < dot.x < dots.width and 0 < dot.y < height for dot in drawn)
    assert len({(dot.x, dot.y) for dot in drawn}) == total


def test_picture_asks_as_often_for_many_rows(django_assert_num_queries):
    ChamberFactory()
    with django_assert_num_queries(4):
        township_picture(date.today())
    ChamberFactory.create_batch(3)
    with django_assert_num_queries(4):
        township_picture(date.today())
