"""The back office. Django's own pages are for staff; our own carry their right.

What a noun asks beyond that, its admin says.
"""

from django.contrib import admin

from chambers.rights import everybody, is_staff, right
from redleader.serving.routes import routes

app_name = "admin"
urlpatterns = admin.site.get_urls()

for page in routes(urlpatterns):
    stock = page.view.__module__.startswith("django.") or any(
        hasattr(base, page.view.__name__)
        for base in (admin.AdminSite, admin.ModelAdmin)
    )
    if page.name == "logout":
        right(everybody, is_staff, is_staff)(page.view)
    elif stock:
        right(everybody, is_staff)(page.view)
