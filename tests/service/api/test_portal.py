"""The portal's JSON interface against its own description: schemathesis asks, and holds to it."""

from __future__ import annotations

import json
import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.parameters import ParameterLocation

from tests.unit.portal import openapi
from tests.unit.portal.conftest import Terminal

#: Each address and method is asked so often, rightly and wrongly; `make fuzz-api` asks more.
EXAMPLES = int(os.environ.get("HABEAS_API_EXAMPLES", "12"))
_SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.FILE.read_text()))
load_all_checks()
positive_data_acceptance = CHECKS.get_one("positive_data_acceptance")
_CALLS = [(path, method) for path, calls in _SCHEMA.raw_schema["paths"].items() for method in calls]
#: Signed documents and pictures are judged by what they hold, which no schema can tell.
_BEYOND = {
    each: [positive_data_acceptance]
    for each in (
        "/api/officers/sessions", "/api/photos/{seal_id}/openings", "/api/drafts/photo",
        "/api/applications",
    )
}  # fmt: skip


@pytest.fixture
def tokens(city, browser):
    """Of an officer, and of a draft."""
    _SCHEMA.app = get_wsgi_application()
    begun = browser.post(
        "/api/drafts", {"service": "hunting-licence"}, content_type="application/json"
    )
    officer = Terminal.on_roster(city, browser).sign_in().token
    return {"officer": officer, "draft": begun.json()["token"]}


def _spoilt_headers(case) -> bool:
    made = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return made is not None and made.mode.is_negative


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), _CALLS, ids=lambda part: part)
def test_every_answer_is_one_that_is_described(tokens, path, method, mode):
    operation = _SCHEMA[path][method.upper()]
    named = [name for each in operation.definition.raw.get("security", []) for name in each]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if named and not _spoilt_headers(case):
            case.headers["Authorization"] = f"Bearer {tokens[named[0]]}"
        case.call_and_validate(excluded_checks=_BEYOND.get(path, []))

    try:
        ask()
    except Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise  # what takes nothing cannot be asked wrongly; rightly it always can
