"""Storage that fills up: said early, what is due first goes first, what is held never."""

from datetime import timedelta

import pytest

from habeas.cameras import holds, storage
from habeas.cameras.storage import Disk
from tests.media.video.segments import RECORDER
from tests.unit.cameras.street import START, Street

#: None of the eight hours has had its days, and none is of the last day.
NOW = START + timedelta(days=3)
GIGABYTE = 10**9


@pytest.fixture
def street(tmp_path):
    made = Street(tmp_path)
    made.record(8)
    return made


class Filling:
    """A disk of 100 gigabytes, on which each hour that is there takes so much of what is free."""

    def __init__(self, street, free, each=1.0):
        self.street, self.free, self.each = street, free, each
        self.all = len(street.there())

    def __call__(self):
        gained = (self.all - len(self.street.there())) * self.each
        return Disk(round((self.free + gained) * GIGABYTE), 100 * GIGABYTE)


def keep(street, disk, now=NOW):
    return storage.keep_room(street.recordings, RECORDER, now, street.said.append, disk)


def test_a_disk_that_fills_up_is_said_early_and_nothing_goes(street):
    assert keep(street, Filling(street, 10)).level == "ample"
    assert street.said == []
    found = keep(street, Filling(street, 9.9))
    assert (found.level, found.freed, found.stuck) == ("low", 0, "")
    assert street.there() == list(range(8))
    assert len(street.said) == 1
    assert "9.9% of the disk is free" in street.said[0]
    keep(street, Filling(street, 9.8))
    assert len(street.said) == 1
    assert storage.read(street.recordings.folder).level == "low"


def test_a_full_disk_frees_what_is_due_first_and_no_more_than_it_needs(street):
    found = keep(street, Filling(street, 4.9))
    assert (found.level, found.freed, found.stuck) == ("low", 3, "")
    assert street.there() == [3, 4, 5, 6, 7]
    assert street.recordings.hour("north-gate", "2026-11-23T08Z").deleted == "2026-11-26"


def test_what_is_held_is_never_freed(street):
    entry, index = street.logged(street.hold(0, 2, "2027-01-31"), "2026-11-24")
    holds.put(street.place, index, entry, street.log.proof(index))
    holds.judge(street.place, street.camera, street.witnessed, NOW, street.said.append)
    keep(street, Filling(street, 4.9))
    assert street.there() == [0, 1, 5, 6, 7]


def test_when_nothing_can_be_freed_that_is_said(street):
    entry, index = street.logged(street.hold(0, 8, "2027-01-31"), "2026-11-24")
    holds.put(street.place, index, entry, street.log.proof(index))
    holds.judge(street.place, street.camera, street.witnessed, NOW, street.said.append)
    found = keep(street, Filling(street, 1))
    assert found.level == "full"
    assert "Nothing more can be deleted" in found.stuck
    assert found.stuck in street.said[-1]
    assert street.there() == list(range(8))
    assert storage.read(street.recordings.folder) == found


def test_the_last_day_is_never_freed(street):
    found = keep(street, Filling(street, 1), START + timedelta(hours=20))
    assert street.there() == list(range(8))
    assert "of the last day" in found.stuck


def test_where_deleting_makes_no_room_it_is_given_up(street):
    found = keep(street, Filling(street, 1, each=0))
    assert found.freed == 3
    assert "something else fills the disk" in found.stuck
    assert street.there() == [3, 4, 5, 6, 7]


def test_a_file_that_says_nonsense_says_nothing(street):
    (street.recordings.folder / "storage.json").write_text("{")
    assert storage.read(street.recordings.folder) == storage.StorageHealth()
    assert keep(street, Filling(street, 50)).level == "ample"


def test_a_real_disk_has_some_size(tmp_path):
    found = storage.look(tmp_path)
    assert 0 <= found.free <= found.total
    assert found.total > 0
