"""How a form stands on a page: its sections, what is folded, its bar.

A form class says only what is its own; ``{% crispy form %}`` draws the whole of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django.template.loader import get_template


class Fold(tuple[Any, ...]):
    """Rows that are seldom needed, folded away; the first item says what they are."""

    __slots__ = ()

    def __new__(cls, *items: Any) -> "Fold":
        return super().__new__(cls, items)


Row = str | tuple[Any, ...]


@dataclass
class Piece:
    """A piece of a form that has a template of its own."""

    template: str

    def render(self, form: Any, context: Any, **kwargs: Any) -> str:
        with context.push(form=form):
            drawn: Any = get_template(self.template)
            return drawn.template.render(context)


class Folded(Fieldset):
    template = "components/folded.html"

    def render(self, form: Any, context: Any, **kwargs: Any) -> str:
        self.is_open = form.unfolds([field.name for field in self.get_field_names()])
        return super().render(form, context, **kwargs)


class LaidOut:
    """What a form class says of its layout.

    A section is its legend and its rows. A row is a field, a few fields side by side,
    a ``Fold``, or the template of a part. Without sections all fields follow each
    other; hidden ones never need to be named.
    """

    sections: ClassVar[Sequence[tuple[Any, ...]]] = ()
    section_class = ""
    head = "components/form_head.html"
    bar = "components/form_bar.html"
    button = "保存"  # what the button says
    look = "primary"
    css_class = "record"
    attributes: ClassVar[Mapping[str, bool]] = {}
    action = ""  # where it is sent; by default to the page that shows it
    fields: Any
    errors: Any
    is_bound: bool

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action, helper.form_class = self.action, self.css_class
        helper.attrs = {"novalidate": True, "data-guard": True, **self.attributes}
        helper.attrs["data-bound"] = self.is_bound
        bare = [
            name
            for name, field in self.fields.items()
            if field.widget.is_hidden or not self.sections
        ]
        sections = [
            Fieldset(legend, *self.laid(rows), css_class=self.section_class)
            for legend, *rows in self.sections
        ]
        helper.layout = Layout(Piece(self.head), *bare, *sections)
        if self.bar:
            helper.layout.append(Piece(self.bar))
        return helper

    def laid(self, rows: Iterable[Row]) -> Iterator[Any]:
        """Yield the layout of some rows, without fields that this form lacks."""
        for row in rows:
            if isinstance(row, Fold):
                yield Folded(row[0], *self.laid(row[1:]))
            elif isinstance(row, tuple):
                names = [name for name in row if name in self.fields]
                yield Div(*names, css_class="triple" if len(row) > 2 else "pair")
            elif row.endswith(".html"):
                yield Piece(row)
            elif row in self.fields:
                yield row

    def unfolds(self, names: Iterable[str]) -> bool:
        """Tell whether a fold with these fields is open from the beginning."""
        return any(name in self.errors for name in names)
