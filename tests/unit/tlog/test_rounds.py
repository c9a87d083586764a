"""A monitor's rounds: no answer is a failure, counted; an answer that cannot be is a finding."""

from datetime import UTC, datetime

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.monitor import Monitor
from tests.unit.tlog.memory import POLICY, SIGNER, MemoryLog

WITNESS = tlog.CosignatureSigner("w.example", bytes(32))
COSIGNED = tlog.Policy.parse(
    f"log {SIGNER.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n",
)


class Log(MemoryLog):
    """A log that answers for its checkpoint as it is told."""

    told = None

    def checkpoint(self):
        told = super().checkpoint() if self.told is None else self.told
        if isinstance(told, Exception):
            raise told
        return told


def cosigned(log, at):
    note = log.checkpoint()
    return note + WITNESS.cosign(note.partition("\n\n")[0] + "\n", at).line()


def failures(monitor):
    (line,) = [
        each for each in monitor.metrics().splitlines() if each.startswith("habeas_monitor_fail")
    ]
    return int(line.split()[-1])


def test_rounds_without_an_answer_are_counted_until_there_is_one():
    log = Log(b"one")
    monitor = Monitor(Database(None), log, POLICY)
    assert failures(monitor) == 0
    log.told = tlog.LogUnavailableError("It does not answer.")
    for count in (1, 2, 3):
        seen = monitor.look()
        assert (seen.failure, seen.findings) == ("It does not answer.", ())
        assert failures(monitor) == count
    log.told = None
    assert (monitor.look().size, failures(monitor)) == (1, 0)


def test_entries_that_cannot_be_had_are_a_failure():
    log = Log(b"one")
    monitor = Monitor(Database(None), log, POLICY)
    log.entries = lambda *_: []
    assert "all entries" in monitor.look().failure
    assert failures(monitor) == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("no note", "log-format"),
        (tlog.FormatError("It is no text."), "checkpoint-format"),
        (tlog.NoteSigner("log.example/other", bytes(32)).sign("a\n"), "checkpoint-signature"),
        (SIGNER.sign("no checkpoint\n"), "log-format"),
    ],
)
def test_what_no_honest_log_shows(told, code):
    log = Log(b"one")
    log.told = told
    monitor = Monitor(Database(None), log, POLICY)
    for _ in range(2):  # it is told once
        seen = monitor.look()
        assert (seen.failure, seen.size, failures(monitor)) == (None, 0, 0)
    assert [each.code for each in monitor.findings()] == [code]
    assert f'findings_total{{code="{code}"}} 1' in monitor.metrics()


def test_a_quorum_that_is_missing_or_old():
    log, now = Log(b"one"), 1_800_000_000
    monitor = Monitor(Database(None), log, COSIGNED, stale_after=100, clock=lambda: now)
    assert [each.code for each in monitor.look().findings] == ["quorum-missing"]
    log.told = cosigned(Log(b"one"), now - 100)
    assert monitor.look().findings == ()
    assert f"habeas_monitor_checked_timestamp_seconds {now}\n" in monitor.metrics()
    log.told = cosigned(Log(b"one"), now - 101)
    (stale,) = monitor.look().findings
    seen = f"{datetime.fromtimestamp(now - 101, UTC):%Y-%m-%d %H:%M:%S} UTC"
    assert (stale.code, seen in stale.words) == ("checkpoint-stale", True)


def test_a_fork_keeps_both_checkpoints():
    log = Log(b"one", b"two")
    monitor = Monitor(Database(None), log, POLICY)
    monitor.look()
    first = log.checkpoint()
    log.told = Log(b"one", b"zwei").checkpoint()
    (fork,) = monitor.look().findings
    assert fork.code == "fork"
    assert fork.evidence == f"{first}\n{log.told}"
