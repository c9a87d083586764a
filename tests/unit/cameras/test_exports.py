"""Handing over: on the log first, bounded; and what a bundle proves, attacked in every way."""

import hashlib
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from habeas.cameras import clips
from habeas.cameras.bundle import FILES, PROOF, REPORT, verify_bundle, write_bundle
from habeas.cameras.exports import ExportQuotaError, ExportRequest, Exports
from habeas.cameras.proving import HourOpenError
from habeas.cameras.recordings import HourChangedError, Recordings
from habeas.cameras.viewers import Viewer
from habeas.cameras.viewing import NoViewingError
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry, Pins
from habeas.protocol.chain import NotPinnedError
from habeas.protocol.clip import (
    ClipChangedError,
    ClipFiles,
    ClipProof,
    OtherProofError,
    place_of,
    start_of,
)
from habeas.protocol.clip_proof import verify_clip
from habeas.protocol.looks import ExportPurpose
from habeas.protocol.statements import sign_statement
from habeas.tlog import TlogError
from tests.media.video.segments import add_segment, write_segment
from tests.unit.parties import MemoryLog
from tests.unit.protocol import world
from tests.unit.protocol.vectors.acts import CAMERA

START = datetime(2027, 1, 14, 20, 10, tzinfo=UTC)
HOUR = "2027-01-14T20Z"
NOW = START + timedelta(hours=10)
NORTH, SOUTH = "bridge-north", "bridge-south"
VIEWER = Viewer("o.petrova", world.OFFICE)
ASKED = ExportRequest(
    START + timedelta(seconds=3), 1, ExportPurpose.COURT, "2-114/2027", "The court asks for it"
)
PINS = Pins(circles=frozenset({Chain.start(world.circle_note(), 0).newest.digest}))


class Kept:
    """The store, in memory."""

    def __init__(self):
        self.rows = {}

    def add(self, export):
        self.rows[export.key] = export

    open = add

    def find(self, key):
        return self.rows.get(key)

    def since(self, moment, *, office, officer=None):
        return sum(
            each.asked >= moment and each.viewer.office == office
            and officer in (None, each.viewer.officer)
            for each in self.rows.values()
        )  # fmt: skip


class Street:
    """Two cameras that have recorded two hours, on a log whose proofs are real."""

    def __init__(self, folder, **circle):
        self.recordings = Recordings(folder)
        self.log, self.store, self.now, self.given = MemoryLog(), Kept(), NOW, 0
        self.hours = MemoryLog(world.Log(key=world.HOURS_KEY)) if circle else None
        self.chain = Chain.start(world.circle_note(**circle), 0)
        for camera in (NORTH, SOUTH):
            public = CAMERA.model_copy(update={"id": camera, "viewers": (world.OFFICE,)})
            self.recordings.write_camera(public, date(2027, 1, 1), world.RECORDER_KEY)
            for shade, start in enumerate(
                [*(START + timedelta(seconds=2 * each) for each in range(4)),
                 START + timedelta(hours=1)], start=60 + 20 * (camera == SOUTH)
            ):  # fmt: skip
                add_segment(self.recordings, camera, start, shade=shade)

    def close(self, camera=NORTH, *hours):
        for hour in hours or (HOUR,):
            self.recordings.close_hour(camera, hour, date(2027, 1, 15), world.RECORDER_KEY)
        self.settle()

    def settle(self):
        for owed in list(self.recordings.owed()):
            to, origin = self.log, None
            if owed.hour is not None and self.hours is not None:
                to, origin = self.hours, world.HOURS
            self.recordings.logged(owed, to.append(owed.entry).index, origin)

    @property
    def exports(self):
        return Exports(
            self.recordings, self.store, self.log, self.chain, world.CUSTODIAN_KEY,
            clock=lambda: self.now, random=self._random, hours=self.hours,
        )  # fmt: skip

    def _random(self, count):
        self.given += 1
        return self.given.to_bytes(count, "big")

    def begin(self, camera=NORTH, **changes):
        public = self.recordings.camera(camera)
        return self.exports.begin(VIEWER, public, replace(ASKED, **changes))

    def bundle(self, file, camera=NORTH, **changes):
        export = self.begin(camera, **changes)
        proof = ClipProof.decode(export.proof.encode())
        with file.open("wb") as out:
            write_bundle(
                proof,
                lambda hour, name: self.recordings.content(camera, start_of(hour, name)),
                b"%PDF report", world.CUSTODIAN_KEY, out,
            )  # fmt: skip
        return file


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path / "recordings")


@pytest.fixture
def bundle(street, tmp_path):
    street.close()
    return street.bundle(tmp_path / "clip.zip")


@pytest.fixture
def divided(tmp_path):
    """The same city, whose hours have a log of their own."""
    made = Street(tmp_path / "recordings", hours=world.HOURS_LOG)
    made.close()
    return made


