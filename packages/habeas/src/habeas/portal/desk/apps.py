"""Django application: desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Named for `INSTALLED_APPS`."""

    name = "habeas.portal.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
