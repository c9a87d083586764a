"""Ciphertexts in a folder: durable, private, and gone when they are deleted."""

import errno
import os

import pytest

from habeas.custody import FileBlobs
from habeas.custody.blobs import BlobMissingError, BlobStoreError
from habeas.foundation import durable

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


def test_whether_photos_are_taken_is_tried_and_leaves_nothing(blobs, tmp_path, monkeypatch):
    blobs.set_mark("mine")
    blobs.verify_writable()
    assert list(blobs.names()) == []
    assert [each.name for each in files(tmp_path)] == ["installation.json"]

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(durable, "write", full)
    with pytest.raises(BlobStoreError, match="No space left"):
        blobs.verify_writable()


def test_a_folder_that_gives_back_something_else_is_told(blobs, monkeypatch):
    written = durable.write
    monkeypatch.setattr(
        durable, "write", lambda file, content, **said: written(file, content[:-1], **said)
    )
    with pytest.raises(BlobStoreError, match="something else"):
        blobs.verify_writable()


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "AB" * 16, NAME + "\n", NAME[:-1], NAME + "00", "ab/" + NAME]
)
def test_names_of_others_are_refused(blobs, name):
    for act in (blobs.get, blobs.delete, lambda each: blobs.put(each, b"")):
        with pytest.raises(BlobMissingError):
            act(name)
