"""What is forked for a test is a process as any that was started: `tests.starts`."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests import starts

#: Text of ours, so that the code is forked.
OURS = "'habeas.portal'; import os, sys, time\n"
FORKED = OURS + "assert 'tests.starter' in sys.modules or 'tests.starts' in sys.modules\n"


def run(code, *arguments, **options):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def session():
    os.setsid()


@pytest.fixture(autouse=True)
def forking():
    if os.environ.get("HABEAS_TESTS_EXEC") or any(map(starts._measures, os.environ)):
        pytest.skip("everything starts as ever")


def test_it_has_arguments_environment_folder_and_input(tmp_path):
    code = FORKED + "print(sys.argv, os.environ['A'], os.getcwd(), sys.stdin.read(), sys.path[0])"
    done = run(code, "one", env={**os.environ, "A": "b"}, cwd=tmp_path, input="said")
    assert done.stderr == ""
    assert done.stdout == f"['-c', 'one'] b {tmp_path} said \n"
    assert "HABEAS_NOT_ASKED" not in os.environ


def test_how_it_ends_is_known():
    assert run(FORKED + "sys.exit(7)").returncode == 7
    failed = run(FORKED + "1 / 0")
    assert failed.returncode == 1
    assert failed.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert run(FORKED + "os.kill(os.getpid(), 9)").returncode == -signal.SIGKILL
    assert run(FORKED + "os.kill(os.getpid(), 2); time.sleep(600)").returncode == -signal.SIGINT


def test_it_is_a_child_of_the_test_and_can_be_killed():
    code = FORKED + "print(os.getpid(), os.getppid(), os.getpgrp(), flush=True); time.sleep(600)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        number, parent, group = map(int, process.stdout.readline().split())
        assert (number, parent, group) == (process.pid, os.getpid(), process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_it_holds_the_descriptors_that_it_was_given_and_no_others():
    code = FORKED + "print(sorted(map(int, os.listdir('/proc/self/fd'))))"
    reading, writing = os.pipe()
    held = json.loads(run(code, pass_fds=[writing]).stdout)
    os.close(reading)
    os.close(writing)
    # The last is that of the folder which it lists.
    assert held[:3] == [0, 1, 2]
    assert writing in held
    assert len(held) == 5


def test_a_function_before_its_start_runs_in_it():
    done = run(FORKED + "print(os.getsid(0) == os.getpid())", preexec_fn=session)
    assert done.stdout == "True\n"


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("import sys\n", {}),
        (OURS, {"env": {**os.environ, "PYTHONPATH": "/nonexistent"}}),
        (OURS, {"env": {**os.environ, "COVERAGE_PROCESS_CONFIG": ""}}),
        (OURS, {"preexec_fn": lambda: None}),
    ],
)  # fmt: skip
def test_what_would_differ_starts_as_ever(code, options):
    done = run(code + "print('tests.starts' in sys.modules)", **options)
    assert done.stdout == "False\n"


def test_two_draw_other_numbers():
    drawn = {run(FORKED + "import random; print(random.random())").stdout for _ in range(2)}
    assert len(drawn) == 2
