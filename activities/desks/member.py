"""Members of chambers, found by name, within the user's scope."""

from activities.desks import FINDS
from chambers.models import Member, User
from redleader.records.finds import Findable, Hit, admin_page, joined, some_of_many


def found(query: str, user: User) -> list[Member]:
    rows = Member.objects.visible_to(user).select_related("enterprise")
    rows = rows.prefetch_related("chambers").order_by("sort_key", "pk")
    return some_of_many(rows, query, user)


def hit(member: Member, user: User) -> Hit:
    names = "、".join(dict.fromkeys(str(c) for c in member.chambers.all()))
    firm = member.enterprise if member.kind == "person" else None
    about = joined([member.get_kind_display(), firm, names])
    return Hit(str(member), about, admin_page(user, member))


FINDS.at(40)(Findable("会员", found, hit, "admin:chambers_member_changelist"))
