"""A recorder's own process: it reaches its network and keeps its recordings, and nothing else."""

import json
import os
import socket
import subprocess
import sys
from contextlib import closing

import pytest

ATTEMPTS = """
import json, os, socket, subprocess, sys, threading
from pathlib import Path
from habeas.cameras.confinement import confine_recorder

recordings, other, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
held = confine_recorder(recordings, "rtsp://127.0.0.1/", gpu=False)

def keep():
    (recordings / "a" / "b").mkdir(parents=True)
    (recordings / "a" / "part").write_bytes(b"x")
    os.link(recordings / "a" / "part", recordings / "a" / "b" / "segment")
    (recordings / "a" / "part").replace(recordings / "a" / "b" / "moved")
    (recordings / "a" / "b" / "moved").unlink()
    (recordings / "a" / "b" / "segment").unlink()
    (recordings / "a" / "b").rmdir()

def listen():
    with socket.create_server(("127.0.0.1", 0)) as one:
        socket.create_connection(one.getsockname()).close()

may = {
    "keep": keep,
    "listen": listen,
    "connect": lambda: socket.create_connection(("127.0.0.1", port)).close(),
    "names": lambda: socket.getaddrinfo("localhost", 80),
    "library": lambda: __import__("wave"),
}
may_not = {
    "read": (other / "secret").read_bytes,
    "list": lambda: os.listdir(other),
    "write": lambda: (other / "new").write_bytes(b"x"),
    "remove": (other / "secret").unlink,
    "take": lambda: os.link(other / "secret", recordings / "taken"),
    "parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "passwords": Path("/etc/shadow").read_bytes,
    "program": lambda: subprocess.run(["/bin/true"], check=True),
    "process": os.fork,
    "signal": lambda: os.kill(os.getppid(), 0),
    "home": lambda: list(Path("/").iterdir()),
}

def tried(attempts):
    said = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            said[name] = "done"
        except OSError as error:
            said[name] = type(error).__name__
    return said

found = []
def all_of_it():
    found.append((tried(may), tried(may_not)))
thread = threading.Thread(target=all_of_it)
thread.start()
thread.join()
print(json.dumps([held.open_doors, *found[0]]))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    place = tmp_path_factory.mktemp("place")
    recordings, other = place / "recordings", place / "other"
    recordings.mkdir()
    other.mkdir()
    (other / "secret").write_bytes(b"of somebody else")
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", ATTEMPTS, str(recordings), str(other), port],
            capture_output=True, text=True, timeout=600, check=False,
            # As the command does: libraries must not have threads by then.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    doors, may, may_not = json.loads(done.stdout)
    if doors:
        pytest.skip(f"this kernel holds processes less: {doors}")
    return may, may_not, other


def test_what_a_recorder_needs_works(said):
    may, _, _ = said
    assert set(may.values()) == {"done"}, may


def test_all_else_fails(said):
    _, may_not, other = said
    assert [name for name, result in may_not.items() if result == "done"] == []
    assert len(may_not) == 11
    assert [each.name for each in other.iterdir()] == ["secret"]
