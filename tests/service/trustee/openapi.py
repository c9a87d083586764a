"""`python -m tests.service.trustee.openapi` writes docs/protocol/openapi.json from the service."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

from habeas.trustee.web import make_app
from tests.places import ROOT

FILE = ROOT / "docs" / "protocol" / "openapi.json"


def description() -> str:
    """The service's description, without the version of this distribution."""
    described: dict[str, Any] = make_app(mock.Mock()).openapi()
    described["info"]["version"] = "1"
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(description())
