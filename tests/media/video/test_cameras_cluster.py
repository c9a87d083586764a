"""`habeas cameras serve --cluster`: a machine dies, others record its cameras, no moment twice."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from habeas.cameras import live_address
from habeas.cameras.hours import hour_of
from habeas.cameras.lease import LeaseError, LeaseTerms
from habeas.cameras.leases import LeaseFiles
from habeas.cameras.live_address import LiveAddressError
from habeas.cli._cameras_cluster import Passed, serve_on
from habeas.cover import cluster
from habeas.tlog import NoteSigner
from tests.media.video import streams
from tests.media.video.machines import alone, machines
from tests.media.video.power import below, command, cut_power
from tests.media.video.test_serve import Served, covered, declare, spans
from tests.service.tlog.servers import free_ports
from tests.unit.cameras import test_watching
from tests.unit.cameras.street import Street
from tests.unit.protocol.world import Log, circle_note
from tests.waiting import until

__all__ = ["alone", "machines"]

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
LIVE = '[camera.live]\nminutes = 15\npurposes = ["emergency"]\n'
#: Two of each site; the last stands where there is no machine.
CAMERAS = {"a": "east", "b": "east", "c": "west", "d": "west", "e": "south", "f": "south"}


def declared(folder, cameras):
    """A cameras.toml of CAMERAS with their sites; all may be watched live."""
    file = declare(folder, **{name: cameras[name].url for name in CAMERAS})
    text = file.read_text()
    for name, site in CAMERAS.items():
        text = text.replace(f'id = "{name}"\n', f'id = "{name}"\nsite = "{site}"\n')
    text = text.replace("[camera.cover]", f"{LIVE}[camera.cover]")
    file.write_text(text)
    return file


def token(place, camera):
    """Of the camera's lease."""
    found = LeaseFiles(place.folder).read(camera)
    return found.token if found else 0


class Watched:
    """A look at a camera that its log proves, and the pictures that come for it.

    Args:
        place: all recordings.
        camera: id.
        ports: at one of which its recorder answers.
    """

    def __init__(self, place, camera, ports):
        self.place, self.camera, self.ports = place.place(camera), camera, ports
        street = Street.__new__(Street)
        street.log = Log()
        begin = datetime.now(UTC).replace(microsecond=0)
        grant = test_watching.grant(
            begin=begin.isoformat(), end=(begin + timedelta(minutes=15)).isoformat()
        )
        self.content = test_watching.ask(street, grant, camera=camera)

    def note(self):
        """Where the camera's recorder answers, in its own words; empty while it says nothing."""
        file = self.place / live_address.FILE
        return file.read_bytes() if file.exists() else b""

    def seen(self):
        """Whether a picture comes, asked as a portal asks."""
        key = NoteSigner.parse((self.place.parent / "recorder.key").read_text().strip())
        note = self.note()
        if not note:
            return False
        where, context = live_address.read(note, self.camera, [key.verifier])
        assert where.port in self.ports
        with contextlib.suppress(httpx.TransportError):
            answer = httpx.post(
                f"https://{where}/live/{self.camera}", content=self.content, verify=context,
                trust_env=False, timeout=60,
            )  # fmt: skip
            return answer.status_code == 200 and answer.content.startswith(b"\xff\xd8")
        return False


def recorder_of(machine, camera):
    """Whether a process that records *camera* first runs on *machine*."""
    raylets = [each.process.pid for each in machine.all_processes["raylet"]]
    return any(
        camera in words and "--attended" in words and "--standby" not in words
        for raylet in raylets
        for words in (command(pid).split("\0") for pid in below(raylet))
    )


def recorders_of(file):
    """Processes that a cluster keeps for *file*."""
    pids = [each.name for each in Path("/proc").glob("[0-9]*")]
    return [each for each in pids if {"--attended", str(file)} <= set(command(each).split("\0"))]


