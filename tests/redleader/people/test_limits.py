import pytest
from django.contrib.auth.models import AnonymousUser

from redleader.people.limits import is_too_often, seconds_to_wait


@pytest.fixture
def reader(rf, settings):
    settings.ACCOUNT_RATE_LIMITS = {"look": "2/h/ip"}
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


def test_reading_is_counted_too(reader):
    assert [is_too_often(reader, "look") for _ in range(3)] == [False, False, True]


def test_wait_is_until_the_oldest_attempt_is_forgotten(reader):
    waits = [seconds_to_wait(reader, "look") for _ in range(3)]

    assert waits[:2] == [0, 0]
    assert 3595 <= waits[2] <= 3600


def test_action_without_a_limit_is_free(reader):
    assert not any(seconds_to_wait(reader, "other") for _ in range(9))
