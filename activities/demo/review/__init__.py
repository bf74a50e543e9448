"""Accounts and marked rows for an acceptance from outside; they need the demo's rows.

Each marked row carries ``金丝雀-<number of its chamber>-<kind>``, so that the text
shows on any page whose row it is. A second run finds the rows again.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from activities.demo.review.people import MARK, kept_user
from activities.demo.review.rows import Marked
from activities.models import MediationAccess
from chambers.models import Chamber, Role, User
from chambers.models.role import STAFF_ROLES

CHAMBER_ROLES = [Role.SECRETARY, Role.BRANCH_SECRETARY, Role.MEDIATOR, Role.TOWNSHIP]


@dataclass
class Review:
    """What was made: accounts with their secrets, objects with their addresses."""

    accounts: list[dict[str, Any]] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def seed_review() -> Review:
    """Make an account for each role and chamber of the demo, and a row of each kind."""
    review = Review()
    county = {role: county_user(role) for role in STAFF_ROLES}
    for role, user in county.items():
        review.accounts.append(opened(user, role, None))
    for chamber in Chamber.objects.filter(is_demo=True).order_by("pk"):
        marked = Marked(chamber, county[Role.FEDERATION])
        for role in CHAMBER_ROLES:
            if role == Role.TOWNSHIP and not chamber.township:
                continue
            review.accounts.append(opened(marked.user(role), role, chamber))
        review.objects += marked.objects()
    return review


def county_user(role: Role) -> User:
    user = kept_user(f"review-{role}", f"{MARK}-{role.label}", role)
    if not MediationAccess.objects.filter(user=user).exists():
        MediationAccess.objects.create(user=user)
    return user


def opened(user: User, role: Role, chamber: Chamber | None) -> dict[str, Any]:
    """Give an account a new password and a new second factor; return both."""
    password, secret = secrets.token_urlsafe(15), generate_totp_secret()
    user.set_password(password)
    user.save()
    Authenticator.objects.filter(user=user).delete()
    TOTP.activate(user, secret)
    return {
        "username": user.username,
        "password": password,
        "totp_secret": secret,
        "role": role.value,
        "chamber": chamber.pk if chamber else None,
    }
