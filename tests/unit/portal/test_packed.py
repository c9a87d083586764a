"""Packed hours at the portal: viewed and handed over as files are, and never unproven."""

import pytest
from django.conf import settings
from obstore.store import MemoryStore

from habeas.cameras import packs
from habeas.cameras.bucket import BucketError, HourBucket
from habeas.cameras.bundle import verify_bundle
from habeas.cameras.packing import Packer
from habeas.portal.cameras import shown
from habeas.portal.site import setup
from habeas.protocol import Pins
from habeas.protocol.footage import hour_name
from tests.unit.portal.conftest import PASSWORD
from tests.unit.portal.test_exports import FORM, NORTH, START, desk, recordings  # noqa: F401 - fixtures

FILM = "/desk/cameras/now/0.mp4"


@pytest.fixture
def bucket(monkeypatch, desk, recordings):  # noqa: F811 - a fixture of that name
    """The one hour lies there, and in no file."""
    made = HourBucket(MemoryStore())
    said = []
    assert Packer(recordings, made, said.append).round() == 0
    assert len(said) == 1
    assert not list(recordings.folder.rglob("*.mp4"))
    monkeypatch.setattr(settings, "RECORDINGS_BUCKET", "s3://recordings/city")
    monkeypatch.setattr(shown, "_bucket", lambda _: made)
    return made


def _view(browser):
    form = {**FORM, "purpose": "emergency", "password": PASSWORD}
    assert browser.post(f"/desk/cameras/{NORTH}/ask/", form).status_code == 302
    return browser.get(FILM)


def test_a_packed_hour_is_viewed_and_handed_over_as_files_are(city, desk, bucket, tmp_path):  # noqa: F811
    film = _view(desk)
    assert film.status_code == 200
    assert film.content[4:8] == b"ftyp"
    part = desk.get(FILM, HTTP_RANGE="bytes=4-7")
    assert (part.status_code, part.content) == (206, b"ftyp")
    answer = desk.post(f"/desk/cameras/{NORTH}/export/", {**FORM, "password": PASSWORD})
    got = desk.get(f"{answer.headers['location']}clip.zip")
    file = tmp_path / "clip.zip"
    file.write_bytes(b"".join(got.streaming_content))
    found = verify_bundle(file, Pins(circles=frozenset({city.copy.chain.newest.digest})))
    assert len(found.segments) == 3


def test_a_store_that_is_away_is_no_recording_that_is_gone(desk, bucket, monkeypatch):  # noqa: F811
    def away(*_):
        raise BucketError("The store of recordings fails: away.")

    monkeypatch.setattr(bucket, "get", away)
    answer = _view(desk)
    assert answer.status_code == 503
    assert b"\0" not in answer.content, "every film has zero bytes, and no page"


def test_what_the_store_has_changed_or_lost_is_not_shown(desk, bucket, recordings, monkeypatch):  # noqa: F811
    assert _view(desk).status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr(bucket, "get", lambda _, __, length: bytes(length))
        assert desk.get(FILM).status_code == 410
    bucket.delete(packs.name_of(recordings.hour(NORTH, hour_name(START))))
    assert desk.get(FILM).status_code == 410


def test_a_portal_that_was_not_told_the_store_says_so(desk, bucket, monkeypatch):  # noqa: F811
    monkeypatch.setattr(settings, "RECORDINGS_BUCKET", "")
    answer = _view(desk)
    assert answer.status_code == 503
    assert desk.get(f"/desk/cameras/{NORTH}/").status_code == 200, "its figures are on the disk"
    assert b"\0" not in answer.content, "every film has zero bytes, and no page"


def test_checking_a_portal_finds_a_store_that_fails_and_serves_all_the_same(bucket, monkeypatch):
    assert not list(setup.failures())

    def away(*_):
        raise BucketError("The store of recordings fails: away.")

    monkeypatch.setattr(bucket, "get", away)
    (said,) = setup.failures()
    assert (said.code, said.cause) == (
        "recordings-bucket", "The store of recordings fails: away.",
    )  # fmt: skip
    assert not list(setup.problems())