# A log of hours


def test_a_clip_is_proven_by_two_logs(divided, tmp_path):
    found = verify_bundle(divided.bundle(tmp_path / "clip.zip"), Pins())
    assert found.details.act == "exported"
    assert found.hours[HOUR].log == world.HOURS
    assert [each.kind for each in divided.hours.decoded()] == ["footage"]
    assert [each.details["act"] for each in divided.log.decoded()].count("recorded") == 0


def test_hours_of_before_stay_on_the_log_that_they_are_on(street, tmp_path):
    """A city that gives hours a log of their own hands over older ones as before."""
    street.close()
    street.hours = MemoryLog(world.Log(key=world.HOURS_KEY))
    street.chain = Chain.start(world.circle_note(hours=world.HOURS_LOG), 0)
    street.close(NORTH, "2027-01-14T21Z")
    found = verify_bundle(street.bundle(tmp_path / "older.zip"), Pins())
    assert found.hours[HOUR].log == world.ORIGIN
    newer = street.bundle(tmp_path / "newer.zip", start=START + timedelta(hours=1))
    assert verify_bundle(newer, Pins()).hours["2027-01-14T21Z"].log == world.HOURS


def test_an_hour_that_the_log_of_hours_left_out_proves_nothing(divided):
    """The operator takes the entry out, and cosigns what is left: no clip is made of it."""
    divided.hours.log.leaves[:] = [b"another entry"]
    with pytest.raises(HourChangedError):
        divided.begin()
    assert divided.log.kinds().count("footage") == 0, "and nothing is said to be handed over"


def test_an_export_that_stands_on_the_log_of_hours_alone_is_no_export(divided, tmp_path):
    """Who looked is asked of the log that people read: an export is proven there or nowhere."""
    export = divided.begin()
    proof = ClipProof.decode(export.proof.encode())
    placed = divided.hours.append(export.entry)
    hidden = proof.model_copy(update={"proof": placed.proof})
    with pytest.raises(OtherProofError, match="export"):
        verify_clip(hidden, {}, Pins())


def test_an_hour_under_the_log_of_another_is_not_proven(divided):
    """Two logs by two keys: the entry's place on one says nothing of the other."""
    proof = ClipProof.decode(divided.begin().proof.encode())
    (hour,) = proof.hours
    stranger = MemoryLog(world.Log(key=world.note_signer("other.example/hours")))
    moved = hour.model_copy(update={"proof": stranger.append(hour.entry.encode()).proof})
    with pytest.raises(OtherProofError, match="hour"):
        verify_clip(proof.model_copy(update={"hours": (moved,)}), {}, Pins())


# Asking


def test_an_export_is_on_the_log_and_names_nobody(street):
    street.close()
    export = street.begin()
    entry = Entry.decode(street.log.entries()[-1])
    assert entry.details["act"] == "exported"
    assert (entry.details["purpose"], entry.details["hour"]) == ("court", HOUR)
    assert entry.office == world.OFFICE
    said = entry.encode().decode()
    assert "petrova" not in said
    assert "2-114/2027" not in said
    assert street.exports.current(VIEWER, export.key) == export
    proof = ClipProof.decode(export.proof.encode())
    names = [one.record.name for each in proof.hours for one in each.segments]
    assert names == ["201002.000Z.mp4", "201004.000Z.mp4", "201006.000Z.mp4"]


def test_an_hour_that_is_not_on_the_log_is_not_handed_over(street):
    with pytest.raises(HourOpenError):
        street.begin()
    street.recordings.close_hour(NORTH, HOUR, date(2027, 1, 15), world.RECORDER_KEY)
    with pytest.raises(HourOpenError):
        street.begin()
    street.settle()
    assert street.begin().index is not None


@pytest.mark.parametrize(
    "changes", [{"minutes": 16}, {"minutes": 0}, {"start": START - timedelta(days=3)}]
)
def test_what_is_too_long_or_was_not_recorded_is_refused(street, changes):
    street.close()
    before = street.log.entries()
    with pytest.raises(NoViewingError):
        street.begin(**changes)
    assert street.log.entries() == before
    stranger = Viewer("o.petrova", "parks-department")
    with pytest.raises(NoViewingError, match="not among"):
        street.exports.begin(stranger, street.recordings.camera(NORTH), ASKED)


def test_a_day_has_so_many_exports_as_the_circle_says(street):
    street.close()
    export = street.begin()
    quota = street.chain.newest.circle.quotas.officer
    for number in range(quota - 1):
        street.store.add(replace(export, key=str(number)))
    with pytest.raises(ExportQuotaError):
        street.begin()
    street.now += timedelta(days=1, seconds=1)
    assert street.begin().index is not None


