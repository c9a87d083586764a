"""`python -m tests.unit.portal.openapi` writes docs/protocol/portal-openapi.json from the code."""

from __future__ import annotations

import json
import os

from tests.places import ROOT

FILE = ROOT / "docs" / "protocol" / "portal-openapi.json"


def description() -> str:
    """The portal's description; Django must have been started."""
    from habeas.portal.site.api_urls import urlpatterns
    from habeas.portal.site.openapi import describe

    return json.dumps(describe(urlpatterns), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.portal.site.settings")
    django.setup()
    FILE.write_text(description())
