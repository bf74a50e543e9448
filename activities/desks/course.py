"""Courses and their places, found by name."""

from django.db.models import QuerySet

from activities.desks import PAGES, PUBLIC_FINDS, SITE_MAP, SITEMAP
from activities.models import Course, Site
from redleader.records.finds import Findable, Hit, joined
from redleader.records.menus import MenuEntry, NewestRows, PublicPage
from redleader.records.search import search

SITE_MAP.at(230)(MenuEntry("public:course-list", "课程", "学习"))
SITE_MAP.at(240)(MenuEntry("public:site-list", "学习基地", "学习"))
PAGES.at(80)(PublicPage("public:course-list", "课程", "红色课程"))
PAGES.at(90)(PublicPage("public:site-list", "基地和地点", "红色资源 示范基地"))
SITEMAP.at(30)(NewestRows(Course.objects.public, "public:course-detail"))
SITEMAP.at(40)(NewestRows(Site.objects.all, "public:site-detail"))


def courses_found(query: str) -> QuerySet[Course]:
    rows = Course.objects.public().select_related("site")
    return search(rows, query) | search(rows, query, "site__")


def course_hit(course: Course) -> Hit:
    return Hit(course.name, joined([course.site]), course.get_absolute_url())


def sites_found(query: str) -> QuerySet[Site]:
    return search(Site.objects.select_related("township"), query)


def site_hit(site: Site) -> Hit:
    about = joined([site.get_kind_display(), site.township])
    return Hit(site.name, about, site.get_absolute_url())


PUBLIC_FINDS.at(60)(Findable("课程", courses_found, course_hit, "public:course-list"))
PUBLIC_FINDS.at(70)(Findable("基地和地点", sites_found, site_hit, "public:site-list"))
