"""Django settings of the portal. All that differs between places comes from the data folder.

``HABEAS_DATA`` names the portal's folder (`habeas.portal.site.folder`), ``HABEAS_CONFIG`` its
``habeas.toml`` (`habeas.portal.site.configuration`), which names the folder too. Without both the
settings load for tools, over a database in memory.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf.locale import LANG_INFO

from habeas.portal.site.configuration import PortalConfiguration, named
from habeas.portal.site.database import postgresql, sqlite
from habeas.portal.site.folder import FolderError, Site
from habeas.portal.site.served import HASHED

BASE = Path(__file__).resolve().parents[1]
#: The portal's habeas.toml, or None where it runs by what stands in its folder alone.
CONFIGURED = named()
_FOLDER = os.environ.get("HABEAS_DATA") or (CONFIGURED and str(CONFIGURED.data))
#: A place that nobody can make, not even root: what works without a folder leaves none behind.
_NOWHERE = Path("/proc/nowhere")
#: How it runs, where that is not said: the defaults.
_RUN = CONFIGURED or PortalConfiguration(party="portal", data=_NOWHERE)
DATA = Path(_FOLDER or _NOWHERE)

#: Addresses; for tools, those of nobody.
SITE = Site.load(DATA) if _FOLDER else Site(portal="http://127.0.0.1")
if CONFIGURED is not None:
    SITE = SITE.model_copy(
        update=CONFIGURED.model_dump(include={"hosts", "check_workers", "security_contact"})
    )

#: The catalogue; $HABEAS_SERVICES wins over the folder's own.
SERVICES = Path(os.environ.get("HABEAS_SERVICES") or _RUN.services or DATA / "services")

#: Where sealed photos lie: a bucket, s3://BUCKET/PREFIX; without one, the folder's own.
BLOBS = os.environ.get("HABEAS_BLOBS", "")
if CONFIGURED is not None and CONFIGURED.objects is not None:
    BLOBS = CONFIGURED.objects.url
    # Where obstore looks for them, in this process alone.
    os.environ.update(CONFIGURED.objects.environment())

#: Where the recorder leaves covered recordings; absent where there are no cameras.
RECORDINGS = Path(os.environ.get("HABEAS_RECORDINGS") or _RUN.recordings or DATA / "recordings")
#: Where recorders put closed hours: a bucket, and how it is reached where that is said apart.
RECORDINGS_BUCKET = os.environ.get("HABEAS_RECORDINGS_BUCKET", "")
RECORDINGS_STORE: dict[str, str] = {}
if CONFIGURED is not None and CONFIGURED.recordings_bucket is not None:
    RECORDINGS_BUCKET = CONFIGURED.recordings_bucket.url
    RECORDINGS_STORE = CONFIGURED.recordings_bucket.environment()

#: Where the key and the token lie that are not in the folder.
CUSTODIAN, LOG_TOKEN = _RUN.keys.custodian, _RUN.log.token


def _secret_key() -> str:
    if not _FOLDER:
        return "for tools only, which serve nobody"
    if _RUN.keys.session is not None:
        return _RUN.keys.session.read()
    try:
        return (DATA / "secret-key").read_text().strip()
    except OSError as error:
        raise FolderError(
            f"{DATA / 'secret-key'} cannot be read: {error.strerror}.",
            "Restore it from the backup. With another key, officers have to sign in again.",
        ) from error


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *SITE.names]
# A proxy that ends TLS need not tell: forms of the portal's own pages come from these.
CSRF_TRUSTED_ORIGINS = list(SITE.origins)
#: Addresses of servers in front, which say for whom they ask; this machine's own always may.
PROXIES = frozenset(filter(None, os.environ.get("HABEAS_PROXY", "").split(",")))
if CONFIGURED is not None and "HABEAS_PROXY" not in os.environ:
    PROXIES = frozenset(CONFIGURED.listen.proxies)
ROOT_URLCONF = "habeas.portal.site.urls"
WSGI_APPLICATION = "habeas.portal.site.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "habeas.portal.site",
    "habeas.portal.officers",
    "habeas.portal.standing",
    "habeas.portal.webhooks",
    "habeas.portal.vault",
    "habeas.portal.cases",
    "habeas.portal.apply",
    "habeas.portal.receipts",
    "habeas.portal.desk",
    "habeas.portal.register",
    "habeas.portal.cameras",
    "habeas.portal.viewing",
    "habeas.portal.looks",
    "habeas.portal.operator",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "habeas.portal.site.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "habeas.portal.apply.cookieless.Cookieless",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "habeas.portal.site.limits.Limited",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "habeas.portal.site.middleware.Problems",
    "habeas.portal.standing.middleware.ReadOnly",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

#: libpq's connection string, the password in it; empty where the tables are a file.
CONNECTION = os.environ.get("HABEAS_DATABASE", "")
if CONFIGURED is not None and CONFIGURED.database is not None:
    CONNECTION = CONFIGURED.database.connection()
DATABASES = {"default": postgresql(CONNECTION) if CONNECTION else sqlite(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "officers.Officer"
AUTHENTICATION_BACKENDS = ["habeas.portal.officers.backend.OfficerBackend"]
#: The city's identity provider, or None.
OIDC = _RUN.officers.oidc
#: Whether the journal names officers who sign in, as the audit log does.
OFFICERS_IN_JOURNAL = _RUN.logging.officers
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "office")},
    },
]
LOGIN_URL = "/desk/sign-in/"
LOGIN_REDIRECT_URL = "/desk/cameras/"
LOGOUT_REDIRECT_URL = "/desk/sign-in/"

#: English, and every language whose catalogue is there (docs/translating.md).
_CATALOGUES = sorted((BASE / "site" / "locale").glob("*/LC_MESSAGES/django.mo"))
LANGUAGES = [
    ("en", "English"),
    *((file.parts[-3], LANG_INFO[file.parts[-3]]["name_local"]) for file in _CATALOGUES),
]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE / "site" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "static"]
# Served from the package itself: there is nothing to collect.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Documents, and the script that other sites name, are asked for anew: whether one has changed costs
# little (RFC 9110, section 13).
WHITENOISE_MAX_AGE = 0
# All that they load has a hash in its name, which never means anything else.
WHITENOISE_IMMUTABLE_FILE_TEST = rf"^.+{HASHED}\w+$"

# A photo stays in memory until it is sealed; Django would spill it to a plain file.
FILE_UPLOAD_HANDLERS = ["habeas.portal.site.uploads.InMemoryOnly"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
# No form has more than one, and each is held in memory: a hundred of them would fill it.
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# Over plain HTTP a Secure cookie would be dropped; only this machine is served so.
_HTTPS = SITE.portal.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
# RFC 6797, a year; sent where the request came by TLS, as the proxy says.
SECURE_HSTS_SECONDS = 365 * 86_400 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
# RFC 6265bis section 4.1.3.2: a browser takes such a cookie from this very host alone.
SESSION_COOKIE_NAME = "__Host-officer" if _HTTPS else "officer"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrftoken"
# Not HttpOnly: the photo step, which is static, reads in which language to speak.
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = _HTTPS, "Lax"
SESSION_COOKIE_AGE = _RUN.officers.hours * 3600
SESSION_IDLE_SECONDS = _RUN.officers.idle_minutes * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "habeas.portal.apply.expired.too_old"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

_JOURNAL = f"habeas.foundation.journal.{_RUN.logging.format.capitalize()}Formatter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"journal": {"()": _JOURNAL}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "journal"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {
        "handlers": ["console"],
        "level": _RUN.logging.level.upper() if CONFIGURED else "WARNING",
    },
    "loggers": {
        # Django's own handlers would add the paths of requests, which name people's photos.
        "django": {"handlers": [], "propagate": True},
        # What strangers ask for wrongly is their affair: only our own faults are told.
        "django.request": {"level": "ERROR"},
        "django.security": {"handlers": ["nowhere"], "propagate": False},
        "fido2": {"level": "WARNING"},  # it would name each credential that signs in
        "httpx": {"level": "WARNING"},
    },
}
