"""Django's settings of the provider; all in one folder, ``PROVIDER``."""

import os
from pathlib import Path

FOLDER = Path(os.environ["PROVIDER"])
SECRET_KEY = "of a provider for tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.service.officers.provider.urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                  "oauth2_provider"]  # fmt: skip
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/login/"
OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_RSA_PRIVATE_KEY": (FOLDER / "key.pem").read_text(),
    # Published still, so that what was signed a moment ago is valid; nothing is signed with them.
    "OIDC_RSA_PRIVATE_KEYS_INACTIVE": [
        each.read_text() for each in sorted(FOLDER.glob("key-*.pem"))
    ],
    "OAUTH2_VALIDATOR_CLASS": "tests.service.officers.provider.claims.Claims",
    "SCOPES": {"openid": "who you are", "profile": "your name"},
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
}
