"""One silent trustee stops nothing; with fewer than k, those that are missing are named."""

import os
import signal

import pytest

from habeas.cli._portal import PortalError
from habeas.cli.verify import verify_live
from habeas.office.client import DeskError
from habeas.protocol import Purpose
from tests.waiting import until

pytestmark = pytest.mark.slow
DECIDE = Purpose.DECIDE_APPLICATION


def _stop(city, *names):
    # Stopped, not ended: the supervisor of this test does not tend, and a process that
    # hangs is the harder case.
    for name in names:
        os.kill(city.supervisor.pids()[name], signal.SIGSTOP)


def _go_on(city, *names):
    for name in names:
        os.kill(city.supervisor.pids()[name], signal.SIGCONT)
    city.supervisor.wait_until_healthy(seconds=600)


def _complete(city, receipt):
    found = verify_live(receipt, city.place.pins)
    return found.outcome == "complete" and found


def test_with_one_trustee_silent_photos_are_sealed_and_opened(city):
    """It gets its share when it is back, and then its word completes the verdict."""
    city.apply()  # the month's keys are known
    try:
        _stop(city, "trustee-3")
        reference, receipt, _ = city.apply()
        assert receipt.pending == (city.place.circle.trustees[2].name,)
        with city.officer() as officer:
            opened = officer.open(reference, DECIDE, "One trustee is away")
        assert opened.photo.startswith(b"\xff\xd8")
        found = verify_live(receipt, city.place.pins)
        assert found.outcome == "incomplete"
        assert not found.never_opened
    finally:
        _go_on(city, "trustee-3")
    found = until(lambda: _complete(city, receipt), "the share of who was away", pause=0.5)
    assert found.openings == 1


def test_with_too_few_trustees_those_that_are_missing_are_named(city):
    reference, _, photo = city.apply()
    silent = ("trustee-1", "trustee-2")
    with city.officer() as officer:
        try:
            _stop(city, *silent)
            with pytest.raises(DeskError) as refused:
                officer.open(reference, DECIDE, "Two are away: the log lacks its quorum")
            assert refused.value.status == 503
            assert "city-it.example, ombudsman.example" in refused.value.cause
            assert refused.value.remedy
            with pytest.raises(PortalError) as unsealed:
                city.apply()
            assert unsealed.value.status == 503
            assert unsealed.value.remedy
        finally:
            _go_on(city, *silent)

        def opens():
            try:
                return officer.open(reference, DECIDE, "All are back").photo
            except DeskError:
                return None

        assert until(opens, "the photo to open again", pause=0.5).startswith(b"\xff\xd8")
    assert photo
