"""Ciphertexts in a folder: durable, private, and gone when they are deleted."""

import pytest

from habeas.custody import FileBlobs
from habeas.custody.blobs import BlobMissingError

NAME, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def blobs(tmp_path):
    return FileBlobs(tmp_path / "blobs")


def files(tmp_path):
    return [each for each in (tmp_path / "blobs").rglob("*") if each.is_file()]


def test_what_was_put_is_there(blobs, tmp_path):
    blobs.put(NAME, b"first")
    blobs.put(OTHER, b"second")
    assert blobs.get(NAME) == b"first"
    assert FileBlobs(tmp_path / "blobs").get(OTHER) == b"second"
    assert set(blobs.names()) == {NAME, OTHER}
    blobs.put(NAME, b"again")
    assert blobs.get(NAME) == b"again"


def test_only_its_owner_can_read(blobs, tmp_path):
    blobs.put(NAME, b"ciphertext")
    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    for folder in (file.parent, file.parent.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_of_the_time_a_file_tells_the_day_alone(blobs, tmp_path):
    """The time of day would tell which photo came with which application."""
    blobs.put(NAME, b"ciphertext")
    (file,) = files(tmp_path)
    written, known = file.stat().st_mtime, file.parent.stat().st_mtime
    assert written % 86_400 == 0
    assert 0 <= known - written < 2 * 86_400


def test_deleted_is_gone_and_deleting_twice_is_harmless(blobs, tmp_path):
    blobs.put(NAME, b"ciphertext")
    blobs.delete(NAME)
    blobs.delete(NAME)
    blobs.delete(OTHER)
    with pytest.raises(BlobMissingError):
        blobs.get(NAME)
    assert files(tmp_path) == []


def test_what_a_killed_writer_left_is_named_and_can_be_deleted(blobs, tmp_path):
    folder = tmp_path / "blobs" / NAME[:2]
    folder.mkdir()
    (folder / f".{NAME}.part").write_bytes(b"half")
    assert set(blobs.names()) == {NAME}
    with pytest.raises(BlobMissingError):
        blobs.get(NAME)
    blobs.delete(NAME)
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "AB" * 16, NAME + "\n", NAME[:-1], NAME + "00", "ab/" + NAME]
)
def test_names_of_others_are_refused(blobs, name):
    for act in (blobs.get, blobs.delete, lambda each: blobs.put(each, b"")):
        with pytest.raises(BlobMissingError):
            act(name)
