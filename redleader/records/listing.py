"""The list of a register: its rows, what narrows them, what they add up to."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from redleader.records.column import Column
from redleader.records.filters import Choice, Filters
from redleader.records.paging import ListPage, page_by_name, page_newest_first

Crumbs = list[tuple[str, Any]]


class Listing:
    model: type[Model]
    doors: Callable[..., dict[str, str]]  # what a user may do, and where
    title: str  # of the list
    button = ""  # of the list, to make a row
    empty = ""  # what to do as long as there is no row
    note = ""  # below the numbers of the list
    columns: ClassVar[list[Column]] = []
    choices: ClassVar[list[Choice]] = []
    day = ""  # a list is newest first by this column, without one by name
    above: ClassVar[Crumbs] = []  # the way to the list
    nav = ""  # the template of the links to the registers beside it
    list_template = "workbench/record_list.html"

    def visible(self, user: Any) -> Any:
        return self.model.objects.visible_to(user)  # type: ignore[attr-defined]

    def shown(self, rows: Any, user: Any) -> Any:
        """Return rows with what the columns name."""
        return rows.with_names()

    def narrowed(self, request: HttpRequest) -> tuple[Filters, Any]:
        """Return what a list is narrowed by, and the rows that are left."""
        rows = self.visible(request.user)
        filters = Filters.among(request.GET, self.choices, request.user, rows)
        for choice in self.choices:
            if value := filters.get(choice.name):
                rows = choice.left(rows, value)
        return filters, rows

    @property
    def pager(self) -> str:
        return f"components/{'pager' if self.day else 'pager_names'}.html"

    @property
    def caption(self) -> str:
        return f"{self.title}，{'最近的在前' if self.day else '按名称排列'}"

    def page(self, request: HttpRequest, rows: Any) -> ListPage:
        rows, token = self.shown(rows, request.user), request.GET.get("older", "")
        if self.day:
            return page_newest_first(rows, token, field=self.day)
        return page_by_name(rows, token)

    def totals(self, filters: Filters, rows: Any) -> list[Any]:
        """Return what the rows of a list add up to."""
        return []

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the label and address of what else is near the list."""
        return []

    def list_context(self, request: HttpRequest, rows: Any) -> dict[str, Any]:
        return {}

    def list_view(self, request: HttpRequest) -> HttpResponse:
        filters, rows = self.narrowed(request)
        context = {
            "register": self,
            "crumbs": self.above,
            "doors": self.doors(request.user),
            "filters": filters,
            "page": self.page(request, rows),
            "totals": self.totals(filters, rows),
            "links": self.links(request),
        }
        context |= self.list_context(request, rows)
        return render(request, self.list_template, context)
