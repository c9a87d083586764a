"""How Django is asked for officers. Passwords count only where Habeas is tried out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from habeas.portal.officers.models import Officer


class OfficerBackend(ModelBackend):
    """Whoever was signed in by a passkey or by the identity provider; by a password in a demo."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Officer | None:
        """Whose password that is; nobody's in a portal that serves people."""
        if not settings.SITE.trying_out:
            return None
        return super().authenticate(request, username, password, **more)
