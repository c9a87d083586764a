"""What a camera owes the log is found, and looked for only where there may be something."""

from datetime import date
from pathlib import Path

import pytest

from habeas.cameras.declaration import Camera
from habeas.cameras.recordings import Recordings
from tests.media.video.segments import CAMERA, RECORDER

TODAY = date(2026, 11, 23)


@pytest.fixture
def camera(tmp_path):
    file = tmp_path / "camera.toml"
    file.write_text(CAMERA)
    return Camera.load(file).public()


@pytest.fixture
def register(tmp_path, camera):
    """A camera whose first entry is on the log."""
    made = Recordings(tmp_path / "recordings")
    made.write_camera(camera, TODAY, RECORDER)
    tell(made)
    return made


def tell(register):
    owed = list(register.owed())
    for index, each in enumerate(owed):
        register.logged(each, index)
    return len(owed)


@pytest.fixture
def listed(monkeypatch):
    """Folders that are listed from now on."""
    found = []
    glob = Path.glob

    def noted(path, pattern):
        found.append(path.name)
        return glob(path, pattern)

    monkeypatch.setattr(Path, "glob", noted)
    return found


def test_days_are_not_listed_again_while_the_camera_is_the_same(register, listed):
    assert tell(register) == 0
    assert "north-gate" in listed
    listed.clear()
    (register.place("north-gate") / "2026-11-23").mkdir()
    assert tell(register) == 0
    assert "north-gate" not in listed


def test_what_somebody_else_owes_meanwhile_is_found(register, camera):
    assert tell(register) == tell(register) == 0
    other = Recordings(register.folder)
    assert other.write_camera(camera.model_copy(update={"keep_days": 30}), TODAY, RECORDER)
    assert tell(register) == 1
    assert tell(register) == 0
    assert register.write_camera(camera, TODAY, RECORDER)
    assert tell(register) == 1


def test_an_entry_that_is_not_in_force_yet_is_found_when_it_is(register, camera):
    file = register.place("north-gate") / "camera.json"
    before = file.read_bytes()
    other = Recordings(register.folder)
    other.write_camera(camera.model_copy(update={"keep_days": 30}), TODAY, RECORDER)
    after = file.read_bytes()
    file.write_bytes(before)  # as if its writer were between the two files
    assert tell(register) == 0
    file.write_bytes(after)
    assert tell(register) == 1


def test_a_camera_that_owed_nothing_and_is_gone_raises_nothing(register):
    assert tell(register) == 0
    (register.place("north-gate") / "camera.json").unlink()
    assert register.owed_entries("north-gate") == []
