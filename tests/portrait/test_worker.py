"""The worker may do next to nothing, and is replaced when it dies or hangs."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from habeas import portrait
from habeas.faces import assets

PROBE = """
import os, resource, socket, sys
from habeas.portrait._worker import confine
confine()
said = []
try:
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
    os.write(file, b"x" * 10); said.append("wrote a file")
except OSError:
    pass
try:
    keep = bytearray(3 * 1024**3); said.append("took memory")
except MemoryError:
    pass
status = open("/proc/self/status").read()
if "NoNewPrivs:\\t1" not in status:
    said.append("may gain privileges")
if resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 32:
    said.append("may open many files")
print("; ".join(said))
"""


def test_the_confined_can_do_little(tmp_path):
    command = [sys.executable, "-c", PROBE, str(tmp_path / "probe")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == ""


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
        start = time.monotonic()
        with pytest.raises(portrait.PhotoError):
            pool.check(_face())
        assert time.monotonic() - start < 20
    with portrait.CheckPool(1) as pool:
        assert pool.check(_face()).faces == 1


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
