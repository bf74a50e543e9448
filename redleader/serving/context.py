"""What every template can use."""

from django.conf import settings
from django.http import HttpRequest

# Display settings that a visitor may switch on; each is a cookie of value "1".
DISPLAY = ("large_text", "high_contrast")


def portal(request: HttpRequest) -> dict:
    return {
        "portal": settings.PORTAL,
        "is_demo": settings.DEMO,
        **{name: request.COOKIES.get(name) == "1" for name in DISPLAY},
        # The part of the workbench that a page belongs to, marked in the menu.
        "section": request.path.partition("/workbench/")[2].partition("/")[0],
    }
