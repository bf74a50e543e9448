"""Who is called to a lecture: the names of its sign-in sheet and of its roll."""

from django.db.models import QuerySet

from activities.models import Lecture
from activities.models.lecture import MEMBER_KINDS
from chambers.models import Branch, Chamber, Member
from chambers.models.member import MemberKind


def roster(
    chamber: Chamber | None, branch: Branch | None, kind: str
) -> QuerySet[Member]:
    """Return the persons called: of the branch for its meetings, else of the chamber.

    What the federation holds has no roster.
    """
    persons = Member.objects.filter(kind=MemberKind.PERSON)
    if branch and kind in MEMBER_KINDS:
        called = persons.filter(branch=branch)
    elif chamber:
        present = chamber.memberships.filter(ended_on__isnull=True)
        called = persons.filter(pk__in=present.values("member"))
    else:
        called = persons.none()
    return called.order_by("sort_key", "pk")


def roster_of(lecture: Lecture) -> QuerySet[Member]:
    return roster(lecture.chamber, lecture.branch, lecture.kind)
