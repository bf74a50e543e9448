"""Asks the right of a view before a template draws what leads there."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from chambers import rights
from chambers.models import User

register = template.Library()


@register.filter
def may_open(user: User, name: str) -> bool:
    """Tell whether a link to ``workbench:lead-create`` leads somewhere for a user."""
    return rights.serves(user, name)


@register.filter
def may_post(user: User, name: str) -> bool:
    """Tell whether a user may send a form to a page."""
    return rights.serves(user, name, "POST")


@register.simple_tag(takes_context=True)
def action(context, text: str, name: str, *args, css="button", about="", **query):
    """Draw a link to a page for those who may open it; for the others nothing.

    ``about`` is what only a screen reader adds to the text. Other keywords stand
    behind the address.
    """
    if not rights.serves(context["request"].user, name):
        return ""
    address = reverse(name, args=args)
    if query:
        address += f"?{urlencode(query)}"
    looks = format_html(' class="{}"', css) if css else ""
    hidden = format_html('<span class="hidden">{}</span>', about) if about else ""
    return format_html('<a{} href="{}">{}{}</a>', looks, address, text, hidden)


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(context, text, name, *args, css="button", about="", number=None):
    """Draw a button that does something, for those who may; for the others nothing."""
    return {
        "is_drawn": rights.serves(context["request"].user, name, "POST"),
        "action": reverse(name, args=args),
        "text": text if number is None else f"{text} {number}",
        "css": css,
        "about": about,
    }
