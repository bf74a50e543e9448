"""Which characters a font has, so that none is printed as an empty box."""

import struct
from functools import cache
from pathlib import Path

INVISIBLE = frozenset("\n\r\t")


@cache
def characters_in(path: Path) -> frozenset[int]:
    """Return the code points of a TrueType font, from its table of format 12."""
    data = path.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {
        tag: at
        for tag, _, at, _ in struct.iter_unpack(">4sIII", data[12 : 12 + count * 16])
    }
    cmap = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    for _, _, offset in struct.iter_unpack(
        ">HHI", data[cmap + 4 : cmap + 4 + count * 8]
    ):
        start = cmap + offset
        if struct.unpack_from(">H", data, start) == (12,):
            (groups,) = struct.unpack_from(">I", data, start + 12)
            body = data[start + 16 : start + 16 + groups * 12]
            return frozenset(
                point
                for first, last, _ in struct.iter_unpack(">III", body)
                for point in range(first, last + 1)
            )
    raise ValueError(path)


def missing_characters(text: str, path: Path) -> str:
    """Return the characters of a text that the font lacks, each once, in order."""
    known = characters_in(path)
    lacking = (c for c in text if ord(c) not in known and c not in INVISIBLE)
    return "".join(dict.fromkeys(lacking))
