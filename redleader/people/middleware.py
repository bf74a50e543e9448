"""What every request passes."""

import pghistory.middleware
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect

from redleader.people.addresses import client_address
from redleader.serving import errors

REFUSALS = (
    Http404,
    PermissionDenied,
    SuspiciousOperation,
    BadRequest,
    MultiPartParserError,
)
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


class RequestGuardMiddleware:
    """Turn away requests that no view should see, and give bare errors a Chinese page.

    Bodies over the limit, methods that nobody offers, and NUL in the address.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return errors.bad_request(request)
        if request.method not in METHODS:
            response = errors.not_allowed(request)
        elif length > settings.MAX_BODY_SIZE:
            return errors.too_large(request)
        elif "\0" in request.path:
            return errors.not_found(request)
        else:
            response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            allow = response.get("Allow")
            response = errors.not_allowed(request)
            if allow:
                response["Allow"] = allow
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    def process_exception(self, request, exception):
        """Answer unexpected errors; refusals have pages of their own."""
        if isinstance(exception, REFUSALS):
            return None
        return errors.server_error(request, exception)


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Add the person and their address to the events of a request."""

    def get_context(self, request):
        context = super().get_context(request)
        user = request.user
        if user.is_authenticated:
            context["name"] = f"{user}（{user.username}）"
        return context | {
            "address": client_address(request),
            "method": request.method,
        }


class SecondFactorMiddleware:
    """Let staff work only after they have set up a second factor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_missing(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def is_missing(self, request: HttpRequest) -> bool:
        from allauth.mfa.utils import is_mfa_enabled

        protected = request.path.startswith(("/admin/", "/workbench/"))
        return (
            settings.SECOND_FACTOR_REQUIRED
            and protected
            and request.user.is_authenticated
            and request.user.is_staff
            and not is_mfa_enabled(request.user)
        )
