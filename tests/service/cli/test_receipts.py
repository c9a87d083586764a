"""`habeas verify` and `habeas withdraw` with a receipt's file, against a real log and trustees."""

import dataclasses
import http.server
import json
import threading
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.custody.locked import lock
from habeas.foundation.errors import HabeasError
from habeas.protocol import stream
from habeas.protocol.document import base64_of
from habeas.protocol.statements import sign_statement
from habeas.trustee.errors import NoShareError
from tests.waiting import until
from tests.world import World
from tests.world.successors import succeed
from tests.world.world import listening


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A world that tests leave whole."""
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.close()


@pytest.fixture
def world(tmp_path):
    (tmp_path / "world").mkdir()
    world = World(tmp_path / "world")
    yield world
    world.close()


def habeas(*arguments):
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


def keep(world, held, folder):
    """The receipt's file, and the circle's, which a trustee has handed out."""
    receipt, circle = folder / "receipt.json", folder / "circle.txt"
    receipt.write_bytes(world.receipt(held).encode())
    circle.write_text(world.circle_note)
    return receipt, circle


def told(receipt, *options):
    done = habeas("verify", receipt, "--json", *options)
    return done.exit_code, json.loads(done.stdout)


class _Portal(http.server.BaseHTTPRequestHandler):
    """Answers what a portal keeps of a receipt."""

    kept: ClassVar[dict] = {}

    def do_GET(self):
        body = json.dumps(self.kept).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# Verifying


def line_of(held, shown, key=None):
    """A request as the custodian keeps it, locked for the receipt's holder."""
    entry, request = shown.entry, shown.body["request"]
    number = request["number"]
    key = stream.details_key(key or held.stream_key(), number)
    salt = bytes.fromhex(shown.body["salt"])
    locked = lock(key, bytes(12), entry, salt, request)
    return {"entry": entry.decode(), "number": number, "locked": base64_of(locked), "proof": None}


def test_reasons_are_shown_where_they_are_what_the_log_commits_to(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "world").mkdir()
        world = World(tmp_path / "world", portal=f"http://127.0.0.1:{server.server_address[1]}")
        try:
            held = world.seal()
            world.followed()
            good, _hidden, forged = (
                world.request(held, reason=f"Reason number {number}") for number in range(3)
            )
            world.followed()
            changed = dict(forged.body["request"], reason="Another reason")
            lie = line_of(
                held, dataclasses.replace(forged, body={**forged.body, "request": changed})
            )
            _Portal.kept = {"lines": [line_of(held, good), lie, {"entry": 7}, None, "x"]}
            receipt, circle = keep(world, held, tmp_path)
            _, found = told(receipt, "--pin", circle)
            asked = [act for act in found["acts"] if act["kind"] == "requested"]
            assert [act.get("reason") for act in asked] == ["Reason number 0", None, None]
            plain = habeas("verify", receipt, "--pin", circle).stdout
            assert "“Reason number 0”" in plain
            assert plain.count("the portal shows no reason") == 2
            _Portal.kept = {"lines": "none"}
            plain = habeas("verify", receipt, "--pin", circle).stdout
            assert plain.count("the portal shows no reason") == 3
        finally:
            world.close()
            server.shutdown()


def test_complete_is_status_0_and_names_each_opening(shared, tmp_path):
    held = shared.seal()
    shared.open(held)
    shared.settled()
    shared.followed()
    receipt, circle = keep(shared, held, tmp_path)
    status, found = told(receipt, "--pin", circle)
    assert (status, found["outcome"], found["openings"]) == (0, "complete", 1)
    assert [act["kind"] for act in found["acts"]] == [
        "sealed", "requested", "released", "released",
    ]  # fmt: skip
    plain = habeas("verify", receipt, "--pin", circle)
    assert plain.exit_code == 0
    assert "Complete. The photo was opened once." in plain.stdout
    assert "asked for by licensing-office, for decide-application" in plain.stdout
    assert "as far as is known" not in plain.stdout
    assert "Not proven" not in plain.stdout


