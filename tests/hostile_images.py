"""Hostile and odd uploads, built in memory: what each is called and must be told."""

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from PIL import Image, ImageCms

EMPTY = "文件“{name}”是空的，请重新选择照片。"
NOT_IMAGE = (
    "“{name}”不是真正的图片（内容与后缀不符），未保存。请上传手机或相机拍摄的照片。"
)
FORMAT = "不支持“{}”格式，只能上传 JPG、PNG 或 WebP 照片。"
HEIC = "不支持 HEIC 格式。请在手机相机设置中改为“兼容性最佳（JPG）”，或转换后再上传。"
MISMATCH = "“{{name}}”的后缀是 {}，实际内容是 {}，请改正后缀后重新上传。"
DAMAGED = "照片“{name}”已损坏、无法完整打开，请重新导出或拍摄后上传。"
TOO_HEAVY = "照片大小 {} MB，超过 10 MB 上限，请压缩后再上传。"
TOO_LARGE = "照片尺寸 {} 过大，最多 4000 万像素、单边 12000 像素。"
TOO_LARGE_PNG = "照片尺寸 {} 过大，PNG 最多 2400 万像素、单边 12000 像素。"
TOO_LARGE_WEBP = "照片尺寸 {} 过大，WebP 最多 1200 万像素、单边 12000 像素。"
TOO_SMALL = "照片尺寸 {} 过小，长宽均不得小于 200 像素。"
ANIMATED = "不支持动图，请上传静态照片。"
NAME = "文件名含有不能使用的字符，请改名后重新上传。"

SIZE = (320, 240)
SECRET = b"GPS-22.9-116.4"
SCRIPT = b"<script>alert(1)</script>"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
GPS_IFD, ORIENTATION, MAKER_NOTE = 0x8825, 0x0112, 0x927C


@dataclass(frozen=True)
class Case:
    """One upload; without a message it must come out as a clean picture."""

    label: str
    name: str
    build: Callable[[], bytes]
    message: str | None = None

    @property
    def expected(self):
        return self.message and self.message.format(name=self.name)


