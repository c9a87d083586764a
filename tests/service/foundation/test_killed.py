"""Writers that are killed at moments of chance: what they said is done is there, and whole."""

import random
import subprocess
import sys
import time

import pytest

from habeas.foundation import durable
from habeas.foundation.database import Database
from habeas.foundation.schema import Schema

_FILES = """
import sys
from pathlib import Path
from habeas.foundation import durable
file, number = Path(sys.argv[1]), int(sys.argv[2])
while True:
    number += 1
    durable.write(file, str(number).encode() * 20_000, private=True)
    print(number, flush=True)
"""
_TRANSACTIONS = """
import sys
from pathlib import Path
from habeas.foundation.database import Database
database, number = Database(Path(sys.argv[1])), int(sys.argv[2])
while True:
    number += 1
    with database.transaction() as connection:
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(number, n) for n in range(50)])
    print(number, flush=True)
"""


def killed(code, path, number, chance):
    """Run *code* until it is killed; gives the last number that it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(number)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline()  # it runs, however slow the machine
        time.sleep(chance.uniform(0, 0.05))  # noqa: TID251 - killed at a moment of chance
        process.kill()
        process.wait()
        last = [int(line) for line in said.read().split("\n") if line]
    return last[-1] if last else number + 1


@pytest.mark.slow
def test_files(tmp_path):
    file, number, chance = tmp_path / "file", 0, random.Random(17)
    for _ in range(30):
        number = killed(_FILES, file, number, chance)
        # What was under way may have got its name before it could be said.
        content = file.read_bytes()
        assert content in (str(number).encode() * 20_000, str(number + 1).encode() * 20_000)
        assert file.stat().st_mode & 0o777 == 0o600
        for left in file.parent.iterdir():
            assert left.name in ("file", ".file.part")
            assert left.stat().st_mode & 0o077 == 0
        number = int(content[: len(content) // 20_000])
    durable.write(file, b"whole")
    assert file.read_bytes() == b"whole"
    assert [each.name for each in file.parent.iterdir()] == ["file"]


@pytest.mark.slow
def test_transactions(tmp_path):
    path, number, chance = tmp_path / "database", 0, random.Random(18)
    Database(path, Schema("test", 1, 0, "CREATE TABLE t (x INTEGER, y INTEGER) STRICT;")).close()
    for _ in range(20):
        number = killed(_TRANSACTIONS, path, number, chance)
        with Database(path) as database, database.reading() as connection:
            rows = connection.execute("SELECT x, count(*) FROM t GROUP BY x ORDER BY x").fetchall()
        assert {count for _, count in rows} == {50}, "all of a transaction, or nothing"
        assert [x for x, _ in rows] == list(range(1, len(rows) + 1))
        assert len(rows) in (number, number + 1)
        number = len(rows)
