"""`habeas log monitor` with a circle, against a real log and trustees."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import AnchoredDetails
from habeas.protocol.footage import RecordedDetails, entry_of, hour_name
from habeas.tlog import leaf_hash
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app, read_signer
from tests.unit.protocol.world import circle_note
from tests.world import World
from tests.world.world import Server, listening


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


def test_a_log_of_hours_is_watched_too(tmp_path):
    """One look over both: an hour, its anchor, and then an anchor of what was never there."""
    init_log(tmp_path / "hours-log", "log.test/hours", anybody=True)
    keys = [each.vkey for each in read_signer(tmp_path / "hours-log").verifiers]
    with contextlib.ExitStack() as begun:
        sock = begun.enter_context(listening())
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        hours = {"origin": "log.test/hours", "url": url, "vkeys": keys}
        (tmp_path / "world").mkdir()
        world = World(tmp_path / "world", circle={"hours": hours})
        begun.callback(world.close)
        policy = world.circle.policy_text("quorum:acting", world.circle.q, world.circle.hours)
        (tmp_path / "hours-log" / "policy.txt").write_text(policy)
        server = Server(make_app(tmp_path / "hours-log", interval=0.01), sock)
        begun.callback(server.stop)
        with LogClient(url) as log:
            entry = entry_of(
                _recorded(), datetime.now(UTC).date(), world.recorder, bytes(32)
            ).encode()
            log.append(entry)
        _anchor(world, 1, leaf_hash(entry))
        done = monitor(world, tmp_path, "--json")
        assert set(findings(done)) == {"roster-changed"}
        assert (tmp_path / "state-hours.sqlite3").exists()
        _anchor(world, 2, bytes(32))
        done = monitor(world, tmp_path, "--json")
        assert set(findings(done)) == {"roster-changed", "hours-rewound"}


def _recorded():
    return RecordedDetails(
        camera="north-gate", hour="2026-11-27T20Z", segments=1, seconds=6, frames=60, lost=0,
        whole=0, root="0" * 64,
    )  # fmt: skip


def _anchor(world, size, root):
    now = datetime.now(UTC)
    details = AnchoredDetails(
        origin="log.test/hours", size=size, root=root.hex(), hour=hour_name(now)
    )
    day = now.date().isoformat()
    entry = sign_entry(world.custodian, Kind.ANCHORED, day, details, bytes(32))
    world.log.append(entry.encode())


def test_a_log_that_does_not_answer(world, tmp_path):
    done = monitor(world, tmp_path, url="http://127.0.0.1:9")
    assert done.exit_code == 3
    assert "Not followed further" in done.stderr
