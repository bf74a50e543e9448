import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from redleader.uploads import photos
from redleader.uploads.photos import LOGO_LIMITS, MESSAGES, CleanPhoto, clean_photo
from tests import hostile_images as hostile

ROOT = Path(__file__).parents[3]
WHITE, RED, GREEN = (255, 255, 255), (254, 0, 0), (0, 255, 1)


def upload(content, name="a.jpg"):
    # Django itself already cuts paths off; this door must not rely on it.
    file = SimpleUploadedFile("a.jpg", content)
    file._name = name
    return file


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def is_near(pixel, colour):
    return all(abs(a - b) < 24 for a, b in zip(pixel, colour, strict=True))


def corners(content):
    """Say of the four corners, clockwise from the upper left, which are red."""
    image = opened(content)
    right, low = image.width - 5, image.height - 5
    places = [(5, 5), (right, 5), (right, low), (5, low)]
    return [is_near(image.getpixel(place), RED) for place in places]


@pytest.mark.filterwarnings("ignore:Invalid APNG")
@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.label)
def test_clean_photo_takes_or_refuses(case):
    file = upload(case.build(), case.name)
    started = time.thread_time()

    try:
        result = clean_photo(file)
    except ValidationError as error:
        result = error

    assert time.thread_time() - started < 3
    if case.message:
        assert result.messages == [case.expected]
        assert MESSAGES[result.code][0] == result.params["bad_input"]
        return
    assert isinstance(result, CleanPhoto)
    for content, longest in [(result.content, 2560), (result.thumbnail, 480)]:
        image = opened(content)
        assert content.startswith(b"\xff\xd8\xff")
        assert content.endswith(b"\xff\xd9")
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert max(image.size) <= longest
        # Nothing but the header of a plain JPEG is left.
        assert set(image.info) == {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert [segment for segment, _ in image.applist] == ["APP0"]
        assert hostile.SECRET not in content
        assert hostile.SCRIPT not in content
    assert (result.width, result.height) == opened(result.content).size


def test_cases_cover_every_message():
    texts = [case.message for case in hostile.CASES if case.message]

    assert len(hostile.CASES) >= 45
    assert len({case.label for case in hostile.CASES}) == len(hostile.CASES)
    for _, message in MESSAGES.values():
        pieces = message.replace("%(", "|%(").split("|")
        assert any(text.startswith(pieces[0]) for text in texts)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, [True, False, False, False]),
        (2, [False, True, False, False]),
        (3, [False, False, True, False]),
        (4, [False, False, False, True]),
        (5, [True, False, False, False]),
        (6, [False, True, False, False]),
        (7, [False, False, True, False]),
        (8, [False, False, False, True]),
    ],
)
def test_clean_photo_is_upright(orientation, expected):
    clean = clean_photo(upload(hostile.turned(orientation)))

    size = (320, 240) if orientation < 5 else (240, 320)
    assert (clean.width, clean.height) == size
    assert corners(clean.content) == expected
    assert corners(clean.thumbnail) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", hostile.png(exif=hostile.exif(6))),
        ("a.webp", hostile.webp(exif=hostile.exif(6))),
        # The same tags the other way round, as most phones write them.
        (
            "a.jpg",
            hostile.jpg(
                exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
            ),
        ),
    ],
    ids=["png", "webp", "little-endian"],
)
def test_clean_photo_is_upright_in_every_format(name, content):
    clean = clean_photo(upload(content, name))

    assert (clean.width, clean.height) == (240, 320)
    assert corners(clean.content) == [False, True, False, False]


@pytest.mark.parametrize(
    ("label", "had_metadata"),
    [
        ("orientation 1", True),
        ("png with exif", True),
        ("webp with exif", True),
        ("jpg xmp", True),
        ("png xmp", True),
        ("webp xmp", True),
        ("png text behind", True),
        ("jpg comment", True),
        ("photoshop block", True),
        ("jpg and zip", True),
        ("png and html", True),
        ("profile", False),
        ("1-bit", False),
        ("grey jpg", False),
        ("lossless webp", False),
    ],
)
def test_clean_photo_tells_of_metadata(label, had_metadata):
    case = next(case for case in hostile.CASES if case.label == label)

    clean = clean_photo(upload(case.build(), case.name))

    assert clean.had_metadata is had_metadata
    for content in (clean.content, clean.thumbnail):
        told = set(Image.open(BytesIO(content)).info)
        assert told <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        (hostile.blank_png(300, 300, 8, 3, before=hostile.CLEAR_PALETTE), WHITE),
        (hostile.png(transparency=(255, 0, 0)), WHITE),
        (hostile.blank_png(300, 300, 8, 6), WHITE),
        (hostile.blank_png(300, 300, 8, 4), WHITE),
        (hostile.blank_png(300, 300, 16, 0, value=0x80), (128, 128, 128)),
        (hostile.blank_png(300, 300, 16, 2, value=0x80), (128, 128, 128)),
        (hostile.png("RGBA"), RED),
        (hostile.png(icc_profile=hostile.swapped_profile()), GREEN),
        (hostile.png("L", icc_profile=hostile.profile()), (76, 76, 76)),
    ],
    ids=[
        "palette",
        "transparent colour",
        "transparent rgb",
        "transparent grey",
        "16-bit grey",
        "16-bit rgb",
        "opaque",
        "profile",
        "wrong profile",
    ],
)
def test_clean_photo_keeps_colours(content, colour):
    clean = clean_photo(upload(content, "a.png"))

    assert is_near(opened(clean.content).getpixel((20, 20)), colour)


