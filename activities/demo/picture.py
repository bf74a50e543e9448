"""Drawn pictures, so that the pages of the demo look as in use."""

import random
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

BACKDROPS = ["#7a1111", "#3c4a57", "#2f6b3f", "#5c554c", "#8a5a00"]


def photos(turn: int, count: int) -> list[SimpleUploadedFile]:
    return [
        SimpleUploadedFile(f"演示照片{number}.jpg", draw_hall(turn * 10 + number))
        for number in range(1, count + 1)
    ]


def draw_hall(number: int) -> bytes:
    """Return a drawn lecture hall as JPEG: a wall, a lectern, rows of listeners."""
    luck = random.Random(number)
    image = Image.new("RGB", (1280, 853), "#efe6d6")
    pen = ImageDraw.Draw(image)
    pen.rectangle([0, 560, 1280, 853], fill="#cdbb9c")
    pen.rectangle([160, 70, 1120, 400], fill=luck.choice(BACKDROPS))
    pen.rectangle([190, 100, 1090, 370], outline="#e5c98c", width=4)
    for row in range(3):
        left = 330 + row * 40
        pen.rectangle(
            [left, 160 + row * 62, 1280 - left, 186 + row * 62], fill="#f6ecd6"
        )
    pen.polygon([(590, 430), (690, 430), (710, 590), (570, 590)], fill="#6d4a2f")
    draw_person(pen, 640, 400, 1.0, "#2b2b33")
    for row in range(3):
        size, y = 1.0 + row * 0.45, 620 + row * 95
        for seat in range(9 - row):
            x = int(90 + seat * (1100 / (8 - row)) + luck.randint(-12, 12))
            draw_person(pen, x, y, size, luck.choice(["#3c4a57", "#54463a", "#2f4a3c"]))
    content = BytesIO()
    image.save(content, "JPEG", quality=82)
    return content.getvalue()


def draw_person(pen: ImageDraw.ImageDraw, x: int, y: int, size: float, colour: str):
    head, wide, tall = int(26 * size), int(46 * size), int(70 * size)
    pen.rounded_rectangle([x - wide, y, x + wide, y + tall * 2], int(30 * size), colour)
    pen.ellipse([x - head, y - head * 2, x + head, y + head // 6], fill="#d9b48f")
    pen.pieslice([x - head, y - head * 2, x + head, y], 180, 360, fill="#2a2420")


def draw_paper(number: int) -> bytes:
    """Return a drawn page with lines and a stamp as JPEG."""
    luck = random.Random(number)
    image = Image.new("RGB", (620, 877), "#fffdf8")
    pen = ImageDraw.Draw(image)
    pen.rectangle([170, 70, 450, 96], fill="#3c4a57")
    for line in range(22):
        right = 540 - (luck.randint(0, 180) if line % 5 == 4 else 0)
        pen.rectangle([80, 150 + line * 26, right, 158 + line * 26], fill="#c9c2b6")
    pen.ellipse([400, 690, 520, 810], outline="#a61b1b", width=6)
    content = BytesIO()
    image.save(content, "JPEG", quality=82)
    return content.getvalue()


def draw_logo(number: int) -> bytes:
    """Return a plain geometric mark as JPEG."""
    colour = BACKDROPS[number % len(BACKDROPS)]
    image = Image.new("RGB", (240, 240), "#ffffff")
    pen = ImageDraw.Draw(image)
    pen.ellipse([14, 14, 226, 226], fill=colour)
    pen.ellipse([26, 26, 214, 214], outline="#e5c98c", width=4)
    sides = 3 + number % 5
    pen.regular_polygon((120, 120, 62), sides, rotation=number * 11, fill="#f6ecd6")
    pen.regular_polygon((120, 120, 34), sides, rotation=180 + number * 11, fill=colour)
    content = BytesIO()
    image.save(content, "JPEG", quality=88)
    return content.getvalue()
