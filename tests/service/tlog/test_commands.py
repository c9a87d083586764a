"""`habeas log` against a log that runs."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from habeas import tlog
from habeas.cli.log import app
from habeas.foundation.errors import HabeasError
from habeas.protocol.footage import CameraDetails, entry_of
from habeas.register.admission import CircleAdmission
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app
from tests.service.tlog.running import served
from tests.unit.protocol.world import RECORDER_KEY, circle_note

WORDS = {"en": "North", "ru": "Север"}
CAMERA = {
    "v": 2, "act": "registered", "camera": "bridge-north",
    "entry": {
        "id": "bridge-north", "name": WORDS, "where": WORDS, "latitude_e6": 0, "longitude_e6": 0,
        "why": WORDS, "viewers": [], "keep_days": 14, "since": "2026-11-01",
        "detector": "centerface", "quality": "thorough",
    },
}  # fmt: skip


@pytest.fixture
def live(tmp_path):
    folder = tmp_path / "log"
    init_log(folder, "log.example/cli", anybody=True)
    with served(make_app(folder, interval=0.01)) as url:
        yield folder, url


def invoke(*arguments, **options):
    return CliRunner().invoke(app, [str(each) for each in arguments], **options)


def test_the_commands(live):
    folder, url = live
    policy = folder / "policy.txt"
    entries = [f"entry {number}" for number in range(9)]
    for entry in entries:
        done = invoke("append", url, "-", input=entry)
        assert done.exit_code == 0
    assert tlog.TlogProof.parse(done.stdout).index == 8
    done = invoke("append", url, "-", "--json", input=entry)
    assert json.loads(done.stdout)["index"] == 8
    shown = invoke("show", url, 0, 2, "--json").stdout.splitlines()
    assert [json.loads(line)["index"] for line in shown] == [0, 1, 2]
    assert invoke("show", url).stdout.startswith("log.example/cli\n9\n")
    proof = tlog.TlogProof.parse(invoke("proof", url, 8).stdout)
    proof.verify(entry.encode(), tlog.Policy.parse(policy.read_text()))
    for place in (url, folder, folder / "public"):
        done = invoke("verify", place, "--policy", policy, "--json")
        assert json.loads(done.stdout)["size"] == 9


def test_a_log_with_a_circle_takes_what_its_writers_have_signed(tmp_path):
    """As `habeas log serve` makes it: no token, and no entry by anybody else."""
    folder = tmp_path / "log"
    init_log(folder, "log.example/circle")
    (folder / "circle.txt").write_text(circle_note())
    now = datetime.now(UTC).date()
    camera = CameraDetails.read(CAMERA)
    with served(make_app(folder, CircleAdmission.of_log(folder), interval=0.01)) as url:
        with LogClient(url) as log:
            assert log.append(entry_of(camera, now, RECORDER_KEY, bytes(32)).encode()).index == 0
            stranger = tlog.NoteSigner.generate("stranger.example/recorder")
            for refused in (b"bytes", entry_of(camera, now, stranger, bytes(32)).encode()):
                with pytest.raises(HabeasError) as error:
                    log.append(refused)
                assert error.value.remedy
        assert invoke("show", url).stdout.startswith("log.example/circle\n1\n")


@pytest.mark.parametrize("name", ["allow", "mirror", "push", "rebuild"])
def test_commands_of_habeas_tlog_are_there_too(name):
    done = invoke(name, "--help")
    assert done.exit_code == 0
    assert "--data FOLDER" in done.stdout or name == "push"