def test_never_opened_is_said_of_what_everybody_has_shown(shared, tmp_path):
    held = shared.seal()
    shared.followed()
    receipt, _ = keep(shared, held, tmp_path)
    for pin in (shared.circle.digest().hex(), shared.circle.trustees[2].statement_vkey):
        done = habeas("verify", receipt, "--pin", pin)
        assert done.exit_code == 0, done.stdout
        assert "The photo was never opened." in done.stdout


def test_without_a_pin_nothing_is_complete(shared, tmp_path):
    held = shared.seal()
    shared.followed()
    receipt, _ = keep(shared, held, tmp_path)
    other = shared.recorder.vkey
    for options in ([], ["--pin", "00" * 32], ["--pin", other]):
        done = habeas("verify", receipt, *options)
        assert done.exit_code == 3
        assert "never opened" not in done.stdout
        assert "No pin vouches for its circle" in done.stdout


def test_offline_says_what_was_not_asked(shared, tmp_path):
    receipt, circle = keep(shared, shared.seal(), tmp_path)
    pinned = habeas("verify", receipt, "--offline", "--pin", circle)
    assert pinned.exit_code == 0
    assert "Not asked: what happened since" in pinned.stdout
    assert habeas("verify", receipt, "--offline").exit_code == 3


@pytest.mark.parametrize("pin", ["nonsense", "receipt.json", "00"])
def test_a_pin_that_is_none_is_said(shared, tmp_path, monkeypatch, pin):
    receipt, _ = keep(shared, shared.seal(), tmp_path)
    monkeypatch.chdir(tmp_path)
    done = habeas("verify", receipt, "--offline", "--pin", pin)
    assert isinstance(done.exception, HabeasError)
    assert pin in done.exception.cause
    assert done.exception.remedy


def test_a_silent_trustee_is_named_and_leaves_it_incomplete(world, tmp_path):
    held = world.seal()
    world.followed()
    world.stop(world.names[2])
    receipt, circle = keep(world, held, tmp_path)
    status, found = told(receipt, "--pin", circle)
    assert (status, found["outcome"], found["never_opened"]) == (3, "incomplete", False)
    outcomes = {name: each["outcome"] for name, each in found["trustees"].items()}
    assert outcomes.pop(world.names[2]) == "incomplete"
    assert set(outcomes.values()) == {"complete"}
    plain = habeas("verify", receipt, "--pin", circle).stdout
    assert f"{world.names[2]}: The trustee {world.names[2]} does not answer." in plain
    assert "that there was none is not proven" in plain


