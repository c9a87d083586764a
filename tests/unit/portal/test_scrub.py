"""What a database's file keeps of what was replaced; over files, as the portal's is."""

import sqlite3

import pytest

from habeas.portal.vault import scrub

#: Long enough for pages of its own, which are free once it is replaced, and not emptied.
SECRET = "what a row forgets" * 1000


class Connection:
    """A connection to a file, with the name that Django's has."""

    vendor = "sqlite"

    def __init__(self, file):
        self._raw = sqlite3.connect(file, isolation_level=None)
        self._raw.execute("PRAGMA journal_mode = WAL")
        self._raw.execute("PRAGMA secure_delete = OFF")

    def cursor(self):
        return Cursor(self._raw.cursor())

    def execute(self, text, *values):
        return self._raw.execute(text, values)

    def close(self):
        self._raw.close()


class Cursor:
    """Django's may be used as a context; SQLite's own may not."""

    def __init__(self, raw):
        self.execute, self.fetchone = raw.execute, raw.fetchone

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Clock:
    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def file(tmp_path):
    return tmp_path / "portal.sqlite3"


@pytest.fixture
def other(file):
    """Another process of the portal."""
    found = Connection(file)
    found.execute("CREATE TABLE secret (row INTEGER PRIMARY KEY, value TEXT)")
    yield found
    found.close()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(scrub, "time", clock)
    return clock


@pytest.fixture
def own(other, file, clock, monkeypatch):
    found = Connection(file)
    monkeypatch.setattr(scrub, "connection", found)
    yield found
    found.close()


def kept(file):
    """Everything in the database's files, as bytes."""
    return b"".join(each.read_bytes() for each in file.parent.glob("portal.sqlite3*"))


def forget(connection):
    connection.execute("INSERT INTO secret (value) VALUES (?)", SECRET)
    connection.execute("UPDATE secret SET value = ''")


def test_what_others_replaced_is_in_no_file_any_more(own, other, file):
    scrubbing = scrub.Scrub()
    forget(other)
    assert b"a row forgets" in kept(file)
    assert scrubbing()
    assert b"a row forgets" not in kept(file)


def test_nothing_is_written_anew_where_nothing_has_changed(own, other, monkeypatch):
    scrubbing = scrub.Scrub()
    assert scrubbing()
    monkeypatch.setattr(scrub, "_write_anew", lambda: pytest.fail("nothing had changed"))
    assert scrubbing()


def test_who_reads_meanwhile_keeps_it_from_being_clean(own, other, file, clock):
    scrubbing = scrub.Scrub()
    assert scrubbing()
    forget(other)
    other.execute("BEGIN")
    other.execute("SELECT * FROM secret").fetchall()
    clock.now += 1000
    assert not scrubbing()
    other.execute("ROLLBACK")
    clock.now += 1000
    assert scrubbing(), "it is tried again although nothing changed since"
    assert b"a row forgets" not in kept(file)


def test_it_takes_at_most_its_share_of_the_time(own, other, clock, monkeypatch):
    done = []

    def write_anew():
        clock.now += 2
        done.append(clock.now)
        return True

    monkeypatch.setattr(scrub, "_write_anew", write_anew)
    scrubbing = scrub.Scrub()
    assert scrubbing()
    forget(other)
    assert not scrubbing(), "and it says that it is not clean"
    clock.now += 2 / scrub.SHARE - 2.1
    assert not scrubbing()
    assert len(done) == 1
    clock.now += 0.2
    assert scrubbing()
    assert len(done) == 2


def test_what_is_no_secret_needs_no_scrubbing(own, other, monkeypatch):
    scrubbing = scrub.Scrub()
    assert scrubbing()
    with scrubbing.unseen():
        own.execute("INSERT INTO secret (value) VALUES ('a counter')")
    monkeypatch.setattr(scrub, "_write_anew", lambda: pytest.fail("it was no secret"))
    assert scrubbing()
    own.execute("INSERT INTO secret (value) VALUES ('another')")
    with pytest.raises(pytest.fail.Exception):
        scrub.Scrub()()


def test_another_database_is_never_said_to_be_clean(own, monkeypatch):
    monkeypatch.setattr(own, "vendor", "postgresql", raising=False)
    scrubbing = scrub.Scrub()
    with scrubbing.unseen():
        pass
    assert not scrubbing()
