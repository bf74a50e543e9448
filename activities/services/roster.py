"""Who is on the roll of a lecture: the branch, or the chamber."""

from django.db.models import QuerySet

from activities.models import Lecture
from activities.models.lecture import MEMBER_KINDS
from chambers.models import Branch, Chamber, Member
from chambers.models.member import MemberKind


def roster(
    chamber: Chamber | None, branch: Branch | None, kind: str
) -> QuerySet[Member]:
    """Return the persons who are expected, in the order of their pinyin.

    Meetings of Party members alone are for the branch; everything else is for
    the present members of the chamber.
    """
    members = Member.objects.filter(kind=MemberKind.PERSON)
    if branch and kind in MEMBER_KINDS:
        members = members.filter(branch=branch)
    else:
        members = members.filter(
            memberships__chamber=chamber, memberships__ended_on__isnull=True
        )
    return members.order_by("sort_key", "pk")


def roster_of(lecture: Lecture) -> QuerySet[Member]:
    return roster(lecture.chamber, lecture.branch, lecture.kind)
