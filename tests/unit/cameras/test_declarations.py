"""Many cameras in one file; their addresses in the secret store alone."""

import pytest

from habeas.cameras.declaration import CameraError
from habeas.cameras.declarations import ANYWHERE, chosen, load
from habeas.cameras.fleet import reach
from habeas.configuration.errors import SecretError

ONE = """
[[camera]]
id = "{id}"
address = {{ file = "{address}" }}
name = {{ en = "Gate", ru = "Ворота" }}
where = {{ en = "Park Road 1", ru = "Парковая, 1" }}
latitude = 55.7512
longitude = 37.6184
why = {{ en = "Safety", ru = "Безопасность" }}
viewers = ["parks-department"]
keep_days = 14
since = 2026-11-01
{more}
[camera.cover]
detector = "centerface"
always = ["0,50,30,50"]
"""


def listed(folder, *ids, more=""):
    """A cameras.toml of these ids, and a secret for each."""
    text = ""
    for each in ids:
        secret = folder / each
        secret.touch(mode=0o600)
        secret.write_text(f"rtsp://user:hidden@10.0.0.7/{each}\n")
        text += ONE.format(id=each, address=secret, more=more)
    file = folder / "cameras.toml"
    file.write_text(text)
    return file


def test_cameras_are_read_with_their_addresses_apart(tmp_path):
    file = listed(tmp_path, "north-gate", "river-bridge", more='rate = 5\nturn = 90\nsite = "east"')
    cameras = load(file)
    assert [each.id for each in cameras] == ["north-gate", "river-bridge"]
    assert {each.site for each in cameras} == {"east"}
    assert "hidden" not in repr(cameras)
    one = cameras[1].reached()
    assert one.url == "rtsp://user:hidden@10.0.0.7/river-bridge"
    assert (one.rate, one.turn, one.settings().always[0].top) == (5, 90, 0.5)
    assert one.public() == cameras[1].public()
    assert load(listed(tmp_path, "north-gate"))[0].site == ANYWHERE


def test_an_address_that_cannot_be_read_costs_that_camera_alone(tmp_path):
    cameras = load(listed(tmp_path, "north-gate", "river-bridge"))
    (tmp_path / "north-gate").unlink()
    with pytest.raises(SecretError):
        cameras[0].reached()
    reached = reach(cameras)
    assert [each.id for each in reached.cameras] == ["river-bridge"]
    assert set(reached.unknown) == {"north-gate"}


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("address = { file", "url = { file", "camera north-gate: address"),
        ("[[camera]]", "other = 1\n[[camera]]", "other means nothing here"),
        ("[[camera]]", "[camera]", "no list of cameras"),
        ('id = "river-bridge"', 'id = "north-gate"', "north-gate stands there twice"),
        ("keep_days = 14", "keep_days = 0", "camera north-gate: keep_days"),
        ('id = "north-gate"', "id = 7", "camera 1: id"),
        ("[[camera]]", "[[camera", "not TOML"),
        ("rate = 5", "rate = 0", "rate"),
        ('detector = "centerface"', 'detector = "eye"', "cover"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path, before, after, named):
    file = listed(tmp_path, "north-gate", "river-bridge", more="rate = 5")
    text = file.read_text()
    assert before in text
    if after.startswith("[camera]"):
        text = text.split("[[camera]]")[1]
        text = "[camera]" + text
    else:
        text = text.replace(before, after, 1)
    file.write_text(text)
    with pytest.raises(CameraError) as refused:
        load(file)
    assert named in refused.value.cause
    assert refused.value.remedy


def test_an_address_in_the_file_itself_is_refused_and_not_shown(tmp_path):
    file = listed(tmp_path, "north-gate")
    lines = file.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("address"))
    lines[at] = 'address = "rtsp://user:hidden@10.0.0.7/"'
    file.write_text("\n".join(lines))
    with pytest.raises(CameraError) as refused:
        load(file)
    assert "hidden" not in str(refused.value)
    assert "address" in refused.value.cause


def test_some_of_them_are_chosen_by_id(tmp_path):
    cameras = load(listed(tmp_path, "a", "b", "c"))
    assert chosen(cameras, ()) == cameras
    assert [each.id for each in chosen(cameras, ["c", "a"])] == ["a", "c"]
    with pytest.raises(CameraError, match="no camera d"):
        chosen(cameras, ["a", "d"])


def test_no_file_is_said(tmp_path):
    with pytest.raises(CameraError, match="cannot be read"):
        load(tmp_path / "cameras.toml")
