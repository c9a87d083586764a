"""The loop of `habeas log monitor`: what it prints, and with which status it ends."""

import json

import pytest

from habeas.cli._monitor import watch
from habeas.foundation.database import Database
from habeas.protocol import Chain
from habeas.register.monitor import rules
from habeas.tlog.monitor import Monitor
from tests.unit.protocol.world import circle_note
from tests.unit.tlog.test_monitor import Log


def look(log, **options):
    monitor = Monitor(Database(None), log, log.policy, rules(Chain.start(circle_note(), 0)))
    return watch(monitor, every=None, metrics_port=0, **options)


def test_nothing_to_find_fault_with(capsys):
    assert look(Log(), as_json=False) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("0 entries verified")


def test_findings_are_told_and_give_status_2(capsys):
    assert look(Log(b"no entry of ours"), as_json=False) == 2
    assert capsys.readouterr().out.startswith("foreign-entry: ")
    assert look(Log(b"no entry of ours"), as_json=True) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["size"] == 1
    assert [each["code"] for each in told["findings"]] == ["foreign-entry"]
    assert told["failure"] is None


@pytest.mark.parametrize("as_json", [False, True])
def test_a_log_that_does_not_answer_gives_status_3(capsys, as_json):
    log = Log()
    log.down = True
    assert look(log, as_json=as_json) == 3
    said = capsys.readouterr()
    if as_json:
        assert json.loads(said.out)["failure"]
    else:
        assert said.err.startswith("Not followed further: ")
