"""What the head of a page tells other programs."""

import json

from django import template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, strip_tags
from django.utils.safestring import mark_safe

from redleader.people.addresses import site_address

register = template.Library()
# What could end a script element or begin another, escaped.
SPELLED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def block_text(context, name: str) -> str:
    """Return the plain text of another block of this page, such as its title."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return " ".join(strip_tags(block.render(context)).split()) if block else ""


@register.simple_tag(takes_context=True)
def canonical(context) -> str:
    """Return the canonical address of a public page, without its filters."""
    request = context.get("request")
    place = getattr(request, "resolver_match", None)
    if place is None or place.namespaces[:1] != ["public"]:
        return ""
    return f"{site_address(request)}{request.path}"


@register.simple_tag(takes_context=True)
def on_site(context, path: str) -> str:
    """Return the full address of a path of this site."""
    return f"{site_address(context['request'])}{path}"


@register.inclusion_tag("components/choice.html")
def choice(
    filters, name: str, label: str, several: bool = False, empty: str = "全部"
) -> dict:
    """Offer the values of a filter; ``several`` hides a choice of one."""
    words = filters.offered[name]
    if several and len(words) < 2:
        words = None
    chosen = filters.chosen.get(name)
    this = {"name": name, "label": label, "words": words, "chosen": chosen}
    return this | {"empty": empty}


@register.inclusion_tag("components/filter_input.html")
def typed(filters, name: str, label: str, hint: str = "", type: str = "") -> dict:
    """Offer to narrow a list by what is typed."""
    value = filters.chosen.get(name, "")
    return {"name": name, "label": label, "value": value, "hint": hint, "type": type}


@register.filter
def sent_to(form, address: str):
    """Return a form that is sent to another address than that of its page."""
    form.action = address
    return form


@register.filter
def within(value, words: str) -> str:
    """Return words with the value in the place of {}, or nothing without a value."""
    return "" if value in (None, "") else format_html(words, value)


@register.filter
def json_ld(data: dict) -> str:
    """Return structured data as a data block, which no browser executes."""
    text = json.dumps({"@context": "https://schema.org"} | data, ensure_ascii=False)
    text = text.translate(SPELLED)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308
