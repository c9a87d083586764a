"""With k trustees alive a photo opens; with fewer, those that are missing are named."""

import os
import signal

import pytest

from habeas.cli._portal import PortalError

pytestmark = pytest.mark.slow


def _stop(city, *names):
    # Stopped, not ended: the supervisor of this test does not tend, and a process that
    # hangs is the harder case.
    for name in names:
        os.kill(city.supervisor.pids()[name], signal.SIGSTOP)


def _go_on(city, *names):
    for name in names:
        os.kill(city.supervisor.pids()[name], signal.SIGCONT)


def test_k_of_n_open_and_fewer_say_who_is_missing(city):
    reference, _, _ = city.apply()
    with city.officer() as officer:
        try:
            _stop(city, "trustee-1")
            opened = officer.open(reference, "decide-application", "One trustee is down")
            assert opened.opened.photo.startswith(b"\xff\xd8")
            _stop(city, "trustee-2")
            with pytest.raises(PortalError) as refused:
                officer.open(reference, "decide-application", "Two are down")
            assert refused.value.status == 503
            assert refused.value.code == "too-few-trustees"
            assert "city-it.example, ombudsman.example" in refused.value.cause
            assert refused.value.remedy
        finally:
            _go_on(city, "trustee-1", "trustee-2")
        city.supervisor.wait_until_healthy(seconds=600)
        again = officer.open(reference, "decide-application", "All are back")
        assert again.opened.photo == opened.opened.photo


def test_sealing_needs_all_trustees_and_keeps_nothing_otherwise(city):
    try:
        _stop(city, "trustee-3")
        with pytest.raises(PortalError) as refused:
            city.apply()
        assert refused.value.code == "not-sealed"
        assert "open-city-association" in refused.value.cause
    finally:
        _go_on(city, "trustee-3")
    reference, receipt, _ = city.apply()
    assert reference
    assert len(receipt.acknowledgements) == 3