def picture(mode="RGB", size=SIZE):
    """Return a picture with a red upper left quarter, so that turns can be seen."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def saved(format_, mode="RGB", size=SIZE, **options):
    content = BytesIO()
    picture(mode, size).save(content, format_, **options)
    return content.getvalue()


jpg = partial(saved, "JPEG")
webp = partial(saved, "WEBP")


def exif(orientation=1):
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[0x010E] = SECRET.decode()
    tags[MAKER_NOTE] = SECRET * 20
    tags.get_ifd(GPS_IFD).update({1: "N", 2: (25.0, 3.0, 9.0), 29: SECRET.decode()})
    return tags.tobytes()


def turned(orientation):
    return jpg(exif=exif(orientation))


def animated(format_):
    content = BytesIO()
    frames = [picture(), Image.new("RGB", SIZE, "blue")]
    frames[0].save(
        content, format_, append_images=frames[1:], duration=99, save_all=True
    )
    return content.getvalue()


def truncated(format_, part, **options):
    """Return a part of a picture of noise: nothing of it can be spared."""
    image = Image.frombytes("RGB", SIZE, random.Random(1).randbytes(3 * 320 * 240))
    content = BytesIO()
    image.save(content, format_, **options)
    length = int(len(content.getvalue()) * part)
    return content.getvalue()[: max(length, 16)]


# JPEG


def segment(marker, payload=b""):
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def with_segments(segments, content=None):
    """Put segments right behind the start of a JPEG."""
    content = content or jpg()
    return content[:2] + segments + content[2:]


def with_size(width, height, precision=8):
    """Return a JPEG that declares another size; decoders fill up with grey."""
    content = bytearray(jpg())
    frame = content.index(b"\xff\xc0")
    struct.pack_into(">BHH", content, frame + 4, precision, height, width)
    return bytes(content)


def many_scans(count=1000, *, size=(2000, 2000), progressive=True):
    """Return a JPEG with empty scans: each is a walk over the whole picture."""
    content = jpg(size=size, progressive=progressive)[:-2]
    spectrum = b"\x01\x3f\x00" if progressive else b"\x00\x3f\x00"
    scan = segment(0xDA, b"\x01\x01\x00" + spectrum)
    return content + scan * count + b"\xff\xd9"


def icc_segments(profile):
    parts = [profile[i : i + 65_000] for i in range(0, len(profile), 65_000)]
    return b"".join(
        segment(0xE2, b"ICC_PROFILE\0" + bytes([number, len(parts)]) + part)
        for number, part in enumerate(parts, start=1)
    )


def profile(space="sRGB"):
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def endless_profile(steps=30_000):
    """Return a profile that takes a minute: thirty thousand steps, all the same one."""
    step = b"matf" + struct.pack(">IHH12f", 0, 3, 3, *IDENTITY)
    places = struct.pack(">II", 16 + 8 * steps, len(step)) * steps
    table = b"mpet" + struct.pack(">IHHI", 0, 3, 3, steps) + places + step
    tags = b"".join(
        struct.pack(">4sII", name, 156, len(table)) for name in [b"D2B0", b"A2B0"]
    )
    old = profile()
    size, version = struct.pack(">I", 156 + len(table)), b"\x04\x20\0\0"
    head = size + old[4:8] + version + old[12:20] + b"Lab " + old[24:128]
    return head + struct.pack(">I", 2) + tags + table


def swapped_profile():
    """Return a profile in which red is green, to see whether it is heeded."""
    parts = profile().split(b"rXYZ")
    return b"gXYZ".join(part.replace(b"gXYZ", b"rXYZ") for part in parts)


def circular_exif():
    """Return a directory of 65,535 entries that all point to the whole block."""
    entry = struct.pack(">HHII", 0x010E, 2, 60_000, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 65_535) + entry * 5000
    return with_segments(segment(0xE1, b"Exif\0\0" + tiff))


# PNG


def chunk(kind, data=b"", crc=None):
    crc = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def header(width, height, depth=8, colour=2, crc=None):
    data = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG_MAGIC + chunk(b"IHDR", data, crc)


END = chunk(b"IEND")
CLEAR_PALETTE = chunk(b"PLTE", bytes(3)) + chunk(b"tRNS", b"\0")


def png_bomb(width, height, depth=8, colour=2):
    """Return a PNG that declares a size and holds almost nothing."""
    return (
        header(width, height, depth, colour) + chunk(b"IDAT", zlib.compress(b"")) + END
    )


def blank_png(width, height, depth=8, colour=2, before=b"", value=0, crc=None):
    """Return a valid PNG all of whose samples are the same byte."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = b"\0" + bytes([value]) * (-(-width * depth * samples // 8))
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    start = header(width, height, depth, colour)
    return start + before + chunk(b"IDAT", data, crc) + END


def png(mode="RGB", chunks=b"", behind=b"", **options):
    """Return a PNG with chunks behind its header and others before its end."""
    content = saved("PNG", mode, **options)
    return content[:33] + chunks + content[33:-12] + behind + END


def text_bomb(kind):
    packed = zlib.compress(bytes(50 * 1024 * 1024))
    head = b"key\0\0" if kind == b"zTXt" else b"key\0\1\0\0\0"
    return png(chunks=chunk(kind, head + packed))


# WebP


