"""Typesetting of certificates: words go in as data, a page comes out."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings

from activities.papers.paper import qr_of
from redleader.uploads.fonts import missing_characters

FONT = settings.BASE_DIR / "static/vendor/noto-serif-sc/NotoSerifSC-Regular.ttf"
PAGE = Path(__file__).resolve().parent.parent / "data" / "certificate.typ"
INK = "#1f1d1a"


@dataclass(frozen=True)
class Run:
    """Words in one style; typed text is never interpreted as markup."""

    text: str
    strong: bool


@dataclass(frozen=True)
class CertificateSheet:
    """The content of one page; sizes are in points, and shrink for long texts."""

    orientation: str
    heading: str
    title_size: int
    body_size: int
    paragraphs: list[list[Run]]
    signature: list[str]
    date: str
    footnote: str
    code: str
    site: str
    address: str
    is_sample: bool

    @property
    def words(self) -> str:
        body = "".join(run.text for line in self.paragraphs for run in line)
        return "".join([self.heading, body, *self.signature, self.footnote, self.site])


def lacking(words: str) -> str:
    """Return the characters that the certificate font lacks."""
    return missing_characters(words, FONT)


def pdf_of(sheet: CertificateSheet) -> bytes:
    """Return an accessible PDF (PDF/UA-1); the same sheet gives the same bytes."""
    return compiled(sheet, "pdf", pdf_standards=["ua-1"])


def png_of(sheet: CertificateSheet) -> bytes:
    return compiled(sheet, "png", ppi=96)


def compiled(sheet: CertificateSheet, kind: Literal["pdf", "png"], **options) -> bytes:
    import typst  # Takes eight megabytes, so only loaded for printing.

    data = asdict(sheet) | {"qr": qr_svg(sheet.address)}
    page = typst.compile(
        str(PAGE),
        root=str(PAGE.parent),
        format=kind,
        font_paths=[str(FONT.parent)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        **options,
    )
    if not isinstance(page, bytes):
        raise TypeError("A certificate has more than one page.")
    return page


def qr_svg(address: str) -> str:
    code = qr_of(address)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="2 2 {code.size - 4} {code.size - 4}">'
        f'<path fill="{INK}" d="{code.path}"/></svg>'
    )
