"""Ciphertexts in a real object store (SeaweedFS), also where it is away, slow, or half works."""

import contextlib
from datetime import timedelta

import pytest
from obstore.store import from_url

from habeas.custody.blobs import BlobMissingError, BlobStoreError, FileBlobs
from habeas.custody.bucket import BucketBlobs
from tests.service.custody.relay import Relay
from tests.service.tlog import servers

pytestmark = pytest.mark.slow
NAME, OTHER = "ab" * 16, "cd" * 16
CONTENT = bytes(range(256)) * 600


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    with servers.bucket(tmp_path_factory.mktemp("weed")) as options:
        yield options


def _bucket(endpoint, prefix):
    """As `BucketBlobs.open` opens it, with less patience for what does not come."""
    store = from_url(
        f"s3://log/{prefix}", endpoint=endpoint, region="us-east-1", skip_signature=True,
        client_options={"timeout": "1s", "connect_timeout": "1s", "allow_http": True},
        retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=3)},
    )  # fmt: skip
    return BucketBlobs(store)


@pytest.fixture
def relay(s3):
    with Relay(s3["endpoint"]) as made:
        yield made


@pytest.fixture
def blobs(relay, request):
    return _bucket(relay.url, request.node.name.translate(str.maketrans("[]", "--")))


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path, s3):
    """Both kinds keep one promise."""
    if request.param == "folder":
        return FileBlobs(tmp_path / "blobs")
    return _bucket(s3["endpoint"], tmp_path.name)


def test_what_was_put_is_there_until_it_is_deleted(store):
    assert list(store.names()) == []
    store.put(NAME, CONTENT)
    store.put(OTHER, b"second")
    assert (store.get(NAME), store.get(OTHER)) == (CONTENT, b"second")
    store.put(NAME, b"again")
    assert store.get(NAME) == b"again"
    assert set(store.names()) == {NAME, OTHER}
    store.delete(NAME)
    store.delete(NAME)
    with pytest.raises(BlobMissingError):
        store.get(NAME)
    assert set(store.names()) == {OTHER}


def test_the_mark_lies_beside_the_blobs_and_is_none_of_them(store):
    assert store.mark() is None
    store.set_mark('{"id": "one"}')
    store.set_mark('{"id": "two"}')
    assert store.mark() == '{"id": "two"}'
    assert list(store.names()) == []


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "AB" * 16, "ab" * 15, "installation.json"]
)
def test_no_other_object_is_reached_by_a_name(store, name):
    store.set_mark("mine")
    for act in (store.get, store.delete, lambda each: store.put(each, b"")):
        with pytest.raises(BlobMissingError):
            act(name)
    assert store.mark() == "mine"


def test_whether_photos_are_taken_is_tried_beside_them(store):
    store.put(NAME, CONTENT)
    store.set_mark("mine")
    store.verify_writable()
    store.verify_writable()
    assert (list(store.names()), store.mark(), store.get(NAME)) == ([NAME], "mine", CONTENT)


def test_a_store_that_is_full_or_may_only_be_read_is_told(relay, blobs):
    blobs.set_mark("mine")
    relay.way, relay.only = "503", "PUT"
    assert blobs.mark() == "mine"
    with pytest.raises(BlobStoreError):
        blobs.verify_writable()
    relay.way, relay.only = "other", "GET"
    with pytest.raises(BlobStoreError, match="something else"):
        blobs.verify_writable()
    relay.way = "pass"
    blobs.verify_writable()
    assert list(blobs.names()) == []


def test_more_than_one_page_is_listed(s3):
    store = _bucket(s3["endpoint"], "many")
    names = {f"{number:032x}" for number in range(1030)}
    for name in names:
        store._put(f"{name[:2]}/{name}", b"x")
    assert set(store.names()) == names


def test_a_store_that_is_away_is_said(tmp_path):
    (port,) = servers.free_ports(1)
    gone = _bucket(f"http://127.0.0.1:{port}", "gone")
    for act in _acts(gone):
        with pytest.raises(BlobStoreError):
            act()


def _acts(store):
    return (
        lambda: store.put(NAME, CONTENT), lambda: store.get(NAME), lambda: store.delete(NAME),
        lambda: list(store.names()), store.mark, lambda: store.set_mark("x"),
        store.verify_writable,
    )  # fmt: skip


@pytest.mark.parametrize("way", ["hang", "503"])
def test_a_store_that_is_slow_or_refuses_is_said_and_keeps_what_it_had(relay, blobs, way):
    blobs.put(NAME, CONTENT)
    blobs.set_mark("mine")
    relay.way = way
    for act in _acts(blobs):
        with pytest.raises(BlobStoreError):
            act()
    relay.way = "pass"
    assert blobs.get(NAME) == CONTENT
    assert blobs.mark() == "mine"


@pytest.mark.parametrize("way", ["lost", "503", "half"])
def test_what_fails_in_passing_is_tried_again(relay, blobs, way):
    relay.way, relay.every = way, 4
    for number in range(6):
        with contextlib.suppress(BlobStoreError):
            blobs.put(f"{number:032x}", CONTENT)
    relay.way = "pass"
    assert relay.failed > 1
    for number in range(6):
        blobs.put(f"{number:032x}", CONTENT)
        assert blobs.get(f"{number:032x}") == CONTENT


def test_what_was_done_without_an_answer_is_not_taken_for_done(relay, blobs):
    relay.way, relay.only = "lost", "PUT"
    with pytest.raises(BlobStoreError):
        blobs.put(NAME, CONTENT)
    relay.way = "pass"
    assert blobs.get(NAME) == CONTENT, "it was done all the same: putting it again is harmless"
    blobs.put(NAME, CONTENT)


@pytest.mark.parametrize("way", ["other", "half"])
def test_what_is_not_given_back_as_it_was_put_is_not_stored(relay, blobs, way):
    relay.way, relay.only = way, "GET"
    with pytest.raises(BlobStoreError):
        blobs.put(NAME, CONTENT)


def test_deleting_is_not_done_while_nobody_says_so(relay, blobs):
    blobs.put(NAME, CONTENT)
    # S3 deletes any number of objects with one POST (DeleteObjects).
    relay.way, relay.only = "503", "POST"
    with pytest.raises(BlobStoreError):
        blobs.delete(NAME)
    relay.way = "pass"
    assert blobs.get(NAME) == CONTENT


@pytest.mark.parametrize("url", ["nowhere", "ftp://bucket/prefix", "s3://"])
def test_what_names_no_bucket_is_said(url):
    with pytest.raises(BlobStoreError) as error:
        BucketBlobs.open(url)
    assert "s3://BUCKET/PREFIX" in error.value.remedy
