"""A real camera over RTSP, watched live: `habeas record`, confined, answers what the log proves."""

import contextlib
import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
from PIL import Image

from habeas.cameras import live_address
from habeas.cameras.live_address import FILE
from habeas.cameras.live_port import AT
from habeas.tlog import NoteSigner
from tests.media.video.test_recorder import Camera_, declare, film, pytestmark  # noqa: F401
from tests.unit.cameras import test_watching
from tests.unit.cameras.street import Street
from tests.unit.protocol.world import Log, circle_note
from tests.waiting import until

LIVE = '[live]\nminutes = 15\npurposes = ["emergency"]\n[cover]'


class Watched:
    """`habeas record` in a process of its own, and a look that its log proves."""

    def __init__(self, folder, url):
        file = declare(folder, url)
        file.write_text(file.read_text().replace("[cover]", LIVE))
        (folder / "circle.txt").write_text(circle_note())
        self.place = folder / "recordings" / "north-gate"
        self.said = folder / "said.txt"
        self.telling = self.said.open("wb")
        begin = datetime.now(UTC).replace(microsecond=0)
        end = begin + timedelta(minutes=15)
        street = Street.__new__(Street)
        street.log = Log()
        grant = test_watching.grant(begin=begin.isoformat(), end=end.isoformat())
        self.content = test_watching.ask(street, grant)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "habeas.cli", "record", file, "--recordings",
             self.place.parent, "--circle", folder / "circle.txt", "--live", "localhost:0"],
            stderr=self.telling,
        )  # fmt: skip

    def ask(self, content=None):
        until((self.place / FILE).exists, "its port")
        key = NoteSigner.parse((self.place.parent / "recorder.key").read_text().strip())
        note = (self.place / FILE).read_bytes()
        where, context = live_address.read(note, "north-gate", [key.verifier])
        assert where.host == "localhost"
        return httpx.post(
            f"https://{where}/live/north-gate", content=content or self.content,
            verify=context, trust_env=False, timeout=600,
        )  # fmt: skip

    def picture(self):
        """The next answer that has one."""
        return until(
            lambda: answer if (answer := self.ask()).status_code == 200 else None,
            "a picture", pause=0.1,
        )  # fmt: skip

    def end(self):
        self.process.terminate()
        ended = self.process.wait()
        self.telling.close()
        assert ended == 0, self.said.read_text()


@pytest.mark.parametrize("how", [(), ("udp",)], ids=["tcp", "udp"])
def test_a_real_camera_is_watched_covered_and_marked(film, tmp_path, how):  # noqa: F811
    with contextlib.ExitStack() as ends:
        camera = Camera_(film, *how)
        ends.callback(camera.kill)
        camera.start()
        watched = Watched(tmp_path, camera.url)
        ends.callback(watched.end)
        answer = watched.picture()
        # Said for people, and judged by none of the tests: a loaded machine is later.
        late = datetime.now(UTC) - datetime.fromisoformat(answer.headers[AT])
        print(f"{late.total_seconds():.2f} s late")  # noqa: T201
        pixels = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"))
        assert pixels.shape == (480, 640, 3)
        # The cover of the film's face; the mark's own ground is below.
        assert (pixels[:-80].max(axis=2) < 60).sum() > 4000
        stranger = watched.ask(b"{}")
        assert stranger.status_code == 403
        assert b"\xff\xd8" not in stranger.content
    assert not (watched.place / FILE).exists()
    # What was seen is on no disk but as a recording.
    assert {each.suffix for each in watched.place.rglob("*") if each.is_file()} <= {
        ".json", ".jsonl", ".mp4", ".jpg", "",
    }  # fmt: skip
