"""Open data: the list of data sets, the meaning of each column, and the files."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from ninja import Schema

from activities.formats.opendata import DATA_SETS, DataSet
from activities.formats.structured import dataset
from redleader.people.api_guard import for_machines
from redleader.serving.pages import public_page
from redleader.sheets.tables import csv_lines, dictionary, json_lines

WHOLE = 2000  # rows up to which a file is sent at once, with its ETag
CSV, JSON = "text/csv; charset=utf-8", "application/json"


@public_page()
@login_not_required
@require_safe
def data_list(request: HttpRequest) -> HttpResponse:
    sets = [
        {
            "code": row.code,
            "name": row.name,
            "about": row.about,
            "source": row.source,
            "count": row.count(),
            "columns": dictionary(row.schema),
        }
        for row in DATA_SETS.values()
    ]
    context = {
        "sets": sets,
        "today": timezone.localdate(),
        "structured": [dataset(request, row) for row in DATA_SETS.values()],
    }
    return render(request, "public/opendata/list.html", context)


# Rows that are read while they are sent are read outside of the view.
@transaction.non_atomic_requests
@for_machines
def data_file(request: HttpRequest, code: str, suffix: str) -> HttpResponseBase:
    data = DATA_SETS.get(code)
    if data is None:
        raise Http404
    today = timezone.localdate()
    rows = iter(data.rows(today))
    first = list(islice(rows, WHOLE + 1))
    write: Callable[[Iterable[Schema]], Iterator[str]]
    if suffix == "csv":
        write, content_type = partial(csv_lines, data.schema), CSV
    else:
        write, content_type = partial(json_lines, head_of(data)), JSON
    response: HttpResponseBase
    if len(first) > WHOLE:
        lines = write(chain(first, rows))
        response = StreamingHttpResponse(lines, content_type=content_type)
    else:
        response = HttpResponse("".join(write(first)), content_type=content_type)
    name = f"{code}-{today}.{suffix}"
    disposition = content_disposition_header(suffix == "csv", name)
    if disposition:
        response["Content-Disposition"] = disposition
    return response


def head_of(data: DataSet) -> dict[str, object]:
    """Return the metadata at the head of a JSON file."""
    head: dict[str, object] = {
        "name": data.code,
        "title": data.name,
        "about": data.about,
        "source": data.source,
        "publisher": settings.PORTAL["owner"],
        "licence": settings.PORTAL["licence"],
        "as_of": timezone.localdate(),
        "columns": dictionary(data.schema),
    }
    if settings.DEMO:
        head["notice"] = "演示数据：带“演示”字样的商会和活动均为虚构。"
    return head
