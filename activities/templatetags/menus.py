"""The menus, made of what the nouns give to them."""

from django import template

from activities.desks import MENU, PUBLIC_MENU, SITE_MAP
from redleader.records.menus import MenuEntry, MenuItem, by_path, by_section

register = template.Library()


@register.simple_tag(takes_context=True)
def public_menu(context) -> list[MenuItem]:
    return by_path(PUBLIC_MENU, getattr(context.get("request"), "path", ""))


@register.simple_tag(takes_context=True)
def menu_at_work(context) -> list[MenuItem]:
    return by_section(MENU.of(context["request"].user), context["section"])


@register.simple_tag
def site_map() -> dict[str, list[MenuEntry]]:
    """Return the entries of each part of the map of the site."""
    parts: dict[str, list[MenuEntry]] = {}
    for entry in SITE_MAP:
        parts.setdefault(entry.part, []).append(entry)
    return parts