def test_a_machine_dies_and_each_of_its_cameras_is_recorded_by_another_and_none_twice(
    machines, tmp_path
):
    running, second, _ = machines
    film = streams.film(8, fps=5)
    with contextlib.ExitStack() as open_:
        cameras = {each: open_.enter_context(streams.Camera(film)) for each in CAMERAS}
        file = declared(tmp_path, cameras)
        (tmp_path / "circle.txt").write_text(circle_note())
        (first,) = free_ports(1)
        ports = range(first, first + 12)
        served = Served(
            file, tmp_path / "recordings", "--cluster", running.address, "--group", "2",
            "--live", f"{ports[0]}-{ports[-1]}", "--circle", str(tmp_path / "circle.txt"),
        )  # fmt: skip
        with served as one:
            one.until(lambda: all(map(one.segments, CAMERAS)), "a segment of each")
            one.until(
                lambda: sum("stands by for" in each for each in one.said) >= 3,
                "three that stand by",
            )
            # Each is recorded on its site.
            assert recorder_of(running.head_node, "a")
            assert recorder_of(second, "c")
            assert one.ask("/readyz").json()["cameras"].keys() == CAMERAS.keys()
            one.until(
                lambda: sum(f"{len(CAMERAS) // 3} cameras" in each for each in one.said) >= 6,
                "all six processes",
            )
            watched = Watched(one.place, "c", ports)
            one.until(watched.seen, "a live picture")
            note = watched.note()
            before = {each: token(one.place, each) for each in CAMERAS}
            mine = [each for each in CAMERAS if recorder_of(second, each)]
            assert {"c", "d"} <= set(mine)
            cut_power(second)
            one.until(
                lambda: all(token(one.place, each) > before[each] for each in mine),
                "later tokens of all that were recorded there",
            )
            segments = {each: len(one.segments(each)) for each in CAMERAS}
            one.until(
                lambda: all(len(one.segments(each)) > segments[each] for each in CAMERAS),
                "a segment more of each",
            )
            # The same look goes on where its camera is recorded now.
            one.until(lambda: watched.note() != note and watched.seen(), "a live picture again")
            assert one.end() == 0, one.said
        for each in CAMERAS:
            found = spans(one.segments(each))
            assert all(one[1] <= two[0] for one, two in itertools.pairwise(found)), each
            assert all(covered(segment.path) for segment in one.segments(each)), each
            assert LeaseFiles(one.place.folder).read(each).released
        late_writers_are_refused(one.place, one.segments("c")[0].path, before["c"])
        the_gap_stands_in_its_hour(one.place, "c")
        posts_end_with_their_command(running, tmp_path, cameras["a"])


def late_writers_are_refused(place, path, token):
    """What the dead machine's recorder still had does not count."""
    part = place.new_part("c")
    part.write_bytes(path.read_bytes())
    with pytest.raises(LeaseError):
        place.add("c", datetime.now(UTC), part, token=token)


def the_gap_stands_in_its_hour(place, camera):
    """The hours' seconds are those of segments alone, and not of the time between them."""
    signer, today = NoteSigner.generate("test/recorder"), datetime.now(UTC).date()
    found = spans(place.segments(camera, datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC)))
    gap = max((two[0] - one[1]).total_seconds() for one, two in itertools.pairwise(found))
    hours = [hour_of(each) for each in place.hours(camera)]
    closed = [place.close_hour(camera, each, today, signer) for each in hours]
    said = sum(each.milliseconds for hour in closed for each in hour.segments) / 1000
    assert gap > LeaseTerms().renew
    assert said < (found[-1][1] - found[0][0]).total_seconds() - gap + len(found)


def posts_end_with_their_command(running, folder, camera):
    """However it ends: nobody is left who records what no list names any more."""
    (folder / "killed").mkdir()
    file = declare(folder / "killed", a=camera.url)
    with Served(file, folder / "killed/recordings", "--cluster", running.address) as one:
        one.until(lambda: one.segments("a"), "a segment")
        assert recorders_of(file)
    until(lambda: not recorders_of(file), "the end of its recorders")


@pytest.mark.parametrize(
    "ports", ["recorder.example:8444", "8444-8440", "0", "8444", "0-9", "eight", "-8444", "8444-"]
)
def test_a_cluster_needs_ports_alone_and_one_for_each_group(tmp_path, ports):
    file = declare(tmp_path, a="tcp://127.0.0.1:9", b="tcp://127.0.0.1:9")
    with pytest.raises(LiveAddressError) as refused:
        serve_on(
            "nowhere", file, tmp_path / "recordings", 1, (),
            Passed(data=None, log=None, circle=None, key=None, bucket=None, config=None),
            live=ports, seconds=1, health_port=None, resume=False,
        )  # fmt: skip
    assert "FIRST-LAST" in refused.value.remedy


def test_what_is_said_once_is_not_said_to_processes_that_start_by_themselves(tmp_path):
    with streams.Camera(streams.film(3)) as camera:
        file = declare(tmp_path, a=camera.url)
    done = subprocess.run(
        [sys.executable, "-m", "habeas.cli", "cameras", "serve", str(file), "--recordings",
         str(tmp_path / "recordings"), "--cluster", "auto", "--resume"],
        capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "400"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "--resume is said once" in done.stdout + done.stderr
    assert cluster.ClusterError.code == "cluster"
