"""A worker that dies or hangs is replaced. What it may do: `tests/service/confined`."""

import importlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from habeas import portrait
from habeas.faces import assets


def _face():
    return assets.path("astronaut.png").read_bytes()


def _worker(pool):
    worker = pool._free.get()
    pool._free.put(worker)
    return worker


def test_a_killed_worker_is_replaced():
    with portrait.CheckPool(1) as pool:
        assert pool.check(_face()).faces == 1
        first = _worker(pool).pid
        os.kill(first, signal.SIGKILL)
        with pytest.raises(portrait.PhotoError) as broken:
            pool.check(_face())
        assert broken.value.code == "broken"
        assert pool.check(_face()).faces == 1
        assert _worker(pool).pid != first


def test_a_hanging_worker_is_ended_and_replaced():
    with portrait.CheckPool(1, seconds=5.0) as pool:
        assert pool.check(_face()).faces == 1
        os.kill(_worker(pool).pid, signal.SIGSTOP)
        with pytest.raises(portrait.PhotoError):
            pool.check(_face())
    with portrait.CheckPool(1) as pool:
        assert pool.check(_face()).faces == 1


def test_a_worker_that_is_ready_opens_nothing():
    with portrait.CheckPool(1) as pool:
        pool.check(_face())
        assert _worker(pool).confinement.open_doors == ()
        assert not _worker(pool).confinement.opens


def test_who_asks_loads_nothing_that_the_worker_loads():
    # A cold start would take it twice: here, and in the worker.
    program = "import sys; from habeas import portrait; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=600
    )
    loaded = set(done.stdout.split())
    assert "habeas.portrait._pool" in loaded
    assert not loaded & {"numpy", "PIL", "ai_edge_litert", "habeas.faces"}


def test_many_callers_share_the_workers():
    with portrait.CheckPool(2) as pool:
        seen = []
        threads = [
            threading.Thread(target=lambda: seen.append(pool.check(_face()).faces))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [1] * 6


def test_nobody_waits_for_ever():
    with portrait.CheckPool(1, patience=0.05) as pool:
        held = pool._free.get()
        try:
            with pytest.raises(portrait.PoolBusyError):
                pool.check(_face())
        finally:
            pool._free.put(held)


def test_a_machine_whose_workers_do_not_start_blames_no_photo(monkeypatch):
    """Nor does it run out of places for workers, so that it works again by itself."""
    good = assets.path("astronaut.png").read_bytes()
    with portrait.CheckPool(1, patience=0.1) as pool:
        with monkeypatch.context() as broken:
            module = importlib.import_module("habeas.portrait._pool")
            broken.setattr(module, "_WORKER", "habeas.portrait.nothing_here")
            for _ in range(2):
                with pytest.raises(portrait.CheckUnavailableError) as told:
                    pool.check(good)
                assert "Nothing is wrong with your photo" in told.value.remedy
        assert pool.check(good)
