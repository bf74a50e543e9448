"""Names in a file, each the name of an existing row."""

from collections import defaultdict
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from redleader.records.search import fold, syllables


class Lookup:
    """Names that a column may mention, each the name of one row.

    ``rows`` are the rows that a user may choose; a name among ``all_rows`` only is
    reported as out of scope rather than unknown. ``noun`` is what people call them. All
    rows are read once for a whole file; ``NamedChoiceField`` asks an index for one
    name.
    """

    def __init__(
        self,
        noun: str,
        rows: QuerySet,
        all_rows: QuerySet | None = None,
        *,
        name: Callable[[Any], str] = str,
    ):
        self.noun, self.name = noun, name
        self.found: dict[str, list[Any]] = defaultdict(list)
        self.foreign: set[str] = set()
        for row in rows:
            self.found[fold(name(row))].append(row)
        if all_rows is not None:
            self.foreign = {fold(name(row)) for row in all_rows} - set(self.found)
        self.guesses: dict[str, list[str]] = {}

    def get(self, text: str) -> Any:
        """Return the one row of a name; raises ValidationError with a hint."""
        rows = self.found.get(fold(text), [])
        if len(rows) == 1:
            return rows[0]
        short = text if len(text) <= 30 else f"{text[:29]}…"
        if rows:
            raise ValidationError(
                f"：有 {len(rows)} 个同名的{self.noun}“{short}”，不能确定是哪一个。"
            )
        if fold(text) in self.foreign:
            raise ValidationError(
                f"：{self.noun}“{short}”不在您的管理范围，未导入。", code="foreign"
            )
        near = self.near(text)
        hint = f"是不是“{'”或“'.join(near)}”？" if near else ""
        raise ValidationError(f"：没有名为“{short}”的{self.noun}。{hint}")

    def near(self, text: str) -> list[str]:
        """Return at most three names that sound or look like a text."""
        if text not in self.guesses:
            self.guesses[text] = self.find_near(text)
        return self.guesses[text]

    def find_near(self, text: str) -> list[str]:
        rows = [row for rows in self.found.values() for row in rows]
        word, sound = fold(text)[:80], "".join(syllables(text[:80]))
        found = [
            self.name(row)
            for row in rows
            if len(word) > 1
            and any(part in getattr(row, "search_text", "") for part in (word, sound))
        ]
        if found:
            return found[:3]
        sounds = {"".join(syllables(self.name(row))): self.name(row) for row in rows}
        return [sounds[key] for key in get_close_matches(sound, sounds, cutoff=0.8)]
