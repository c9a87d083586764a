"""Each party runs by its habeas.toml alone: real commands and real processes."""

import json
import os
import subprocess
import sys

import httpx
import pytest

from tests.service.tlog.servers import free_ports
from tests.waiting import until

CAMERAS = """
[[camera]]
id = "north-gate"
address = { file = "/nowhere" }
name = { en = "North gate", ru = "Северные ворота" }
where = { en = "Park Road 1", ru = "Парковая, 1" }
latitude = 55.75
longitude = 37.61
why = { en = "Safety", ru = "Безопасность" }
viewers = []
keep_days = 1
since = 2026-11-01
"""


def habeas(*arguments, ok=True, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "habeas.cli", *map(str, arguments)], text=True,
        capture_output=True, check=False, timeout=600, env={**os.environ, **environment},
    )  # fmt: skip
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done


@pytest.fixture
def port():
    return free_ports(1)[0]


@pytest.fixture
def serving():
    """Starts a command, and ends it."""
    running = []

    def serve(*arguments, url):
        process = subprocess.Popen([sys.executable, "-m", "habeas.cli", *map(str, arguments)])
        running.append(process)

        def answers():
            assert process.poll() is None
            try:
                return httpx.get(url, trust_env=False)
            except httpx.HTTPError:
                return None

        return until(answers, f"an answer at {url}")

    yield serve
    for each in running:
        each.terminate()
        each.wait()


def written(tmp_path, content):
    file = tmp_path / "habeas.toml"
    file.write_text(content)
    return file


def test_a_log(tmp_path, port, serving):
    habeas("log", "init", "--data", tmp_path / "log", "--origin", "log.example")
    file = written(
        tmp_path,
        f'party = "log"\ndata = "{tmp_path}/log"\nremember = 7\n[listen]\nport = {port}\n',
    )
    habeas("config", "check", file)
    answer = serving("log", "serve", "--config", file, url=f"http://127.0.0.1:{port}/livez")
    assert answer.status_code == 200


def test_a_trustee_whose_passphrase_is_a_file(tmp_path, port):
    word = tmp_path / "word"
    word.write_text("a long enough passphrase\n")
    word.chmod(0o600)
    data = tmp_path / "trustee"
    file = written(
        tmp_path,
        f'party = "trustee"\ndata = "{data}"\n[listen]\nport = {port}\n'
        f'[keys]\npassphrase = {{ file = "{word}" }}\n',
    )
    url = f"http://127.0.0.1:{port}"
    made = habeas(
        "trustee", "init", "--config", file, "--name", "t.example", "--url", url,
        "--protection", "passphrase",
    )  # fmt: skip
    assert json.loads(made.stdout)["name"] == "t.example"
    # Its keys unlock by the file alone; what it lacks is the circle.
    refused = habeas("trustee", "log", "--config", file, ok=False)
    assert "circle.txt" in refused.stderr
    word.write_text("another passphrase\n")
    refused = habeas("trustee", "log", "--config", file, ok=False)
    assert "does not unlock" in refused.stderr


def test_a_portal(tmp_path):
    data = tmp_path / "portal"
    file = written(
        tmp_path,
        f'party = "portal"\ndata = "{data}"\nhosts = ["www.city.example"]\n'
        f'[keys]\ncustodian = {{ file = "{tmp_path}/custodian" }}\n',
    )
    habeas("portal", "init", "--config", file, "--url", "https://photos.city.example")
    (data / "custodian.key").rename(tmp_path / "custodian")
    habeas("config", "check", file)
    assert habeas("portal", "officers", "list", "--config", file).stdout.startswith("There are no")
    refused = habeas("portal", "check", "--config", file, ok=False)
    assert "circle.txt" in refused.stdout
    shown = (
        "from habeas.portal.site import setup; setup.start(); "
        "from django.conf import settings; from habeas.portal.site import folder; "
        "print(settings.ALLOWED_HOSTS); "
        "print(folder.custodian_key(settings.DATA, settings.CUSTODIAN).name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", shown], text=True, capture_output=True, check=True,
        env={**os.environ, "HABEAS_CONFIG": str(file)},
    )  # fmt: skip
    assert "www.city.example" in done.stdout
    assert "photos.city.example/custodian" in done.stdout


def test_a_monitor_and_a_recorder_say_what_their_files_lack(tmp_path):
    monitor = written(tmp_path, f'party = "monitor"\ndata = "{tmp_path}"\nlog = "https://log.x"\n')
    refused = habeas("monitor", "--config", monitor, ok=False)
    assert "habeas.toml:1: circle is missing" in refused.stderr
    recorder = written(tmp_path, f'party = "recorder"\ndata = "{tmp_path}"\ncamera = "/x.toml"\n')
    refused = habeas("record", "--config", recorder, ok=False)
    assert "/x.toml" in refused.stderr


def test_a_recorder_of_many_cameras(tmp_path):
    begin = f'party = "recorder"\ndata = "{tmp_path}"\n'
    many = written(tmp_path, f'{begin}cameras = "{tmp_path}/cameras.toml"\nonly = ["nowhere"]\n')
    assert "cameras.toml" in habeas("config", "check", many, ok=False).stdout
    (tmp_path / "cameras.toml").write_text(CAMERAS)
    habeas("config", "check", many)
    assert "nowhere" in habeas("cameras", "serve", "--config", many, ok=False).stderr
    assert "CAMERA.toml" in habeas("record", "--config", many, ok=False).stderr
    for wrong in (begin, f'{begin}camera = "/x.toml"\ncameras = "/y.toml"\n'):
        told = habeas("config", "check", written(tmp_path, wrong), "--elsewhere", ok=False).stdout
        assert "Write camera, for one, or cameras" in told


def test_faults_are_for_programs_too(tmp_path):
    file = written(tmp_path, 'party = "portal"\n')
    told = json.loads(habeas("config", "check", file, "--json", ok=False).stdout)
    assert told == [
        {"file": str(file), "line": 1, "cause": "data is missing.", "remedy": told[0]["remedy"]}
    ]
    good = written(tmp_path, habeas("config", "example", "log").stdout)
    assert habeas("config", "check", good, "--elsewhere", "--json").stdout == "[]\n"
    assert habeas("config", "check", good, ok=False).stdout.count("habeas.toml:") == 1
