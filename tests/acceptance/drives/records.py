"""The people and records of a drive. Imported after the site has started."""

import hashlib
import re
import secrets
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image

from activities.models import Lecture, Photo
from chambers.models import Role
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

CREATE = "/workbench/lectures/new/"
DETAIL = re.compile(r"^/workbench/lectures/(\d+)/$")
PASSWORD = secrets.token_urlsafe(12)


def chamber_with(count: int):
    """Return a chamber and so many secretaries of it, who may sign in."""
    chamber = ChamberFactory()
    users = [with_password(secretary_of(chamber)) for _ in range(count)]
    return chamber, users


def reviewers():
    roles = (Role.ORGANISATION, Role.FEDERATION)
    return [with_password(UserFactory(role=role)) for role in roles]


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(site, users):
    return [site.browser().sign_in(user.username, PASSWORD) for user in users]


def picture(number: int) -> bytes:
    """Return a JPEG; each number has another one."""
    content = BytesIO()
    image = Image.new("RGB", (400, 300), (90, 20, 30))
    for place in range(24):
        if number >> place & 1:
            image.paste((220, 200, 160), (place * 16, 0, place * 16 + 16, 300))
    image.save(content, "JPEG")
    return content.getvalue()


@dataclass(frozen=True)
class Typed:
    """A filled-in form of a new record."""

    topic: str
    key: str
    fields: dict
    roll: int
    photo: bytes

    @property
    def files(self):
        return [("photos", "现场.jpg", self.photo)]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.photo).hexdigest()


def fill_in(form: dict, number: int, members: list[int]) -> Typed:
    """Fill in the form of a new record as a secretary would, with a roll."""
    topic = f"第{number}讲"
    typed = {
        "topic": topic,
        "kind": "party_lecture",
        "venue": "文化礼堂",
        "lecturer_name": "李红",
        "lecturer_role": "branch_secretary",
        "organiser": "chamber",
        "draft": "1",
    } | {f"roll-{pk}": "present" for pk in members}
    return Typed(topic, form["form_key"], form | typed, len(members), picture(number))


def number_of(answer) -> int | None:
    """Return the record to which an answer leads."""
    found = DETAIL.match(answer.address) if answer.status == 302 else None
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Check:
    """What became of the forms that were sent."""

    lost: int  # acknowledged and not there
    doubles: int
    without_roll: int
    without_photo: int
    bad_files: int
    orphans: int

    @property
    def whole(self) -> bool:
        return not (self.without_roll or self.without_photo or self.bad_files)


def check_records(sent: list[Typed], acknowledged: dict[str, int]) -> Check:
    """Compare the stored records with what was sent; keys are form keys."""
    topics = {typed.topic: typed for typed in sent}
    lectures = list(
        Lecture.objects.filter(topic__in=topics).prefetch_related(
            "photos", "attendances"
        )
    )
    stored = {str(lecture.form_key): lecture.pk for lecture in lectures}
    per_topic = Counter(lecture.topic for lecture in lectures)
    photos = [(topics[row.topic], list(row.photos.all())) for row in lectures]
    return Check(
        lost=sum(stored.get(key) != pk for key, pk in acknowledged.items()),
        doubles=sum(count - 1 for count in per_topic.values()),
        without_roll=sum(
            len(row.attendances.all()) != topics[row.topic].roll for row in lectures
        ),
        without_photo=sum(
            [photo.sha256 for photo in rows] != [typed.sha256] for typed, rows in photos
        ),
        bad_files=sum(not opens(photo) for _, rows in photos for photo in rows),
        orphans=len(orphans()),
    )


def opens(photo: Photo) -> bool:
    """Tell whether the stored files are the pictures that the row describes."""
    try:
        for file in (photo.image, photo.thumbnail):
            with Image.open(file.path) as image:
                image.load()
                size = image.size
            if file is photo.image and size != (photo.width, photo.height):
                return False
    except (OSError, ValueError):
        return False
    return True


def orphans() -> list[Path]:
    """Return the stored files that no row names."""
    root = Path(settings.MEDIA_ROOT)
    rows = Photo.objects.values_list("image", "thumbnail")
    named = {root / name for row in rows for name in row}
    return [path for path in root.rglob("*") if path.is_file() and path not in named]
