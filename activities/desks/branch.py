"""Party organisations, found by name."""

from django.db.models import QuerySet

from activities.desks import FINDS
from chambers.models import Branch, User
from redleader.records.finds import SHOWN, Findable, Hit, admin_page
from redleader.records.search import search


def found(query: str, user: User) -> QuerySet[Branch]:
    rows = Branch.objects.visible_to(user).order_by("sort_key", "pk")
    return search(rows, query)[: SHOWN + 1]


def hit(branch: Branch, user: User) -> Hit:
    return Hit(branch.name, branch.get_kind_display(), admin_page(user, branch))


FINDS.at(20)(Findable("党组织", found, hit, "admin:chambers_branch_changelist"))
