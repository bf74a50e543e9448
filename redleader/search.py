"""Search columns: 汉字, full pinyin and initials of a name, kept at save.

A two-character query is the usual one in Chinese, and no trigram serves it.
So a row keeps its searchable text and the pairs of neighbouring characters in
it; the pairs have a GIN index, and the text removes their false joins.
"""

import re
import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pypinyin import lazy_pinyin

# Readings that a character has as a surname only.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "任": "ren",
    "华": "hua",
    "朴": "piao",
    "尉": "yu",
    "盖": "ge",
    "乐": "yue",
    "员": "yun",
    "召": "shao",
    "缪": "miao",
    "宓": "mi",
    "种": "chong",
    "秘": "bi",
    "洗": "xian",
    "冼": "xian",
    "覃": "qin",
    "翟": "zhai",
    "祭": "zhai",
    "黑": "he",
    "繁": "po",
    "隗": "wei",
    "折": "she",
    "那": "na",
    "阚": "kan",
    "阙": "que",
}


def fold(text: str) -> str:
    """Return text as it is compared: half-width, lower case, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def syllables(name: str, *, surname: bool = False) -> list[str]:
    """Return the pinyin of a name, one syllable a character, without tones."""
    name = fold(name)
    if surname and name[:1] in SURNAMES:
        return [SURNAMES[name[0]], *lazy_pinyin(name[1:])]
    return lazy_pinyin(name)


def search_text(*names: str, surname: bool = False) -> str:
    """Return what a query is looked up in: each name, its pinyin, its initials."""
    words: dict[str, None] = {}
    for name in filter(None, names):
        parts = syllables(name, surname=surname)
        initials = "".join(part[0] for part in parts)
        words |= dict.fromkeys([fold(name), "".join(parts), initials])
    return " ".join(words)


def grams(text: str) -> list[str]:
    """Return the single characters and neighbouring pairs of each word."""
    found: set[str] = set()
    for word in text.split():
        found.update(word)
        found.update(word[i : i + 2] for i in range(len(word) - 1))
    return sorted(found)


class SearchTextField(models.TextField):
    """``search_text`` of other columns of the row, computed at save."""

    def __init__(self, *sources: str, surname: bool = False, **kwargs):
        self.sources, self.surname = sources, surname
        super().__init__(**kwargs | {"editable": False, "default": ""})

    def deconstruct(self):
        name, path, _, kwargs = super().deconstruct()
        del kwargs["editable"], kwargs["default"]
        return name, path, list(self.sources), kwargs | {"surname": self.surname}

    def pre_save(self, model_instance, add):
        names = [getattr(model_instance, source) for source in self.sources]
        value = search_text(*names, surname=self.surname)
        setattr(model_instance, self.attname, value)
        return value


class SearchGramsField(ArrayField):
    """``grams`` of the row's ``search_text``, computed at save."""

    def __init__(self, **kwargs):
        kwargs |= {"base_field": models.CharField(max_length=2)}
        super().__init__(**kwargs | {"editable": False, "default": list})

    def deconstruct(self):
        name, path, _, _ = super().deconstruct()
        return name, path, [], {}

    def pre_save(self, model_instance, add):
        text = model_instance._meta.get_field("search_text").pre_save(
            model_instance, add
        )
        value = grams(text)
        setattr(model_instance, self.attname, value)
        return value


class SortKeyField(models.CharField):
    """The pinyin of another column, computed at save; orders names by pinyin.

    Collation C, so that the order is the same on every build of PostgreSQL.
    """

    def __init__(self, source: str, *, surname: bool = False, **kwargs):
        self.source, self.surname = source, surname
        super().__init__(
            **kwargs
            | {
                "editable": False,
                "default": "",
                "max_length": 400,
                "db_collation": "C",
            }
        )

    def deconstruct(self):
        name, path, _, _ = super().deconstruct()
        return name, path, [self.source], {"surname": self.surname}

    def pre_save(self, model_instance, add):
        name = getattr(model_instance, self.source)
        value = " ".join(syllables(name, surname=self.surname))[:400]
        setattr(model_instance, self.attname, value)
        return value


def search_index() -> GinIndex:
    """Return the index that ``search`` reads; one for each searchable model."""
    return GinIndex(fields=["search_grams"], name="%(app_label)s_%(class)s_search")


SEARCH_COLUMNS = ["search_text", "search_grams", "sort_key"]


def search(queryset: models.QuerySet, query: str, prefix: str = "") -> models.QuerySet:
    """Filter rows whose name, pinyin or initials contain each word of a query.

    Words are joined by AND; an empty query filters nothing. ``prefix`` leads to
    the searchable model through a relation, such as ``"chamber__"``.
    """
    for word in query.replace("\0", "").split()[:5]:
        word = fold(word)[:50]
        queryset = queryset.filter(
            **{
                f"{prefix}search_grams__contains": grams(word),
                f"{prefix}search_text__contains": word,
            }
        )
    return queryset
