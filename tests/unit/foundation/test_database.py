import sqlite3
import stat
import threading

import pytest

from habeas.foundation.database import Database, DatabaseError, savepoint
from habeas.foundation.schema import Schema

SCHEMA = Schema("test", 1, 0, "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY) STRICT;")


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "d", SCHEMA) as made:
        yield made


def values(database):
    with database.reading() as connection:
        return [x for (x,) in connection.execute("SELECT x FROM t ORDER BY x")]


def pragma(database, name):
    return database.connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_settings(database, tmp_path):
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "secure_delete") == 0
    assert pragma(database, "busy_timeout") >= 10_000
    with Database(tmp_path / "e", secure_delete=True) as other:
        assert pragma(other, "secure_delete") == 1


@pytest.mark.usefixtures("database")
def test_all_its_files_are_private(tmp_path):
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("d", "d-wal", "d-shm"), 0o600)


def test_a_transaction_is_kept(database, tmp_path):
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        assert values(database) == [1]
    with Database(tmp_path / "d") as other:
        assert values(other) == [1]


def test_a_snapshot_waits_for_no_writer_and_sees_what_was_committed(database):
    def seen():
        with database.snapshot() as connection:
            return [x for (x,) in connection.execute("SELECT x FROM t ORDER BY x")]

    found = []
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        reader = threading.Thread(target=lambda: found.append(seen()))
        reader.start()
        reader.join(timeout=60)
        assert found == [[]]
    assert seen() == [1]
    with database.snapshot() as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("INSERT INTO t VALUES (2)")


def test_a_snapshot_is_one_state(database):
    with database.snapshot() as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
        writer = threading.Thread(target=lambda: _insert(database))
        writer.start()
        writer.join(timeout=60)
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert values(database) == [1]


def test_no_snapshot_keeps_old_pages_from_being_scrubbed(database, tmp_path):
    _insert(database)
    with database.snapshot() as connection:
        connection.execute("SELECT count(*) FROM t").fetchone()
        scrubbing = threading.Thread(target=database.scrub)
        scrubbing.start()
    scrubbing.join(timeout=60)
    assert (tmp_path / "d-wal").stat().st_size == 0


def test_in_memory_there_are_snapshots_too():
    with Database(schema=SCHEMA) as database:
        _insert(database)
        with database.snapshot() as connection:
            assert connection.execute("SELECT x FROM t").fetchall() == [(1,)]


def _insert(database):
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")


def test_an_error_undoes_all_of_it(database):
    def half():
        with database.transaction() as connection:
            connection.execute("INSERT INTO t VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert values(database) == []
    assert not database.connection.in_transaction


def test_what_does_not_fit_the_tables_is_not_the_databases_failure(database):
    with pytest.raises(sqlite3.IntegrityError), database.transaction() as connection:
        connection.executemany("INSERT INTO t VALUES (?)", [(1,), (1,)])
    assert values(database) == []


def test_a_failing_database_is_a_typed_error(database):
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
    connection.execute("PRAGMA query_only = 1")
    with pytest.raises(DatabaseError) as error, database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES (2)")
    assert error.value.code == "database"
    assert error.value.remedy
    assert not connection.in_transaction
    assert values(database) == [1]


def test_a_full_disk_undoes_all_of_it(database):
    pages = pragma(database, "page_count")
    database.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError, match="full"), database.transaction() as connection:
        connection.executemany("INSERT INTO t VALUES (?)", ((x,) for x in range(10_000)))
    assert values(database) == []


def test_transactions_do_not_nest(database):
    def nested():
        with database.transaction() as connection:
            connection.execute("INSERT INTO t VALUES (1)")
            with database.transaction():
                pass

    with pytest.raises(RuntimeError):
        nested()
    assert values(database) == []


def test_a_savepoint_undoes_its_part_alone(database):
    with database.transaction() as connection:
        for x in range(4):
            try:
                with savepoint(connection):
                    connection.execute("INSERT INTO t VALUES (?)", (x,))
                    if x % 2:
                        raise KeyError
            except KeyError:
                continue
    assert values(database) == [0, 2]


def test_threads_take_turns(database):
    def count():
        for _ in range(50):
            with database.transaction() as connection:
                (top,) = connection.execute("SELECT coalesce(max(x), 0) FROM t").fetchone()
                connection.execute("INSERT INTO t VALUES (?)", (top + 1,))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values(database) == list(range(1, 201))


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"SQLite format 3\0"])
def test_what_is_no_database(tmp_path, content):
    (tmp_path / "d").write_bytes(content)
    with pytest.raises(DatabaseError):
        Database(tmp_path / "d", SCHEMA)


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(DatabaseError, match="cannot be opened"):
        Database(tmp_path / "no" / "folder")


def test_scrubbing_leaves_no_old_page(tmp_path):
    secret = b"a secret that was here once"
    with Database(
        tmp_path / "d", Schema("other", 1, 0, "CREATE TABLE s (x BLOB);"), secure_delete=True
    ) as database:
        with database.transaction() as connection:
            connection.execute("INSERT INTO s VALUES (?)", (secret,))
        with database.transaction() as connection:
            connection.execute("DELETE FROM s")
        assert secret in (tmp_path / "d-wal").read_bytes()
        database.scrub()
        for file in tmp_path.iterdir():
            assert secret not in file.read_bytes(), file


def test_in_memory():
    with Database(schema=SCHEMA) as database:
        assert values(database) == []
