"""Search columns: 汉字, full pinyin and initials of a name, kept at save.

Most Chinese queries have two characters, too few for a trigram index. So a row keeps
its searchable text and the pairs of neighbouring characters in it; the pairs have a GIN
index, and the text weeds out false matches.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Collate
from pypinyin import lazy_pinyin

# Readings that characters have only in surnames; longer ones come first.
SURNAMES = {
    "万俟": "mo qi",
    "尉迟": "yu chi",
    "澹台": "tan tai",
    "长孙": "zhang sun",
    "乐": "yue",
    "仇": "qiu",
    "任": "ren",
    "佴": "nai",
    "冼": "xian",
    "区": "ou",
    "华": "hua",
    "单": "shan",
    "召": "shao",
    "员": "yun",
    "句": "gou",
    "宓": "mi",
    "宿": "su",
    "尹": "yin",
    "幺": "yao",
    "折": "she",
    "晟": "cheng",
    "曾": "zeng",
    "朴": "piao",
    "柏": "bai",
    "查": "zha",
    "洗": "xian",
    "燕": "yan",
    "牟": "mou",
    "盖": "ge",
    "盛": "sheng",
    "眭": "sui",
    "石": "shi",
    "祭": "zhai",
    "种": "chong",
    "秘": "bi",
    "繁": "po",
    "纪": "ji",
    "缪": "miao",
    "翟": "zhai",
    "能": "nai",
    "莘": "shen",
    "葛": "ge",
    "覃": "qin",
    "解": "xie",
    "訾": "zi",
    "谌": "chen",
    "费": "fei",
    "车": "che",
    "逄": "pang",
    "那": "na",
    "都": "du",
    "钭": "tou",
    "阙": "que",
    "阚": "kan",
    "隗": "wei",
    "黑": "he",
}


def fold(text: str) -> str:
    """Return text normalised for comparison: half-width, lower case, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


@lru_cache(maxsize=4096)
def readings(name: str, surname: bool) -> tuple[str, ...]:
    """Return the pinyin of a folded name; cached, since names recur."""
    if surname:
        for length in (2, 1):
            if name[:length] in SURNAMES:
                first = SURNAMES[name[:length]].split()
                return (*first, *lazy_pinyin(name[length:]))
    return tuple(lazy_pinyin(name))


def syllables(name: str, *, surname: bool = False) -> list[str]:
    """Return the pinyin of a name, one syllable a character, without tones."""
    return list(readings(fold(name), surname))


def search_text(*names: str, surname: bool = False) -> str:
    """Return the text that is searched: each name, its pinyin, its initials."""
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


def keys(word: str) -> list[str]:
    """Return the grams by which a word is looked up: its pairs, if it has any."""
    return [gram for gram in grams(word) if len(gram) == min(len(word), 2)]


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


def nth_word(place: int) -> models.Expression:
    """Return the word of ``search_text`` at a place: 1 汉字, 2 pinyin, 3 initials.

    In collation C, so that one index serves both prefix and order.
    """
    split = models.Func(
        models.F("search_text"),
        models.Value(" "),
        models.Value(place),
        function="split_part",
        output_field=models.TextField(),
    )
    return Collate(split, "C")


def beginning_indexes(table: str) -> list[models.Index]:
    """Return the indexes that ``first_found`` reads, for a model of many rows."""
    return [
        models.Index(nth_word(place), "id", name=f"{table}_{name}")
        for place, name in enumerate(("word", "pinyin", "initials"), start=1)
    ]


WORDS = 5  # of a query that are used
SEARCH_COLUMNS = ["search_text", "search_grams", "sort_key"]


def search(queryset: models.QuerySet, query: str, prefix: str = "") -> models.QuerySet:
    """Filter rows whose name, pinyin or initials contain each word of a query.

    Words are joined by AND; an empty query filters nothing. ``prefix`` leads to
    the searchable model through a relation, such as ``"chamber__"``.
    """
    for word in query.replace("\0", "").split()[:WORDS]:
        word = fold(word)[:50]
        queryset = queryset.filter(
            **{
                f"{prefix}search_grams__contains": keys(word),
                f"{prefix}search_text__contains": word,
            }
        )
    return queryset


def first_found(queryset: models.QuerySet, query: str, count: int) -> list[Any]:
    """Return some rows that a query finds, those that begin with it first.

    A search box shows a few rows of millions. Those that begin with the query, exact
    matches first, are the next entries of an index, however many there are; only if
    there are too few are the others looked for, in no order. For models with
    ``beginning_indexes``.
    """
    word = fold(query.replace("\0", ""))[:50]
    if not word or len(query.split()) > 1:
        return list(search(queryset, query)[:count])
    found: dict[Any, Any] = {}
    for place in (2, 3) if word.isascii() else (1,):
        rows = queryset.annotate(first_word=nth_word(place))
        rows = rows.filter(first_word__startswith=word).order_by("first_word", "pk")
        found |= {row.pk: row for row in rows[:count]}
    if len(found) < count:
        rows = search(queryset.order_by(), query).exclude(pk__in=found)
        found |= {row.pk: row for row in rows[: count - len(found)]}
    return list(found.values())[:count]