def test_without_the_log_nothing_can_be_fetched(street):
    street.close()
    street.log.down = True
    with pytest.raises(TlogError):
        street.begin()
    assert not [each for each in street.store.rows.values() if each.proof]


def test_it_can_be_fetched_for_an_hour_by_who_asked(street):
    street.close()
    export = street.begin()
    with pytest.raises(NoViewingError):
        street.exports.current(Viewer("a.orlov", world.OFFICE), export.key)
    street.now += timedelta(hours=1)
    with pytest.raises(NoViewingError):
        street.exports.current(VIEWER, export.key)


def test_a_segment_that_was_changed_on_the_disk_is_not_handed_over(street, tmp_path):
    street.close()
    segment = street.recordings.segments(NORTH, START, START + timedelta(minutes=1))[1].path
    segment.write_bytes(segment.read_bytes()[:-1] + b"!")
    with pytest.raises(HourChangedError):
        street.bundle(tmp_path / "clip.zip")


# Verifying


def test_a_bundle_proves_what_it_is(bundle):
    found = verify_bundle(bundle, PINS)
    assert found.pinned
    assert found.details.camera == NORTH
    assert found.handover.case_number == "2-114/2027"
    assert [file for file, _ in found.segments] == [
        place_of(HOUR, f"2010{each:02d}.000Z.mp4") for each in (2, 4, 6)
    ]
    assert list(found.hours) == [HOUR]
    assert len(found.checkpoint.cosignatures) >= 3
    assert not verify_bundle(bundle, Pins()).pinned
    with pytest.raises(NotPinnedError):
        verify_bundle(bundle, Pins(circles=frozenset({"0" * 64})))


def test_a_clip_may_go_from_one_hour_into_the_next(street, tmp_path):
    street.close(NORTH, HOUR, "2027-01-14T21Z")
    file = street.bundle(
        tmp_path / "clip.zip", start=START.replace(minute=0) + timedelta(minutes=56), minutes=15
    )
    assert list(verify_bundle(file, PINS).hours) == ["2027-01-14T21Z"]


def test_the_film_has_every_coded_picture_of_its_segments(street, tmp_path):
    parts = [
        clips.ClipSegment(each.start, each.path)
        for each in street.recordings.segments(NORTH, START, START + timedelta(minutes=1))
    ]
    film = tmp_path / "film.mp4"
    clips.join(parts, film)
    clips.verify_same([each.path for each in parts], film)
    for wrong in (parts[:-1], [*parts[1:], parts[0]], [parts[0], *parts]):
        with pytest.raises(ClipChangedError):
            clips.verify_same([each.path for each in wrong], film)


def test_pictures_of_another_size_are_another_film(street, tmp_path):
    other = clips.ClipSegment(START, write_segment(tmp_path / "other.mp4", width=160, height=120))
    one = clips.ClipSegment(
        START, street.recordings.segments(NORTH, START, START + timedelta(seconds=1))[0].path
    )
    assert clips.films([one, one, other, one]) == [[one, one], [other], [one]]


# Attacking: each is refused, by name


