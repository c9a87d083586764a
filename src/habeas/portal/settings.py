"""Django settings of the portal."""

SECRET_KEY = "not used yet"  # noqa: S105
INSTALLED_APPS: list[str] = []
USE_TZ = True
