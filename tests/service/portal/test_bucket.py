"""A portal whose sealed photos lie in a real object store, which is away now and then."""

import json
import os
import shutil

import obstore
import pytest
from obstore.store import from_url

from habeas.cli.verify import verify_live
from habeas.faces import assets
from habeas.protocol import Pins, Purpose
from tests.service.custody.relay import Relay
from tests.service.portal.test_backup import portal
from tests.service.portal.test_restored import ready
from tests.service.tlog import servers
from tests.waiting import until
from tests.world.city import City

pytestmark = pytest.mark.slow
PORTRAIT = assets.path("astronaut.png").read_bytes()


class OnBucket(City):
    """Its photos lie in a bucket that is reached through a relay."""

    relay: Relay
    prefix = "photos"

    @property
    def environment(self):
        return {
            **os.environ, "HABEAS_DATA": str(self.data), "AWS_ENDPOINT": self.relay.url,
            "AWS_REGION": "us-east-1", "AWS_SKIP_SIGNATURE": "true",
            "HABEAS_BLOBS": f"s3://log/{self.prefix}",
        }  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    with (
        servers.bucket(tmp_path_factory.mktemp("weed")) as options,
        Relay(options["endpoint"]) as relay,
    ):
        OnBucket.relay = relay
        made = OnBucket(tmp_path_factory.mktemp("city"))
        try:
            ready(made, "ok")
            yield made
        finally:
            made.close()


@pytest.fixture(autouse=True)
def _whole(city):
    yield
    city.relay.way, city.relay.only = "pass", ""


def objects(city):
    """Names of all sealed photos in the bucket, past the relay's faults."""
    store = from_url(
        f"s3://log/{city.prefix}", endpoint=city.relay.url, region="us-east-1",
        skip_signature=True, client_options={"allow_http": True},
    )  # fmt: skip
    names = [each["path"] for page in obstore.list(store) for each in page]
    return {name for name in names if "/" in name}


def test_a_photo_lies_in_the_bucket_alone_and_is_opened_from_there(city):
    before = objects(city)
    reference, receipt = city.apply(PORTRAIT)
    assert len(objects(city) - before) == 1
    assert not (city.data / "blobs").exists()
    with city.officer_client() as officer:
        assert officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.").photo
    assert receipt is not None


@pytest.mark.parametrize("way", ["503", "lost", "other"])
def test_a_store_that_fails_is_said_and_takes_no_photo_for_kept(city, way):
    held = city.apply(PORTRAIT)
    city.relay.way = way
    sent = city.http.post(
        "/api/applications",
        data={"service": "hunting-licence", "fields": json.dumps(_fields())},
        files={"photo": ("photo.jpg", PORTRAIT)},
    )
    assert (sent.status_code, sent.json()["code"]) == (503, "not-sealed"), sent.text
    assert "store of sealed photos" in sent.json()["detail"]
    assert "127.0.0.1" not in sent.text, "nobody is told where the store is"
    if way != "other":
        until(lambda: "blob-store" in city.http.get("/readyz").json()["problems"], "red health")
        assert city.http.get("/readyz").status_code == 503
    city.relay.way = "pass"
    ready(city, "ok")
    with city.officer_client() as officer:
        assert officer.open(held[0], Purpose.DECIDE_APPLICATION, "To decide.").photo


def _fields():
    return {"full_name": "Anna", "date_of_birth": "1979-03-21", "address": "1 Forest Lane"}


def test_who_withdraws_does_not_wait_for_the_store_and_the_sweep_goes_on(city):
    before = objects(city)
    _, receipt = city.apply(PORTRAIT)
    (name,) = objects(city) - before
    # S3 deletes with POST: it alone fails.
    city.relay.way, city.relay.only = "503", "POST"
    path = f"/api/photos/{receipt.promise.seal_id}/withdrawal"

    def withdrawn():
        answer = city.http.post(path, json={"secret": receipt.withdraw_secret})
        assert answer.status_code == 200, answer.text
        return answer.json()["complete"]

    until(withdrawn, "all trustees confirm", pause=0.2)
    assert name in objects(city)
    city.relay.way = "pass"
    until(lambda: name not in objects(city), "the sweep destroys it", pause=0.5)


def test_copied_lost_and_brought_back_into_another_place(city, tmp_path):
    held = [city.apply(PORTRAIT) for _ in range(2)]
    # What earlier tests have left to the worker is not destroyed between the two looks.
    city.stop_portal()
    stored = objects(city)
    made = portal(city, "backup", tmp_path / "copy", "--keys", "--json")
    assert made.returncode == 0, made.stderr
    copied = (tmp_path / "copy" / "portal" / "blobs").glob("??/*")
    assert {f"{each.parent.name}/{each.name}" for each in copied} == stored
    shutil.rmtree(city.data)
    taken = portal(city, "restore", tmp_path / "copy")
    assert taken.returncode == 1
    assert "holds sealed photos already" in taken.stderr
    city.prefix = "photos-again"
    done = portal(city, "restore", tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    assert objects(city) == stored
    assert not (city.data / "blobs").exists()
    city.start_portal()
    ready(city, "rolled-back")
    found = portal(city, "reconcile", "--json")
    assert json.loads(found.stdout)["missing"] == 0, found.stdout
    ready(city, "ok")
    pins = Pins(circles=frozenset({city.circle.digest().hex()}))
    with city.officer_client() as officer:
        for reference, receipt in held:
            assert officer.open(reference, Purpose.DECIDE_APPLICATION, "After a fire").photo
            city.settled()
            city.followed()
            assert verify_live(receipt, pins).outcome == "complete"
