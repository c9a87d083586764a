"""Yesterday's copy of one part of a portal, put beside today's others."""

import json
import shutil

import pytest

from habeas.faces import assets
from tests.commands import habeas
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.slow
PORTRAIT = assets.path("astronaut.png").read_bytes()


@pytest.fixture
def city(tmp_path):
    made = City(tmp_path)
    yield made
    made.close()


def ready(city, state):
    def said():
        found = city.http.get("/readyz").json()
        return found if found["state"] == state else None

    return until(said, f"the portal is {state}", pause=0.5)


def epoch(city):
    return json.loads((city.data / "blobs" / "installation.json").read_text())["epoch"]


def blobs(city):
    return {each.name for each in (city.data / "blobs").glob("??/*")}


def reconcile(city):
    done = habeas("portal", "reconcile", "--json", env=city.environment)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def copied(city, parts, folder):
    folder.mkdir()
    for each in parts:
        if each.is_dir():
            shutil.copytree(each, folder / each.name)
        else:
            shutil.copy2(each, folder)
    return folder


def test_yesterday_s_database_with_today_s_blobs(city, tmp_path):
    """Nothing is destroyed for being unknown, and it is said before anything is written."""
    ready(city, "ok")
    _, first = city.apply(PORTRAIT)
    city.stop_portal()
    databases = list(city.data.glob("portal.sqlite3*"))
    copy = copied(city, databases, tmp_path / "yesterday")
    city.start_portal()
    ready(city, "ok")
    _, second = city.apply(PORTRAIT)
    city.stop_portal()
    today = blobs(city)
    assert len(today) == 2
    for each in city.data.glob("portal.sqlite3*"):
        each.unlink()
    for each in copy.iterdir():
        shutil.copy2(each, city.data)
    city.start_portal()
    said = ready(city, "rolled-back")
    assert "habeas portal reconcile" in said["problems"]["rolled-back"]
    refused = city.http.post("/api/applications", data={"service": "hunting-licence"})
    assert (refused.status_code, refused.json()["code"]) == (503, "read-only")
    assert city.http.get("/").status_code == 200
    assert blobs(city) == today
    status, found, _ = reconcile(city)
    assert (status, found["unknown"], found["missing"]) == (0, 1, 0)
    ready(city, "ok")
    assert blobs(city) == today
    reference, third = city.apply(PORTRAIT)
    assert reference
    for receipt in (first, second, third):
        assert receipt.promise.opens_until


def test_today_s_database_with_yesterday_s_blobs(city, tmp_path):
    ready(city, "ok")
    city.apply(PORTRAIT)
    city.stop_portal()
    copy = copied(city, [city.data / "blobs"], tmp_path / "yesterday")
    # Each start of the worker is a new epoch; days bring more.
    for _ in range(2):
        before = epoch(city)
        city.start_portal()
        ready(city, "ok")
        city.apply(PORTRAIT)
        until(lambda before=before: epoch(city) > before, "the worker's epoch", pause=0.1)
        city.stop_portal()
    shutil.rmtree(city.data / "blobs")
    shutil.copytree(copy / "blobs", city.data / "blobs")
    city.start_portal()
    said = ready(city, "rolled-back")
    assert "blobs are an older copy" in said["problems"]["rolled-back"]
    status, found, _ = reconcile(city)
    assert (status, found["missing"]) == (1, 2)
