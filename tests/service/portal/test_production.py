"""A portal on its own https name, behind a proxy, with its tables in a real PostgreSQL."""

import os
import re
import ssl
import subprocess
import sys

import httpx
import psycopg
import pytest

from tests.ops.authority import Authority
from tests.service.portal.test_commands import Portal
from tests.service.tlog.servers import postgres
from tests.waiting import until

pytestmark = pytest.mark.slow
NAME = "photos.city.example"


@pytest.fixture
def portal(tmp_path):
    made = Portal(tmp_path)
    assert made.init(url=f"https://{NAME}").returncode == 0
    assert made.agree().returncode == 0
    return made


def test_it_answers_to_its_own_name_behind_a_proxy(portal):
    front = {"Host": NAME, "X-Forwarded-Proto": "https"}
    with portal.serving() as http:
        page = http.get("/desk/sign-in/", headers=front)
        assert page.status_code == 200
        assert "max-age=31536000" in page.headers["strict-transport-security"]
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-csrf=")
        assert "Secure" in cookie
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        form = {"csrfmiddlewaretoken": token}
        act = "/desk/sign-in/passkey/options/"
        held = {"Cookie": cookie.split(";")[0]}
        # The proxy may leave out how the browser came; a form of another site is refused.
        for said in (front, {"Host": NAME}):
            sent = {**said, **held, "Origin": f"https://{NAME}"}
            assert http.post(act, data=form, headers=sent).status_code == 200
        sent = {**front, **held, "Origin": "https://other.example"}
        assert http.post(act, data=form, headers=sent).status_code == 403
        assert http.get("/", headers={"Host": "other.example"}).status_code == 400


def test_a_server_in_front_on_another_machine_is_answered_by_tls(portal, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.certify(tmp_path, "127.0.0.1")
    named = ("--certificate", certificate, "--certificate-key", key)
    with portal.serving(*named, verify=ssl.create_default_context(cafile=authority.file)) as http:
        assert http.get("/livez", headers={"Host": NAME}).text == "ok\n"
        plain = f"http://127.0.0.1:{http.base_url.port}"
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{plain}/livez", headers={"Host": NAME}, trust_env=False)
    refused = portal("serve", "--certificate", certificate)
    assert refused.returncode == 1
    assert "one of them is missing" in refused.stderr


_CANDIDATE = """
import sys
from habeas.portal.site import setup
setup.start()
from django.db import Error, close_old_connections
from habeas.portal.site.election import Election
election = Election()
for _ in sys.stdin:
    close_old_connections()
    try:
        election.win()
        print(election.won, flush=True)
    except Error:
        print("no database", flush=True)
"""


class Candidate:
    """A worker that asks to be elected when it is told to."""

    def __init__(self, portal, **environment):
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CANDIDATE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, env={**os.environ, "HABEAS_DATA": str(portal.data), **environment},
        )  # fmt: skip

    def ask(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.process.communicate()


def one_is_elected_and_succeeded(first, second):
    assert first.ask() == "True"
    assert second.ask() == "False"
    assert first.ask() == "True", "it stays elected"
    first.kill()
    until(lambda: second.ask() == "True", "the other takes over", pause=0.1)
    second.kill()


def test_of_two_workers_over_a_file_one_is_elected(portal):
    one_is_elected_and_succeeded(Candidate(portal), Candidate(portal))


_TRY = """
from habeas.portal.site import setup
setup.start()
from habeas.portal.vault.room import NoRoomError, verify_room
try:
    verify_room()
    print("it takes more")
except NoRoomError as error:
    print(error.cause)
"""


def _tried(portal, database):
    """What a worker finds that asks the database for more than it holds."""
    done = subprocess.run(
        [sys.executable, "-c", _TRY], capture_output=True, text=True, check=False,
        env={**os.environ, "HABEAS_DATA": str(portal.data), "HABEAS_DATABASE": database},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_tables_in_postgresql(portal):
    """A name and a password that have to be encoded, over the server's socket."""
    with postgres() as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("CREATE ROLE \"o@b\" LOGIN PASSWORD 'p/w%:'")
            connection.execute('CREATE DATABASE "photos of the city" OWNER "o@b"')
        said = (
            f"postgresql://o%40b:p%2Fw%25%3A@/photos%20of%20the%20city?host={server.folder}"
            "&application_name=portal&sslmode=disable"
        )
        # The id in the folder belongs to the database that was made first.
        for each in (portal.data / "installation.json", portal.data / "blobs/installation.json"):
            each.unlink()
        migrated = portal("migrate", HABEAS_DATABASE=said)
        assert migrated.returncode == 0, migrated.stderr
        checked = portal("check", HABEAS_DATABASE=said)
        assert checked.stdout == "Nothing keeps the portal from serving.\n", checked.stdout
        added = portal(
            "officers", "add", "o.petrova", "--office", "licensing-office", HABEAS_DATABASE=said
        )
        assert added.returncode == 0, added.stderr
        database = f"host={server.folder} user=habeas dbname='photos of the city'"
        with psycopg.connect(database) as connection:
            (count,) = connection.execute("SELECT count(*) FROM officers_officer").fetchone()
            assert count == 1
        assert _tried(portal, said) == "it takes more"
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute('ALTER ROLE "o@b" SET default_transaction_read_only = on')
        assert _tried(portal, said) == "The database takes nothing new."
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute('ALTER ROLE "o@b" RESET default_transaction_read_only')
        first, second = (Candidate(portal, HABEAS_DATABASE=said) for _ in range(2))
        assert (first.ask(), second.ask()) == ("True", "False")
        server.stop()
        assert first.ask() == "no database"
        server.start()
        until(lambda: first.ask() == "True", "it is elected again", pause=0.1)
        one_is_elected_and_succeeded(first, second)
