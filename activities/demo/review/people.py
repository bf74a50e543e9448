"""The marked accounts and members of a chamber."""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from chambers.models import (
    Appointment,
    Branch,
    BranchCoverage,
    Chamber,
    Member,
    Membership,
    Post,
    Role,
    User,
)

MARK = "金丝雀"


def kept_user(username: str, name: str, role: Role, **fields: Any) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, name=name, role=role, **fields)
        user.set_unusable_password()
        kept(user)
    return user


def kept(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row


class MarkedPeople:
    """The marked accounts and members of one chamber, and how its rows are made."""

    def __init__(self, chamber: Chamber, reviewer: User):
        self.chamber = chamber
        self.reviewer = reviewer
        self.today = timezone.localdate()
        self.first = chamber.founded_on or self.today - timedelta(days=400)
        self.ours: dict[str, Any] = {"chamber": chamber, "is_demo": True}

    def text(self, kind: str) -> str:
        return f"{MARK}-{self.chamber.pk}-{kind}"

    def one(
        self, kind: str, model: Any, named: str, make: Callable[[dict], Any]
    ) -> Any:
        """Return the row whose field ``named`` has the text of a kind, or make it."""
        text = {named: self.text(kind)}
        return model._base_manager.filter(**text).first() or make(text)

    def made(
        self,
        kind: str,
        model: Any,
        named: str,
        save: Callable,
        /,
        *,
        by: User | None = None,
        **fields: Any,
    ) -> Any:
        """Return the row of a kind, or save one with these fields."""
        signed = {"user": by} if by else {}
        return self.one(
            kind, model, named, lambda text: save(model(**fields, **text), **signed)
        )

    def person(self, kind: str) -> Member:
        def make(text):
            member = kept(Member(kind="person", note="演示", is_demo=True, **text))
            kept(Membership(member=member, chamber=self.chamber, started_on=self.first))
            return member

        return self.one(kind, Member, "name", make)

    def appointed(self, kind: str, post: Post, **organisation: Any) -> Member:
        member = self.person(kind)
        if not member.appointments.exists():
            kept(
                Appointment(
                    member=member, post=post, started_on=self.today, **organisation
                )
            )
        return member

    @cached_property
    def secretary(self) -> User:
        member = self.appointed("member", Post.SECRETARY, chamber=self.chamber)
        return self.account(Role.SECRETARY, member=member)

    def user(self, role: Role) -> User:
        match role:
            case Role.SECRETARY:
                return self.secretary
            case Role.BRANCH_SECRETARY:
                head = self.appointed(
                    "branch-secretary", Post.BRANCH_SECRETARY, branch=self.branch
                )
                return self.account(role, member=head)
            case Role.MEDIATOR:
                return self.account(role)
        return self.account(role, township=self.chamber.township)

    def account(self, role: Role, **fields: Any) -> User:
        name = f"{MARK}-{self.chamber.pk}-{role.label}"
        return kept_user(f"review-{self.chamber.pk}-{role}", name, role, **fields)

    @cached_property
    def branch(self) -> Branch:
        def make(text):
            row = kept(Branch(kind="single", is_demo=True, **text))
            BranchCoverage.objects.create(branch=row, chamber=self.chamber)
            return row

        return self.one("branch", Branch, "name", make)
