"""Practices of chambers that others may follow, found by name."""

from django.db.models import QuerySet

from activities.desks import PAGES, PUBLIC_FINDS, SITE_MAP, SITEMAP
from activities.models import Practice
from redleader.records.finds import Findable, Hit, joined
from redleader.records.menus import MenuEntry, NewestRows, PublicPage
from redleader.records.search import search

SITE_MAP.at(140)(MenuEntry("public:practice-list", "典型做法", "荣誉"))
PAGES.at(100)(PublicPage("public:practice-list", "典型做法", "经验 做法"))
SITEMAP.at(50)(NewestRows(Practice.objects.public, "public:practice-detail"))


def found(query: str) -> QuerySet[Practice]:
    """As the list does: the practice's own name, or that of its chamber."""
    rows = Practice.objects.public().select_related("chamber")
    return search(rows, query) | search(rows, query, "chamber__")


def hit(practice: Practice) -> Hit:
    return Hit(practice.name, joined([practice.chamber]), practice.get_absolute_url())


PUBLIC_FINDS.at(50)(Findable("典型做法", found, hit, "public:practice-list"))
