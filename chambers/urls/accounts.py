"""Sign-in, password and second factor: only the pages that are meant to be open.

The names are those that allauth looks up. What is not public is for every signed-in
user, including those in read-only roles.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path

from chambers.rights import everybody, is_public, right
from chambers.views.account import closed
from redleader.serving.routes import routes

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/code/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(
        "2fa/recovery/",
        recovery.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery/download/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    # allauth looks these names up; accounts are made by the administrator.
    path("signup/", closed, name="account_signup"),
    path("password/reset/", closed, name="account_reset_password"),
    path("password/set/", closed, name="account_set_password"),
]

for page in routes(urlpatterns):
    if not is_public(page.view):
        right(everybody, writes=everybody)(page.view)
