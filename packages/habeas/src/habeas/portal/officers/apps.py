"""The app of officers: each sign-in begins a session that ends."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class OfficersConfig(AppConfig):
    """Officers."""

    name = "habeas.portal.officers"

    def ready(self) -> None:
        """Have every way of signing in begin a session, and each way out end it."""
        from habeas.portal.officers import sessions  # noqa: PLC0415 - needs the models

        user_logged_in.connect(sessions.begin)
        user_logged_out.connect(sessions.end)
