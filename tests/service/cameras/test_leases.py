"""Leases in files: compare and swap among threads, and a fence that no late writer passes."""

import threading

import pytest

from habeas.cameras.lease import Lease, LeaseError
from habeas.cameras.leases import Keeper, LeaseFiles, verify_fence
from habeas.cover.errors import OutputError


def test_of_many_that_want_a_lease_at_once_one_gets_it(tmp_path):
    ready, held = threading.Barrier(8), []

    def want(number):
        keeper = Keeper(LeaseFiles(tmp_path), "gate", f"node-{number}")
        ready.wait()
        found = keeper.take()
        if found is not None:
            held.append(found)

    threads = [threading.Thread(target=want, args=(each,)) for each in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(held) == 1
    assert LeaseFiles(tmp_path).read("gate") == held[0].lease


def test_who_takes_over_shuts_the_old_holder_out(tmp_path):
    store = LeaseFiles(tmp_path)
    first, clock = Keeper(store, "gate", "a", now=lambda: 0.0), [0.0]
    second = Keeper(store, "gate", "b", now=lambda: clock[0])
    held = first.take()
    verify_fence(tmp_path / "gate", held.lease.token)
    assert second.take() is None
    clock[0] = 60.0
    assert second.take().lease.token == 2
    with pytest.raises(LeaseError):
        verify_fence(tmp_path / "gate", held.lease.token)
    with pytest.raises(LeaseError):
        verify_fence(tmp_path / "gate", None)
    with pytest.raises(LeaseError):
        first.renew(held)


def test_who_was_killed_before_the_lease_was_written_has_shut_out_the_old_holder(tmp_path):
    store = LeaseFiles(tmp_path)
    held = Keeper(store, "gate", "a", now=lambda: 0.0).take()
    (tmp_path / "gate" / "fence").write_text("2\n")  # as if killed between the two files
    with pytest.raises(LeaseError):
        verify_fence(tmp_path / "gate", held.lease.token)
    clock = [0.0]
    other = Keeper(store, "gate", "b", now=lambda: clock[0])
    assert other.take() is None
    clock[0] = 60.0
    assert other.take().lease.token == 2
    verify_fence(tmp_path / "gate", 2)


def test_a_folder_that_was_never_shared_needs_no_token(tmp_path):
    verify_fence(tmp_path, None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"v": 1}', b"\xff"])
def test_a_broken_lease_is_said_and_never_taken_for_none(tmp_path, content):
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate" / "lease.json").write_bytes(content)
    with pytest.raises(OutputError):
        Keeper(LeaseFiles(tmp_path), "gate", "a").take()
    (tmp_path / "gate" / "fence").write_bytes(content)
    with pytest.raises(OutputError):
        verify_fence(tmp_path / "gate", 1)


def test_a_swap_of_what_is_not_stored_changes_nothing(tmp_path):
    store = LeaseFiles(tmp_path)
    lease = Lease(camera="gate", token=1, beat=0, holder="a")
    assert store.swap("gate", None, lease)
    assert not store.swap("gate", None, lease)
    assert not store.swap("gate", lease.model_copy(update={"beat": 4}), lease)
    assert store.read("gate") == lease
