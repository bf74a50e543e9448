"""Settings, read from the environment; ``docs/handbook.md`` lists the variables.

Without any configuration this is the demo: its own local database, random
accounts, no second factor. A real installation sets ``DATABASE_URL`` and
``SECRET_KEY``; without the key it refuses to start.
"""

import os
import re
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import environ
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from redleader import database
from redleader.cluster import caching
from redleader.uploads import storage

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("REDLEADER_VAR", BASE_DIR / "var"))

env = environ.Env()

DEMO = env.bool("REDLEADER_DEMO", default="DATABASE_URL" not in os.environ)
DEBUG = False


def _secret_key() -> str:
    """Return the key from the environment; the demo makes one of its own."""
    key = env.str("SECRET_KEY", default="")
    if key:
        return key
    if not DEMO:
        raise ImproperlyConfigured(
            "没有设置 SECRET_KEY，系统拒绝启动。"
            "请在环境变量中设置至少 50 位的随机字符串。"
        )
    path = VAR_DIR / "demo_secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEMO else []
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])


def _site_url() -> str:
    """Return the address that certificates and the verify page give as genuine."""
    address = env.str("SITE_URL", default="").rstrip("/")
    if address and not re.fullmatch(r"https?://[^/?#\s]+", address):
        raise ImproperlyConfigured(
            f"SITE_URL 应为网站的网址，如 https://www.example.cn，现为 {address}。"
        )
    return address


SITE_URL = _site_url()


def networks(texts: list[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(text.strip()) for text in texts if text.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"STAFF_NETWORKS 应为逗号分隔的网段，如 10.1.0.0/16：{error}"
        ) from error


INSTALLED_APPS = [
    "redleader.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "crispy_forms",
    "crispy_bootstrap5",
    "redleader",
    "chambers",
    "activities",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "redleader.serving.pages.PageCacheMiddleware",
    "redleader.people.middleware.RequestGuardMiddleware",
    "redleader.audit.log.AuditMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "redleader.people.sessions.SessionLimitMiddleware",
    "redleader.people.sessions.StaffNetworkMiddleware",
    "redleader.records.drafts.KeepingLoginRequiredMiddleware",
    "redleader.people.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "redleader.people.middleware.SecondFactorMiddleware",
    "redleader.people.sessions.PasswordAgeMiddleware",
    "chambers.access.RoleMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "redleader.urls"
WSGI_APPLICATION = "redleader.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "redleader.serving.context.portal",
            ],
        },
    },
]

# The schema belongs to the owner's role; the application's role cannot alter it.
DATABASES = {
    "default": database.configure(
        os.environ,
        BASE_DIR,
        role=os.environ.get("REDLEADER_DB_ROLE", "app"),
        demo=DEMO,
    )
}
DATABASES["default"]["ATOMIC_REQUESTS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Every change of a tracked row is an event, which itself names the person.
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(
    db_index=True, related_name="events", related_query_name="events"
)
PGHISTORY_DEFAULT_TRACKERS = (
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
)
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"
PGHISTORY_MIDDLEWARE_METHODS = ("GET", "POST")

AUTH_USER_MODEL = "chambers.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "chambers.access.RoleBackend",
]
PASSWORD_HASHERS = [
    "redleader.people.passwords.SmallArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "redleader.people.passwords.LocalPasswordValidator"},
    {"NAME": "redleader.people.passwords.CommonPasswordValidator"},
    {"NAME": "redleader.people.passwords.ReuseValidator"},
]
# 等保 (GB/T 22239) as county offices interpret it, or OWASP ASVS.
PASSWORD_PROFILE = env.str("PASSWORD_PROFILE", default="dengbao")
DENGBAO, ASVS = "dengbao", "asvs"
if PASSWORD_PROFILE not in (DENGBAO, ASVS):
    raise ImproperlyConfigured(
        f"PASSWORD_PROFILE 应为 dengbao（等保）或 asvs，现为 {PASSWORD_PROFILE}。"
    )
# Days until a password must be changed; the demo's stay the same on this machine.
PASSWORD_MAX_DAYS = 90 if PASSWORD_PROFILE == DENGBAO and not DEMO else None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workbench:desk"
LOGOUT_REDIRECT_URL = "public:home"