def riff(*parts):
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def part(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def canvas(width, height):
    """Return an extended WebP that declares a canvas and holds a small picture."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff(part(b"VP8X", bytes(4) + sides), webp()[12:])


def lossless_canvas(side):
    bits = (side - 1) | (side - 1) << 14
    return riff(part(b"VP8L", b"\x2f" + struct.pack("<I", bits) + bytes(20)))


def lossy_canvas(width, height):
    frame = b"\x10\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(20)
    return riff(part(b"VP8 ", frame))


# What is no picture, and pictures nobody takes


def constant(content):
    return lambda: content


SVG = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
PHP = b"<?php system($_GET['c']); ?>"
# In two pieces, so that no virus scanner takes this file for the real thing.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD" + b"-ANTIVIRUS-TEST-FILE!$H+H*"


def ftyp(brand):
    return lambda: struct.pack(">I", 24) + b"ftyp" + brand + bytes(12)


TEXT_CASES = [
    Case("empty", "空.jpg", constant(b""), EMPTY),
    Case("text", "笔记.jpg", constant("支部会议".encode()), NOT_IMAGE),
    Case("html", "a.jpg", constant(b"<!doctype html>" + SCRIPT), NOT_IMAGE),
    Case("svg inside jpg", "a.jpg", constant(SVG), NOT_IMAGE),
    Case("php", "a.png", constant(PHP), NOT_IMAGE),
    Case("exe", "a.webp", constant(b"MZ" + bytes(300)), NOT_IMAGE),
    Case("pdf", "a.jpeg", constant(b"%PDF-1.7\n"), NOT_IMAGE),
    Case("zip", "a.jpg", constant(b"PK\3\4" + bytes(60)), NOT_IMAGE),
    Case("eicar", "a.jpg", constant(EICAR), NOT_IMAGE),
    Case("picture behind text", "a.jpg", lambda: PHP + jpg(), NOT_IMAGE),
    Case("riff without webp", "a.webp", constant(b"RIFF0000WAVE"), NOT_IMAGE),
    Case("mp4", "a.jpg", ftyp(b"isom"), NOT_IMAGE),
]

FORMAT_CASES = [
    Case("svg", "a.svg", constant(SVG), FORMAT.format(".svg")),
    Case("still gif", "a.GIF", partial(saved, "GIF"), FORMAT.format(".gif")),
    Case("bmp", "a.bmp", partial(saved, "BMP"), FORMAT.format(".bmp")),
    Case("tiff", "a.tiff", partial(saved, "TIFF"), FORMAT.format(".tiff")),
    Case("ico", "a.ico", partial(saved, "ICO"), FORMAT.format(".ico")),
    Case("eps", "a.eps", constant(b"%!PS-Adobe"), FORMAT.format(".eps")),
    Case("pdf by name", "a.pdf", jpg, FORMAT.format(".pdf")),
    Case("psd", "a.psd", constant(b"8BPS" + bytes(40)), FORMAT.format(".psd")),
    Case("avif", "a.avif", ftyp(b"avif"), FORMAT.format(".avif")),
    Case("php by name", "a.jpg.php", jpg, FORMAT.format(".php")),
    Case("no suffix", "photo", jpg, FORMAT.format("无后缀")),
    Case("only a suffix", ".jpg", jpg, FORMAT.format("无后缀")),
    Case("gif inside jpg", "a.jpg", partial(saved, "GIF"), FORMAT.format("GIF")),
    Case(
        "gif and script", "a.jpg", constant(b"GIF89a=1;" + SCRIPT), FORMAT.format("GIF")
    ),
    Case("bmp inside jpg", "a.jpg", partial(saved, "BMP"), FORMAT.format("BMP")),
    Case("tiff inside jpg", "a.jpg", partial(saved, "TIFF"), FORMAT.format("TIFF")),
    Case(
        "big-endian tiff", "a.png", constant(b"MM\0*" + bytes(9)), FORMAT.format("TIFF")
    ),
    Case("ico inside png", "a.png", partial(saved, "ICO"), FORMAT.format("ICO")),
    Case(
        "psd inside jpg", "a.jpg", constant(b"8BPS" + bytes(40)), FORMAT.format("PSD")
    ),
    Case("avif inside jpg", "a.jpg", ftyp(b"avif"), FORMAT.format("AVIF")),
    Case("heic", "IMG_1.HEIC", ftyp(b"heic"), HEIC),
    Case("heif", "a.heif", ftyp(b"mif1"), HEIC),
    Case("heic inside jpg", "a.jpg", ftyp(b"heic"), HEIC),
    Case("png inside jpg", "a.jpg", png, MISMATCH.format(".jpg", "PNG")),
    Case("png inside jpeg", "a.JPEG", png, MISMATCH.format(".jpeg", "PNG")),
    Case("webp inside jpg", "a.jpg", webp, MISMATCH.format(".jpg", "WebP")),
    Case("jpg inside png", "a.png", jpg, MISMATCH.format(".png", "JPG")),
    Case("jpg inside webp", "a.webp", jpg, MISMATCH.format(".webp", "JPG")),
    Case("animated gif", "a.gif", partial(animated, "GIF"), ANIMATED),
    Case("animated gif inside jpg", "a.jpg", partial(animated, "GIF"), ANIMATED),
    Case("animated png", "a.png", partial(animated, "PNG"), ANIMATED),
    Case(
        "png with a hidden frame",
        "a.png",
        lambda: png(chunks=chunk(b"acTL", b"\0\0\0\1" * 2)),
        ANIMATED,
    ),
    Case("animated webp", "a.webp", partial(animated, "WEBP"), ANIMATED),
]

BROKEN_CASES = [
    *(
        Case(
            f"{label} cut at {part:.0%}",
            f"a.{suffix}",
            partial(truncated, format_, part, **options),
            DAMAGED,
        )
        for label, suffix, format_, options in [
            ("jpg", "jpg", "JPEG", {}),
            ("progressive jpg", "jpg", "JPEG", {"progressive": True}),
            ("png", "png", "PNG", {}),
            ("webp", "webp", "WEBP", {}),
            ("lossless webp", "webp", "WEBP", {"lossless": True}),
        ]
        for part in [0, 0.1, 0.5, 0.99]
    ),
    Case("jpg start only", "a.jpg", constant(b"\xff\xd8\xff"), DAMAGED),
    Case("jpg and html", "a.jpg", constant(b"\xff\xd8\xff" + SCRIPT), DAMAGED),
    Case("jpg without width", "a.jpg", lambda: with_size(0, 240), DAMAGED),
    Case("jpg without height", "a.jpg", lambda: with_size(320, 0), DAMAGED),
    Case("jpg of 12 bits", "a.jpg", lambda: with_size(*SIZE, precision=12), DAMAGED),
    Case("thousand scans", "a.jpg", many_scans, DAMAGED),
    Case("sequential scans", "a.jpg", lambda: many_scans(progressive=False), DAMAGED),
    Case(
        "million segments",
        "a.jpg",
        lambda: with_segments(segment(0xFE) * 1_000_000),
        DAMAGED,
    ),
    Case(
        "growing exif",
        "a.jpg",
        lambda: with_segments(segment(0xE1, b"Exif\0\0" + bytes(294)) * 33_000),
        DAMAGED,
    ),
    Case("padding", "a.jpg", lambda: with_segments(b"\xff" * 10_000_000), DAMAGED),
    Case("png without end", "a.png", lambda: png()[:-12], DAMAGED),
    Case("png without data", "a.png", lambda: header(*SIZE) + END, DAMAGED),
    Case("png header crc", "a.png", lambda: header(*SIZE, crc=1) + png()[33:], DAMAGED),
    Case("png data crc", "a.png", lambda: blank_png(*SIZE, crc=1), DAMAGED),
    Case("png without width", "a.png", lambda: png_bomb(0, 240), DAMAGED),
    Case("png without height", "a.png", lambda: png_bomb(320, 0), DAMAGED),
    Case("png of no colour", "a.png", lambda: png_bomb(*SIZE, colour=5), DAMAGED),
    Case("png short of data", "a.png", lambda: png_bomb(4000, 4000), DAMAGED),
    Case("png odd chunk", "a.png", lambda: png(chunks=chunk(b"\0\1\2\3")), DAMAGED),
    Case(
        "png million chunks",
        "a.png",
        lambda: png(chunks=chunk(b"abCd") * 800_000),
        DAMAGED,
    ),
    Case("zTXt bomb", "a.png", lambda: text_bomb(b"zTXt"), DAMAGED),
    Case("iTXt bomb", "a.png", lambda: text_bomb(b"iTXt"), DAMAGED),
    Case(
        "iCCP bomb",
        "a.png",
        lambda: png(chunks=chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(50_000_000)))),
        DAMAGED,
    ),
    Case("webp of nothing", "a.webp", lambda: riff(), DAMAGED),
    Case("webp without width", "a.webp", lambda: lossy_canvas(0, 240), DAMAGED),
    Case("webp odd chunk", "a.webp", lambda: riff(part(b"JUNK", bytes(40))), DAMAGED),
    Case("webp of zeros", "a.webp", lambda: lossy_canvas(640, 480), DAMAGED),
    Case("webp false canvas", "a.webp", lambda: canvas(640, 480), DAMAGED),
]

SIZE_CASES = [
    Case(
        "png 19000",
        "a.png",
        lambda: png_bomb(19_000, 19_000),
        TOO_LARGE_PNG.format("19000×19000"),
    ),
    Case(
        "png 12000 1-bit",
        "a.png",
        lambda: blank_png(12_000, 12_000, 1, 0),
        TOO_LARGE_PNG.format("12000×12000"),
    ),
    Case(
        "png of 4 G",
        "a.png",
        lambda: png_bomb(2**31 - 1, 2**31 - 1),
        TOO_LARGE_PNG.format("2147483647×2147483647"),
    ),
    Case(
        "png side",
        "a.png",
        lambda: png_bomb(12_001, 300),
        TOO_LARGE_PNG.format("12001×300"),
    ),
    Case(
        "jpg line", "a.jpg", lambda: with_size(65_000, 1), TOO_LARGE.format("65000×1")
    ),
    Case(
        "jpg 65535",
        "a.jpg",
        lambda: with_size(65_535, 65_535),
        TOO_LARGE.format("65535×65535"),
    ),
    Case(
        "webp 16777216",
        "a.webp",
        lambda: canvas(2**24, 2**24),
        TOO_LARGE_WEBP.format("16777216×16777216"),
    ),
    Case(
        "lossless webp 16384",
        "a.webp",
        lambda: lossless_canvas(16_384),
        TOO_LARGE_WEBP.format("16384×16384"),
    ),
    Case(
        "lossy webp 16383",
        "a.webp",
        lambda: lossy_canvas(16_383, 16_383),
        TOO_LARGE_WEBP.format("16383×16383"),
    ),
    Case(
        "webp 6000",
        "a.webp",
        lambda: canvas(6000, 5000),
        TOO_LARGE_WEBP.format("6000×5000"),
    ),
    Case("1×1", "a.png", lambda: png(size=(1, 1)), TOO_SMALL.format("1×1")),
    Case("64×64", "a.jpg", lambda: jpg(size=(64, 64)), TOO_SMALL.format("64×64")),
    Case(
        "199 high",
        "a.webp",
        lambda: webp(size=(1000, 199)),
        TOO_SMALL.format("1000×199"),
    ),
    Case(
        "over 10 MB",
        "a.jpg",
        lambda: jpg() + bytes(10 * 1024**2),
        TOO_HEAVY.format("10.1"),
    ),
    Case("25 MB", "a.jpg", lambda: bytes(25 * 1024**2), TOO_HEAVY.format("25.0")),
]

NAME_CASES = [
    Case("name with NUL", "a\0.jpg", jpg, NAME),
    Case("name with newline", "a\n.jpg", jpg, NAME),
    Case("name with escape", "a\x1b[31m.jpg", jpg, NAME),
    Case("name with DEL", "a\x7f.jpg", jpg, NAME),
    Case("bidi name", "会议\u202egpj.jpg", jpg),
    Case("zero-width name", "会\u200b议.jpg", jpg),
    Case("surrogate name", "会\udc80议.jpg", jpg),
    Case("path", "../../etc/会议.jpg", jpg),
    Case("windows path", "C:\\照片\\会议.jpg", jpg),
    Case("long name", "会" * 296 + ".jpg", jpg),
    Case("device name", "CON.jpg", jpg),
    Case("double suffix", "shell.php.jpg", jpg),
    Case("html name", "<img src=x onerror=alert(1)>.jpg", jpg),
]

GOOD_CASES = [
    *(Case(f"orientation {n}", "a.jpg", partial(turned, n)) for n in range(1, 9)),
    Case("orientation 99", "a.jpg", partial(turned, 99)),
    Case("png with exif", "a.png", lambda: png(exif=exif(6))),
    Case("webp with exif", "a.webp", lambda: webp(exif=exif(6))),
    Case("broken exif", "a.jpg", lambda: jpg(exif=b"Exif\0\0II*\0\xff\xff\xff\xff")),
    Case("short exif", "a.jpg", lambda: jpg(exif=b"Exif\0\0M")),
    Case("circular exif", "a.jpg", circular_exif),
    Case("jpg xmp", "a.jpg", lambda: jpg(xmp=SECRET)),
    Case(
        "png xmp",
        "a.png",
        lambda: png(chunks=chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)),
    ),
    Case(
        "png text", "a.png", lambda: png(chunks=chunk(b"tEXt", b"Comment\0" + SECRET))
    ),
    Case(
        "png text behind",
        "a.png",
        lambda: png(behind=chunk(b"tEXt", b"Comment\0" + SECRET)),
    ),
    Case("png without frames", "a.png", lambda: png(chunks=chunk(b"acTL", bytes(8)))),
    Case("png private chunk", "a.png", lambda: png(chunks=chunk(b"prVt", SECRET))),
    Case("webp xmp", "a.webp", lambda: webp(xmp=SECRET)),
    Case("jpg comment", "a.jpg", lambda: jpg(comment=SCRIPT + SECRET)),
    Case(
        "photoshop block",
        "a.jpg",
        lambda: with_segments(segment(0xED, b"Photoshop 3.0\0" + SECRET)),
    ),
    Case("jpg and zip", "a.jpg", lambda: jpg() + b"PK\3\4" + SECRET),
    Case("jpg and script", "a.jpg", lambda: jpg() + SCRIPT + PHP + SECRET),
    Case("png and html", "a.png", lambda: png() + SCRIPT + SECRET),
    Case("webp and html", "a.webp", lambda: webp() + SCRIPT + SECRET),
    Case("two jpgs", "a.jpg", lambda: jpg() + jpg(comment=SECRET)),
    Case("profile", "a.jpg", lambda: jpg(icc_profile=profile())),
    Case("broken profile", "a.jpg", lambda: jpg(icc_profile=SECRET * 100)),
    Case("cut profile", "a.png", lambda: png(icc_profile=profile()[:200])),
    Case("wrong profile", "a.jpg", lambda: jpg("L", icc_profile=profile())),
    Case("lab profile", "a.jpg", lambda: jpg(icc_profile=profile("LAB"))),
    Case(
        "huge profile",
        "a.jpg",
        lambda: with_segments(icc_segments(profile() + SECRET * 300_000)),
    ),
    Case(
        "profile in pieces",
        "a.jpg",
        lambda: with_segments(segment(0xE2, b"ICC_PROFILE\0\1\7" + SECRET)),
    ),
    Case(
        "endless profile",
        "a.jpg",
        lambda: with_segments(icc_segments(endless_profile())),
    ),
    Case("swapped profile", "a.jpg", lambda: jpg(icc_profile=swapped_profile())),
    Case("cmyk", "a.jpg", lambda: jpg("CMYK")),
    Case(
        "cmyk with wrong profile", "a.jpg", lambda: jpg("CMYK", icc_profile=profile())
    ),
    Case("progressive", "a.jpg", lambda: jpg(progressive=True)),
    Case("grey jpg", "a.jpeg", lambda: jpg("L")),
    Case("capital suffix", "DSC_1.JPG", jpg),
    Case("1-bit", "a.png", lambda: png("1")),
    Case("grey and alpha", "a.png", lambda: png("LA")),
    Case("rgb and alpha", "a.png", lambda: png("RGBA")),
    Case("palette", "a.png", lambda: png("P")),
    Case("transparent palette", "a.png", lambda: png("P", transparency=0)),
    Case("palette of alphas", "a.png", lambda: png("P", transparency=bytes(range(99)))),
    Case("transparent colour", "a.png", lambda: png(transparency=(255, 0, 0))),
    Case("16-bit grey", "a.png", lambda: blank_png(*SIZE, 16, 0, value=0x80)),
    Case("16-bit rgb", "a.png", lambda: blank_png(*SIZE, 16, 2, value=0x80)),
    Case("16-bit grey and alpha", "a.png", lambda: blank_png(*SIZE, 16, 4, value=0x80)),
    Case("16-bit rgb and alpha", "a.png", lambda: blank_png(*SIZE, 16, 6, value=0x80)),
    Case("lossless webp", "a.webp", lambda: webp("RGBA", lossless=True)),
    Case("smallest", "a.png", lambda: png(size=(200, 200))),
    Case("jpg taller than its data", "a.jpg", lambda: with_size(5000, 7000)),
    Case("panorama", "a.jpg", lambda: jpg(size=(12_000, 200))),
    Case("24 million pixels", "a.png", lambda: blank_png(6000, 4000, 8, 6)),
    Case(
        "40 million in jpg", "a.jpg", lambda: jpg(size=(8000, 5000), progressive=True)
    ),
]

CASES = TEXT_CASES + FORMAT_CASES + BROKEN_CASES + SIZE_CASES + NAME_CASES + GOOD_CASES
