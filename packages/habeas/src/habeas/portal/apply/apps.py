"""Django application: apply."""

from django.apps import AppConfig


class ApplyConfig(AppConfig):
    """Named for `INSTALLED_APPS`."""

    name = "habeas.portal.apply"
    label = "apply"
    default_auto_field = "django.db.models.BigAutoField"
