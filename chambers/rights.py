"""Who may do what: the right attached to each view.

Rows are narrowed by ``visible_to``, not here. A view is public
(``login_not_required``) or carries a right; one that is neither answers 404 to
everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chambers.models import Role, User
from chambers.models.role import OFFICE_ROLES, STAFF_ROLES
from redleader.serving.routes import view_named

Rule = Callable[[User], bool]

# Roles that may be named for cases or assigned to one.
CASE_ROLES = [*STAFF_ROLES, Role.SECRETARY, Role.MEDIATOR]
READING = ("GET", "HEAD")


def person(role: Role) -> User:
    """Return an unsaved user of a role, to check rights of the role itself."""
    return User(role=role, is_active=True)


def everybody(user: User) -> bool:
    """Tell whether this user has signed in."""
    return user.is_active


def sees_lectures(user: User) -> bool:
    """Tell whether this user has lectures and plans: all but mediators."""
    return user.role != Role.MEDIATOR


def sees_records(user: User) -> bool:
    """Tell whether this user has the records of chambers."""
    return user.role not in (Role.MEDIATOR, Role.BRANCH_SECRETARY)


def sees_cases(user: User) -> bool:
    """Tell whether this user has mediation; ``visible_to`` decides which cases."""
    return user.role in CASE_ROLES


def is_staff(user: User) -> bool:
    return user.is_staff


def is_office(user: User) -> bool:
    """Tell whether this user is staff and may write, so not the auditor."""
    return user.is_active and user.role in OFFICE_ROLES


def may_write(user: User) -> bool:
    return not user.is_read_only


def may_review(user: User) -> bool:
    """Tell whether this user reviews records: organisation department, federation."""
    return user.is_active and user.role in (Role.ORGANISATION, Role.FEDERATION)


def may_export(user: User) -> bool:
    """Tell whether this user may export lists: staff and secretaries.

    The administrator may withdraw the right; ``visible_to`` decides which rows.
    """
    return user.is_exporter


def may_import(user: User) -> bool:
    """Tell whether this user may import files; the importer decides which."""
    return may_review(user) or (user.is_active and user.role == Role.SECRETARY)


def may_read_audit(user: User) -> bool:
    """Tell whether this user reads the audit: auditor, administrator."""
    return user.is_active and user.role in (Role.AUDITOR, Role.ADMINISTRATOR)


def both(one: Rule, other: Rule) -> Rule:
    return lambda user: one(user) and other(user)


@dataclass(frozen=True)
class Right:
    """Whom a view exists for; everybody else gets a 404.

    Users for whom it exists but who may not read or write there get a 403. Unless
    stated, whoever may read may also write, except in a read-only role.
    """

    opens: Rule
    reads: Rule = everybody
    writes: Rule | None = None

    def allows(self, user: User, method: str) -> bool:
        """Tell whether a user for whom the view exists may use a method."""
        if method in READING:
            return self.reads(user)
        if self.writes:
            return self.writes(user)
        return self.reads(user) and may_write(user)

    def serves(self, user: User, method: str) -> bool:
        return self.opens(user) and self.allows(user, method)


NOBODY = Right(lambda user: False)


def right(opens: Rule, reads: Rule = everybody, writes: Rule | None = None):
    """Attach a right to a view; to a class with ``method_decorator`` on ``dispatch``.

    It survives decorators that preserve the attributes of a view.
    """

    def mark(view):
        getattr(view, "__func__", view).right = Right(opens, reads, writes)
        return view

    return mark


def is_public(view: Callable[..., Any]) -> bool:
    return not getattr(view, "login_required", True)


def right_of(view: Callable[..., Any]) -> Right:
    """Return the right of a closed view; without one nobody can open it."""
    return getattr(view, "right", NOBODY)


def serves(user: User, name: str, method: str = "GET") -> bool:
    """Tell whether a user may open a page such as ``workbench:desk``."""
    view = view_named(name)
    return is_public(view) or right_of(view).serves(user, method)
