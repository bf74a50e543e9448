"""The filter ``error_code``: the attribute that numbers a message on a page."""

from django import template
from django.utils.html import format_html

from redleader.sheets.bad_inputs import number_of

register = template.Library()


@register.filter
def error_code(message) -> str:
    number = number_of(message)
    return format_html('data-error-code="{}"', number) if number else ""
