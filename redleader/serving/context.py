"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

# What a visitor may choose about the looks; each a cookie that says "1".
DISPLAY = ("large_text", "high_contrast")


def portal(request: HttpRequest) -> dict:
    return {
        "portal": settings.PORTAL,
        "is_demo": settings.DEMO,
        **{name: request.COOKIES.get(name) == "1" for name in DISPLAY},
        # The part of the workbench that a page belongs to; its menu marks it.
        "section": request.path.partition("/workbench/")[2].partition("/")[0],
    }
