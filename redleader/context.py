"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict:
    return {
        "portal": settings.PORTAL,
        "is_demo": settings.DEMO,
        "large_text": request.COOKIES.get("large_text") == "1",
        # The part of the workbench that a page belongs to; its menu marks it.
        "section": request.path.partition("/workbench/")[2].partition("/")[0],
    }
