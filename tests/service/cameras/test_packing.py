"""Hours in a real object store (SeaweedFS), also where it is away, slow, or half works."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from obstore.store import from_url

from habeas.cameras import packs
from habeas.cameras.bucket import BucketError, HourBucket
from habeas.cameras.hours import HourChangedError
from habeas.cameras.packing import Packer
from habeas.cameras.recordings import Recordings
from habeas.configuration import RecordingObjects
from habeas.protocol.footage import hour_name
from tests.media.video.segments import RECORDER, add_segment
from tests.media.video.test_serve import Served, declare
from tests.service.custody.relay import Relay
from tests.service.tlog import servers
from tests.unit.cameras.street import HOUR, START, Street, name

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    with servers.bucket(tmp_path_factory.mktemp("weed")) as options:
        yield options


@pytest.fixture
def relay(s3):
    with Relay(s3["endpoint"]) as made:
        yield made


@pytest.fixture
def bucket(relay, tmp_path):
    """As `HourBucket.open` opens it, with less patience for what does not come."""
    store = from_url(
        f"s3://log/{tmp_path.name}", endpoint=relay.url, region="us-east-1", skip_signature=True,
        client_options={"timeout": "2s", "connect_timeout": "2s", "allow_http": True},
        retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=5)},
    )  # fmt: skip
    return HourBucket(store)


@pytest.fixture
def street(tmp_path, bucket):
    made = Street(tmp_path)
    made.record(2)
    made.recordings.bucket = bucket
    return made


def pack(street):
    return Packer(street.recordings, street.recordings.bucket, street.said.append).round()


def contents(street):
    return [street.recordings.content("north-gate", START + each * HOUR) for each in range(2)]


def files(street):
    return len(list(street.recordings.folder.rglob("*.mp4")))


def test_hours_go_there_come_back_by_ranges_and_end(street):
    before = contents(street)
    assert (pack(street), files(street)) == (0, 0)
    assert contents(street) == before
    for number in range(2):
        street.recordings.verify_hour("north-gate", name(number))
    street.recordings.delete_expired(START + timedelta(days=20), RECORDER)
    assert pack(street) == 0
    hour = street.recordings.hour("north-gate", name(0))
    assert street.recordings.bucket.size(packs.name_of(hour)) is None


def test_an_hour_of_many_parts_is_whole(bucket):
    piece = hashlib.sha256(b"piece").digest() * 32768
    bucket.put("north-gate/large.zip", (piece for _ in range(21)))
    assert bucket.size("north-gate/large.zip") == 21 * len(piece)
    for begin in (0, 8 * len(piece) - 5, 20 * len(piece)):
        found = bucket.get("north-gate/large.zip", begin, len(piece))
        assert found == (piece * 22)[begin % len(piece) :][: len(piece)]


def test_what_breaks_off_on_our_side_is_no_object(bucket):
    def pieces():
        yield bytes(9 * 1024 * 1024)
        raise LookupError("the disk")

    with pytest.raises(LookupError):
        bucket.put("north-gate/broken.zip", pieces())
    assert bucket.size("north-gate/broken.zip") is None


@pytest.mark.parametrize("way", ["hang", "503", "lost", "half", "other"])
def test_a_store_that_fails_loses_nothing(street, relay, way):
    before = contents(street)
    relay.way = way
    assert pack(street) == 2
    assert files(street) == 2
    assert contents(street) == before
    relay.way = "pass"
    assert (pack(street), files(street)) == (0, 0)
    assert contents(street) == before


@pytest.mark.parametrize("way", ["lost", "503", "half", "other"])
def test_a_store_that_half_works_loses_nothing(street, relay, way):
    before = contents(street)
    relay.way, relay.every = way, 3
    for _ in range(4):
        pack(street)
        relay.way = "pass"
        assert contents(street) == before
        relay.way = way
    relay.way = "pass"
    assert (pack(street), files(street)) == (0, 0)
    assert contents(street) == before


@pytest.mark.parametrize("way", ["hang", "503", "half", "other"])
def test_a_store_that_fails_plays_nothing_that_is_not_proven(street, relay, way):
    pack(street)
    relay.way = way
    with pytest.raises((BucketError, HourChangedError)):
        contents(street)


_RECORDER = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
from pathlib import Path
from habeas.cameras.bucket import HourBucket
from habeas.cameras.confinement import confine_recorder
from habeas.cameras.hours import HourChangedError
from habeas.cameras.packing import Packer
from habeas.cameras.recordings import Recordings
folder = Path(sys.argv[1])
recordings = Recordings(folder, HourBucket.open(sys.argv[2]))
confine_recorder(folder, "rtsp://127.0.0.1/", gpu=False)
print(Packer(recordings, recordings.bucket, print).round())
"""


def test_a_recorder_that_has_confined_itself_still_packs(street, s3, tmp_path):
    before = contents(street)
    environment = {
        **os.environ, "AWS_ENDPOINT": s3["endpoint"], "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _RECORDER, street.recordings.folder, f"s3://log/{tmp_path.name}"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        f"packed north-gate {name(0)}", f"packed north-gate {name(1)}", "0",
    ], done.stderr  # fmt: skip
    assert files(street) == 0
    assert contents(street) == before


def test_the_command_packs_what_was_recorded_and_says_where_the_store_is_away(
    relay, tmp_path, monkeypatch
):
    for variable, value in (
        ("AWS_ENDPOINT", relay.url), ("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "any"),
        ("AWS_SECRET_ACCESS_KEY", "any"),
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)
    url = f"s3://log/{tmp_path.name}"
    place = Recordings(tmp_path / "recordings", HourBucket.open(url))
    start = datetime.now(UTC).replace(minute=20, second=0, microsecond=0) - timedelta(hours=3)
    add_segment(place, "gate", start)
    before = place.content("gate", start)
    relay.way = "503"
    with Served(declare(tmp_path, gate=None), place.folder, "--bucket", url) as served:
        served.until(
            lambda: (
                "storage-unpacked" in served.ask("/readyz").json()["cameras"]["gate"]["problems"]
            ),
            "the alarm",
        )
        assert place.content("gate", start) == before
        relay.way = "pass"
        served.until(lambda: not list(place.folder.rglob("*.mp4")), "the packed hour")
        served.until(
            lambda: (
                "storage-unpacked"
                not in served.ask("/readyz").json()["cameras"]["gate"]["problems"]
            ),
            "the end of the alarm",
        )
        assert served.end() == 0
    assert place.content("gate", start) == before
    place.verify_hour("gate", hour_name(start))


def test_a_configuration_says_of_a_store_what_the_environment_does_not(s3, tmp_path):
    said = RecordingObjects(
        url=f"s3://log/{tmp_path.name}", endpoint=s3["endpoint"], region="us-east-1",
        access_key_id="any", secret_access_key={"file": _key(tmp_path)},
    )  # fmt: skip
    bucket = HourBucket.open(said.url, said.environment())
    bucket.put("north-gate/x.zip", iter([b"content"]))
    assert bucket.get("north-gate/x.zip", 1, 3) == b"ont"
    bucket.delete("north-gate/x.zip")
    assert bucket.get("north-gate/x.zip", 1, 3) is None


def _key(folder):
    file = folder / "key"
    file.touch(0o600)
    file.write_text("any\n")
    return file


@pytest.mark.parametrize("url", ["nowhere", "ftp://bucket/prefix", "memory:///", "s3://"])
def test_what_names_no_bucket_is_said(url):
    with pytest.raises(BucketError) as error:
        HourBucket.open(url)
    assert "s3://BUCKET/PREFIX" in error.value.remedy
