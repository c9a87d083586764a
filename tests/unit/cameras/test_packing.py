"""Closed hours as objects: proven before a file goes, held and deleted like files."""

import io
import threading
import zipfile
from datetime import timedelta

import pytest
from obstore.store import MemoryStore

from habeas.cameras import holds, packs, storage
from habeas.cameras.bucket import BucketError, HourBucket
from habeas.cameras.hours import Hour, HourChangedError, UnknownHourError
from habeas.cameras.packing import Packer, verify_store
from habeas.cameras.probes import judge
from habeas.cameras.recordings import Recordings
from habeas.foundation.schema import NewerStoreError, Schema, adopt_folder
from tests.media.video.segments import RECORDER
from tests.unit.cameras.street import HOUR, START, Street, name

#: The days of the first three hours are over.
DUE = START + 3 * HOUR + timedelta(days=14)


class Store(HourBucket):
    """A store in memory that can be away, give back something else, or be looked into."""

    def __init__(self):
        super().__init__(MemoryStore())
        self.names, self.away, self.other, self.reads = [], False, False, []

    def put(self, name, pieces):
        self._answer()
        super().put(name, pieces)
        self.names.append(name)

    def get(self, name, begin, length):
        self._answer()
        self.reads.append((begin, length))
        content = super().get(name, begin, length)
        return bytes(len(content)) if self.other and content else content

    def size(self, name):
        self._answer()
        return super().size(name)

    def delete(self, name):
        self._answer()
        super().delete(name)

    def _answer(self):
        if self.away:
            raise BucketError("The store of recordings fails: away.")


@pytest.fixture
def street(tmp_path):
    made = Street(tmp_path)
    made.record(4)
    made.recordings.bucket = Store()
    return made


def pack(street):
    said = []
    undone = Packer(street.recordings, street.recordings.bucket, said.append).round()
    return undone, said


def files(street):
    return sorted(street.recordings.folder.rglob("*.mp4"))


def content(street, number):
    return street.recordings.content("north-gate", START + number * HOUR)


def there(street, number):
    hour = street.recordings.hour("north-gate", name(number))
    return street.recordings.bucket.size(packs.name_of(hour)) is not None


def test_closed_hours_leave_the_disk_and_are_played_checked_and_told_as_before(street):
    recordings = street.recordings
    before = [content(street, number) for number in range(4)]
    span, end = recordings.span("north-gate"), START + 4 * HOUR
    listed = [each.start for each in recordings.segments("north-gate", START, end)]
    pieces = recordings.pieces("north-gate", name(2))
    assert pack(street) == (0, [f"packed north-gate {name(number)}" for number in range(4)])
    assert files(street) == []
    recordings.bucket.reads.clear()
    assert [content(street, number) for number in range(4)] == before
    assert [length for _, length in recordings.bucket.reads] == list(map(len, before))
    assert recordings.span("north-gate") == span
    assert [each.start for each in recordings.segments("north-gate", START, end)] == listed
    assert recordings.pieces("north-gate", name(2)) == pieces
    for number in range(4):
        recordings.verify_hour("north-gate", name(number))
    assert pack(street) == (0, [])


def test_a_round_reads_nothing_of_hours_that_are_done(street, monkeypatch):
    pack(street)

    def read(_):
        raise AssertionError("an hour's file has 150 kB, and a camera has hundreds")

    monkeypatch.setattr("habeas.cameras.packing.read_hour", read)
    assert pack(street) == (0, [])


def test_who_is_killed_before_an_object_is_said_to_go_says_it_later(street, monkeypatch):
    pack(street)
    with monkeypatch.context() as patch:
        patch.setattr("habeas.cameras.packs.end", lambda _: None)
        assert len(street.recordings.delete_expired(DUE, RECORDER)) == 3
    assert pack(street) == (0, [])
    assert there(street, 0), "nobody knew"
    assert len(street.recordings.delete_expired(DUE, RECORDER)) == 3
    assert pack(street) == (0, [])
    assert [there(street, number) for number in range(4)] == [False, False, False, True]


def test_an_object_is_a_zip_file_that_proves_itself_and_is_the_same_for_everybody(street):
    hour = street.recordings.hour("north-gate", name(1))
    place = street.recordings.hour_place("north-gate", name(1))
    *pieces, packed = packs.pack(hour, place)
    whole = b"".join(pieces)
    with zipfile.ZipFile(io.BytesIO(whole)) as made:
        assert made.testzip() is None
        closed = Hour.decode(made.read("hour.json"))
        assert closed.root == hour.root
        (said,) = closed.segments
        assert made.read(said.name) == content(street, 1)
    assert whole[packed.begins[0] :][: packed.lengths[0]] == content(street, 1)
    owed = next(each for each in street.recordings.owed() if each.hour == name(1))
    street.recordings.logged(owed, 7)
    later = street.recordings.hour("north-gate", name(1))
    assert b"".join(list(packs.pack(later, place))[:-1]) == whole, "whatever the log has said since"


