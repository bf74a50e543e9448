"""S10: what a spreadsheet would run of the files that leave the site."""

import csv
import io
import re
import zipfile

import openpyxl
import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse

from activities.formats.opendata import DATA_SETS
from redleader import database
from redleader.records.column import Column
from redleader.sheets import tables, workbook
from redleader.sheets.incoming import read_sheet
from tests.activities.test_addresses import EXPORTS, TABLE, World, admin_rows
from tests.conftest import become
from tests.redleader.sheets.test_sheets import TRIGGERS, upload, written

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WHAT = "export: 26 triggers in every text of every file"
TARGET = "0 formula cells, 0 CSV cells that begin with a trigger; read in again equal"
BLANKS = tables.BLANKS


def texts_of(model):
    """Return the columns of free text; a key, a choice or our own index is none."""
    kinds = (models.CharField, models.TextField)
    return [
        field.column
        for field in model._meta.concrete_fields
        if isinstance(field, kinds)
        and not (field.choices or field.primary_key or field.is_relation)
        and field.name not in ("search_text", "sort_key", "password")
    ]


def plant(trigger, refused):
    """Put a trigger into every text of every row, as a superuser past the rules."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for app in ("chambers", "activities"):
            for model in apps.get_app_config(app).get_models():
                if model.__name__.endswith("Event") and not model.objects.exists():
                    continue
                for column in texts_of(model):
                    place = model._meta.db_table, column
                    if place in refused:
                        continue
                    try:
                        with transaction.atomic():
                            cursor.execute(
                                f'UPDATE {place[0]} SET "{column}" = %s', [trigger]
                            )
                    except DatabaseError:
                        refused.add(place)
        cursor.execute("SET LOCAL session_replication_role = origin")


def files(client, addresses):
    """Yield the name and content of every file that holds rows."""
    for name, address in addresses.items():
        cache.clear()
        answer = client.get(address)
        yield name, answer.status_code, content_of(answer)


def content_of(answer):
    return b"".join(answer) if answer.streaming else answer.content


def addresses_of(world):
    """Return the address of every file by its name."""
    found = {
        name: reverse(name, args=[world[key] for key in TABLE[name][0]])
        for name in [*EXPORTS, "public:honour-export"]
    }
    return found | {
        f"data {code}": reverse("public:data-file", args=[code, "csv"])
        for code in DATA_SETS
    }


def cells_of(content):
    """Return (texts, those that a spreadsheet would run) of a workbook or a CSV."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = [n for n in package.namelist() if "/worksheets/sheet" in n]
            formulas = sum(len(re.findall(rb"<f[ >]", package.read(n))) for n in names)
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
        texts = [c.value for c in cells if isinstance(c.value, str)]
        live = sum(c.data_type == "f" for c in cells)
        return texts, max(live, formulas)
    text = content.decode("utf-8-sig")
    texts = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    live = [cell for cell in texts if cell.lstrip(BLANKS).startswith(workbook.TRIGGERS)]
    return texts, len(live)


def measure(client, addresses, triggers):
    """Return (files, cells with a trigger in them, cells that would run, faults)."""
    refused, count, planted, live, faults = set(), 0, 0, 0, []
    for trigger in triggers:
        with transaction.atomic():
            plant(trigger, refused)
            for name, status, content in files(client, addresses):
                if status != 200:
                    faults.append((name, trigger, status))
                    continue
                texts, runs = cells_of(content)
                count += 1
                live += runs
                planted += sum(trigger.strip() in text for text in texts)
            transaction.set_rollback(True)
    return count, planted, live, faults


@pytest.fixture
def staff(sign_in):
    """Staff who may take out everything; the superuser's connection plants."""
    become("postgres")
    try:
        with transaction.atomic():
            world = World()
            admin_rows(world)
            for key in ("application", "county", "named", "contact", "entry"):
                assert world[key]
            yield sign_in(world["federation"]), addresses_of(world)
            transaction.set_rollback(True)
    finally:
        become(database.APP)


def words(count, planted, live, faults):
    return (
        f"{count} files, {planted} cells with a trigger:"
        f" {live} would run {faults[:3] or ''}".strip()
    )


def test_figure(figure, staff):
    found = measure(*staff, TRIGGERS)
    count, planted, live, faults = found
    figure(
        f"{len(TRIGGERS)} triggers: {words(*found)}",
        kept=not live and not faults and planted > count and len(TRIGGERS) >= 26,
    )
    name = Column("名称", value=lambda text: text)
    rows = read_sheet(upload(written([name], TRIGGERS)), [Column("名称")])
    same = [row.values["名称"] for row in rows] == TRIGGERS
    figure(f"read in again, letter by letter the same: {same}", kept=same)


def test_control(control, staff, monkeypatch):
    def plain(book, sheet, row, place, value, kind, style):
        if hasattr(value, "tzinfo") and value.tzinfo:
            value = value.replace(tzinfo=None)
        sheet.write(row, place, value)

    monkeypatch.setattr(workbook.Book, "write", plain)
    monkeypatch.setattr(tables, "safe_text", lambda text: text)
    found = measure(*staff, ["=1+1", "-2+3"])
    control(f"a plain writer: {words(*found)}", caught=found[2] > 0)
