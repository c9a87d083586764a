"""A portal that is copied while it serves, lost with its disk, and comes back."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading

import psycopg
import pytest

from habeas.cli.verify import verify_live
from habeas.faces import assets
from habeas.portal.site.sums import SUMS
from habeas.protocol import Pins, Purpose
from tests.commands import habeas
from tests.service.portal.test_commands import Portal
from tests.service.portal.test_restored import ready
from tests.service.tlog.servers import postgres
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.slow
PORTRAIT = assets.path("astronaut.png").read_bytes()


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path / "city")
    yield made
    made.close()


def portal(city, *arguments, **environment):
    return habeas("portal", *arguments, env=city.environment, **environment)


@contextlib.contextmanager
def applicants(city):
    """Somebody applies all the time; gives what they got."""
    got, enough = [], threading.Event()

    def apply():
        while not enough.is_set():
            got.append(city.apply(PORTRAIT))

    thread = threading.Thread(target=apply)
    thread.start()
    try:
        yield got
    finally:
        enough.set()
        thread.join()


def test_copied_under_writes_destroyed_and_brought_back(city, tmp_path):
    ready(city, "ok")
    held = [city.apply(PORTRAIT)]
    copy = tmp_path / "backup"
    with applicants(city) as others:
        until(lambda: others, "an applicant", pause=0.1)
        before = list(others)
        made = portal(city, "backup", copy, "--keys", "--json")
        count = len(others)
        until(lambda: len(others) > count, "an applicant after the copy", pause=0.1)
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert (told["database"], told["left_out"]) == ("sqlite", [])
    assert told["installation"] == json.loads((city.data / "installation.json").read_text())["id"]
    assert (
        subprocess.run(["sha256sum", "-c", "--quiet", SUMS], cwd=copy, check=False).returncode == 0
    )
    assert {each.stat().st_mode & 0o077 for each in copy.rglob("*")} == {0}
    held += before
    in_use = portal(city, "restore", copy)
    assert in_use.returncode == 1
    assert "is not empty" in in_use.stderr
    city.stop_portal()
    shutil.rmtree(city.data)

    done = portal(city, "restore", copy)
    assert done.returncode == 0, done.stderr
    # Before any worker has looked at the log.
    stood = city.manage("from habeas.portal.standing import halts; print(halts.standing())")
    assert "rolled-back" in stood
    assert "is restored from the backup of" in stood
    city.start_portal()
    ready(city, "rolled-back")
    refused = city.http.post("/api/applications", data={"service": "hunting-licence"})
    assert (refused.status_code, refused.json()["code"]) == (503, "read-only")
    found = portal(city, "reconcile", "--json")
    assert found.returncode == 0, found.stderr + found.stdout
    assert json.loads(found.stdout)["missing"] == 0
    ready(city, "ok")
    held.append(city.apply(PORTRAIT))
    with city.officer_client() as officer:
        for reference, _ in held:
            assert officer.open(reference, Purpose.DECIDE_APPLICATION, "After a fire").photo
    city.settled()
    city.followed()
    pins = Pins(circles=frozenset({city.circle.digest().hex()}))
    # What was sealed after the copy is lost at the portal only: its trustees tell of it.
    for _, receipt in held + others[len(before) :]:
        assert verify_live(receipt, pins).outcome == "complete"


@pytest.fixture
def quiet(tmp_path):
    made = Portal(tmp_path)
    assert made.init().returncode == 0
    assert made.agree().returncode == 0
    return made


def backed_up(quiet, *options):
    copy = quiet.folder / "backup"
    made = quiet("backup", str(copy), *options)
    assert made.returncode == 0, made.stderr
    return copy


def restored(quiet, copy, *options, **environment):
    environment = {"HABEAS_DATA": str(quiet.folder / "again"), **environment}
    return quiet("restore", str(copy), *options, data=False, **environment)


def test_a_byte_that_turned_is_found_and_nothing_is_left(quiet):
    copy = backed_up(quiet, "--keys")
    file = copy / "portal" / "circle.txt"
    content = bytearray(file.read_bytes())
    content[7] ^= 1
    file.write_bytes(content)
    done = restored(quiet, copy)
    assert done.returncode == 1
    assert "circle.txt is damaged" in done.stderr
    assert sorted(each.name for each in quiet.folder.iterdir() if "again" in each.name) == []


@pytest.mark.parametrize("change", ["missing", "added", "unlisted", "link"])
def test_a_backup_that_is_not_what_its_sums_list(quiet, change):
    copy = backed_up(quiet, "--keys")
    match change:
        case "missing":
            (copy / "portal" / "site.json").unlink()
        case "added":
            (copy / "portal" / "blobs" / "more").write_text("x")
        case "unlisted":
            lines = (copy / SUMS).read_text().splitlines(keepends=True)
            (copy / SUMS).write_text("".join(lines[:-1]))
        case "link":
            (copy / "portal" / "site.json").rename(quiet.folder / "elsewhere")
            (copy / "portal" / "site.json").symlink_to(quiet.folder / "elsewhere")
    done = restored(quiet, copy)
    assert done.returncode == 1
    assert "nothing was restored" in done.stderr


def test_without_keys_they_come_from_where_they_are_kept(quiet):
    copy = backed_up(quiet, "--no-keys")
    private = (quiet.data / "custodian.key").read_bytes().strip()
    assert not any(private in each.read_bytes() for each in copy.rglob("*") if each.is_file())
    refused = restored(quiet, copy)
    assert refused.returncode == 1
    assert "--keys FOLDER" in refused.stderr
    done = restored(quiet, copy, "--keys", str(quiet.data))
    assert done.returncode == 0, done.stderr
    again = quiet.folder / "again"
    assert (again / "custodian.key").read_bytes().strip() == private
    checked = quiet("check", data=False, HABEAS_DATA=str(again))
    assert checked.returncode == 0, checked.stdout


def test_what_a_killed_backup_left_is_taken_over(quiet):
    left = quiet.folder / ".backup.part"
    (left / "portal").mkdir(parents=True)
    (left / "portal" / "circle.txt").write_text("half")
    copy = backed_up(quiet, "--keys")
    assert (copy / "portal" / "circle.txt").read_bytes() == (quiet.data / "circle.txt").read_bytes()
    assert not left.exists()


def test_tables_in_postgresql(quiet):
    with postgres() as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("CREATE ROLE \"o@b\" LOGIN PASSWORD 'p/w%:'")
            for name in ("one", "other"):
                connection.execute(f'CREATE DATABASE "{name} of the city" OWNER "o@b"')

        def said(name):
            address = f"postgresql://o%40b:p%2Fw%25%3A@/{name}%20of%20the%20city"
            return {"HABEAS_DATABASE": f"{address}?host={server.folder}&keepalives=1"}

        for each in (quiet.data / "installation.json", quiet.data / "blobs/installation.json"):
            each.unlink()
        assert quiet("migrate", **said("one")).returncode == 0
        added = quiet("officers", "add", "o.petrova", "--office", "licensing-office", **said("one"))
        assert added.returncode == 0, added.stderr
        copy = quiet.folder / "backup"
        made = quiet("backup", str(copy), "--keys", "--json", **said("one"))
        assert made.returncode == 0, made.stderr
        assert json.loads(made.stdout)["database"] == "postgresql"
        assert "HABEAS_DATABASE" in restored(quiet, copy).stderr
        taken = restored(quiet, copy, **said("one"))
        assert taken.returncode == 1
        assert "has tables already" in taken.stderr
        cut_off(quiet, copy, said)
        done = restored(quiet, copy, **said("other"))
        assert done.returncode == 0, done.stderr
        at = {"HABEAS_DATA": str(quiet.folder / "again"), **said("other")}
        listed = quiet("officers", "list", data=False, **at)
        assert listed.stdout == "licensing-office  o.petrova\n"
        database = f"host={server.folder} user=habeas dbname='other of the city'"
        with psycopg.connect(database) as connection:
            notes = connection.execute("SELECT name FROM standing_standingvalue").fetchall()
        assert ("halt:rolled-back",) in notes
        assert not list((quiet.folder / "again").glob("*.pgdump"))
        programs = {**os.environ, "PATH": os.path.dirname(sys.executable)}  # noqa: PTH120
        absent = quiet(
            "backup", str(quiet.folder / "more"), "--keys", **{**programs, **said("one")}
        )
        assert "pg_dump is not installed" in absent.stderr


#: `habeas portal restore`, ended by the kernel once the named step is done.
_KILLED = """
import os, signal, sys
from pathlib import Path
from habeas.portal.site import restore, setup
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
start = setup.start
def then(folder):
    start(folder)
    from habeas.portal.site import dump
    load = dump.load
    dump.load = die if sys.argv[3] == "mark" else lambda file: (load(file), die())
setup.start = then
restore.restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def cut_off(quiet, copy, said):
    """A restore that is killed after any of its steps goes on, with the same backup alone."""
    again = str(quiet.folder / "again")
    environment = {**os.environ, **said("other")}
    for step in ("mark", "tables"):
        command = [sys.executable, "-c", _KILLED, str(copy), again, step]
        assert subprocess.run(command, env=environment, check=False).returncode == -9
        assert not os.path.exists(again)  # noqa: PTH110 - as the command says it
    # Another backup is not put over this one, and nobody serves from it.
    other = quiet.folder / "another-backup"
    assert quiet("backup", str(other), "--keys", **said("one")).returncode == 0
    refused = restored(quiet, other, **said("other"))
    assert "has tables already" in refused.stderr
    assert "was cut off" in quiet("check", **said("other")).stdout
