"""Real workers: what they may not do fails, and their death, silence and noise are typed errors."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from habeas.confined import JobError, WorkerDiedError, WorkerProcess, WorkerStalledError
from habeas.confined.messages import Message, encode

PROBE = "tests.service.confined.probe"
PROBE_OF_ONE_JOB = "tests.service.confined.probe_of_one_job"


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setenv("HABEAS_SECRET", "of the portal")
    with WorkerProcess(PROBE) as started:
        yield started


def ask(worker, do, *, stall=60.0, progress=None, blobs=(), **more):
    return worker.run({"do": do, **more}, blobs, stall=stall, progress=progress)


@pytest.fixture
def place(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"kept")
    return {"file": str(file), "folder": str(tmp_path)}


def test_what_a_worker_may_not_do_fails(worker, place):
    said = ask(worker, "try", **place).value
    assert worker.confinement.open_doors == ()
    assert len(said) == 17
    assert [name for name, result in said.items() if result == "done"] == []
    assert Path(place["file"]).read_bytes() == b"kept"
    assert [each.name for each in Path(place["folder"]).iterdir()] == ["file"]


def test_nor_does_it_in_a_thread_of_its_own(worker, place):
    said = ask(worker, "thread", **place).value
    assert [name for name, result in said.items() if result == "done"] == []


def test_a_job_can_bring_its_rights(place, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"a film")
    target.touch()
    job = {**place, "source": str(source), "target": str(target), "confine": True, "times": 2}
    with WorkerProcess(PROBE_OF_ONE_JOB) as worker:
        said = worker.run(job, stall=60.0).value
        assert worker.confinement.open_doors == ()
    assert said.pop("written") == "a filma film"
    assert [name for name, result in said.items() if result == "done"] == []


_DRIVER = """
import mmap, threading
from habeas.confined.rights import Rights, confine
from tests.service.confined.probe import MEMORY
reserved = mmap.mmap(-1, 64 * MEMORY, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ)
confine(Rights(memory=MEMORY, driver=True))
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
try:
    bytearray(2 * MEMORY)
except MemoryError:
    print("bounded")
"""


def test_addresses_that_a_driver_reserves_are_no_memory():
    """CUDA's does so: a worker with it goes on, and its memory is bounded."""
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["thread", "bounded"], done.stderr


def test_a_file_has_a_largest_size(place, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"a film")
    target.touch()
    job = {**place, "source": str(source), "target": str(target), "confine": True, "times": 200}
    with (
        WorkerProcess(PROBE_OF_ONE_JOB) as worker,
        pytest.raises(WorkerDiedError, match=r"OSError|SIGXFSZ"),
    ):
        worker.run(job, stall=60.0)
    assert target.stat().st_size <= 1000


def test_who_is_not_confined_may_not_answer(place, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"a film")
    job = {**place, "source": str(source), "target": str(target), "confine": False, "times": 1}
    job["file"] = job["folder"] = "/nowhere"
    with (
        WorkerProcess(PROBE_OF_ONE_JOB) as worker,
        pytest.raises(WorkerDiedError),
    ):
        worker.run(job, stall=60.0)


def test_secrets_of_the_environment_stay_behind(worker):
    assert "HABEAS_SECRET" not in ask(worker, "environment").value
    assert ask(worker, "environment").value["PATH"] == os.environ["PATH"]


def test_a_worker_does_many_jobs(worker):
    blobs = [b"", os.urandom(3_000_000)]
    for number in range(3):
        answer = ask(worker, "echo", say=number, blobs=blobs)
        assert answer.value == number
        assert list(answer.blobs) == blobs


def test_a_refusal_keeps_code_cause_and_remedy_and_the_worker_goes_on(worker):
    with pytest.raises(JobError) as refused:
        ask(worker, "refuse")
    told = refused.value
    assert (told.code, told.cause, told.remedy) == (
        "told-to-refuse", "It was told to.", "Ask otherwise.",
    )  # fmt: skip
    with pytest.raises(JobError) as large:
        ask(worker, "memory")
    assert large.value.code == "memory"
    assert ask(worker, "echo", say="still here").value == "still here"


def test_a_failure_tells_nothing_of_the_file(worker):
    with pytest.raises(WorkerDiedError, match="ZeroDivisionError") as failed:
        ask(worker, "fail")
    assert "secret" not in str(failed.value)


def test_a_death_is_told(worker):
    with pytest.raises(WorkerDiedError, match="SIGABRT"):
        ask(worker, "die")


def test_a_kill_before_the_job_is_told(worker):
    ask(worker, "echo", say=1)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        ask(worker, "echo", say=1, blobs=[bytes(3_000_000)])


def test_silence_ends_a_worker(worker):
    ask(worker, "echo", say=1)
    with pytest.raises(WorkerStalledError):
        ask(worker, "hang", stall=0.3)
    assert worker._process.poll() is not None


def test_a_stopped_worker_does_not_hold_up_a_large_job(worker):
    ask(worker, "echo", say=1)
    os.kill(worker.pid, signal.SIGSTOP)
    with pytest.raises(WorkerStalledError):
        ask(worker, "echo", stall=0.3, say=1, blobs=[bytes(3_000_000)])


def test_noise_is_no_answer(worker):
    with pytest.raises(WorkerDiedError, match="larger than any"):
        ask(worker, "noise")


def test_progress_gives_more_time(worker):
    ask(worker, "echo", say=1)
    told = []
    answer = ask(worker, "progress", stall=5.0, progress=told.append, times=30, pause=0.2)
    assert answer.value == "done"
    assert told == list(range(30))


def test_progress_that_nobody_asked_for_is_an_error(worker):
    with pytest.raises(WorkerDiedError):
        ask(worker, "progress", times=1, pause=0.0)


def test_a_worker_ends_with_its_parent(worker):
    ask(worker, "echo", say=1)
    worker._entrance.close()
    assert worker._process.wait(600) == 0


def test_a_busy_worker_without_a_parent_ends_itself(worker):
    """What a killed parent leaves: the input is closed while the job hangs, and nobody waits."""
    ask(worker, "echo", say=1)
    job = Message({"kind": "job", "job": {"do": "hang"}, "stall": 0.1})
    worker._write(encode(job), 60.0)
    assert worker._process.wait(600) == -signal.SIGALRM
