"""Django application: register."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Named for `INSTALLED_APPS`."""

    name = "habeas.portal.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"
