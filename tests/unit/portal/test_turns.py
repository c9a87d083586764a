"""Writers of one process take turns at the portal's file."""

import threading

import pytest
from django.db import transaction
from django.db.utils import ConnectionHandler, OperationalError

from habeas.portal.site import database
from habeas.portal.site.sqlite_turns import base


@pytest.fixture
def connections(tmp_path):
    found = ConnectionHandler({"default": {**database.sqlite(tmp_path), "TIME_ZONE": None}})
    with found["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE said (word TEXT)")
    yield found
    found.close_all()


def begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(connection, how="commit"):
    getattr(connection, how)()
    connection.set_autocommit(True)


def turn(connection):
    return base._TURNS[connection.settings_dict["NAME"]]


@pytest.mark.parametrize("how", ["commit", "rollback"])
def test_the_next_begins_when_the_one_before_has_ended(connections, how):
    first = connections["default"]
    begin(first)
    words = []

    def second():
        other = connections["default"]
        assert other is not first
        begin(other)
        words.append("second")
        end(other)
        other.close()

    thread = threading.Thread(target=second)
    thread.start()
    assert turn(first).locked()
    words.append("first")
    end(first, how)
    thread.join()
    assert words == ["first", "second"]
    assert not turn(first).locked()


def test_whoever_waits_too_long_is_told_as_sqlite_tells(connections):
    first = connections["default"]
    begin(first)
    refused = []

    def second():
        other = connections["default"]
        other.settings_dict["OPTIONS"]["timeout"] = 0.01
        try:
            begin(other)
        except OperationalError as error:
            refused.append(str(error))
        other.close()

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    assert refused == ["database is locked"]
    end(first)
    begin(first)
    end(first)


def test_a_connection_that_is_closed_holds_nobody_up(connections):
    first = connections["default"]
    begin(first)
    first.close()
    assert not turn(first).locked()


def test_all_that_threads_write_is_there(connections):
    first = connections["default"]

    def write(number):
        other = connections["default"]
        for each in range(20):
            begin(other)
            other.cursor().execute("INSERT INTO said VALUES (%s)", [f"{number} {each}"])
            end(other)
        other.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with first.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT word) FROM said")
        assert cursor.fetchone() == (160,)


def test_the_portal_s_own_connection_is_one_of_these():
    assert isinstance(transaction.get_connection(), base.DatabaseWrapper)
