"""Django application: cameras."""

from django.apps import AppConfig


class CamerasConfig(AppConfig):
    """Named for `INSTALLED_APPS`."""

    name = "habeas.portal.cameras"
    label = "cameras"
    default_auto_field = "django.db.models.BigAutoField"