def test_clean_photo_turns_cmyk_into_rgb():
    clean = clean_photo(upload(hostile.jpg("CMYK")))

    assert corners(clean.content) == [True, False, False, False]


@pytest.mark.parametrize(
    ("size", "stored", "thumbnail"),
    [
        ((200, 200), (200, 200), (200, 200)),
        ((2560, 300), (2560, 300), (480, 56)),
        ((5120, 3840), (2560, 1920), (480, 360)),
        ((300, 6000), (128, 2560), (24, 480)),
    ],
)
def test_clean_photo_shrinks_and_never_grows(size, stored, thumbnail):
    clean = clean_photo(upload(hostile.jpg(size=size)))

    assert (clean.width, clean.height) == stored
    assert opened(clean.content).size == stored
    assert opened(clean.thumbnail).size == thumbnail


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("会议\u202egpj.jpg", "会议gpj.jpg"),
        ("会\u200b议\udc80.jpg", "会议.jpg"),
        ("../../etc/会议.jpg", "会议.jpg"),
        ("C:\\照片\\会议.jpg", "会议.jpg"),
        ("会" * 296 + ".jpg", "会" * 96 + ".jpg"),
        ("CON.jpg", "CON.jpg"),
        ("shell.php.jpg", "shell.php.jpg"),
        ("  a \u3000 b .jpg", "a b .jpg"),
        ("e\u0301.jpg", "é.jpg"),
    ],
)
def test_clean_photo_cleans_the_name(name, expected):
    assert clean_photo(upload(hostile.jpg(), name)).name == expected


def test_long_names_are_cut_in_messages():
    with pytest.raises(ValidationError) as caught:
        clean_photo(upload(b"", "会" * 200 + ".jpg"))

    assert caught.value.messages == [f"文件“{'会' * 29}…”是空的，请重新选择照片。"]


def test_same_file_has_the_same_hash():
    first = clean_photo(upload(hostile.jpg(), "a.jpg"))
    again = clean_photo(upload(hostile.jpg(), "b.jpg"))
    other = clean_photo(upload(hostile.jpg(quality=50)))

    assert again.sha256 == first.sha256
    assert other.sha256 != first.sha256
    assert again.content == first.content


def test_clean_photo_reads_from_the_start():
    file = upload(hostile.jpg())
    file.read()

    assert clean_photo(file).sha256 == clean_photo(file).sha256


def test_exactly_ten_megabytes_are_taken():
    content = hostile.jpg()
    content += bytes(photos.PHOTO_LIMITS.max_bytes - len(content))

    assert clean_photo(upload(content)).had_metadata


def test_logo_may_be_smaller():
    clean = clean_photo(upload(hostile.jpg(size=(64, 64))), LOGO_LIMITS)

    assert (clean.width, clean.height) == (64, 64)
    with pytest.raises(ValidationError, match="长宽均不得小于 64 像素"):
        clean_photo(upload(hostile.jpg(size=(63, 64))), LOGO_LIMITS)


def test_no_metadata_parser_meets_the_file(monkeypatch):
    def refuse(*args):
        raise AssertionError

    monkeypatch.setattr(Image.Exif, "load", refuse)

    assert clean_photo(upload(hostile.turned(6))).height == 320


MEASURE = """
import sys
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from redleader.uploads.photos import clean_photo
from tests import hostile_images

def peak():
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmHWM"].split()[0]) // 1024

clean_photo(SimpleUploadedFile("a.jpg", hostile_images.jpg()))
case = next(c for c in hostile_images.CASES if c.label == sys.argv[1])
file = SimpleUploadedFile(case.name, case.build())
before = peak()
try:
    clean_photo(file)
except ValidationError:
    pass
print(peak() - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
@pytest.mark.parametrize(
    ("label", "megabytes"),
    [
        ("png 19000", 20),
        ("png 12000 1-bit", 20),
        ("png of 4 G", 20),
        ("jpg 65535", 20),
        ("webp 16777216", 20),
        ("lossless webp 16384", 20),
        ("growing exif", 60),
        ("zTXt bomb", 60),
        ("iCCP bomb", 60),
        ("endless profile", 60),
        ("24 million pixels", 300),
        ("40 million in jpg", 300),
    ],
)
def test_clean_photo_needs_little_memory(label, megabytes):
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, label],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert int(done.stdout) <= megabytes


def test_several_pictures_come_back_in_their_order():
    sizes = [(300 + 10 * n, 400) for n in range(2 * photos.AT_ONCE)]
    uploads = [upload(hostile.jpg(size=size), f"{size}.jpg") for size in sizes]

    found = list(photos.clean_photos(uploads))

    assert [(clean.width, clean.height) for clean in found] == sizes


def test_the_first_of_several_bad_pictures_is_told():
    uploads = [
        upload(hostile.jpg(), "a.jpg"),
        upload(b"", "b.jpg"),
        upload(b"GIF89a", "c.gif"),
    ]
    found = photos.clean_photos(uploads)

    assert next(found).name == "a.jpg"
    with pytest.raises(ValidationError, match=r"“b\.jpg”是空的"):
        next(found)


def test_no_more_pictures_than_the_process_has_room_for(monkeypatch):
    """Three forms at once; without the pool there would be twelve at work."""
    at_work, most, lock = 0, 0, threading.Lock()

    def watched(file, limits):
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1

    monkeypatch.setattr(photos, "clean_photo", watched)
    with ThreadPoolExecutor(3) as forms:
        for form in [
            forms.submit(lambda: list(photos.clean_photos([1] * 4))) for _ in range(3)
        ]:
            form.result()

    assert most == photos.AT_ONCE
