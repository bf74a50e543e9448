"""The content of the printed sheets of a lecture."""

from dataclasses import dataclass

from qrcode.main import QRCode

from activities.models import Lecture
from activities.services.roster import roster_of
from chambers.models import Member

SPARE = 6  # empty lines for guests and people not on the roster
ONE_PAGE = 20  # lines that fit on a page; a longer list gets two columns


@dataclass(frozen=True)
class Place:
    """A place on a sign-in sheet; empty for anybody."""

    number: int
    name: str = ""
    unit: str = ""


def sign_in_lines(lecture: Lecture) -> list[list[Place]]:
    """Return the lines of a sign-in sheet, each with one place or with two."""
    members = list(roster_of(lecture).select_related("enterprise"))
    total = len(members) + SPARE
    columns = 1 if total <= ONE_PAGE else 2
    total = max(total + total % columns, ONE_PAGE * columns)
    places = [
        Place(number, member.name, unit_of(member))
        for number, member in enumerate(members, start=1)
    ]
    places += [Place(number) for number in range(len(members) + 1, total + 1)]
    return [places[at : at + columns] for at in range(0, total, columns)]


def unit_of(member: Member) -> str:
    return member.enterprise.name if member.enterprise else member.note


@dataclass(frozen=True)
class Code:
    """A QR code as the path of an SVG: its size and its dark squares."""

    size: int
    path: str


def qr_of(text: str) -> Code:
    code = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x},{y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return Code(len(rows), path)
