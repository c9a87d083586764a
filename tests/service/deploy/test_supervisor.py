"""Processes that run together: started, watched, started again, stopped."""

import os
import signal
import subprocess
import sys

import pytest

from habeas.deploy.supervisor import Process, ProcessError, Supervisor
from tests.waiting import until

WAITS = "import signal, sys; signal.sigwait([signal.SIGTERM])"


def _python(name, code, **more):
    return Process(name, [sys.executable, "-c", code], **more)


def _until(true):
    until(true, "the supervisor")


def _gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_all_run_and_all_stop(tmp_path):
    with Supervisor([_python("one", WAITS), _python("two", WAITS)], tmp_path) as supervisor:
        supervisor.wait_until_healthy()
        pids = supervisor.pids()
        assert set(pids) == {"one", "two"}
        assert supervisor.tend() == []
    assert all(_gone(pid) for pid in pids.values())


def test_what_has_died_is_started_again(tmp_path):
    with Supervisor([_python("one", WAITS)], tmp_path) as supervisor:
        before = supervisor.pids()["one"]
        os.kill(before, signal.SIGKILL)
        _until(lambda: supervisor.tend() == ["one"])
        assert supervisor.pids()["one"] != before


def test_one_that_ends_at_once_is_said_with_its_last_words(tmp_path):
    broken = _python("broken", "import sys; print('first', flush=True); sys.exit('no such folder')")
    with Supervisor([broken], tmp_path) as supervisor:
        _until(lambda: "no such folder" in (tmp_path / "broken.log").read_text())
        with pytest.raises(ProcessError, match="broken has ended: no such folder") as said:
            _until(lambda: supervisor.wait_until_healthy() is None and False)
    assert str(tmp_path / "broken.log") in said.value.remedy


def test_when_one_cannot_be_started_those_before_it_end(tmp_path):
    supervisor = Supervisor([_python("one", WAITS), Process("two", ["/no/such"])], tmp_path)
    with pytest.raises(FileNotFoundError), supervisor:
        pytest.fail("it has begun")
    (pid,) = supervisor.pids().values()
    assert _gone(pid)


def test_one_that_does_not_answer_is_said(tmp_path):
    silent = _python("silent", WAITS, health="http://127.0.0.1:9/readyz")
    with (
        Supervisor([silent], tmp_path) as supervisor,
        pytest.raises(ProcessError, match="does not answer"),
    ):
        supervisor.wait_until_healthy(seconds=0)


def test_the_environment_is_the_process_s_own(tmp_path):
    say = _python("say", "import os; print(os.environ['HABEAS_X'])", environment={"HABEAS_X": "7"})
    with Supervisor([say], tmp_path):
        _until(lambda: (tmp_path / "say.log").read_text() == "7\n")
    assert "HABEAS_X" not in os.environ


def test_the_kernel_ends_the_processes_of_a_killed_supervisor(tmp_path):
    code = f"""
import sys, time
from pathlib import Path
from tests.waiting import until
from habeas.deploy.supervisor import Process, Supervisor
with Supervisor([Process("one", [sys.executable, "-c", {WAITS!r}])], Path({str(tmp_path)!r})) as s:
    print(s.pids()["one"], flush=True)
    time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _until(lambda: _gone(pid))
