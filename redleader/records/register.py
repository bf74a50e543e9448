"""A register says of one noun, in one place, what its pages are and who may do what.

A subclass names the model, the columns, the choices, the form and the rights;
``@serve`` keeps it, and ``paths`` gives its addresses. What does not fit is a plain
view beside it.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods

from redleader.records.editing import ask_first, edit
from redleader.records.forms import Form, attempt
from redleader.records.history import last_change
from redleader.records.listing import Crumbs, Listing

READ, WRITE = ["GET", "HEAD"], ["GET", "HEAD", "POST"]
# What a register may serve: how the address ends, and its methods.
ACTIONS: dict[str, tuple[str, list[str]]] = {
    "list": ("", READ),
    "create": ("new/", WRITE),
    "export": ("export/", READ),
    "detail": ("<int:pk>/", READ),
    "update": ("<int:pk>/edit/", WRITE),
    "delete": ("<int:pk>/delete/", WRITE),
    "step": ("<int:pk>/step/<slug:state>/", ["POST"]),
}


class Register(Listing):
    """The pages of one noun; ``rights`` names those that it serves, and for whom."""

    namespace = "workbench"
    name: str  # how the names of its addresses begin, such as lead in lead-list
    address: str  # how its addresses begin, such as leads/
    model: type[Model]
    rights: ClassVar[dict[str, Any]]

    # The words of its pages.
    noun: str  # what people call a row
    create_title = update_title = ""  # by default made of the noun
    hint = ""  # above the form
    saved, made = "已保存。", ""
    deleted = "已删除，变更历史中仍有记录。"
    delete_note = "合计和余额会随之改变；变更历史中仍有记录。"

    alone: tuple[str, ...] = ()  # what the page of one row names beyond a list's
    detail_template = ""
    form: Any

    def editable(self, user: Any) -> Any:
        return self.visible(user)

    def find(self, request: HttpRequest, pk: int, *, to_edit: bool = False) -> Any:
        """Return a row in the user's scope; a foreign one is a 404."""
        rows = (self.editable if to_edit else self.visible)(request.user)
        rows = self.shown(rows, request.user)
        if self.alone:
            rows = rows.select_related(*self.alone)
        return get_object_or_404(rows, pk=pk)

    # --- Addresses

    def reverse(self, action: str, *args: Any) -> str:
        return reverse(f"{self.namespace}:{self.name}-{action}", args=args)

    def paths(self) -> Iterator[URLPattern]:
        for action in self.rights:
            view = self.view(action)
            yield path(self.route(action), view, name=f"{self.name}-{action}")

    def route(self, action: str) -> str:
        return self.address + ACTIONS[action][0]

    def view(self, action: str) -> Callable[..., HttpResponse]:
        serve = getattr(self, f"{action}_view")

        @require_http_methods(ACTIONS[action][1])
        def view(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            return serve(request, *args, **kwargs)

        view.right = self.rights[action]  # type: ignore[attr-defined]
        return view

    def doors(self, user: Any, row: Any = None) -> dict[str, str]:
        """Return the addresses of what a user may do with the list, or with a row."""
        keys = [] if row is None else [row.pk]
        return {
            action: self.reverse(action, *keys)
            for action in (["update", "delete"] if keys else ["create", "export"])
            if action in self.rights and self.rights[action].serves(user, "GET")
        }

    def crumbs(self, row: Any = None) -> Crumbs:
        """Return the way to the list, or past it to a row that stands."""
        crumbs = list(self.above)
        if "list" in self.rights:
            crumbs.append((self.title, self.reverse("list")))
        if row is not None and not row._state.adding and "detail" in self.rights:
            crumbs.append((str(row), row.get_absolute_url()))
        return crumbs

    # --- One row

    def base_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {
            "register": self,
            "row": row,
            "doors": {} if self.closed(row) else self.doors(request.user, row),
            "crumbs": self.crumbs(),
            "change": SimpleLazyObject(partial(last_change, row)),
        }

    def detail_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """Return what only the page of this noun shows."""
        return {}

    def detail_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.render_detail(request, self.find(request, pk))

    def render_detail(
        self, request: HttpRequest, row: Any, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """Show a row; a ``form`` in the context says what was refused."""
        base = self.base_context(request, row) | self.detail_context(request, row)
        return render(request, self.detail_template, base | context, status=status)

    # --- Its form

    def new(self, request: HttpRequest) -> Any:
        return self.model()

    def make_form(self, user: Any, *data: Any, **kwargs: Any) -> Any:
        return self.form(*data, user=user, **kwargs)

    def save(self, user: Any, row: Any, *, version: int | None) -> Any:
        raise NotImplementedError

    def closed(self, row: Any) -> str:
        """Return why a row can't be changed any more, or nothing."""
        return ""

    def create_view(self, request: HttpRequest) -> HttpResponse:
        return self.edit(request, self.new(request))

    def update_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.edit(request, self.find(request, pk, to_edit=True))

    def edit(self, request: HttpRequest, row: Any, **own: Any) -> HttpResponse:
        """Show and save the form of a row; ``own`` replaces what is usual."""
        is_new = row._state.adding
        made = self.create_title or f"登记{self.noun}"
        usual = {
            "make_form": partial(self.make_form, request.user),
            "save": partial(self.save, request.user),
            "mine": self.editable(request.user),
            "title": made if is_new else self.update_title or f"修改{self.noun}",
            "saved": (is_new and self.made) or self.saved,
            "crumbs": self.crumbs(row),
            "hint": self.hint,
            "closed": self.closed,
        }
        return edit(request, row, **usual | own)

    def says(self, row: Any) -> str:
        """Return what the question before deleting it calls a row."""
        return str(row)

    def delete(self, row: Any) -> None:
        row.delete()

    def after_delete(self, row: Any) -> str:
        return self.reverse("list")

    def delete_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask first; say why when the row has to stay."""
        row, form = self.find(request, pk, to_edit=True), Form({})
        ask = partial(
            ask_first,
            request,
            noun=f"这条{self.noun}记录",
            what=self.says(row),
            back=row.get_absolute_url(),
            note=self.delete_note,
            crumbs=self.crumbs(row),
        )
        if request.method != "POST":
            return ask()
        if attempt(form, self.delete, row):
            messages.success(request, self.deleted)
            return redirect(self.after_delete(row))
        return ask(form=form)


REGISTERS: dict[str, Register] = {}
Kept = TypeVar("Kept", bound=type[Register])


def serve(register: Kept) -> Kept:
    """Keep a register, under its name."""
    if register.name in REGISTERS:
        raise ValueError(f"register {register.name} stands twice")
    REGISTERS[register.name] = register()
    return register


def register_of(model: type[Model]) -> Register:
    return next(row for row in REGISTERS.values() if row.model is model)
