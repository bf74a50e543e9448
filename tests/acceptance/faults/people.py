"""Who may come in, how long, from where, and what they may do."""

from tests.acceptance.faults import Fault

SESSIONS = "redleader/people/sessions.py"
ACCESS = "chambers/access.py"
RIGHTS = "chambers/rights.py"
OF_SESSIONS = "tests/chambers/test_sessions.py"
OF_ACCESS = "tests/chambers/test_access.py"
OF_RIGHTS = "tests/chambers/test_rights.py"

FAULTS = [
    Fault(
        "people: an idle session never ends",
        SESSIONS,
        "if idle or now - began > settings.SESSION_MAX_SECONDS:",
        "if now - began > settings.SESSION_MAX_SECONDS:",
        (f"{OF_SESSIONS}::test_idle_session_ends_after_half_an_hour",),
    ),
    Fault(
        "people: a busy session never ends",
        SESSIONS,
        "if idle or now - began > settings.SESSION_MAX_SECONDS:",
        "if idle:",
        (f"{OF_SESSIONS}::test_busy_session_ends_after_twelve_hours",),
    ),
    Fault(
        "people: the back office opens in every network",
        SESSIONS,
        "if request.path.startswith(BACK_OFFICE):\n            return True",
        "if request.path.startswith(BACK_OFFICE):\n            return False",
        (f"{OF_SESSIONS}::test_back_office_opens_in_the_office_only",),
    ),
    Fault(
        "people: an old password is never to be changed",
        SESSIONS,
        "return user.password_changed_at < timezone.now() - timedelta(days=days)",
        "return user.password_changed_at > timezone.now()",
        (f"{OF_SESSIONS}::test_old_password_is_changed_first",),
    ),
    Fault(
        "people: a forged address is believed",
        "redleader/people/addresses.py",
        "return told[-count]",
        "return told[0]",
        (f"{OF_SESSIONS}::test_client_address_counts_trusted_proxies",),
    ),
    Fault(
        "people: four passwords are remembered",
        "redleader/people/passwords.py",
        "REMEMBERED = 5",
        "REMEMBERED = 4",
        (f"{OF_SESSIONS}::test_last_five_passwords_are_refused",),
    ),
    Fault(
        "people: the name may be part of the password",
        "redleader/people/passwords.py",
        "words += [user.username, user.name]",
        "words += []",
        (f"{OF_ACCESS}::test_weak_passwords_are_refused",),
    ),
    Fault(
        "people: a disabled account may sign in",
        ACCESS,
        "if user.check_password(password) and user.is_active:",
        "if user.check_password(password):",
        (f"{OF_ACCESS}::test_a_disabled_account_is_refused_like_a_wrong_password",),
    ),
    Fault(
        "people: a disabled account stays signed in",
        ACCESS,
        "return user if user and user.is_active else None",
        "return user",
        (f"{OF_SESSIONS}::test_disabled_account_is_out_at_the_next_request",),
    ),
    Fault(
        "people: staff need no second factor",
        "redleader/people/middleware.py",
        "and request.user.is_staff\n",
        "and not request.user.is_staff\n",
        (f"{OF_SESSIONS}::test_staff_need_a_second_factor",),
    ),
    Fault(
        "people: what is only read is not counted against a limit",
        "redleader/people/limits.py",
        "action=action, limit_get=True)",
        "action=action, limit_get=False)",
        ("tests/redleader/people/test_limits.py",),
    ),
    Fault(
        "rights: the administrator reviews",
        RIGHTS,
        "return user.is_active and user.role in (Role.ORGANISATION, Role.FEDERATION)",
        "return user.is_active and user.role in STAFF_ROLES",
        ("tests/activities/test_bad_inputs.py::test_administrator_does_not_review",),
    ),
    Fault(
        "rights: whoever may see a page may send it",
        ACCESS,
        "if not right.allows(user, request.method):",
        'if not right.allows(user, "GET"):',
        (
            "tests/activities/test_addresses.py"
            "::test_address_takes_a_post[workbench:quarter-detail-federation]",
            "tests/activities/test_addresses.py"
            "::test_address_takes_a_post[workbench:quarter-detail-administrator]",
        ),
    ),
    Fault(
        "rights: a view without a right is open",
        ACCESS,
        "if not right.opens(user):",
        "if False:",
        (f"{OF_RIGHTS}::test_a_view_without_a_right_is_there_for_nobody",),
    ),
    Fault(
        "rights: everybody may take lists out",
        RIGHTS,
        "return user.is_exporter",
        "return True",
        ("tests/activities/test_addresses.py::test_export_needs_a_right_of_its_own",),
    ),
    Fault(
        "csrf: no page asks for its token",
        "redleader/settings.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        ("tests/activities/test_csrf.py::test_post_without_a_token_is_refused",),
    ),
    Fault(
        "csrf: one view asks for no token",
        "redleader/records/views.py",
        "@require_POST\ndef draft_keep(",
        "@csrf_exempt\n@require_POST\ndef draft_keep(",
        ("tests/activities/test_csrf.py::test_no_view_is_exempt_without_a_reason",),
        also=(
            (
                "redleader/records/views.py",
                "from django.views.decorators.http import",
                "from django.views.decorators.csrf import csrf_exempt\n"
                "from django.views.decorators.http import",
            ),
        ),
    ),
]
