"""Nothing is released over libraries whose weaknesses are known, or may be."""

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from tests.places import ROOT


class Database(BaseHTTPRequestHandler):
    """Answers as OSV does: for each question, in its order, what is known."""

    weak = ""
    asked: ClassVar[list] = []

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        queries = json.loads(content)["queries"]
        type(self).asked = queries
        found = [
            {"vulns": [{"id": "GHSA-weak"}]} if each["package"]["name"] == self.weak else {}
            for each in queries
        ]
        body = json.dumps({"results": found}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def database():
    with HTTPServer(("127.0.0.1", 0), Database) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/querybatch"
        server.shutdown()
        thread.join()


def weaknesses(address):
    command = [sys.executable, ROOT / "bin" / "weaknesses", "--at", address]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("library", ["pillow", "valibot"])
def test_a_known_weakness_is_told_and_ends_it(database, monkeypatch, library):
    monkeypatch.setattr(Database, "weak", library)
    done = weaknesses(database)
    assert done.returncode == 1, done.stderr
    assert f"{library} " in done.stdout
    assert "https://osv.dev/GHSA-weak" in done.stdout


def test_every_locked_library_is_asked_for_with_its_version(database):
    done = weaknesses(database)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = {(each["package"]["name"], each["version"]) for each in Database.asked}
    lock = (ROOT / "requirements" / "run.lock").read_text()
    assert {name for name, _ in asked} >= set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    assert all(re.fullmatch(r"[\w.+!-]+", version) for _, version in asked)


def test_where_nobody_answers_nothing_is_released():
    done = weaknesses("http://127.0.0.1:1/")
    assert done.returncode == 2
    assert "not known" in done.stderr
