import os
import stat
import threading

import pytest

from habeas.foundation import durable


@pytest.fixture
def file(tmp_path):
    return tmp_path / "name"


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def names(folder):
    return [each.name for each in folder.iterdir()]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_written_whole_and_nothing_left_beside(file):
    durable.write(file, b"old")
    durable.write(file, b"new")
    assert file.read_bytes() == b"new"
    assert names(file.parent) == ["name"]


def test_the_file_is_synced_before_it_has_its_name_and_the_folder_after(file, monkeypatch):
    steps = []
    fsync, rename = os.fsync, type(file).replace

    def watched_fsync(handle):
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def watched_rename(part, target):
        steps.append("rename")
        return rename(part, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(type(file), "replace", watched_rename)
    durable.write(file, b"x")
    assert steps == ["file", "rename", "folder"]


@pytest.mark.usefixtures("open_umask")
@pytest.mark.parametrize("write", [durable.write, durable.create])
def test_private_from_the_start(file, write, monkeypatch):
    seen = []
    fsync = os.fsync

    def watched(handle):
        seen.append(stat.S_IMODE(os.fstat(handle).st_mode))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    write(file, b"secret", private=True)
    assert seen[0] == 0o600
    assert mode(file) == 0o600


@pytest.mark.usefixtures("open_umask")
def test_what_others_could_read_is_private_when_it_is_taken_over(file):
    left = file.with_name(".name.part")
    left.write_bytes(b"half of something longer")
    assert mode(left) == 0o666
    durable.write(file, b"secret", private=True)
    assert mode(file) == 0o600
    assert file.read_bytes() == b"secret"
    assert not left.exists()


def test_the_umask_decides_for_what_is_not_private(file):
    before = os.umask(0o027)
    try:
        durable.write(file, b"x")
        durable.make(file.parent / "folder")
    finally:
        os.umask(before)
    assert mode(file) == 0o640
    assert mode(file.parent / "folder") == 0o750


def test_an_error_leaves_what_was_there(file):
    durable.write(file, b"old")

    def half(into):
        with durable.writing(into) as part:
            part.write(b"ne")
            raise RuntimeError("the disk, say")

    with pytest.raises(RuntimeError):
        half(file)
    assert file.read_bytes() == b"old"
    assert names(file.parent) == ["name"]


def test_only_the_first_creates(file):
    durable.create(file, b"first")
    with pytest.raises(FileExistsError):
        durable.create(file, b"second")
    assert file.read_bytes() == b"first"
    assert names(file.parent) == ["name"]


@pytest.mark.parametrize("write", [durable.write, durable.create])
def test_writers_of_one_name_wait_for_each_other(file, write):
    contents = [bytes([number]) * 100_000 for number in range(8)]
    done, start = [], threading.Barrier(len(contents))

    def run(content):
        start.wait()
        try:
            write(file, content)
        except FileExistsError:
            assert write is durable.create
        assert file.read_bytes() in contents
        done.append(content)

    threads = [threading.Thread(target=run, args=(each,)) for each in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(contents)
    assert names(file.parent) == ["name"]


def test_a_link_beside_the_file_is_not_followed(file, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    file.with_name(".name.part").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        durable.write(file, b"x")
    assert victim.read_bytes() == b"mine"


def test_a_file_is_no_folder(file):
    file.write_bytes(b"content")
    for place in (file, file / "deeper"):
        with pytest.raises(NotADirectoryError) as caught:
            durable.make(place)
        assert caught.value.filename == str(place)
    assert file.read_bytes() == b"content"


@pytest.mark.usefixtures("open_umask")
def test_private_folders_all_the_way_down(tmp_path):
    durable.make(tmp_path / "a" / "b", private=True)
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700
    (tmp_path / "open").mkdir()
    durable.make(tmp_path / "open", private=True)
    assert mode(tmp_path / "open") == 0o777  # made by somebody else, who had a reason


def test_move_and_remove(file, tmp_path):
    part = tmp_path / "parts"
    durable.make(part)
    (part / "p").write_bytes(b"whole")
    durable.move(part / "p", file)
    assert file.read_bytes() == b"whole"
    file.with_name(".name.part").write_bytes(b"left by a killed writer")
    durable.remove(file)
    durable.remove(file)
    assert names(tmp_path) == ["parts"]


def test_one_holds_the_folder(tmp_path):
    inside, order = threading.Event(), []

    def other():
        inside.wait()
        with durable.locked(tmp_path):
            order.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    with durable.locked(tmp_path):
        inside.set()
        order.append("first")
    thread.join()
    assert order == ["first", "other"]
