"""The directory of firms, found by name."""

from activities.desks import FINDS
from chambers.models import Enterprise, User
from redleader.records.finds import Findable, Hit, admin_page, joined, some_of_many


def found(query: str, user: User) -> list[Enterprise]:
    """The directory has no secrets; every form offers its names."""
    rows = Enterprise.objects.select_related("township").order_by("sort_key", "pk")
    return some_of_many(rows, query, user)


def hit(enterprise: Enterprise, user: User) -> Hit:
    about = joined([enterprise.township])
    return Hit(enterprise.name, about, admin_page(user, enterprise))


FINDS.at(30)(Findable("企业", found, hit, "admin:chambers_enterprise_changelist"))
