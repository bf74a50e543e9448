"""P7: fifty thousand rows in from Excel, and out to it."""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from tests.acceptance.bench.site import Site, scratch_site
from tests.acceptance.bench.table import Figure

WHAT = "members in from Excel and donations out to it, with history and preview"
FASTER, MEMORY, LONGER = 10.0, 150, 1.5
TARGET = (
    f"in: ≥ {FASTER:.0f} × faster than django-import-export with use_bulk;"
    f" out: ≤ {LONGER} × a bare XlsxWriter; each ≤ {MEMORY} MiB"
)
ROWS, SHORT_ROWS = 50_000, 2_000
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗", "伟芳娜敏静丽强磊军洋勇艳"


def measure(*, short: bool) -> Iterator[Figure]:
    """Each way runs in a process of its own, whose peak of memory is its own."""
    rows = SHORT_ROWS if short else ROWS
    with scratch_site() as site, tempfile.TemporaryDirectory() as folder:
        site.fill()
        book = Path(folder) / "members.xlsx"
        told(site, "book", str(book), str(rows))
        theirs = told(site, "theirs", str(book))
        ours = told(site, "ours", str(book))
        if ours["rows"] != rows or theirs["rows"] != rows:
            raise RuntimeError(f"rows are missing: {ours}, {theirs}")
        yield Figure(
            f"import of {rows:,} members with preview, times faster",
            f"{ours['seconds']:.1f} s",
            f"{theirs['seconds']:.1f} s",
            theirs["seconds"] / ours["seconds"],
            met=theirs["seconds"] / ours["seconds"] >= FASTER,
        )
        yield memory("import", ours, theirs)
        for many in (rows, 2 * rows):
            told(site, "fill", str(many))
            bare = told(site, "bare", str(many))
            own = told(site, "export", str(many))
            ratio = own["seconds"] / bare["seconds"]
            yield Figure(
                f"export of {many:,} rows ({own['words']})",
                f"{own['seconds']:.1f} s",
                f"{bare['seconds']:.1f} s",
                ratio,
                met=ratio <= LONGER,
            )
            yield memory(f"export of {many:,}", own, bare)


def memory(what: str, own: dict, other: dict) -> Figure:
    return Figure(
        f"{what}, peak of memory of the whole process",
        f"{own['peak']:.0f} MiB",
        f"{other['peak']:.0f} MiB",
        own["peak"] / other["peak"],
        met=own["peak"] <= MEMORY,
    )


def told(site: Site, *arguments: str) -> dict:
    return json.loads(
        site.run(
            "-m",
            "tests.acceptance.bench.p7",
            *arguments,
            owner=arguments[0] in ("fill", "theirs"),
        )
    )


# --- In a process of the site


def inside(what: str, *arguments: str) -> dict:
    import django

    django.setup()
    work: dict[str, Callable[..., dict]] = {
        "book": book,
        "ours": ours,
        "theirs": theirs,
        "fill": fill,
        "bare": bare,
        "export": export,
    }
    began = time.perf_counter()
    found = {"seconds": 0.0} | work[what](*arguments)
    found["seconds"] = found["seconds"] or time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found | {"peak": peak}


def book(path: str, rows: str) -> dict:
    """Write a file as a secretary fills it in: distinct persons of one chamber."""
    from openpyxl import Workbook

    from chambers.imports.member import MemberImporter
    from chambers.models import Chamber

    name = Chamber.objects.active().filter(is_demo=True).first().name
    made = Workbook(write_only=True)
    sheet = made.create_sheet("会员")
    sheet.append([column.heading for column in MemberImporter.columns])
    for n in range(int(rows)):
        given = {
            "商会": name,
            "类别": "个人会员",
            "姓名或名称": f"{SURNAMES[n % len(SURNAMES)]}{GIVEN[n // 20 % len(GIVEN)]}",
            "区分说明": f"第{n}号",
            "手机号": f"139{n:08d}",
            "入会日期": date(2022, 5, 1),
        }
        sheet.append([given.get(column.label) for column in MemberImporter.columns])
    made.save(path)
    return {}


