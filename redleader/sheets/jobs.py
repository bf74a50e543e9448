"""An uploaded file on its way in: kept, checked, confirmed, written.

The rows stay in the database between the two requests. A large file is handled by a
process of its own, whose progress can be read meanwhile.
"""

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from redleader.models import ImportJob, ImportRun, JobState
from redleader.sheets.imports import IMPORTERS, Importer
from redleader.sheets.incoming import Sheet
from redleader.sheets.plan import Draft, Plan, Tell, tell_nobody

logger = logging.getLogger(__name__)

MAX_AGE = timedelta(hours=1)
KEPT = timedelta(
    days=1
)  # the bare row of a job is kept so that its page can say what happened
SILENCE = timedelta(minutes=3)  # after which a process is considered dead
INLINE_ROWS = 1000  # a larger file gets a process of its own
STEP = 500  # rows between two progress reports
EXPIRED = "预览已超过 1 小时，请重新上传文件。"
AGAIN = "请勾选“确需再次导入”。"
FAILED = "处理中断，没有写入任何数据，请重新上传文件。"
WORKING = (JobState.CHECKING, JobState.WRITING)


def rows_of(job: ImportJob) -> Sheet:
    return Sheet(IMPORTERS[job.code].columns, bytes(job.content))


def counted(sheet: Sheet) -> tuple[int, str]:
    """Return the number of rows, and a digest that identifies them."""
    digest, count = hashlib.sha256(b"["), 0
    for row in sheet:
        words = repr([row.number, *map(str, row.values.values())])
        digest.update(f"{', ' if count else ''}{words}".encode())
        count += 1
    digest.update(b"]")
    return count, digest.hexdigest()


# --- Life of a job


def keep(importer: Importer, sheet: Sheet, *, name: str, user: Any) -> ImportJob:
    """Keep the rows of an uploaded file; delete those older than an hour."""
    now = timezone.now()
    ImportJob.objects.filter(created_at__lt=now - KEPT).delete()
    old = ImportJob.objects.filter(created_at__lt=now - MAX_AGE)
    old.exclude(content=b"").update(content=b"", preview={})
    count, digest = counted(sheet)
    return ImportJob.objects.create(
        code=importer.code,
        name=name[:120],
        by=user,
        count=count,
        digest=digest,
        content=bytes(sheet.content),
        total=2 * count,
    )


def is_expired(job: ImportJob) -> bool:
    return timezone.now() - job.created_at > MAX_AGE


def is_stuck(job: ImportJob) -> bool:
    """Tell whether the process of a job has given no sign of life for too long."""
    return job.state in WORKING and timezone.now() - job.moved_at > SILENCE


def is_large(job: ImportJob) -> bool:
    return job.count > INLINE_ROWS


def run_before(job: ImportJob) -> ImportRun | None:
    """Return when the same file was imported last, if it was."""
    runs = ImportRun.objects.filter(code=job.code, digest=job.digest)
    return runs.select_related("by").first()


def said_before(run: ImportRun) -> str:
    at = timezone.localtime(run.at)
    return f"该文件已于 {at:%Y-%m-%d %H:%M} 由 {run.by} 导入过（{run.rows} 行）。"


def check(job: ImportJob, tell: Tell = tell_nobody) -> None:
    """Find out what a file would do, without writing anything."""
    importer = IMPORTERS[job.code]
    plan = importer.plan(rows_of(job), job.by, tell)
    job.content = bytes(plan.sheet.content)
    job.preview = preview_of(importer, plan)
    job.state = JobState.CHECKED
    job.save(update_fields=["content", "preview", "state"])


def preview_of(importer: Importer, plan: Plan) -> dict:
    """Return the content of the confirmation page as JSON-serialisable data."""
    unit = importer.unit
    new = "没有问题的" if plan.error_count else "新的"
    groups = [
        ("new", f"{new} {plan.new.count} {unit}", plan.new),
        ("changed", f"将要更新的 {plan.changed.count} {unit}", plan.changed),
        ("same", f"系统中已有，不重复导入的 {plan.same.count} {unit}", plan.same),
    ]
    return {
        "new": plan.new.count,
        "changed": plan.changed.count,
        "same": plan.same.count,
        "error_count": plan.error_count,
        "errors": [error.text for error in plan.errors],
        "groups": [
            {
                "key": key,
                "heading": heading,
                "total": group.count,
                "rows": [line_of(importer, draft) for draft in group.shown],
            }
            for key, heading, group in groups
            if group.count
        ],
    }


