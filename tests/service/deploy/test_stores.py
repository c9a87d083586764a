"""Stores of log, mirror, recorder and trustee: forward to this release, back to the one before.

What the release before has made is opened and written on by this one, and then again by that one,
which knows nothing of versions; a store of a newer release is refused in words. The portal's
tables are in `tests/service/portal/test_upgrade.py`.
"""

import json
import sqlite3

import pytest

from tests.service.before import before, run  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

_LOG = """
import asyncio, sys
from pathlib import Path
from habeas import tlog
from habeas.tlog.admission import AdmitAnything
from habeas.tlog.server import FileStorage, Sequencer, init_log, read_signer

async def append(folder, entry):
    if not folder.exists():
        init_log(folder, "log.example/upgrade", anybody=True)
    policy = tlog.Policy.parse((folder / "policy.txt").read_text())
    log = Sequencer(FileStorage(folder), read_signer(folder), policy, AdmitAnything(), interval=0)
    await log.start()
    print(await log.append(entry.encode()))
    await log.stop()

asyncio.run(append(Path(sys.argv[1]), sys.argv[2]))
"""
_MIRROR = """
import sys
from pathlib import Path
from habeas import tlog
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.verifying import Folder
folder, log = Path(sys.argv[1]), Path(sys.argv[2])
policy = tlog.Policy.parse((log / "policy.txt").read_text())
key = log / "mirror.key"
if not key.exists():
    key.write_text(tlog.MldsaCosignatureSigner.generate("mirror.example/m").private)
signer = tlog.MldsaCosignatureSigner.parse(key.read_text())
mirror = Mirror(folder, Folder(log / "public"), policy, signer)
mirror.catch_up()
print(mirror.size)
mirror.close()
"""
_TRUSTEE = """
import sys
from pathlib import Path
from habeas.trustee.store import Store
store = Store(Path(sys.argv[1]))
number = int(sys.argv[2])
store.run(lambda connection: connection.execute(
    "INSERT INTO photos (digest, seal_id, share, key_id, opens_until, closed_days,"
    " withdraw_hash, reader_hash, received, acknowledged)"
    " VALUES (?, ?, 0, x'00', '2027-01-01', 30, '', x'00', 0, '2027-01-01')",
    (bytes([number]), str(number)),
))
print(*store.run(lambda c: c.execute("SELECT count(*) FROM photos").fetchone()))
store.close()
"""
_RECORDER = """
import sys
from datetime import date, datetime, UTC
from pathlib import Path
from habeas.cameras.recordings import Recordings
from habeas.tlog import NoteSigner
place = Recordings(Path(sys.argv[1]))
getattr(place, "adopt", lambda: None)()
hour = f"2026-11-23T{int(sys.argv[2]):02}Z"
camera = "north-gate"
folder = place.hour_place(camera, hour)
folder.mkdir(parents=True)
(folder / f"{int(sys.argv[2]):02}0000.000Z.mp4").write_bytes(b"a covered segment")
key = place.folder / "key"
if not key.exists():
    key.write_text(NoteSigner.generate("recorder.example").private)
place.close_hour(camera, hour, date(2026, 11, 24), NoteSigner.parse(key.read_text()))
closed = [each for each in place.hours(camera) if (each / "hour.json").exists()]
print(len(closed))
"""


def said(path, script, *arguments):
    done = run(path, script, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def refused(script, *arguments):
    """What this release says of a store that a newer one has written."""
    done = run("", script, *arguments)
    assert done.returncode != 0
    return done.stderr


def to_tomorrow(file, part):
    """As a release would leave it that changed what was there."""
    with sqlite3.connect(file) as connection:
        changed = connection.execute(
            "UPDATE habeas_schema SET version = 9, opened_from = 9 WHERE part = ?", (part,)
        ).rowcount
    connection.close()
    assert changed == 1


def test_a_logs_store(before, tmp_path):  # noqa: F811
    folder = tmp_path / "log"
    for index, path in enumerate([before, "", before, ""]):
        assert said(path, _LOG, folder, f"entry {index}") == str(index)
    # Old entries are still known: nothing stands twice.
    assert said("", _LOG, folder, "entry 0") == "0"
    to_tomorrow(folder / "log.sqlite3", "tlog-log")
    told = refused(_LOG, folder, "entry 9")
    assert "written by a newer release: its tlog-log has version 9" in told
    assert said(before, _LOG, folder, "entry 4") == "4", "nothing was changed"


def test_a_mirrors_store(before, tmp_path):  # noqa: F811
    log, mirror = tmp_path / "log", tmp_path / "mirror"
    for index, path in enumerate([before, "", before, ""]):
        said("", _LOG, log, f"entry {index}")
        assert said(path, _MIRROR, mirror, log) == str(index + 1)
    to_tomorrow(mirror / "mirror.sqlite3", "tlog-mirror")
    assert "its tlog-mirror has version 9" in refused(_MIRROR, mirror, log)


def test_a_trustees_store(before, tmp_path):  # noqa: F811
    file = tmp_path / "trustee.db"
    for number, path in enumerate([before, "", before, ""], start=1):
        assert said(path, _TRUSTEE, file, number) == str(number)
    with sqlite3.connect(file) as connection:
        counted = connection.execute("SELECT live, pending FROM counts").fetchone()
    connection.close()
    assert counted == (4, 4), "the release before counts along, by the database's own triggers"
    to_tomorrow(file, "trustee")
    assert "its trustee has version 9" in refused(_TRUSTEE, file, 9)


def test_a_recorders_store(before, tmp_path):  # noqa: F811
    folder = tmp_path / "recordings"
    for hour, path in enumerate([before, "", before, ""]):
        assert said(path, _RECORDER, folder, hour) == str(hour + 1)
    version = json.loads((folder / "schema.json").read_text())
    (folder / "schema.json").write_text(json.dumps(version | {"version": 9, "opened_from": 9}))
    assert "its recordings has version 9" in refused(_RECORDER, folder, 9)