def ours(path: str) -> dict:
    """Take the file in as the site does: read, kept, checked, confirmed, written."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from chambers.models import Member, User
    from redleader.models import JobState
    from redleader.sheets import jobs
    from redleader.sheets.imports import IMPORTERS
    from redleader.sheets.incoming import read_sheet

    before, importer = Member.objects.count(), IMPORTERS["members"]
    upload = SimpleUploadedFile("members.xlsx", Path(path).read_bytes())
    began = time.perf_counter()
    sheet = read_sheet(
        upload, importer.columns, limits=importer.limits, edition=importer.edition
    )
    user = User.objects.get(username="guanli")
    job = jobs.keep(importer, sheet, name="members.xlsx", user=user)
    jobs.run(job)
    if job.state != JobState.CHECKED or job.preview["error_count"]:
        raise RuntimeError(f"{job.state}: {job.result} {job.preview.get('errors')}")
    job.state = JobState.WRITING
    jobs.run(job)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "rows": Member.objects.count() - before}


def theirs(path: str) -> dict:
    """Take the same persons in by django-import-export: preview, then the import.

    The history is kept by the same triggers; memberships are not even written. It
    runs as the owner, because it sets the sequence afterwards.
    """
    from django.db import transaction
    from import_export import resources
    from import_export.instance_loaders import CachedInstanceLoader
    from tablib import Dataset

    from chambers.models import Member

    class Members(resources.ModelResource):
        class Meta:
            model = Member
            use_bulk = True
            clean_model_instances = True
            instance_loader_class = CachedInstanceLoader
            import_id_fields = ("phone",)
            fields = ("kind", "name", "note", "phone")

        def before_import_row(self, row, **kwargs):
            row["kind"] = {"个人会员": "person"}[row["kind"]]

    content = Path(path).read_bytes()
    began = time.perf_counter()
    read = Dataset().load(content, format="xlsx")
    places = [1, 2, 3, 4]
    rows = Dataset(
        *([row[place] for place in places] for row in read),
        headers=["kind", "name", "note", "phone"],
    )
    resource_ = Members()
    resource_.import_data(rows, dry_run=True, raise_errors=True)
    with transaction.atomic():
        before = Member.objects.count()
        resource_.import_data(rows, dry_run=False, raise_errors=True)
        seconds = time.perf_counter() - began
        count = Member.objects.count() - before
        transaction.set_rollback(True)
    return {"seconds": seconds, "rows": count}


def fill(rows: str) -> dict:
    """Copy a donation of the demo until there are so many, as the owner."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM activities_donation")
        missing = int(rows) - cursor.fetchone()[0]
        cursor.execute(
            """SELECT string_agg(quote_ident(column_name), ', ')
            FROM information_schema.columns WHERE table_name = 'activities_donation'
            AND column_name NOT IN ('id', 'form_key')"""
        )
        (columns,) = cursor.fetchone()
        cursor.execute(
            f"""INSERT INTO activities_donation (form_key, {columns})
            SELECT gen_random_uuid(), {columns} FROM generate_series(1, {missing}),
                (SELECT * FROM activities_donation ORDER BY id LIMIT 1) one"""
        )
        cursor.execute("ANALYZE activities_donation")
    return {}


def donations():
    from activities.models import Donation

    return Donation.objects.with_names().order_by("-pk")


def export(rows: str) -> dict:
    """Make the file that the site sends."""
    from activities.desks.welfare import Donations
    from activities.services.export import table_answer
    from redleader.records.column import in_sheet

    began = time.perf_counter()
    made = table_answer(
        "公益捐赠（内部使用）", in_sheet(Donations.columns), donations()
    )
    seconds = time.perf_counter() - began
    if made.rows != int(rows):
        raise RuntimeError(f"{made.rows} rows instead of {rows}")
    return {"seconds": seconds, "words": f"{len(made.content) / 2**20:.1f} MiB"}


def bare(rows: str) -> dict:
    """Write the same values with XlsxWriter, without any look."""
    from xlsxwriter import Workbook

    from activities.desks.welfare import Donations
    from activities.services.export import CHUNK
    from redleader.records.column import in_sheet

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = Workbook(
            f"{folder}/bare.xlsx",
            {"constant_memory": True, "default_date_format": "yyyy-mm-dd"},
        )
        sheet = made.add_worksheet()
        for number, row in enumerate(donations()[: int(rows)].iterator(CHUNK)):
            values = [column.content(row) for column in in_sheet(Donations.columns)]
            sheet.write_row(number, 0, ["" if v is None else v for v in values])
        made.close()
    return {"seconds": time.perf_counter() - began}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redleader.settings")
    json.dump(inside(*sys.argv[1:]), sys.stdout, ensure_ascii=False)
