"""What is counted as it changes is what counting would give; details are forgotten once."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.trustee import counts, records, store
from tests.unit.trustee.quiet import quiet


@pytest.fixture
def world(tmp_path):
    with quiet(tmp_path, details_days=10) as made:
        yield made


def _database():
    connection = sqlite3.connect(":memory:")
    connection.executescript(store.TABLES + counts.SCHEMA)
    return connection


def _add(connection, number):
    connection.execute(
        "INSERT INTO photos (digest, seal_id, share, key_id, opens_until, closed_days,"
        " withdraw_hash, reader_hash, received, acknowledged)"
        " VALUES (?, ?, 0, x'00', '2027-01-01', 30, '', x'00', 0, '2027-01-01')",
        (bytes([number]), str(number)),
    )


def _counted(connection):
    live = "SELECT count(*) FROM photos WHERE because IS NULL"
    return counts.KeptPhotos(
        connection.execute(live).fetchone()[0],
        connection.execute(live + " AND sealed IS NULL").fetchone()[0],
    )


_ACTS = {
    "seal": "UPDATE photos SET sealed = 7 WHERE digest = ?",
    "end": "UPDATE photos SET because = 'expired', document = NULL WHERE digest = ?",
    "number": "UPDATE photos SET next_number = next_number + 1 WHERE digest = ?",
    "delete": "DELETE FROM photos WHERE digest = ?",
}


@given(st.lists(st.tuples(st.sampled_from(sorted(_ACTS)), st.integers(0, 4)), max_size=20))
def test_photos_are_counted_as_they_change(acts):
    connection = _database()
    for number in range(5):
        _add(connection, number)
    for act, number in acts:
        connection.execute(_ACTS[act], (bytes([number]),))
    assert counts.kept(connection) == _counted(connection)
    # The next start leaves the numbers as they are.
    connection.executescript(store.TABLES + counts.SCHEMA)
    assert counts.kept(connection) == _counted(connection)


def test_a_database_of_before_is_counted_at_its_first_start():
    connection = sqlite3.connect(":memory:")
    connection.executescript(store.TABLES)
    for number in range(3):
        _add(connection, number)
    connection.execute(_ACTS["seal"], (bytes([1]),))
    connection.executescript(counts.SCHEMA)
    assert counts.kept(connection) == counts.KeptPhotos(3, 2)


def _details(trustee, held):
    with trustee._store.database.snapshot() as connection:
        entries = connection.execute(
            "SELECT count(*) FROM entries WHERE digest = ? AND details IS NOT NULL", (held.digest,)
        ).fetchone()[0]
        custodian = connection.execute(
            "SELECT count(*) FROM custodian_entries WHERE digest = ?", (held.digest,)
        ).fetchone()[0]
    return entries, custodian


def test_details_of_ended_photos_are_forgotten_each_once(world):
    trustee = world.trustee(1)
    first, second, third = (world.seal() for _ in range(3))
    world.followed()
    world.client(0).withdraw(first.digest, first.secrets.withdraw_secret)
    world.settled()
    world.later(days=6)
    world.client(0).withdraw(second.digest, second.secrets.withdraw_secret)
    world.settled()
    assert all(_details(trustee, first))
    world.later(days=5)
    trustee.sweep()
    assert not any(_details(trustee, first))
    assert all(_details(trustee, second))
    world.later(days=6)
    trustee.sweep()
    assert not any(_details(trustee, second))
    assert all(_details(trustee, third)[1:])
    assert trustee._store.run(records.forgotten) == "2027-01-22"


def test_what_is_owed_when_its_day_comes_is_forgotten_later(world):
    trustee = world.trustee(1)
    held = world.seal()
    world.followed()
    world.client(0).withdraw(held.digest, held.secrets.withdraw_secret)
    world.settled()
    day = world.clock.today()
    trustee._store.run(
        lambda connection: connection.execute(
            "UPDATE entries SET position = NULL WHERE digest = ?", (held.digest,)
        )
    )
    trustee._store.run(lambda connection: records.forget_before(connection, "2027-03-01"))
    assert trustee._store.run(records.forgotten) == day


def test_a_clock_that_was_set_back_leaves_nothing_unforgotten(world):
    trustee = world.trustee(1)
    held = world.seal()
    world.followed()
    trustee._store.run(lambda connection: records.forget_before(connection, "2027-03-01"))
    world.client(0).withdraw(held.digest, held.secrets.withdraw_secret)
    assert trustee._store.run(records.forgotten) == world.clock.today()
