"""Folders that get their name when they are whole, with the SHA-256 of every file."""

import os

import pytest

from habeas.portal.site import sums
from habeas.portal.site.sums import SUMS, BackupPlaceError, SumsError


def made(folder, **files):
    with sums.building(folder) as part:
        listed = {}
        for name, content in files.items():
            (part / name).write_text(content)
            listed[name] = sums.digest(part / name)
        sums.write(part, listed)
    return folder


def test_a_folder_has_its_name_when_it_is_whole(tmp_path):
    folder = made(tmp_path / "copy", one="1", two="2")
    assert set(sums.read(folder)) == {"one", "two"}
    assert [each.name for each in tmp_path.iterdir()] == ["copy"]


def test_what_fails_leaves_nothing(tmp_path):
    def fail(part):
        (part / "one").write_text("1")
        raise SumsError("It cannot be done.")

    with pytest.raises(SumsError), sums.building(tmp_path / "copy") as part:
        fail(part)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    with pytest.raises(BackupPlaceError) as told, sums.building(tmp_path / "copy"):
        raise OSError(28, os.strerror(28), "copy/one")
    assert "No space left" in told.value.cause
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(BackupPlaceError), sums.building(tmp_path):
        pytest.fail("it was given away")
    assert (tmp_path / "mine").read_text() == "mine"


def test_two_do_not_make_one_folder(tmp_path):
    with sums.building(tmp_path / "copy") as part:
        (part / "one").write_text("1")
        with pytest.raises(BackupPlaceError) as told, sums.building(tmp_path / "copy"):
            pytest.fail("it was given away")
        assert "at this moment" in told.value.cause
        assert (part / "one").exists()
    assert (tmp_path / "copy" / "one").exists()


def test_a_copy_is_private_and_keeps_its_day(tmp_path):
    source = tmp_path / "source"
    source.write_text("x" * 3_000_000)
    source.chmod(0o644)
    os.utime(source, (86_400, 86_400))
    told = []
    found = sums.copy(source, tmp_path / "deep" / "copy", told.append)
    target = tmp_path / "deep" / "copy"
    assert (found, sum(told)) == (sums.digest(source), 3_000_000)
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.stat().st_mtime == 86_400
    with pytest.raises(FileExistsError):
        sums.copy(source, target)


@pytest.mark.parametrize(
    "lines",
    ["", "no sum  one\n", f"{'0' * 64}  one\n{'0' * 64}  one\n", f"{'0' * 64}  ../one\n", b"\xff"],
)
def test_a_list_that_is_none_is_refused(tmp_path, lines):
    folder = made(tmp_path / "copy", one="1")
    (folder / SUMS).write_bytes(lines if isinstance(lines, bytes) else lines.encode())
    with pytest.raises(SumsError):
        sums.read(folder)


def test_a_pipe_in_a_backup_is_no_file(tmp_path):
    folder = made(tmp_path / "copy", one="1")
    (folder / "one").unlink()
    os.mkfifo(folder / "one")
    with pytest.raises(SumsError):
        sums.read(folder)
