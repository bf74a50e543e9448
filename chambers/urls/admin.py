"""The back office: Django's own pages are for staff, and for those whom a noun lets in.

Pages of our own carry their right themselves.
"""

from django.contrib import admin
from django.http import HttpRequest

from chambers.rights import Rule, both, everybody, is_staff, may_write, right
from redleader.serving.routes import Route, routes

app_name = "admin"
urlpatterns = admin.site.get_urls()

STOCK = {*dir(admin.AdminSite), *dir(admin.ModelAdmin)}
# What a page of a noun asks of the role to be read, and to be sent; else "view".
READING = {"add": "add", "delete": "delete", "password": "change"}
SENDING = READING | {"change": "change", "changelist": "change"}


def lets_in(pages: admin.ModelAdmin, action: str) -> Rule:
    def may(user):
        request = HttpRequest()
        request.user = user
        return user.is_staff and getattr(pages, f"has_{action}_permission")(request)

    return may


def is_stock(page: Route) -> bool:
    return page.view.__module__.startswith("django.") or page.view.__name__ in STOCK


def mark(page: Route) -> None:
    """Put its right on a page of Django's own."""
    method = getattr(page.view, "__wrapped__", None)
    pages = getattr(page.view, "model_admin", getattr(method, "__self__", None))
    if page.name == "logout":
        right(everybody, is_staff, is_staff)(page.view)
    elif not isinstance(pages, admin.ModelAdmin):
        right(everybody, is_staff)(page.view)
    else:
        name = page.name.replace("password_change", "password").rpartition("_")[2]
        reads = lets_in(pages, READING.get(name, "view"))
        writes = lets_in(pages, SENDING.get(name, "view"))
        right(everybody, reads, both(writes, may_write))(page.view)


for page in filter(is_stock, routes(urlpatterns)):
    mark(page)
