"""Forms whose unsaved text is kept, and which hand their row in at a second button."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.utils import timezone

from redleader.records.drafts import (
    answer_at,
    drafts_at,
    drop_draft,
    keep_draft,
    query_of,
    texts_of,
    wanted_draft,
)
from redleader.records.editing import SENT_TWICE, Editor
from redleader.records.forms import Form

DRAFTS = 3  # that a page offers


class DraftedEditor(Editor):
    """An editor that keeps what was typed until it is saved."""

    not_yet = "尚未提交"

    @property
    def address(self) -> str:
        """The page of the form."""
        raise NotImplementedError

    def typed(self, data: QueryDict) -> dict[str, Any]:
        """Return a kept text as the initial values of a form."""
        raise NotImplementedError

    def defaults(self) -> dict[str, Any]:
        """Return the initial values of a form without a kept text."""
        return {}

    def draft_title(self) -> str:
        raise NotImplementedError

    def submit(self, row: Any) -> HttpResponse:
        """Hand a saved row in, and answer."""
        raise NotImplementedError

    def detail(self, row: Any, form: Form) -> HttpResponse:
        """Answer 409 with the page of a row and what a form says."""
        raise NotImplementedError

    def first_form(self) -> Any:
        draft = wanted_draft(self.request)
        if draft is None:
            return self.make_form(instance=self.row, initial=self.defaults())
        if self.row._state.adding:
            self.row.form_key = draft.key
        initial = self.typed(query_of(draft))
        return self.make_form(instance=self.row, initial=initial)

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        drafts = []
        if not form.is_bound and "draft" not in self.request.GET:
            drafts = list(drafts_at(self.request.user, self.address)[:DRAFTS])
        form.action = self.address
        self.context |= {"drafts": drafts}
        return super().show(form, status)

    def refuse(self, form: Any, stored: Any) -> HttpResponse:
        """Keep what was typed into a row that is closed by now."""
        with suppress(ValidationError):
            keep_draft(
                self.request.user,
                stored.form_key,
                address=self.request.path,
                texts=texts_of(self.request.POST),
                title=self.draft_title(),
            )
        refused = Form({})
        refused.add_error(None, self.closed(stored))
        return self.detail(stored, refused)

    def again(self, row: Any) -> HttpResponse:
        """Answer a form that had been saved already, and go on where it broke off."""
        drop_draft(self.request.user, row.form_key)
        if "submit" in self.request.POST and not self.closed(row):
            return self.submit(row)
        messages.info(self.request, SENT_TWICE)
        return answer_at(self.request, row)

    def done(self, form: Any) -> HttpResponse:
        drop_draft(self.request.user, self.row.form_key)
        if "submit" in self.request.POST:
            return self.submit(self.row)
        if "more" not in self.request.POST:  # The page goes on with files by itself.
            at = timezone.localtime()
            said = f"已存为草稿 {at:%H:%M}，{self.not_yet}。"
            messages.success(self.request, said)
        return answer_at(self.request, self.row)