def test_a_log_that_is_gone_leaves_everything_open(world, tmp_path):
    held = world.seal()
    receipt, circle = keep(world, held, tmp_path)
    done = habeas("verify", receipt, "--pin", circle, "--log", "http://127.0.0.1:9", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["unread"]


def test_a_contradiction_is_status_4_and_its_evidence_is_kept(world, tmp_path):
    """A trustee signs that it has followed another tree than the log's."""
    held = world.seal()
    world.followed()
    liar = world.trustees[world.names[1]]
    honest = liar.stream_end

    def lie(digest, nonce, mac):
        told, _ = honest(digest, nonce, mac)
        changed = told.statement.model_copy(update={"root": "00" * 32})
        return told, sign_statement(world.keys[world.names[1]].statement, changed)

    liar.stream_end = lie
    receipt, circle = keep(world, held, tmp_path)
    folder = tmp_path / "evidence"
    status, found = told(receipt, "--pin", circle, "--evidence", folder)
    assert (status, found["outcome"]) == (4, "contradicted")
    assert found["evidence"] == str(folder)
    kept = [file.read_text() for file in sorted(folder.iterdir())]
    assert any('"root":"' + "00" * 32 in each for each in kept)
    assert folder.stat().st_mode & 0o077 == 0
    plain = habeas("verify", receipt, "--pin", circle, "--evidence", folder)
    assert plain.exit_code == 4
    assert str(folder) in plain.stdout


# Withdrawing


def test_withdrawn_is_said_when_all_have_confirmed(shared, tmp_path):
    held = shared.seal()
    receipt, circle = keep(shared, held, tmp_path)
    done = habeas("withdraw", receipt, "--direct")
    assert done.exit_code == 0, done.output
    assert "Withdrawn: all 4 trustees have confirmed." in done.stdout
    shared.followed()
    _, found = told(receipt, "--pin", circle)
    assert {each["held"] for each in found["trustees"].values()} == {False}
    assert habeas("withdraw", receipt, "--direct").exit_code == 0  # asking again is harmless


def test_a_portal_that_is_gone_stops_no_withdrawal(shared, tmp_path):
    receipt, _ = keep(shared, shared.seal(), tmp_path)
    done = habeas("withdraw", receipt, "--portal", "http://127.0.0.1:9")
    assert done.exit_code == 0
    assert "Asking the trustees" in done.stderr


def test_trustees_that_were_replaced_or_moved_since_are_found(world, tmp_path):
    """The receipt's circle names addresses and keys of before."""
    held = world.seal()
    receipt, _ = keep(world, held, tmp_path)
    name = world.names[0]
    sock = listening()
    moved = f"http://127.0.0.1:{sock.getsockname()[1]}"
    seats = [each.fields() for each in world.circle.trustees]
    seats[0]["url"] = moved
    succeed(world, trustees=seats)
    world.stop(name)
    world._serve(name, sock)
    until(lambda: world.trustees[name].follower.caught_up, "it follows the log")
    done = habeas("withdraw", receipt, "--portal", "http://127.0.0.1:9")
    assert done.exit_code == 0, done.output
    assert "Withdrawn: all 4 trustees have confirmed." in done.stdout


def test_a_trustee_that_denies_what_it_acknowledged_has_confirmed_nothing(world, tmp_path):
    held = world.seal()
    receipt, circle = keep(world, held, tmp_path)
    liar = world.trustees[world.names[1]]

    def deny(*_):
        raise NoShareError("This trustee holds no share of such a photo.")

    liar.withdraw = liar.stream_end = deny
    done = habeas("withdraw", receipt, "--direct", "--patience", "0", "--json")
    assert done.exit_code == 3
    said = json.loads(done.stdout)
    assert said["never_held"] == []
    assert "its acknowledgement says otherwise" in said["owed"][world.names[1]]
    folder = tmp_path / "evidence"
    status, found = told(receipt, "--pin", circle, "--evidence", folder)
    assert (status, found["outcome"]) == (3, "incomplete")
    assert not found["never_opened"]
    (cause,) = found["trustees"][world.names[1]]["causes"]
    assert "its acknowledgement says otherwise" in cause
    kept = world.receipt(held).acknowledgements[1]
    assert kept.note in [file.read_text() for file in folder.iterdir()]


def test_who_is_missing_is_named_and_hears_of_it_from_the_others(world, tmp_path):
    held = world.seal()
    receipt, _ = keep(world, held, tmp_path)
    missing = world.names[3]
    world.stop(missing)
    done = habeas("withdraw", receipt, "--direct", "--patience", "0", "--json")
    assert done.exit_code == 3
    assert missing in json.loads(done.stdout)["owed"]
    until(
        lambda: (
            set(
                json.loads(
                    habeas("withdraw", receipt, "--direct", "--patience", "0", "--json").stdout
                )["owed"]
            )
            == {missing}
        ),
        "three trustees to confirm",
    )
    plain = habeas("withdraw", receipt, "--direct", "--patience", "0")
    assert f"{missing} has not confirmed" in plain.stdout
    assert "Nobody can open it any more" in plain.stdout
    world.start(missing)
    until(
        lambda: habeas("withdraw", receipt, "--direct", "--patience", "0").exit_code == 0,
        "the trustee that was away",
    )
