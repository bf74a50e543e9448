"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict:
    return {
        "site": settings.SITE,
        "is_demo": settings.DEMO,
        "large_text": request.COOKIES.get("large_text") == "1",
    }