ACCOUNT_ADAPTER = "chambers.access.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {
    "login": "",  # django-axes locks a pair of name and address.
    "login_failed": "50/h/ip,20/h/key",  # one address (IPv6: its /64), one name
    "objection": "5/h/ip",  # objections of the public to a title under 公示
    "error_report": "5/h/ip",  # errors of pages that readers report
    "receipt": "30/h/ip",
    "export": "20/10m/user",  # lists as Excel
    "api": "120/m/ip",  # the API and the files of open data
    "refusal": "60/h/ip",  # refusals of strangers that the audit keeps
    "mediation": "5/h/ip",  # requests for mediation
}
ACCOUNT_FORMS = {"login": "chambers.forms.user.LoginForm"}
MFA_ADAPTER = "chambers.access.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "chambers.forms.user.AuthenticateForm",
    "reauthenticate": "chambers.forms.user.ReauthenticateForm",
    "activate_totp": "chambers.forms.user.ActivateTOTPForm",
}
MFA_TOTP_ISSUER = "红领"
SECOND_FACTOR_REQUIRED = not DEMO

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_CALLABLE = "redleader.serving.errors.locked_out"
AXES_VERBOSE = False
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = AXES_IPWARE_PROXY_COUNT

AUDIT_DAYS = max(env.int("AUDIT_DAYS", default=365), 365)  # 网络安全法: six months

# Networks (CIDR) from which staff may work and the back office opens; empty: all.
STAFF_NETWORKS = networks(env.list("STAFF_NETWORKS", default=[]))

# Public pages are cached until a row of these apps changes. Nothing of the models below
# appears on a public page, so they invalidate none.
PUBLISHED_APPS = ["chambers", "activities"]
UNPUBLISHED_MODELS = [
    "chambers.User",  # every sign-in updates its time
    "chambers.PasswordHistory",
    "activities.ErrorReport",
    "activities.ExportLog",
    "activities.ReportTemplate",
]
PAGE_CACHE_BYTES = (
    64 * 1024 * 1024
)  # of each process; pages with filters have a quarter

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "redleader.formats"

STATIC_URL = "static/"
STATIC_ROOT = None if DEMO else VAR_DIR / "static"  # The demo collects nothing.
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(
    env.str("MEDIA_ROOT", default=str(VAR_DIR / ("demo_media" if DEMO else "media")))
)
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # The web server in front may read static files, but no uploads.
        "OPTIONS": {
            "file_permissions_mode": 0o644,
            "directory_permissions_mode": 0o755,
        },
    },
}
WHITENOISE_USE_FINDERS = DEMO

# The Ed25519 key (PEM) that signs the machine-readable certificates. The demo makes
# one of its own; a real installation without it signs nothing and says so.
SIGNING_KEY_FILE = env.str(
    "SIGNING_KEY_FILE", default=str(VAR_DIR / "demo_signing_key.pem") if DEMO else ""
)

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes, without files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
MAX_BODY_SIZE = 120 * 1024 * 1024  # bytes, with files: nine phone photos and room
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SESSION_COOKIE_AGE = 12 * 3600  # seconds
SESSION_IDLE_SECONDS = 30 * 60
SESSION_MAX_SECONDS = SESSION_COOKIE_AGE  # since sign-in, even if active
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "redleader.serving.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
if not DEMO:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    if AXES_IPWARE_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# Beyond one machine: each of these is a variable, and one machine needs none of them.
CACHES = {"default": caching.configure(env.str("CACHE_URL", default=""))}
STORAGES["default"] = storage.configure(os.environ)
pooled, replica = database.configure_beyond(os.environ)
DATABASES["default"] |= pooled
if replica:
    DATABASES["replica"] = replica
    DATABASE_ROUTERS = ["redleader.cluster.replica.ReplicaRouter"]
    REPLICA_MAX_LAG = env.float("REPLICA_MAX_LAG", default=5)  # seconds
    MIDDLEWARE.append("redleader.cluster.replica.ReplicaMiddleware")  # the last

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# Shown in the footer only when set; never a made-up number.
PORTAL = {
    "name": env.str("SITE_NAME", default="红领杭商"),
    "county": env.str("SITE_COUNTY", default="上杭县"),
    "owner": env.str("SITE_OWNER", default="中共上杭县委组织部 上杭县工商业联合会"),
    "contact": env.str("SITE_CONTACT", default=""),
    "icp": env.str("SITE_ICP", default=""),
    "police": env.str("SITE_POLICE", default=""),
    "licence": env.str("SITE_LICENCE", default="标明来源即可使用"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
    },
}
