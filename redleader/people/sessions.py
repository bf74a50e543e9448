"""How long a sign-in lasts, where staff may work from, and when passwords expire."""

from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from redleader.people.addresses import client_address
from redleader.serving import errors

BEGAN, SEEN = "began", "seen"
NOTE_EVERY = 60  # seconds; the session is not saved more often than this
BACK_OFFICE, WORK = "/admin/", "/workbench/"


@receiver(user_logged_in)
def begin(request, user, **kwargs):
    now = int(timezone.now().timestamp())
    request.session[BEGAN] = request.session[SEEN] = now


class SessionLimitMiddleware:
    """Ends a session that was idle too long or is too old."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self.look_at(request)
        return self.get_response(request)

    def look_at(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        session = request.session
        now = int(timezone.now().timestamp())
        seen, began = session.get(SEEN, now), session.get(BEGAN, now)
        idle = now - seen > settings.SESSION_IDLE_SECONDS
        if idle or now - began > settings.SESSION_MAX_SECONDS:
            logout(request)
        elif BEGAN not in session or now - seen >= NOTE_EVERY:
            session[BEGAN], session[SEEN] = began, now


class StaffNetworkMiddleware:
    """Admits staff to work and the back office from configured networks only."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_closed(request) and not is_inside(client_address(request)):
            text = "后台和工作人员的工作台只能在指定的办公网络内使用。"
            return errors.error_page(request, 403, text, code="57")
        return self.get_response(request)

    def is_closed(self, request: HttpRequest) -> bool:
        if not settings.STAFF_NETWORKS:
            return False
        if request.path.startswith(BACK_OFFICE):
            return True
        user = request.user
        return request.path.startswith(WORK) and user.is_authenticated and user.is_staff


def is_inside(address: str) -> bool:
    try:
        place = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(place, "ipv4_mapped", None)
    return any((mapped or place) in network for network in settings.STAFF_NETWORKS)


class PasswordAgeMiddleware:
    """Makes users with an expired password change it first."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_due(request):
            days = settings.PASSWORD_MAX_DAYS
            messages.warning(request, f"密码已使用超过 {days} 天，请先更换。")
            return redirect("account_change_password")
        return self.get_response(request)

    def is_due(self, request: HttpRequest) -> bool:
        days = settings.PASSWORD_MAX_DAYS
        if not days or not request.path.startswith((BACK_OFFICE, WORK)):
            return False
        user = request.user
        if not user.is_authenticated or not user.password_changed_at:
            return False
        return user.password_changed_at < timezone.now() - timedelta(days=days)
