"""A trustee's service against its own description: schemathesis asks, and holds to it."""

from __future__ import annotations

import json
import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from habeas.trustee.notices import MailServer
from tests.service.trustee import openapi
from tests.world import World

#: Each address and method is asked so often, rightly and wrongly; `make fuzz-api` asks more.
EXAMPLES = int(os.environ.get("HABEAS_API_EXAMPLES", "12"))
_SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi.FILE.read_text()))
load_all_checks()
#: Sealed, signed and cosigned things are judged by what they hold, which no schema can tell.
_BEYOND = {
    each: [CHECKS.get_one("positive_data_acceptance")]
    for each in ("/v2/deposits", "/v2/notices", "/v2/releases", "/add-checkpoint")
}
_CALLS = [(path, method) for path, calls in _SCHEMA.raw_schema["paths"].items() for method in calls]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Trustees that send mails: who asks to be told gets as far as the proof of the receipt."""
    mail = MailServer("localhost", 9, "none", "notices@trustee.test")
    made = World(tmp_path_factory.mktemp("world"), mail=mail)
    yield made
    made.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("path", "method"), _CALLS, ids=lambda part: part)
def test_every_answer_is_one_that_is_described(world, path, method, mode):
    operation = _SCHEMA[path][method.upper()]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(
            base_url=world.circle.trustees[0].url, excluded_checks=_BEYOND.get(path, [])
        )

    try:
        ask()
    except Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise  # what takes nothing cannot be asked wrongly; rightly it always can
