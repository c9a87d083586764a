"""Django application of the custodian's tables."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Named for `INSTALLED_APPS`."""

    name = "habeas.portal.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"
