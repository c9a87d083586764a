"""A database that one process serves while others come and go, as commands do."""

import subprocess
import sys

from habeas.foundation.database import Database
from habeas.foundation.schema import Schema

TABLES = Schema("test", 1, 0, "CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT")
_COMMAND = """
import sys
from pathlib import Path
from habeas.foundation.database import Database
with Database(Path(sys.argv[1])) as database, database.transaction() as connection:
    connection.execute("INSERT INTO t VALUES (?)", (int(sys.argv[2]),))
"""


def command(path, value):
    """Another process that opens the database, writes one value and closes it."""
    subprocess.run([sys.executable, "-c", _COMMAND, str(path), str(value)], check=True)


def values(database):
    with database.snapshot() as connection:
        return [value for (value,) in connection.execute("SELECT x FROM t ORDER BY x")]


def test_who_comes_and_goes_does_not_take_the_write_ahead_log_along(tmp_path):
    """POSIX locks of a process are gone with any descriptor of the file that it closes."""
    path = tmp_path / "served.db"
    with Database(path, TABLES) as served:
        for number in range(1, 20, 2):
            with served.transaction() as connection:
                connection.execute("INSERT INTO t VALUES (?)", (number,))
            assert values(served)[-1] == number  # a second connection of this process
            command(path, number + 1)
            assert path.with_name("served.db-wal").exists()
        assert values(served) == list(range(1, 21))
    with Database(path) as again, again.reading() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert [x for (x,) in connection.execute("SELECT x FROM t ORDER BY x")] == [*range(1, 21)]


def test_a_second_database_object_of_the_same_file_is_no_better_reason(tmp_path):
    path = tmp_path / "served.db"
    with Database(path, TABLES) as served:
        with Database(path) as second, second.transaction() as connection:
            connection.execute("INSERT INTO t VALUES (1)")
        command(path, 2)
        assert path.with_name("served.db-wal").exists()
        assert values(served) == [1, 2]
