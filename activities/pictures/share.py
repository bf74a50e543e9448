"""The preview picture of a shared link: a title slip and a few words."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630  # pixels, the usual size of link previews
MARGIN, SLIP = 80, 170
PAPER, INK, SOFT = "#fbf8f2", "#1f1d1a", "#5c554c"
RED, GOLD, WASH = "#a61b1b", "#b8892b", "#f6ecd6"
FONT = Path(settings.BASE_DIR, "static/vendor/noto-serif-sc/NotoSerifSC-Regular.ttf")
LINES = 3  # of the title, at most
KEPT = 64  # pictures kept in memory, some 30 kB each


@lru_cache(maxsize=8)
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)


def wrapped(text: str, size: int, width: int) -> list[str]:
    """Wrap text into lines of a maximum width in pixels, ending in "…" if cut."""
    lines, line = [], ""
    for character in text:
        if font(size).getlength(line + character) > width and line:
            lines.append(line)
            line = ""
        line += character
    lines = [*lines, line]
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], f"{lines[LINES - 1][:-1]}…"]
    return lines


@lru_cache(maxsize=KEPT)
def share_card(title: str, below: str, name: str, county: str) -> bytes:
    """Return a PNG of 1200 × 630 pixels with a title and a line below it."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 14), fill=RED)
    left = WIDTH - MARGIN - SLIP
    draw.rectangle((left, MARGIN, left + SLIP, HEIGHT - MARGIN), fill=RED)
    draw.rectangle(
        (left + 12, MARGIN + 12, left + SLIP - 12, HEIGHT - MARGIN - 12),
        outline=WASH,
        width=2,
    )
    slip = name[:5]
    size = min(84, (HEIGHT - 2 * MARGIN - 80) // max(len(slip), 1))
    top = (HEIGHT - size * len(slip) * 1.15) / 2
    for n, character in enumerate(slip):
        middle = (left + SLIP / 2, top + n * size * 1.15 + size / 2)
        draw.text(middle, character, font=font(size), fill=WASH, anchor="mm")
    room = left - 2 * MARGIN
    draw.text((MARGIN, MARGIN + 10), county, font=font(34), fill=RED)
    size = 76 if len(title) <= 16 else 60
    at = MARGIN + 90.0
    for line in wrapped(title, size, room):
        draw.text((MARGIN, at), line, font=font(size), fill=INK)
        at += size * 1.35
    draw.line((MARGIN, at + 26, MARGIN + 160, at + 26), fill=GOLD, width=4)
    draw.text((MARGIN, at + 50), below[:24], font=font(36), fill=SOFT)
    content = BytesIO()
    image.quantize(64).save(content, "PNG", optimize=True)
    return content.getvalue()