def test_a_store_that_is_away_loses_nothing_and_is_said_early(street, tmp_path):
    street.recordings.bucket.away = True
    undone, said = pack(street)
    assert (undone, len(said)) == (4, 1)
    assert "is not packed: The store of recordings fails: away." in said[0]
    assert len(files(street)) == 4
    assert content(street, 0)
    assert storage.alarms(storage.read(street.recordings.folder)) == ["storage-unpacked"]
    (street.place / "health.json").write_text(
        '{"v":1,"state":"recording","at":"2026-11-23T12:00:00+00:00",'
        '"since":"2026-11-23T12:00:00+00:00"}'
    )
    found, _ = judge(street.place, START + 4 * HOUR, {}, "")
    assert found.problems["storage-unpacked"] == "4 hours wait for the object store."
    street.recordings.bucket.away = False
    assert pack(street)[0] == 0
    assert storage.alarms(storage.read(street.recordings.folder)) == []
    assert files(street) == []


def test_what_is_not_given_back_as_it_was_put_keeps_its_files(street):
    street.recordings.bucket.other = True
    undone, said = pack(street)
    assert undone == 4
    assert "gives back something else" in said[0]
    assert len(files(street)) == 4
    street.recordings.bucket.other = False
    assert pack(street)[0] == 0


def test_a_packed_hour_that_was_changed_is_not_played(street):
    pack(street)
    street.recordings.bucket.other = True
    with pytest.raises(HourChangedError):
        content(street, 1)
    with pytest.raises(HourChangedError):
        street.recordings.verify_hour("north-gate", name(1))
    street.recordings.bucket.other = False
    street.recordings.bucket.delete(packs.name_of(street.recordings.hour("north-gate", name(1))))
    with pytest.raises(UnknownHourError):
        content(street, 1)
    with pytest.raises(HourChangedError):
        street.recordings.verify_hour("north-gate", name(1))


def test_an_hour_that_was_changed_on_the_disk_is_not_packed_and_said_once(street):
    place = street.recordings.hour_place("north-gate", name(1))
    (file,) = place.glob("*.mp4")
    file.write_bytes(bytes(file.stat().st_size))
    (street.recordings.hour_place("north-gate", name(2)) / "100001.000Z.mp4").write_bytes(b"x")
    said = []
    packer = Packer(street.recordings, street.recordings.bucket, said.append)
    assert [packer.round(), packer.round()] == [2, 2]
    assert sum("is not packed" in each for each in said) == 2, "each once"
    assert len(files(street)) == 3
    assert street.recordings.hour("north-gate", name(1)).packed is None
    assert not there(street, 1)


def test_a_store_that_was_not_named_plays_nothing_of_it_and_says_so(street):
    pack(street)
    other = Recordings(street.recordings.folder)
    with pytest.raises(BucketError) as error:
        other.content("north-gate", START)
    assert "HABEAS_RECORDINGS_BUCKET" in error.value.remedy
    assert len(other.segments("north-gate", START, START + 4 * HOUR)) == 4


def test_a_release_that_knows_no_packed_hours_refuses_the_folder_that_has_some(street):
    older = Schema("recordings", version=1, opened_from=0)
    plain = Recordings(street.recordings.folder)
    plain.adopt()
    adopt_folder(plain.folder, older)
    street.recordings.adopt()
    with pytest.raises(NewerStoreError):
        adopt_folder(plain.folder, older)
    plain.adopt()
    street.recordings.adopt()


def test_days_that_are_over_end_objects_too_and_what_is_held_stays(street):
    details = street.hold(1, 1, "2027-01-31")
    pack(street)
    judged = holds._Judged(
        holds=(
            holds.Hold(
                index=3, office=details.office, reason=details.reason, hour=details.hour, hours=1,
                until=details.until,
            ),
        )
    )  # fmt: skip
    (street.place / "holds").mkdir()
    (street.place / "holds" / "judged.json").write_bytes(judged.encode())
    deleted = street.recordings.delete_expired(DUE, RECORDER)
    assert deleted == [("north-gate", name(0)), ("north-gate", name(2))]
    for number in (0, 2):
        with pytest.raises(UnknownHourError):
            content(street, number)
    assert content(street, 1)
    assert street.recordings.delete_expired(DUE, RECORDER) == [], "it is said once"
    assert pack(street) == (0, [])
    assert [there(street, number) for number in range(4)] == [False, True, False, True]
    assert street.recordings.hour("north-gate", name(0)).packed is None


def test_objects_of_deleted_hours_wait_for_a_store_that_is_away_and_go_then(street):
    for number, owed in enumerate(list(street.recordings.owed())):
        street.recordings.logged(owed, number)
    pack(street)
    street.recordings.bucket.away = True
    everything = START + 5 * HOUR + timedelta(days=14)
    assert len(street.recordings.delete_expired(everything, RECORDER)) == 4
    with pytest.raises(UnknownHourError):
        content(street, 0)
    assert pack(street)[0] == 4
    later = everything + timedelta(days=3)
    assert street.recordings.delete_expired(later, RECORDER) == []
    assert pack(street)[0] == 4, "their day is not finished while the store has them"
    street.recordings.bucket.away = False
    assert pack(street) == (0, [])
    assert not any(there(street, number) for number in range(4))
    street.recordings.delete_expired(later, RECORDER)
    assert street.recordings.hours("north-gate") == [], "nothing is to be done with that day"


