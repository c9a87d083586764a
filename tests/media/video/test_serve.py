"""`habeas cameras serve`: many cameras in one process; one that fails is nothing to the rest."""

from __future__ import annotations

import contextlib
import itertools
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from habeas.cameras import health
from habeas.cameras.lease import LeaseError
from habeas.cameras.leases import LeaseFiles
from habeas.cameras.recordings import Recordings
from tests.media.video import films, streams
from tests.unit.cameras.test_declarations import ONE
from tests.waiting import until

pytestmark = pytest.mark.slow


def declare(folder, **addresses):
    """A cameras.toml; an address of None lies nowhere."""
    text = ""
    for name, url in addresses.items():
        secret = folder / f"{name}.address"
        if url is not None:
            secret.touch(mode=0o600)
            secret.write_text(f"{url}\n")
        text += ONE.format(id=name, address=secret, more="")
    text = text.replace('always = ["0,50,30,50"]', 'quality = "fast"')
    (folder / "cameras.toml").write_text(text)
    return folder / "cameras.toml"


class Served:
    """The command, running; what it says is read by a thread, so that it never waits for us."""

    def __init__(self, file, recordings, *more):
        self.place = Recordings(recordings)
        command = [sys.executable, "-m", "habeas.cli", "cameras", "serve", str(file),
                   "--recordings", str(recordings), "--health-port", "0", *more]  # fmt: skip
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.said = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self):
        for line in self.process.stderr:
            self.said.append(line.strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)

    def end(self, how=signal.SIGTERM):
        """End it; its exit status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        status = self.process.wait()
        self._reading.join()
        self.process.stderr.close()
        return status

    def until(self, condition, what):
        """Wait, and say on failure what the command said."""

        def alive():
            assert self.process.poll() is None, self.said
            return condition()

        try:
            return until(alive, what, pause=0.2)
        except AssertionError:
            raise AssertionError(self.said) from None

    def segments(self, camera):
        now = datetime.now(UTC)
        span = (now - timedelta(hours=1), now + timedelta(minutes=1))
        return self.place.segments(camera, *span)

    def state(self, camera):
        found = health.read(self.place.place(camera), datetime.now(UTC))
        return found.state if found else None

    @property
    def probes(self):
        line = self.until(
            lambda: next((each for each in self.said if "/readyz" in each), None), "the probes"
        )
        return line.split()[-1]

    def ask(self, path):
        return httpx.get(f"{self.probes}{path}", trust_env=False, timeout=60)


def covered(path):
    """Whether the face is covered in every frame: nothing else is dark."""
    frames = films.read(path)
    return bool(frames) and all(films.dark(frame).sum() > 1500 for frame in frames)


def widths(segments):
    """Of their pictures, pixels."""
    return {films.read(each.path)[0].width for each in segments}


def test_what_becomes_of_one_camera_is_nothing_to_the_others(tmp_path):
    film, other = streams.film(8), streams.film(3, width=352, height=288)
    junk = (bytes(range(256)) * 4000, 3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        streams.Camera(film) as well,
        streams.Camera(streams.film(3), other) as changing,
        streams.Camera(streams.film(3), junk, film) as damaged,
    ):
        file = declare(
            tmp_path, well=well.url, changing=changing.url, damaged=damaged.url,
            gone=f"tcp://127.0.0.1:{port}", unknown=None,
        )  # fmt: skip
        with Served(file, tmp_path / "recordings") as one:
            one.until(lambda: len(one.segments("well")) >= 3, "three segments of the one")
            one.until(lambda: widths(one.segments("changing")) == {320, 352}, "two sizes")
            one.until(lambda: damaged.served >= 3, "a third connection of the damaged one")
            one.until(lambda: len(one.segments("damaged")) >= 2, "the damaged one again")
            one.until(lambda: one.state("unknown") == "lost", "the one without an address")
            one.until(lambda: one.state("gone") == "lost", "the one that is gone")
            # Between two films it is away for a moment, as cameras are.
            ready = one.until(
                lambda: (found := one.ask("/readyz")).json()["cameras"]["well"]["ok"] and found,
                "the one, well",
            )
            assert ready.status_code == 503
            cameras = ready.json()["cameras"]
            assert set(cameras) == {"well", "changing", "damaged", "gone", "unknown"}
            assert "lost" in cameras["gone"]["problems"]
            assert "address" in cameras["unknown"]["problems"]["lost"]
            one.until(
                lambda: 'habeas_recorder_ready{camera="well"} 1\n' in one.ask("/metrics").text,
                "the figures of the one, well",
            )
            assert 'habeas_recorder_ready{camera="gone"} 0\n' in one.ask("/metrics").text
            assert {"NoNewPrivs:\t1", "Seccomp:\t2"} <= set(
                Path(f"/proc/{one.process.pid}/status").read_text().splitlines()
            )
            assert one.end() == 0, one.said
        for name in ("well", "changing", "damaged"):
            assert all(covered(each.path) for each in one.segments(name)), name
            assert one.state(name) == "stopped"
            assert not list((one.place.place(name) / ".parts").iterdir())
        assert not any("127.0.0.1" in each for each in one.said if "/readyz" not in each)
        assert one.said[-1].endswith("all cameras have ended")


def test_a_kill_loses_no_segment_of_any_camera(tmp_path):
    film = streams.film(8)
    with streams.Camera(film) as a, streams.Camera(film) as b:
        file = declare(tmp_path, a=a.url, b=b.url)
        with Served(file, tmp_path / "recordings") as one:
            one.until(lambda: one.segments("a") and one.segments("b"), "a segment of each")
            one.end(signal.SIGKILL)
        before = {name: [each.path for each in one.segments(name)] for name in "ab"}
        assert all(covered(each) for paths in before.values() for each in paths)
        with Served(file, tmp_path / "recordings", "--only", "a") as again:
            more = len(before["a"])
            again.until(lambda: len(again.segments("a")) > more, "one more of the first")
            assert again.end() == 0
        assert set(before["a"]) < {each.path for each in again.segments("a")}
        assert before["b"] == [each.path for each in again.segments("b")]


def spans(segments):
    """The moments of the first and the last picture of each.

    A file's first picture need not be at 0: those between which others are wait for them.
    """
    found = []
    for each in segments:
        frames = films.read(each.path)
        shown = timedelta(seconds=frames[-1].time - frames[0].time)
        found.append((each.start, each.start + shown))
    return found


def token_of(served, camera):
    """The token that is stored, and whether it was let go of."""
    stored = LeaseFiles(served.place.folder).read(camera)
    return (stored.token, stored.released) if stored else None


def test_a_camera_of_a_process_that_died_is_recorded_by_another_and_no_moment_twice(tmp_path):
    film = streams.film(8)
    with streams.Camera(film) as a, streams.Camera(film) as b:
        file = declare(tmp_path, a=a.url, b=b.url)
        recordings = tmp_path / "recordings"
        with Served(file, recordings, "--shared") as first:
            first.until(lambda: first.segments("a") and first.segments("b"), "a segment of each")
            with Served(file, recordings, "--shared") as second:
                second.until(lambda: "2 cameras" in " ".join(second.said), "the second one")
                first.end(signal.SIGKILL)
                second.until(
                    lambda: all(
                        any(f"{each}: the lease is held here" in line for line in second.said)
                        for each in "ab"
                    ),
                    "both leases taken over",
                )
                before = {each: len(second.segments(each)) for each in "ab"}
                second.until(
                    lambda: all(len(second.segments(each)) > before[each] for each in "ab"),
                    "a segment of each by the second one",
                )
                assert second.end() == 0, second.said
        for name in "ab":
            token, released = token_of(second, name)
            assert token >= 2
            assert released
            found = spans(second.segments(name))
            twice = [(one, two) for one, two in itertools.pairwise(found) if one[1] > two[0]]
            assert not twice
        alone = Recordings(recordings)
        part = alone.new_part("a")
        part.write_bytes(second.segments("a")[0].path.read_bytes())
        with pytest.raises(LeaseError):
            alone.add("a", datetime.now(UTC), part, token=1)
