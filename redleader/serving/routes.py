"""Every address that the URL resolver knows, with its view."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import URLPattern, get_resolver


@dataclass(frozen=True)
class Route:
    """An address: its name with the namespaces, its pattern, its view."""

    name: str
    pattern: str
    view: Callable[..., Any]


def routes(
    patterns: Iterable | None = None, space: str = "", start: str = "/"
) -> Iterator[Route]:
    """Yield every address of the resolver, those of libraries too."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        text = str(entry.pattern).removeprefix("^").removesuffix("$")
        if isinstance(entry, URLPattern):
            yield Route(space + (entry.name or ""), start + text, entry.callback)
        else:
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from routes(entry.url_patterns, space + inner, start + text)


def view_named(name: str) -> Callable[..., Any]:
    """Return the view of a name such as ``workbench:desk``, or raise LookupError."""
    return views_by_name(settings.ROOT_URLCONF)[name]


@cache
def views_by_name(urlconf: str) -> dict[str, Callable[..., Any]]:
    return {
        route.name: route.view for route in routes(get_resolver(urlconf).url_patterns)
    }
