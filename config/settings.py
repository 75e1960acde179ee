"""Django settings, derived from :mod:`config.environment`."""

from urllib.parse import unquote, urlsplit

from config.environment import ROOT, Environment, read_or_make_key
from config.providers import read_providers

ENV = Environment()
HOME = ENV.home

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key or read_or_make_key(HOME)
ALLOWED_HOSTS = [host.strip() for host in ENV.allowed_hosts.split(",") if host.strip()]

APPS = [
    "foundation",
    "organisation",
    "regulation",
    "people",
    "plans",
    "timetable",
    "journal",
    "communication",
    "diary",
    "control",
    "archive",
    "exchange",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    *[f"parta.{app}" for app in APPS],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "parta.foundation.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "parta.people.middleware.viewer",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "config.jinja.Pages",
        "NAME": "jinja2",
        "DIRS": [ROOT / "parta" / app / "templates" for app in APPS],
        "OPTIONS": {"environment": "config.jinja.environment", "autoescape": True},
    }
]


def _database() -> dict[str, object]:
    if ENV.database_url:
        url = urlsplit(ENV.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": False,
            # Hot statements are few and the same: planned once per connection, not at each request.
            # A page's rows lie in memory or on a disk without a head to move: an index costs what a scan does. What is
            # compiled for one statement (jit) costs more than it saves.
            "OPTIONS": {
                "server_side_binding": True,
                "prepare_threshold": 2,
                "options": "-c random_page_cost=1.1 -c jit=off",
            },
        }
    HOME.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "parta.sqlite3",
        # A saved mark must survive a power cut: hence FULL, not NORMAL.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
                # 20 MB of log between checkpoints: pages written often are copied back once, not at each save.
                "PRAGMA wal_autocheckpoint=5000;"
            ),
        },
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": None},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
PASSWORD_HASHERS = ["parta.people.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "parta.people.passwords.WeakPasswords"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"

PROVIDERS = read_providers(ENV.providers)
"""Who else may say who somebody is (OpenID Connect), by code; empty: Parta's own passwords alone."""

SESSION_ENGINE = "parta.people.sessions"
COOKIE_PREFIX = "__Host-" if ENV.https else ""
"""Browsers take a cookie of this name only over HTTPS, from this very host, for its whole path."""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}parta_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}parta_csrf"
CSRF_FAILURE_VIEW = "parta.foundation.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.https and ENV.trusted_proxies else None
SECURE_SSL_REDIRECT = SECURE_PROXY_SSL_HEADER is not None
"""What the proxy says came over plain HTTP is sent to HTTPS before any page is asked; without a proxy that says so,
nobody knows, and a redirect would never end."""
SECURE_HSTS_SECONDS = 31536000 if ENV.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

LANGUAGE_CODE = "ru"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "parta.foundation.statics.HashedStatics"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = HOME / "files"
MAX_UPLOAD_BYTES = ENV.max_upload_mb * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_TEMP_DIR = None

SITE_URL = ENV.site_url.rstrip("/")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = ENV.mail_host, ENV.mail_port, ENV.mail_timeout
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.mail_user, ENV.mail_password
EMAIL_USE_TLS, EMAIL_USE_SSL = ENV.mail_security == "starttls", ENV.mail_security == "tls"
DEFAULT_FROM_EMAIL = ENV.mail_from
PUSH_INSIDE = ENV.push_inside

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
