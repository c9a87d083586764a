"""`habeas log monitor` with a circle, against a real log and trustees."""

import json

import pytest
from typer.testing import CliRunner

from habeas import cli
from tests.unit.protocol.world import circle_note
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


def monitor(world, folder, *options, url=None, note=None):
    circle = folder / "circle.txt"
    circle.write_text(note or world.circle_note)
    arguments = [
        "log", "monitor", url or world.log_url, "--circle", str(circle),
        "--state", str(folder / "state.sqlite3"), *options,
    ]  # fmt: skip
    return CliRunner().invoke(cli.app, arguments)


def findings(done):
    return [each["code"] for each in json.loads(done.stdout)["findings"]]


def test_what_institutions_do_is_told_and_a_stranger_is_noticed(world, tmp_path):
    held = world.seal()
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(world.receipt(held).encode())
    done = monitor(world, tmp_path, "--json", "--receipt", str(receipt))
    assert done.exit_code == 2
    assert set(findings(done)) == {"roster-changed"}
    world.open(held)
    world.settled()
    world.log.append(b"no entry of anybody in the circle")
    done = monitor(world, tmp_path, "--json", "--receipt", str(receipt))
    # Looking once tells all that is known, with what earlier looks have found.
    assert set(findings(done)) == {"roster-changed", "opened", "foreign-entry"}
    plain = monitor(world, tmp_path, "--receipt", str(receipt))
    assert plain.exit_code == 2
    assert "foreign-entry: " in plain.stdout


def test_a_log_of_another_circle_is_not_followed(world, tmp_path):
    done = monitor(world, tmp_path, "--json", note=circle_note())
    assert done.exit_code == 2
    assert json.loads(done.stdout)["size"] == 0
    assert findings(done)


def test_a_log_that_does_not_answer(world, tmp_path):
    done = monitor(world, tmp_path, url="http://127.0.0.1:9")
    assert done.exit_code == 3
    assert "Not followed further" in done.stderr
