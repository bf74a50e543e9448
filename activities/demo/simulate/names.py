"""Invented names with their search columns, as tables that a load joins."""

import io
from itertools import islice, product

from django.db import connection

from redleader.records.search import grams, search_text, syllables

PERSONS = 200_003  # distinct names; prime, so that steps through them reach all
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜"
    "叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红鹏辉建国文斌宇浩凯健俊帆雪荣爱琴"
    "梅莉兰凤洁云莲真环"
)
PLACES = "青白赤金银玉清明安平永新古南北东西上下长"
ENDS = "河山溪江湖岭原川泉城州阳塘桥岗坪洲湾林水"
# What a copy of a named row is called: the county's place in front of its name.
GROWN = {
    "name": "p.name || b.name",
    "search_text": "pg_temp.simulated_text(b.search_text, p.name, p.full, p.short)",
    "search_grams": (
        "pg_temp.simulated_grams(pg_temp.simulated_text("
        "b.search_text, p.name, p.full, p.short))"
    ),
    "sort_key": "p.sort_key || ' ' || b.sort_key",
}


def persons():
    """Yield distinct names of two and three characters, shuffled by a fixed step."""
    every = [*product(SURNAMES, GIVEN, ["", *GIVEN])]
    step = 104_729  # prime, so that it reaches each name once
    for number in range(PERSONS):
        yield "".join(every[number * step % len(every)])


def places():
    """Yield distinct places of two or four characters."""
    two = ["".join(pair) for pair in product(PLACES, ENDS)]
    yield from two
    yield from ("".join(pair) for pair in product(two, two))


def copy(table: str, rows) -> None:
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO(text))


def load(counties: int) -> None:
    """Make the tables of names, for this session, and the functions that join them."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    copy(
        "simulated_place",
        (
            (n, name, *search_text(name).split()[1:3], " ".join(syllables(name)))
            for n, name in enumerate(islice(places(), counties))
        ),
    )
    copy("simulated_person", (person(n, name) for n, name in enumerate(persons())))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE simulated_person")
        cursor.execute("ANALYZE simulated_place")


def person(number: int, name: str) -> tuple:
    text = search_text(name, surname=True)
    array = "{" + ",".join(grams(text)) + "}"
    return number, name, text, array, " ".join(syllables(name, surname=True))


TABLES = """
CREATE TEMP TABLE simulated_place (number int PRIMARY KEY, name text, "full" text,
    short text, sort_key text) ON COMMIT DROP;
CREATE TEMP TABLE simulated_person (number bigint PRIMARY KEY, name text,
    search_text text, search_grams varchar(2)[], sort_key text) ON COMMIT DROP;
-- The words come as name, pinyin, initials, again for each further name.
CREATE OR REPLACE FUNCTION pg_temp.simulated_text(t text, name text, "full" text,
    short text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(CASE (i - 1) % 3 WHEN 0 THEN name WHEN 1 THEN "full"
        ELSE short END || w, ' ' ORDER BY i)
    FROM unnest(string_to_array(t, ' ')) WITH ORDINALITY AS words(w, i)
$$;
CREATE OR REPLACE FUNCTION pg_temp.simulated_grams(t text)
RETURNS varchar(2)[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(DISTINCT substr(w, i, n)::varchar(2))
    FROM unnest(string_to_array(t, ' ')) w, generate_series(1, length(w)) i,
        generate_series(1, 2) n
$$;
"""
