"""What a receipt's holder is told when somebody wants them to see less, or never to see an end."""

import secrets
import socket
import threading
from contextlib import contextmanager

import pytest

from habeas.protocol import Circle, Identity, Pins, Receipt, stream
from habeas.protocol.canonical import MalformedError
from habeas.protocol.client import TrusteeClient, TrusteeRefusedError
from habeas.protocol.details import CircleDetails, ClosedDetails
from habeas.protocol.entry import Kind
from habeas.protocol.panel import Panel
from habeas.protocol.statements import StreamEndStatement
from habeas.protocol.terms import MAX_OWN_ENTRIES
from habeas.register.verdicts import Verification
from habeas.register.verifying import verify_photo
from tests.world import World
from tests.world.officer import Officer


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def pins(world: World) -> Pins:
    return Pins(circles=frozenset({world.circle.digest().hex()}))


def verify(world: World, receipt: Receipt, log=None) -> Verification:
    return verify_photo(
        receipt, pins(world), log or world.log, world.clock(), secrets.token_bytes
    )  # fmt: skip


def test_an_operator_cannot_drown_an_opening_in_refusals(world, monkeypatch):
    """A custodian with an invented officer asks until the stream is longer than anybody reads."""
    most = 6
    monkeypatch.setattr("habeas.trustee.releases.MAX_OPENINGS", most)
    held = world.seal()
    world.open(held)
    invented = Officer(world.office.name, world.clock.today())
    invented.credential = world.officer.credential  # whose key it does not have
    for _ in range(most + 3):
        shown = world.request(held, officer=invented)
        for index in range(len(world.names)):
            with pytest.raises(TrusteeRefusedError):
                world.show(held, shown, index)
    world.settled()
    world.followed()
    refused = [entry for entry in world.entries() if entry.kind is Kind.REFUSED]
    assert len(refused) == most * len(world.names)
    found = verify(world, world.receipt(held))
    assert found.outcome == "complete", found
    assert found.openings == 1


def test_a_stream_has_an_end_that_a_reader_reaches():
    fields = {
        "v": 2, "kind": "stream-end", "trustee": "trustee-1.test", "promise": "0" * 64,
        "nonce": "0" * 64, "next": MAX_OWN_ENTRIES, "owed": 0, "held": True, "origin": "log.test",
        "size": 1, "root": "0" * 64, "day": "2027-01-15",
    }  # fmt: skip
    assert StreamEndStatement.read(fields).next == MAX_OWN_ENTRIES
    with pytest.raises(MalformedError):
        StreamEndStatement.read(fields | {"next": MAX_OWN_ENTRIES + 1})
    with pytest.raises(MalformedError):
        StreamEndStatement.read(fields | {"owed": 2**53 - 1})


class Behind:
    """A log that shows its reader an older checkpoint than its trustees have followed."""

    def __init__(self, log):
        self._log = log
        self._old = log.checkpoint()

    def checkpoint(self):
        return self._old

    def tile(self, tile):
        return self._log.tile(tile)

    def entries(self, begin, end):
        return self._log.entries(begin, end)


def test_a_trustee_that_has_read_farther_is_no_liar(world):
    held = world.seal()
    world.followed()
    log = Behind(world.log)
    world.open(held)
    world.settled()
    world.followed()
    found = verify(world, world.receipt(held), log)
    assert found.outcome == "incomplete", found
    assert {verdict.outcome for verdict in found.verdicts.values()} == {"complete", "incomplete"}
    assert not found.never_opened
    assert verify(world, world.receipt(held)).outcome == "complete"


def next_circle(world: World, before: Circle) -> Circle:
    """A circle that follows *before*, with a further office, published by a trustee."""
    number = before.number + 1
    fields = before.fields()
    quotas = {**fields["quotas"], "officer": 100 - number}
    circle = Circle.read(
        {**fields, "number": number, "previous": before.digest().hex(), "quotas": quotas}
    )
    note = world.sign_circle(circle)
    trustee = world.trustees[world.names[0]]
    details = CircleDetails(circle=note)
    trustee._store.run(lambda c: trustee._records.write(c, Kind.CIRCLE, details))
    trustee.outbox.wake()
    world.settled()
    world.followed()
    return circle


def test_receipts_outlive_circles_that_follow(world):
    """Two circles on, a reader who knows only its own still gets to the one in force."""
    held = world.seal()
    second = next_circle(world, world.circle)
    third = next_circle(world, second)
    for client in world.panel.clients:
        assert client.circle(third.number) == client.circle()
        with pytest.raises(TrusteeRefusedError) as unknown:
            client.circle(third.number + 1)
        assert unknown.value.code == "unknown-circle"
    found = verify(world, world.receipt(held))
    assert found.outcome == "complete", found
    newest = Pins(circles=frozenset({third.digest().hex()}))
    reached = verify_photo(
        world.receipt(held), newest, world.log, world.clock(), secrets.token_bytes
    )
    assert reached.pinned
    assert reached.outcome == "complete"


def test_a_closing_that_is_dated_back_destroys_nothing(world):
    held = world.seal()
    details = ClosedDetails(promise=held.digest.hex(), because="decided")
    entry, _ = world.entry(
        held, Kind.CLOSED, details, service=held.promise.service,
        tag=stream.closing_tag(held.stream_key()), day="2020-01-01",
    )  # fmt: skip
    world.log.append(entry.encode())
    world.followed()
    for trustee in world.trustees.values():
        trustee.sweep()
        assert trustee.health()["photos"] == 1


@contextmanager
def dripping():
    """An address that answers a byte at a time, and never to the end."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not over.wait(0.02):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        server.close()


def test_a_trustee_that_never_ends_its_answer_stops_nobody(world, monkeypatch):
    monkeypatch.setattr("habeas.protocol.panel._CLOSING_SECONDS", 0.2)
    identity = world.circle.trustees[0].fields()
    honest = world.circle.trustees[1]
    with dripping() as url:
        slow = TrusteeClient(Identity.read(identity | {"url": url}))
        with Panel([slow, TrusteeClient(honest)]) as panel:
            answers, errors = panel.ask(
                [slow.name, honest.name], lambda client, _: client.answers(), patience=1.0
            )
        # The panel is closed here although the answer still comes in.
    assert list(answers) == [honest.name]
    assert errors[slow.name].code == "trustee-unreachable"