class KilledError(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("moment", ["before", "sent", "read", "written", "tidied"])
def test_who_is_killed_while_packing_loses_nothing_and_finishes_later(street, monkeypatch, moment):
    before = [content(street, number) for number in range(4)]
    store = street.recordings.bucket

    def killed(*_, **__):
        raise KilledError

    with monkeypatch.context() as patch:
        if moment == "before":
            patch.setattr(store, "put", killed)
        elif moment == "sent":
            patch.setattr(store, "get", killed)
        elif moment == "read":
            patch.setattr("habeas.cameras.packing.write_hour", killed)
        elif moment == "written":
            patch.setattr("pathlib.Path.unlink", killed)
        else:
            patch.setattr("habeas.cameras.packing.Packer._retire", killed)
            patch.setattr("habeas.cameras.storage.note_unpacked", killed)
        with pytest.raises(KilledError):
            pack(street)
    assert [content(street, number) for number in range(4)] == before
    assert pack(street)[0] == 0
    assert files(street) == []
    assert [content(street, number) for number in range(4)] == before
    assert len(set(store.names)) == 4


def test_an_hour_that_is_deleted_while_it_goes_up_leaves_no_object(street):
    store = street.recordings.bucket
    plain = store.put

    def put(name, pieces):
        plain(name, pieces)
        street.recordings.delete_expired(START + 5 * HOUR + timedelta(days=14), RECORDER)

    store.put = put
    assert pack(street)[0] == 0
    store.put = plain
    assert pack(street)[0] == 0
    assert files(street) == []
    assert not any(there(street, number) for number in range(4))


def test_an_hour_that_is_deleted_before_it_was_read_is_no_changed_one(street):
    store = street.recordings.bucket
    plain = store.put

    def put(name, pieces):
        street.recordings.delete_expired(START + 5 * HOUR + timedelta(days=14), RECORDER)
        plain(name, pieces)

    store.put = put
    undone, said = pack(street)
    assert (undone, said) == (0, [])
    assert pack(street) == (0, [])
    assert not any((each / "object").exists() for each in street.recordings.hours("north-gate"))


def test_only_one_works_on_an_hour(street):
    store, inner = street.recordings.bucket, []
    plain = store.put

    def put(name, pieces):
        if not inner:
            inner.append(None)
            inner.append(pack(street))
        plain(name, pieces)

    store.put = put
    assert pack(street)[0] == 0
    assert len(store.names) == len(set(store.names)) == 4
    assert len(inner[1][1]) == 3, "the other left this one alone, and did what was free"


def test_a_full_disk_deletes_no_packed_hour(street):
    pack(street)
    disk = storage.Disk(1, 100)
    said = storage.keep_room(
        street.recordings, RECORDER, START + timedelta(days=3), street.said.append, lambda: disk
    )
    assert (said.level, said.freed) == ("full", 0)
    assert content(street, 0)


def test_packing_ends_with_recording(street):
    said = []
    with Packer(street.recordings, street.recordings.bucket, said.append):
        pass
    assert len(said) + len(files(street)) == 4, "each is packed, or as it was"


def test_a_round_that_breaks_off_in_an_unforeseen_way_is_told_by_health(street, monkeypatch):
    def broken(*_):
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(street.recordings.bucket, "put", broken)
    told, said = threading.Event(), []

    def say(words):
        said.append(words)
        told.set()

    with Packer(street.recordings, street.recordings.bucket, say):
        assert told.wait(60)
    assert said == ["hours could not be packed: nobody thought of this"]
    assert storage.alarms(storage.read(street.recordings.folder)) == ["storage-unpacked"]
    assert files(street)


def test_whether_packed_hours_play_is_asked_as_a_viewer_asks(street):
    verify_store(street.recordings)
    assert not street.recordings.bucket.reads, "nothing is packed yet"
    pack(street)
    street.recordings.bucket.reads.clear()
    verify_store(street.recordings)
    assert len(street.recordings.bucket.reads) == 1
    street.recordings.bucket.other = True
    with pytest.raises(HourChangedError):
        verify_store(street.recordings)
    street.recordings.bucket.away = True
    with pytest.raises(BucketError):
        verify_store(street.recordings)
    street.recordings.bucket = None
    with pytest.raises(BucketError, match="not named here"):
        verify_store(street.recordings)


def test_a_store_that_is_away_is_found_before_anything_is_packed(street):
    street.recordings.bucket.away = True
    with pytest.raises(BucketError):
        verify_store(street.recordings)
    street.recordings.bucket = None
    verify_store(street.recordings)
