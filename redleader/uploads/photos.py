"""The only way in for pictures.

Nothing is stored as it was sent: every picture is decoded, turned upright and
re-encoded, so neither its metadata nor anything hidden beside the pixels survives.
"""

import hashlib
import math
import os
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile


@dataclass(frozen=True)
class Limits:
    """Limits of one upload; sides are pixels of the picture as received."""

    max_bytes: int = 10 * 1024 * 1024
    max_pixels: int = 40_000_000
    min_side: int = 200
    max_side: int = 12_000
    max_per_upload: int = 9
    max_per_lecture: int = 30


@dataclass(frozen=True)
class CleanPhoto:
    """A picture that is safe to store and to serve as ``image/jpeg``."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str  # of the upload as received, to recognise the same file
    name: str  # for display only, never for the disk
    had_metadata: bool


PHOTO_LIMITS = Limits()
LOGO_LIMITS = Limits(min_side=64)

AT_ONCE = min(4, os.cpu_count() or 1)  # Pillow releases the GIL meanwhile.
POOL = ThreadPoolExecutor(AT_ONCE, "photo")
LONG_SIDE = 2560
THUMBNAIL_SIDE = 480
MAX_NAME = 100
METADATA_NOTICE = "已自动去除照片中的位置等附加信息。"

# Formats that need more memory per pixel may have fewer pixels: 300 MiB for any.
MAX_PIXELS = {"PNG": 24_000_000, "WebP": 12_000_000}
# A real photo needs a few hundred reads and about ten scans; a file of ten million
# empty blocks, or of a thousand scans, exists only to keep the processor busy.
MAX_READS = 10_000
MAX_SCANS = 50
MAX_PROFILE_BYTES = 4 * 1024 * 1024
# Profiles with tables of arbitrary size, which could take minutes to compute.
ENDLESS_PROFILE = b"mpet"

# By code: the row of the list of bad inputs, and what the person reads.
MESSAGES = {
    "empty": (1, "文件“%(name)s”是空的，请重新选择照片。"),
    "not_image": (
        2,
        "“%(name)s”不是真正的图片（内容与后缀不符），未保存。"
        "请上传手机或相机拍摄的照片。",
    ),
    "format": (3, "不支持“%(format)s”格式，只能上传 JPG、PNG 或 WebP 照片。"),
    "heic": (
        4,
        "不支持 HEIC 格式。请在手机相机设置中改为“兼容性最佳（JPG）”，或转换后再上传。",
    ),
    "mismatch": (
        5,
        "“%(name)s”的后缀是 %(suffix)s，实际内容是 %(format)s，请改正后缀后重新上传。",
    ),
    "damaged": (
        6,
        "照片“%(name)s”已损坏、无法完整打开，请重新导出或拍摄后上传。",
    ),
    "too_heavy": (
        7,
        "照片大小 %(megabytes)s MB，超过 %(limit)d MB 上限，请压缩后再上传。",
    ),
    "too_large": (
        8,
        "照片尺寸 %(width)d×%(height)d 过大，"
        "%(format)s最多 %(pixels)d 万像素、单边 %(side)d 像素。",
    ),
    "too_small": (
        9,
        "照片尺寸 %(width)d×%(height)d 过小，长宽均不得小于 %(side)d 像素。",
    ),
    "animated": (10, "不支持动图，请上传静态照片。"),
    "name": (12, "文件名含有不能使用的字符，请改名后重新上传。"),
}


class _PatientStream(BytesIO):
    """A stream that gives up on a file of countless tiny blocks."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > MAX_READS:
            raise OSError("too many blocks")
        return super().read(size)


