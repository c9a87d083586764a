"""Stores go forward by themselves, back where the newer release says so, and no further."""

import sqlite3

import pytest

from habeas.foundation.database import Database, DatabaseError
from habeas.foundation.schema import NewerStoreError, Schema, adopt_folder

#: Of four releases: the second one adds, the third one changes what was there.
FIRST = "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY);"
SECOND = FIRST + "CREATE TABLE IF NOT EXISTS u (y INTEGER);"
ONE = Schema("things", 1, 0, FIRST)
TWO = Schema("things", 2, 1, SECOND)
THREE = Schema("things", 3, 3, SECOND + "DROP TABLE u;")


def tables(file):
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    connection.close()
    return {name for (name,) in rows}


def opened(file, schema):
    with Database(file, schema) as database, database.transaction() as connection:
        connection.execute("INSERT INTO t SELECT coalesce(max(x), 0) + 1 FROM t")
        (count,) = connection.execute("SELECT count(*) FROM t").fetchone()
        (version,) = connection.execute("SELECT version FROM habeas_schema").fetchone()
        return count, version


def test_a_store_goes_forward_and_back_by_one_release(tmp_path):
    file = tmp_path / "d"
    old = sqlite3.connect(file)  # a release of before there were versions
    old.executescript(FIRST)
    old.execute("INSERT INTO t VALUES (1)")
    old.commit()
    old.close()
    assert opened(file, ONE) == (2, 1)
    assert opened(file, TWO) == (3, 2)
    assert opened(file, ONE) == (4, 2), "what the newer one made stays"
    assert opened(file, TWO) == (5, 2)
    assert {"t", "u"} <= tables(file)


def test_a_store_of_a_newer_release_is_refused_in_words_and_left_as_it_is(tmp_path):
    file = tmp_path / "d"
    assert opened(file, THREE) == (1, 3)
    before = tables(file)
    with pytest.raises(NewerStoreError) as refused:
        Database(file, TWO)
    assert refused.value.code == "store-newer"
    assert f"{file} was written by a newer release: its things has version 3" in str(refused.value)
    assert "docs/operate/upgrade.md" in refused.value.remedy
    assert tables(file) == before
    assert opened(file, THREE) == (2, 3)


def test_parts_of_one_database_have_versions_of_their_own(tmp_path):
    with Database(tmp_path / "d", THREE) as database:
        database.prepare(Schema("others", 1, 0, "CREATE TABLE o (z INTEGER);"))
        with pytest.raises(NewerStoreError):
            database.prepare(ONE)


def test_an_upgrade_that_was_cut_off_is_done_again(tmp_path):
    file = tmp_path / "d"
    opened(file, ONE)
    with pytest.raises(sqlite3.OperationalError), Database(file) as database:
        database.connection.executescript("CREATE TABLE u (y INTEGER); SELECT no_such();")
    assert opened(file, TWO) == (2, 2)


def test_what_cannot_be_made_whole_is_not_begun(tmp_path):
    broken = Schema("things", 1, 0, FIRST + "SELECT no_such();")
    with pytest.raises(DatabaseError, match="no_such"):
        Database(tmp_path / "d", broken)
    assert tables(tmp_path / "d") == set()
    assert opened(tmp_path / "d", ONE) == (1, 1)


def test_a_folder_has_a_version_too(tmp_path):
    adopt_folder(tmp_path, ONE)
    adopt_folder(tmp_path, TWO)
    adopt_folder(tmp_path, ONE)
    assert '"version": 2' in (tmp_path / "schema.json").read_text()
    adopt_folder(tmp_path, THREE)
    with pytest.raises(NewerStoreError, match="its things has version 3"):
        adopt_folder(tmp_path, TWO)
    (tmp_path / "schema.json").write_text("[]")
    with pytest.raises(NewerStoreError, match="not as this release writes it"):
        adopt_folder(tmp_path, THREE)
