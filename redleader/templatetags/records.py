"""Tags of the lists and pages of a register."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from redleader.records.column import Shown, on_page
from redleader.records.stepped import badge

register = template.Library()
register.simple_tag(badge)


@register.inclusion_tag("components/table.html", takes_context=True)
def table(context, rows, columns, caption: str = "", anchor: str = "", actions=""):
    """Show rows in columns.

    With an ``anchor`` each row can be linked to, by that word and its key;
    ``actions`` is the template of what can be done with one.
    """
    return {
        "columns": on_page(columns),
        "rows": rows,
        "caption": caption,
        "anchor": anchor,
        "actions": actions,
        "request": context.get("request"),
    }


@register.simple_tag
def cell(column: Shown, row, is_first: bool = False) -> SafeString:
    """Return one cell with its element; the first one of a row heads it."""
    style = format_html(' class="{}"', column.style) if column.style else ""
    if is_first:
        return format_html('<th scope="row"{}>{}</th>', style, column.cell(row))
    return format_html(
        '<td data-label="{}"{}>{}</td>', column.label, style, column.cell(row)
    )