class _JpegReader(JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Skip it: nobody needs the dpi, and no EXIF parser should see the file."""


# Only these decoders of Pillow can be reached, and sizes are checked here instead of by
# Pillow's global limit.
READERS: dict[str, type[ImageFile]] = {
    "JPG": _JpegReader,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
}
FORMATS = {".jpg": "JPG", ".jpeg": "JPG", ".png": "PNG", ".webp": "WebP"}
HEIC_SUFFIXES = {".heic", ".heif", ".hif"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# Formats that are not accepted, so that the message can name them.
FOREIGN_MAGIC = {
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"8BPS": "PSD",
    b"\x00\x00\x01\x00": "ICO",
}
GIF_FRAME = b"\x21\xf9\x04"
# The five bytes that start a scan: marker, length, number of its components.
JPEG_SCAN = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
ENDINGS = {"JPG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}
# Where Pillow keeps the metadata of a file.
METADATA = {"exif", "xmp", "comment", "photoshop", "flashpix", "mp"}

ORIENTATION_TAG = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def clean_photo(upload: UploadedFile, limits: Limits = PHOTO_LIMITS) -> CleanPhoto:
    """Return the re-encoded picture, or say in Chinese what is wrong with it."""
    name = clean_name(upload.name or "")
    content = _read(upload, name, limits)
    format_ = _format(name, content)
    try:
        image, had_metadata = _decode(content, format_, limits)
        photo = _encode(image, LONG_SIDE, quality=85)
        thumbnail = _encode(image, THUMBNAIL_SIDE, quality=80)
    except ValidationError:
        raise
    except Exception as error:
        # Pillow's errors have no common base class: a broken file may surface as
        # OSError, SyntaxError, struct.error, zlib.error, MemoryError and a dozen
        # others.
        raise _refusal("damaged", name=_short(name)) from error
    return CleanPhoto(
        content=photo,
        thumbnail=thumbnail,
        width=image.width,
        height=image.height,
        sha256=hashlib.sha256(content).hexdigest(),
        name=name,
        had_metadata=had_metadata,
    )


def clean_photos(
    uploads: Iterable[UploadedFile], limits: Limits = PHOTO_LIMITS
) -> Iterator[CleanPhoto]:
    """Yield the re-encoded pictures in order, working on several at once.

    The pool is shared by the process, so no matter how many people send pictures,
    memory is needed for ``AT_ONCE`` at most.
    """
    return POOL.map(lambda upload: clean_photo(upload, limits), uploads)


def _refusal(code: str, **params: object) -> ValidationError:
    row, message = MESSAGES[code]
    return ValidationError(message, code=code, params={"bad_input": row, **params})


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


def clean_name(name: str) -> str:
    """Return the bare file name without invisible characters, ending kept."""
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise _refusal("name")
    name = name.replace("\\", "/").rpartition("/")[2]
    # Direction marks, zero-width characters and lone surrogates mislead or break
    # things.
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = " ".join(unicodedata.normalize("NFC", name).split())
    suffix = PurePosixPath(name).suffix[:MAX_NAME]
    return name.removesuffix(suffix)[: MAX_NAME - len(suffix)] + suffix


def _read(upload: UploadedFile, name: str, limits: Limits) -> bytes:
    upload.seek(0)
    content = upload.read(limits.max_bytes + 1)
    upload.seek(0)
    if not content:
        raise _refusal("empty", name=_short(name))
    if len(content) > limits.max_bytes:
        size = max(upload.size or 0, len(content))
        # Rounded up, so that nobody reads "10.0 MB is more than 10 MB".
        megabytes = math.ceil(size / 1024**2 * 10) / 10
        limit = limits.max_bytes // 1024**2
        raise _refusal("too_heavy", megabytes=megabytes, limit=limit)
    return content


def _format(name: str, content: bytes) -> str:
    """Return the format that both the ending and the first bytes agree upon."""
    suffix = PurePosixPath(name).suffix.lower()
    format_ = _sniff(content)
    if format_ == "HEIC" or suffix in HEIC_SUFFIXES:
        raise _refusal("heic")
    if format_ == "GIF" and content.count(GIF_FRAME) > 1:
        raise _refusal("animated")
    if suffix not in FORMATS:
        raise _refusal("format", format=_short(suffix) or "无后缀")
    if format_ is None:
        raise _refusal("not_image", name=_short(name))
    if format_ not in READERS:
        raise _refusal("format", format=format_)
    if format_ != FORMATS[suffix]:
        raise _refusal("mismatch", name=_short(name), suffix=suffix, format=format_)
    return format_


def _sniff(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WebP"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        if brand in HEIC_BRANDS:
            return "HEIC"
        return "AVIF" if brand in {b"avif", b"avis"} else None
    if content.startswith(b"BM") and content[6:10] == bytes(4):
        return "BMP"
    for magic, format_ in FOREIGN_MAGIC.items():
        if content.startswith(magic):
            return format_
    return None


def _decode(content: bytes, format_: str, limits: Limits) -> tuple[Image.Image, bool]:
    """Return an upright sRGB picture of at most LONG_SIDE, without any metadata."""
    if format_ == "WebP":
        # Its decoder allocates the whole canvas, so create it only afterwards.
        _check_size(_webp_size(content), limits, format_)
    if format_ == "JPG" and len(JPEG_SCAN.findall(content)) > MAX_SCANS:
        raise OSError("too many scans")
    source = READERS[format_](_PatientStream(content))
    _check_size(source.size, limits, format_)
    if getattr(source, "is_animated", False):
        raise _refusal("animated")
    if format_ == "PNG":
        # Loading alone ignores checksums and a missing end.
        PngImageFile(_PatientStream(content)).verify()

    size = _fitted(source.size, LONG_SIDE)
    # Only JPEG has this short cut: decoding at a half, a quarter or an eighth.
    source.draft(None, size)
    source.load()
    had_metadata = (
        not METADATA.isdisjoint(source.info)
        or bool(getattr(source, "text", None))
        or not content.endswith(ENDINGS.get(format_, b""))
    )
    profile = source.info.get("icc_profile")
    turn = TURNS.get(_orientation(source.info.get("exif", b"")))

    image = _flattened(source).resize(size, Image.Resampling.LANCZOS)
    image = _in_srgb(image, profile)
    if turn is not None:
        image = image.transpose(turn)
    # Pillow's writers pick up comments and profiles from here.
    image.info.clear()
    return image, had_metadata


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the size of the canvas from the first chunk of a WebP file."""
    kind, head = content[12:16], content[20:30]
    if kind == b"VP8X":
        width, height = head[4:7], head[7:10]
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack("<I", head[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF


def _check_size(size: tuple[int, int], limits: Limits, format_: str) -> None:
    width, height = size
    pixels = MAX_PIXELS.get(format_, limits.max_pixels)
    if 0 in size:
        raise OSError("a picture without pixels")
    if width * height > pixels or max(size) > limits.max_side:
        raise _refusal(
            "too_large",
            width=width,
            height=height,
            format=f"{format_} " if format_ in MAX_PIXELS else "",
            pixels=pixels // 10_000,
            side=limits.max_side,
        )
    if min(size) < limits.min_side:
        raise _refusal("too_small", width=width, height=height, side=limits.min_side)


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return the size shrunk, never grown, until no side is over ``longest``."""
    scale = min(1, longest / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height


def _orientation(exif: bytes) -> int:
    """Return tag 0x0112 of the first directory; 1, upright, if it cannot be read."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = "<" if tiff.startswith(b"II") else ">"
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + count * 12, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == ORIENTATION_TAG:
                return value
    except struct.error:
        pass
    return 1


def _flattened(source: Image.Image) -> Image.Image:
    """Return grey, RGB or CMYK of eight bits, with white for what is transparent."""
    if source.mode.startswith("I"):
        # Pillow itself would clip sixteen bits instead of scaling them.
        return source.point(lambda value: value / 256, "L")
    if source.has_transparency_data:
        image = source
        if source.mode not in {"LA", "RGBA"}:
            image = source.convert("RGBA")
            source.close()  # Do not hold three copies of a large picture.
        flat = Image.new(image.mode[:-1], image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
        return flat
    return source if source.mode in {"L", "RGB", "CMYK"} else source.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return RGB; an unusable profile is ignored, as viewers do."""
    if not profile or len(profile) > MAX_PROFILE_BYTES or ENDLESS_PROFILE in profile:
        return image.convert("RGB")
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
        )
    except (OSError, ImageCms.PyCMSError):
        return image.convert("RGB")
    return transform.apply(image)


def _encode(image: Image.Image, side: int, quality: int) -> bytes:
    stream = BytesIO()
    small = image.resize(_fitted(image.size, side), Image.Resampling.LANCZOS)
    small.save(stream, "JPEG", quality=quality)
    return stream.getvalue()
