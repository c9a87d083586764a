"""Pointers: the one way from a case to its photo, for its office alone."""

import pytest
from habeas.portal.cases.pointers import PointerError, open_pointer, seal_pointer

from habeas.custody import Handle
from habeas.portal.cases import pointers

HANDLE = Handle("ab" * 16, bytes(range(32)))


@pytest.fixture(autouse=True)
def _keys(data):
    pointers.make_key("parks")
    pointers.make_key("licensing")


def test_a_pointer_opens_for_its_case_and_office_alone():
    pointer = seal_pointer("parks", "AG-1", HANDLE)
    assert open_pointer("parks", "AG-1", pointer) == HANDLE
    for office, reference in (("licensing", "AG-1"), ("parks", "AG-2")):
        with pytest.raises(PointerError):
            open_pointer(office, reference, pointer)


def test_a_pointer_shows_nothing_and_is_never_the_same():
    first, second = (seal_pointer("parks", "AG-1", HANDLE) for _ in range(2))
    assert first != second
    for pointer in (first, second):
        assert bytes.fromhex(HANDLE.seal_id) not in pointer
        assert HANDLE.track_key not in pointer


@pytest.mark.parametrize("change", [b"", b"\0" * 5, b"\0" * 76])
def test_other_bytes_are_no_pointer(change):
    with pytest.raises(PointerError):
        open_pointer("parks", "AG-1", change)


def test_a_missing_key_is_an_error_and_is_not_made(data):
    pointer = seal_pointer("parks", "AG-1", HANDLE)
    (data / "keys" / "office-parks.key").unlink()
    with pytest.raises(PointerError, match="parks"):
        open_pointer("parks", "AG-1", pointer)
    with pytest.raises(PointerError):
        seal_pointer("parks", "AG-2", HANDLE)
    assert not pointers.has_key("parks")


def test_a_key_is_made_once_and_for_the_portal_alone(data):
    file = data / "keys" / "office-parks.key"
    before = file.read_bytes()
    with pytest.raises(PointerError, match="has a key"):
        pointers.make_key("parks")
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert before != (data / "keys" / "office-licensing.key").read_bytes()
