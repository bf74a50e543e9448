"""Subscribable calendars of lectures: their content and who may read them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from activities.models import Lecture
from activities.models.lecture import LectureState
from chambers.models import User

SALT = "activities.calendar"
PAST = timedelta(days=730)  # Subscribers poll often; older lectures are on the pages.
STATUSES = {LectureState.PLANNED: "TENTATIVE", LectureState.CANCELLED: "CANCELLED"}


def key_for(user: User) -> str:
    """Return the key to a user's internal calendars; a new password voids it."""
    return signing.dumps([user.pk, stamp(user)], salt=SALT)


def stamp(user: User) -> str:
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:20]


def user_of(key: str) -> User | None:
    """Return the active user whose key this is, if any."""
    try:
        pk, seen = signing.loads(key, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and constant_time_compare(seen, stamp(user)) else None


def calendar_of(
    lectures: Iterable[Lecture], *, name: str, address: Callable[[Lecture], str]
) -> bytes:
    """Return an iCalendar text of lectures without the name of any person."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{settings.PORTAL['name']}//lectures//ZH")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=6), {"value": "DURATION"})
    for lecture in lectures:
        calendar.add_component(event_of(lecture, address(lecture)))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def event_of(lecture: Lecture, address: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", str(lecture.form_key))
    event.add("dtstamp", in_utc(lecture.updated_at))
    event.add("last-modified", in_utc(lecture.updated_at))
    event.add("sequence", lecture.version)
    event.add("dtstart", here(lecture.started_at))
    if lecture.ended_at:
        event.add("dtend", here(lecture.ended_at))
    event.add("summary", lecture.topic)
    event.add("description", description_of(lecture))
    if lecture.venue:
        event.add("location", lecture.venue)
    event.add("status", STATUSES.get(LectureState(lecture.state), "CONFIRMED"))
    event.add("url", address)
    return event


def description_of(lecture: Lecture) -> str:
    words = [
        str(lecture.issue or ""),
        lecture.get_kind_display(),
        lecture.get_theme_display(),
        lecture.organiser_name,
    ]
    return " · ".join(word for word in words if word)


def in_utc(moment):
    return moment.astimezone(ZoneInfo("UTC")).replace(microsecond=0)


def here(moment):
    return timezone.localtime(moment, ZoneInfo(settings.TIME_ZONE)).replace(
        microsecond=0
    )
