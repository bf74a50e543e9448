"""A register of what belongs to a row of another one, and is shown on its page."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from redleader.records.forms import Form
from redleader.records.register import Crumbs, Register


class Part(Register):
    """``link`` is the foreign key to the row that it belongs to."""

    owner: Register
    link: str

    def visible(self, user: Any) -> Any:
        owners = self.owner.visible(user)
        return self.model._default_manager.filter(**{f"{self.link}__in": owners})

    def shown(self, rows: Any, user: Any) -> Any:
        return rows.select_related(self.link)

    def owner_of(self, row: Any) -> Any:
        return getattr(row, self.link)

    def route(self, action: str) -> str:
        if action != "create":
            return super().route(action)
        word = self.address.rstrip("/").rpartition("/")[2]
        return f"{self.owner.address}<int:pk>/{word}/new/"

    def crumbs(self, row: Any = None) -> Crumbs:
        return self.owner.crumbs(row and self.owner_of(row))

    def make_form(self, user: Any, *data: Any, **kwargs: Any) -> Any:
        return self.form(*data, **kwargs)

    def refused(self, owner: Any) -> str:
        """Return why nothing can be added to a row, or nothing."""
        return ""

    def owner_to_add(self, request: HttpRequest, pk: int) -> Any:
        """Return the row that something is to be added to; a foreign one is a 404."""
        return self.owner.find(request, pk)

    def create_view(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]
        owner = self.owner_to_add(request, pk)
        if reason := self.refused(owner):
            form = Form({})
            form.add_error(None, reason)
            return self.owner.render_detail(request, owner, form=form, status=409)
        return self.edit(request, self.model(**{self.link: owner}))

    def after_delete(self, row: Any) -> str:
        return self.owner_of(row).get_absolute_url()