def rewrite(bundle, change, sign=None):
    """The same ZIP with its files changed; *sign* makes the custodian sign the new ones, too."""
    with zipfile.ZipFile(bundle) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    change(files)
    if sign is not None:
        said = ClipFiles(
            clip=hashlib.sha256(files[PROOF]).hexdigest(),
            files={
                name: hashlib.sha256(content).hexdigest()
                for name, content in files.items() if name != FILES
            },
        )  # fmt: skip
        files[FILES] = sign_statement(sign, said).encode()
    with zipfile.ZipFile(bundle, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return bundle


def refused(bundle):
    with pytest.raises(HabeasError) as caught:
        verify_bundle(bundle, PINS)
    return caught.value.code


def flip(files, name, at=-20):
    content = bytearray(files[name])
    content[at] ^= 1
    files[name] = bytes(content)


SEGMENT = place_of(HOUR, "201004.000Z.mp4")


@pytest.mark.parametrize("signed", [False, True], ids=["by a stranger", "by the custodian itself"])
def test_a_changed_byte_of_a_segment(bundle, signed):
    sign = world.CUSTODIAN_KEY if signed else None
    assert refused(rewrite(bundle, lambda files: flip(files, SEGMENT), sign)) == "clip-changed"


@pytest.mark.parametrize("name", ["clip.mp4", REPORT, FILES])
def test_a_changed_byte_of_what_people_look_at(bundle, name):
    assert refused(rewrite(bundle, lambda files: flip(files, name, -5))) == "clip-changed"


def test_another_film_even_if_the_custodian_signs_it(bundle, tmp_path):
    other = write_segment(tmp_path / "other.mp4", shade=200)

    def change(files):
        files["clip.mp4"] = other.read_bytes()

    assert refused(rewrite(bundle, change, world.CUSTODIAN_KEY)) == "clip-changed"


def _edited(change):
    def edit(files):
        proof = json.loads(files[PROOF])
        change(proof)
        files[PROOF] = ClipProof.read(proof).encode()

    return edit


def test_another_camera(street, bundle, tmp_path):
    def named(proof):
        proof["camera"] = SOUTH

    renamed = shutil.copy(bundle, tmp_path / "renamed.zip")
    assert refused(rewrite(renamed, _edited(named), world.CUSTODIAN_KEY)) == "clip-other-camera"

    street.close(SOUTH)
    south = street.bundle(tmp_path / "south.zip", SOUTH)
    with zipfile.ZipFile(south) as archive:
        hours = json.loads(archive.read(PROOF))["hours"]

    def swapped(proof):
        proof["hours"] = hours

    assert refused(rewrite(bundle, _edited(swapped), world.CUSTODIAN_KEY)) == "clip-other-camera"


def test_another_hour(street, bundle, tmp_path):
    street.close(NORTH, "2027-01-14T21Z")
    later = street.bundle(tmp_path / "later.zip", start=START + timedelta(hours=1))
    with zipfile.ZipFile(later) as archive:
        hours = json.loads(archive.read(PROOF))["hours"]

    def swapped(proof):
        proof["hours"] = hours

    again = shutil.copy(bundle, tmp_path / "again.zip")
    assert refused(rewrite(again, _edited(swapped), world.CUSTODIAN_KEY)) == "clip-other-hour"

    def renamed(proof):
        proof["hours"][0]["hour"] = "2027-01-14T21Z"

    assert refused(rewrite(bundle, _edited(renamed), world.CUSTODIAN_KEY)) == "clip-other-hour"


def test_a_segment_left_out_of_the_middle(bundle):
    def change(proof):
        del proof["hours"][0]["segments"][1]

    assert refused(rewrite(bundle, _edited(change), world.CUSTODIAN_KEY)) == "clip-incomplete"
    assert refused(rewrite(bundle, lambda files: files.pop(SEGMENT))) == "clip-incomplete"


def test_a_segment_left_out_at_the_end(bundle):
    def change(proof):
        del proof["hours"][0]["segments"][2]

    assert refused(rewrite(bundle, _edited(change), world.CUSTODIAN_KEY)) == "clip-other-proof"


def test_a_file_more(bundle):
    def change(files):
        files["segments/2027-01-14/201008.000Z.mp4"] = b"x"

    assert refused(rewrite(bundle, change, world.CUSTODIAN_KEY)) == "clip-changed"


@pytest.mark.parametrize("part", ["proof", "hours"])
def test_a_swapped_proof(street, bundle, part):
    def change(proof):
        proof["proof"], proof["hours"][0]["proof"] = proof["hours"][0]["proof"], proof["proof"]
        if part == "proof":
            proof["hours"][0]["proof"] = proof["proof"]

    assert refused(rewrite(bundle, _edited(change), world.CUSTODIAN_KEY)) == "clip-other-proof"


@pytest.mark.parametrize(
    ("field", "value"),
    [("officer", "a.orlov"), ("case_number", "1"), ("reason", "Curiosity"), ("segments", "0" * 64)],
)
def test_another_story_of_who_and_why(bundle, field, value):
    def change(proof):
        proof["handover"][field] = value

    assert refused(rewrite(bundle, _edited(change), world.CUSTODIAN_KEY)) == "clip-other-proof"


def test_a_checkpoint_with_too_few_cosignatures(bundle):
    def change(proof):
        lines = proof["proof"].split("\n")
        kept = [each for each in lines if not each.startswith("— trustee")]
        proof["proof"] = "\n".join(kept)

    assert refused(rewrite(bundle, _edited(change), world.CUSTODIAN_KEY)) == "clip-other-proof"


def test_a_record_of_another_length(bundle):
    def change(proof):
        proof["hours"][0]["segments"][0]["record"]["lost"] += 1

    assert refused(rewrite(bundle, _edited(change), world.CUSTODIAN_KEY)) == "clip-other-proof"


def test_a_bundle_signed_by_somebody_else(bundle):
    stranger = world.note_signer(world.CUSTODIAN_KEY.verifier.name)
    other = type(stranger).generate(stranger.verifier.name)
    assert refused(rewrite(bundle, lambda _: None, other)) == "clip-changed"


def test_what_is_no_bundle_ends_in_an_error_of_ours(bundle, tmp_path):
    whole = bundle.read_bytes()
    file = tmp_path / "cut.zip"
    for end in range(0, len(whole), 4099):
        file.write_bytes(whole[:end])
        assert refused(file) == "clip-changed"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PROOF, b"0" * 10_000)
        archive.writestr(FILES, b"")
    assert refused(file) == "clip-changed"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(PROOF, b"{}")
        archive.writestr(FILES, b"")
    assert refused(file) == "clip-other-proof"