def line_of(importer: Importer, draft: Draft) -> dict:
    """Return a draft as the preview shows it."""
    values = draft.sheet.values
    return {
        "number": draft.number,
        "note": draft.note,
        "changes": draft.changes,
        "cells": [
            (label, str(values.get(label) or "—")) for label in importer.shown_labels
        ],
    }


def confirm(job: ImportJob, *, again: bool) -> ImportJob:
    """Accept the uploader's confirmation; write at once, or in a process of its own.

    A job that is already confirmed is left alone.
    """
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.state != JobState.CHECKED:
        return job
    if is_expired(job) or job.preview["error_count"]:
        raise ValidationError(EXPIRED, code="expired")
    before = run_before(job)
    if before and not again:
        raise ValidationError(f"{said_before(before)}{AGAIN}", code="again")
    job.state, job.done = JobState.WRITING, 0
    job.moved_at = timezone.now()
    job.save(update_fields=["state", "done", "moved_at"])
    if is_large(job):
        start(job)
    else:
        write(job)
    return job


@transaction.atomic
def write(job: ImportJob, tell: Tell = tell_nobody) -> None:
    """Write the rows and remember the file; raises ValidationError."""
    importer = IMPORTERS[job.code]
    plan = importer.write(rows_of(job), job.by, tell)
    written = plan.new.count + plan.changed.count
    if written:
        ImportRun.objects.create(
            code=job.code, digest=job.digest, by=job.by, rows=written
        )
    finish(job, JobState.DONE, done_words(importer, plan))


def done_words(importer: Importer, plan: Plan) -> str:
    if not (plan.new.count or plan.changed.count):
        return f"这些{importer.name}已经导入过，没有重复写入。"
    text = f"已导入 {plan.new.count} {importer.unit}{importer.name}。"
    if plan.changed.count:
        text += f"已更新 {plan.changed.count} {importer.unit}。"
    if plan.same.count:
        text += f"另有 {plan.same.count} 行已存在，未重复导入。"
    return text


def finish(job: ImportJob, state: JobState, result: str) -> None:
    """Close a job and drop its rows, which are no longer needed."""
    job.state, job.result, job.content, job.preview = state, result, b"", {}
    job.save(update_fields=["state", "result", "content", "preview"])


# --- A process of its own


def start(job: ImportJob) -> None:
    """Begin the work once the request's transaction has been committed."""
    transaction.on_commit(lambda: launch(job))


def launch(job: ImportJob) -> None:
    subprocess.Popen(
        [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "run_import",
            job.pk.hex,
        ],
        env=os.environ | {"REDLEADER_DB_ROLE": "app"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def run(job: ImportJob) -> None:
    """Do what a job waits for, all or nothing, reporting progress."""
    work = {JobState.CHECKING: check, JobState.WRITING: write}[JobState(job.state)]
    name = f"{job.by}（{job.by.username}）"
    try:
        with (
            pghistory.context(user=job.by.pk, name=name, url=f"import:{job.code}"),
            progress(job) as tell,
            transaction.atomic(),
        ):
            work(job, tell)
    except ValidationError as error:
        finish(job, JobState.FAILED, "\n".join(error.messages))
    except Exception:
        logger.exception("import %s failed", job.pk)
        finish(job, JobState.FAILED, FAILED)


@contextmanager
def progress(job: ImportJob) -> Iterator[Callable[[int], None]]:
    """Return a function that writes progress outside the running transaction."""
    link = connection.copy()
    count = 0

    def tell(rows: int) -> None:
        nonlocal count
        before, count = count, count + rows
        if before // STEP != count // STEP:
            with link.cursor() as cursor:
                cursor.execute(
                    "UPDATE redleader_importjob SET done = %s, moved_at = now()"
                    " WHERE key = %s",
                    [count, job.pk],
                )

    try:
        yield tell
    finally:
        link.close()
