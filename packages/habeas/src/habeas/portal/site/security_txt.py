"""RFC 9116: where to report a security problem of this installation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

#: Section 2.5.5: the file should be out of date in less than a year.
_GOOD_FOR = timedelta(days=180)


@require_GET
def security_txt(_: HttpRequest) -> HttpResponse:
    """The operator's contact, and that of the software's makers."""
    site = settings.SITE
    contacts = [*([site.security_contact] if site.security_contact else []),
                "mailto:security@habeas.example"]  # fmt: skip
    until = (datetime.now(UTC) + _GOOD_FOR).replace(minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {each}" for each in contacts),
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, ru",
        f"Canonical: {site.portal.rstrip('/')}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
