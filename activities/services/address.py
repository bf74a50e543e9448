"""Every address of the site, and whom it is meant for, from the rules that it asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chambers.models import Role
from chambers.rights import is_public, person, right_of
from redleader.people.middleware import METHODS
from redleader.serving.routes import routes

PUBLIC = "public"
EVERYBODY = [PUBLIC, *Role.values]
# Libraries look these names up; nobody finds a page there.
NOWHERE = {
    "account_signup",
    "account_reset_password",
    "account_set_password",
    "public:api:api-root",
}


@dataclass(frozen=True)
class Address:
    """An address; ``methods`` is empty if the view does not declare any."""

    name: str
    pattern: str
    methods: list[str]
    view: Callable[..., Any]

    @property
    def takes_arguments(self) -> bool:
        return "<" in self.pattern

    def actors(self, method: str) -> list[str]:
        """Return who may use a method."""
        if (self.methods and method not in self.methods) or self.name in NOWHERE:
            return []
        if is_public(self.view):
            return EVERYBODY
        right = right_of(self.view)
        return [role.value for role in Role if right.serves(person(role), method)]

    def as_row(self) -> dict[str, Any]:
        by_method = {
            method: self.actors(method)
            for method in ("GET", "POST")
            if not self.methods or method in self.methods
        }
        known = {actor for actors in by_method.values() for actor in actors}
        return {
            "name": self.name,
            "pattern": self.pattern,
            "methods": self.methods or None,
            "actors": [actor for actor in EVERYBODY if actor in known],
            "by_method": by_method,
        }


def addresses(patterns=None) -> Iterator[Address]:
    """Yield every address of the resolver, those of libraries too."""
    for route in routes(patterns):
        yield Address(route.name, route.pattern, methods_of(route.view), route.view)


def methods_of(view: Any) -> list[str]:
    """Return the methods that a view accepts, as far as it declares them."""
    if hasattr(view, "view_class"):
        cls = view.view_class
        named = {"HEAD", "OPTIONS", *(n.upper() for n in cls.http_method_names)}
        return sorted(n for n in METHODS & named if hasattr(cls, n.lower()))
    while view is not None:
        if hasattr(view, "methods"):
            return view.methods
        code = getattr(view, "__code__", None)
        kept = (
            dict(zip(code.co_freevars, view.__closure__ or (), strict=True))
            if code
            else {}
        )
        if "request_method_list" in kept:
            return list(kept["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return []
