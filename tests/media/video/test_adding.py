"""`habeas cameras add`: one command, a covered picture to judge by, the password in one place."""

import subprocess
import sys

import pytest
from PIL import Image

from habeas.cameras import declarations
from tests.media.video.test_recorder import Camera_, film, pytestmark  # noqa: F401

FIELDS = (
    "--name", "North gate", "--name-ru", "Северные ворота", "--where", "Park Road 1",
    "--why", "Safety", "--latitude", "55.75", "--longitude", "-37.61",
    "--viewer", "parks-department", "--always", "0,90,100,10",
)  # fmt: skip


@pytest.fixture
def camera(film):  # noqa: F811
    served = Camera_(film, "user=guard:pass-word")
    served.start()
    yield served
    served.kill()


def add(folder, address, *more, answer="", name="north-gate"):
    return subprocess.run(
        [sys.executable, "-m", "habeas.cli", "cameras", "add", name, "--data", folder, *FIELDS,
         *more],
        input=f"{address}\n{answer}", capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_camera_is_added_with_its_password_in_the_secret_store_alone(camera, tmp_path):
    address = camera.url.replace("rtsp://", "rtsp://guard:pass-word@")
    done = add(tmp_path, address, "--yes")
    assert done.returncode == 0, done.stderr
    assert "640 × 480 pixels" in done.stderr
    (listed,) = declarations.load(tmp_path / "cameras.toml")
    assert (listed.id, listed.name.ru, listed.longitude) == (
        "north-gate", "Северные ворота", -37.61,
    )  # fmt: skip
    assert listed.cover.always == ("0,90,100,10",)
    assert listed.reached().url == address
    secret = tmp_path / "addresses" / "north-gate"
    assert secret.stat().st_mode & 0o777 == 0o600
    with Image.open(tmp_path / "north-gate.covered.jpg") as still:
        assert still.size == (640, 480)
        # The zone that is never recorded.
        assert max(still.convert("L").crop((0, 440, 640, 480)).getextrema()) < 60
    for each in tmp_path.rglob("*"):
        if each.is_file() and each != secret:
            assert b"pass-word" not in each.read_bytes()
    assert "pass-word" not in done.stdout + done.stderr
    # Once: neither the list nor the secret is replaced.
    again = add(tmp_path, "rtsp://elsewhere/", "--yes")
    assert again.returncode != 0
    assert "there already" in again.stderr
    assert listed.reached().url == address


def test_nothing_is_kept_of_a_camera_that_is_not_reached_or_not_wanted(camera, tmp_path):
    wrong = camera.url.replace("rtsp://", "rtsp://guard:guess@")
    done = add(tmp_path, wrong, "--yes")
    assert done.returncode != 0
    assert "does not answer" in done.stderr
    assert "guess" not in done.stdout + done.stderr
    right = camera.url.replace("rtsp://", "rtsp://guard:pass-word@")
    refused = add(tmp_path, right, answer="n\n")
    assert refused.returncode != 0
    assert "was not added" in refused.stderr
    assert [each for each in tmp_path.rglob("*") if each.is_file() and each.name[0] != "."] == []


def test_a_camera_with_the_name_of_a_page_is_refused_before_its_address_is_read(tmp_path):
    done = add(tmp_path, "rtsp://guard:pass-word@elsewhere/", "--yes", name="hours")
    assert done.returncode != 0
    assert "No camera can be called hours" in done.stderr
    assert "another id" in done.stderr
    assert not list(tmp_path.iterdir())
