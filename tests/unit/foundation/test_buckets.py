"""Opening an object store: what names none is said before anything is asked of it."""

import sys

import pytest

from habeas.foundation.buckets import BucketPatience, BucketPlaceError, first_line, open_bucket

PATIENCE = BucketPatience(request=1, repeated=1, repetitions=0)


@pytest.mark.parametrize("url", ["nowhere", "ftp://bucket/prefix", "memory:///", "s3://"])
def test_what_names_no_bucket_is_said(url):
    with pytest.raises(BucketPlaceError, match="no place for songs") as error:
        open_bucket(url, "songs", PATIENCE)
    assert "s3://BUCKET/PREFIX" in error.value.remedy


def test_a_bucket_is_opened_without_asking_it_anything():
    assert open_bucket("s3://bucket/prefix", "songs", PATIENCE, {"AWS_REGION": "nowhere"})


def test_a_library_that_is_not_installed_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(BucketPlaceError, match="not installed"):
        open_bucket("s3://bucket", "songs", PATIENCE)


def test_what_a_store_says_fits_into_a_sentence():
    assert first_line(OSError(" Away.\nat 12:00")) == "Away"
    assert first_line(OSError()) == "OSError"
    assert len(first_line(OSError("x" * 999))) == 200
