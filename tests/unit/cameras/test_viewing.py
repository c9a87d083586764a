"""Viewing: on the log first, one at a time, no longer and no farther than was promised."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from habeas import protocol, tlog
from habeas.cameras.declaration import Camera
from habeas.cameras.recordings import Recordings
from habeas.cameras.viewers import Viewer
from habeas.cameras.viewing import LASTS, NoViewingError, Viewings, Wish, refusal
from habeas.protocol import Entry
from tests.media.video.segments import CAMERA, RECORDER, add_segment

START = datetime(2026, 11, 23, 20, 10, tzinfo=UTC)
NOW = START + timedelta(days=1)
VIEWER = Viewer("o.petrova", "parks-department")
WISH = Wish(START, 1, "city-service", "", "A tree has fallen on the path")


class MemoryStore:
    """The port, in memory."""

    def __init__(self):
        self.kept = {}

    def add(self, viewing):
        self.kept[viewing.key] = viewing

    def find(self, key):
        return self.kept.get(key)

    def open(self, viewing):
        self.end_all(viewing.viewer.officer)
        self.kept[viewing.key] = viewing

    def end_all(self, officer):
        for key, each in self.kept.items():
            if each.viewer.officer == officer:
                self.kept[key] = replace(each, closed=True)


@dataclass
class MemoryLog:
    """A log of one signature, whose proofs are real."""

    signer: tlog.NoteSigner = field(default_factory=lambda: tlog.NoteSigner.generate("log.test"))
    entries: list = field(default_factory=list)
    lie: str = ""
    down: bool = False

    @property
    def policy(self):
        return tlog.Policy.parse(f"log {self.signer.vkey}\nquorum none\n")

    def append(self, entry):
        if self.down:
            raise tlog.LogUnavailableError("The log does not answer.")
        self.entries.append(entry)
        told = [*self.entries[:-1], b"another"] if self.lie == "entry" else self.entries
        hashes = [tlog.leaf_hash(each) for each in told]
        size, index = len(hashes), len(hashes) - 1

        def node(level, at):
            return tlog.Frontier().extend(hashes[at << level : (at + 1) << level]).root()

        path = tuple(tlog.inclusion_path(index, size, node))
        text = tlog.Checkpoint("log.test", size, tlog.root_hash(size, node)).text()
        signer = tlog.NoteSigner.generate("log.test") if self.lie == "key" else self.signer
        proof = tlog.TlogProof(index, path, signer.sign(text)).format()
        said = index + 1 if self.lie == "index" else index
        return type("Appended", (), {"index": said, "proof": proof})()


@pytest.fixture
def recordings(tmp_path):
    file = tmp_path / "camera.toml"
    file.write_text(CAMERA)
    place = Recordings(tmp_path / "recordings")
    place.write_camera(Camera.load(file).public(), date(2026, 11, 1), RECORDER)
    first = add_segment(place, "north-gate", START)
    for number in range(1, 40):
        part = place.new_part("north-gate")
        # A free box at the end (ISO/IEC 14496-12 section 8.1.2): each segment's bytes differ.
        part.write_bytes(first.path.read_bytes() + b"\0\0\0\x09free" + bytes([number]))
        place.add("north-gate", START + timedelta(seconds=2 * number), part)
    return place


class City:
    """What the use case stands on."""

    def __init__(self, recordings):
        self.recordings, self.store, self.log = recordings, MemoryStore(), MemoryLog()
        self.now, self.given = NOW, 0

    @property
    def camera(self):
        return self.recordings.camera("north-gate")

    @property
    def viewings(self):
        return Viewings(
            self.recordings, self.store, self.log, self.log.policy, RECORDER,
            clock=lambda: self.now, random=self.random,
        )  # fmt: skip

    def random(self, count):
        self.given += 1
        return self.given.to_bytes(count, "big")


@pytest.fixture
def city(recordings):
    return City(recordings)


def test_a_viewing_is_on_the_log_before_it_plays(city):
    viewing = city.viewings.begin(VIEWER, city.camera, WISH)
    entry = Entry.decode(city.log.entries[0])
    private = {
        "v": 1, "officer": VIEWER.officer, "case_number": "", "reason": WISH.reason,
        "start": START.isoformat(), "end": (START + timedelta(minutes=1)).isoformat(),
    }  # fmt: skip
    assert entry.details == {
        "v": 2, "act": "viewed", "camera": "north-gate", "office": "parks-department",
        "purpose": "city-service", "hour": "2026-11-23T20Z", "minutes": 1,
        "commit": protocol.commitment(viewing.salt, private),
    }  # fmt: skip
    assert viewing.index == 0
    assert city.viewings.current(VIEWER, viewing.key) == viewing
    for number in range(len(viewing.segments)):
        start = START + timedelta(seconds=2 * number)
        assert city.viewings.content(viewing, number) == city.recordings.content(
            "north-gate", start
        )


@pytest.mark.parametrize("lie", ["entry", "key", "index"])
def test_nothing_plays_on_a_proof_that_does_not_verify(city, lie):
    city.log.entries.append(b"an earlier entry")
    city.log.lie = lie
    with pytest.raises(tlog.TlogError):
        city.viewings.begin(VIEWER, city.camera, WISH)
    (kept,) = city.store.kept.values()
    with pytest.raises(NoViewingError):
        city.viewings.current(VIEWER, kept.key)


def test_without_the_log_nothing_plays_and_what_was_open_is_over(city):
    first = city.viewings.begin(VIEWER, city.camera, WISH)
    city.log.down = True
    with pytest.raises(tlog.LogUnavailableError):
        city.viewings.begin(VIEWER, city.camera, WISH)
    for key in city.store.kept:
        with pytest.raises(NoViewingError):
            city.viewings.current(VIEWER, key)
    assert first.key in city.store.kept


def test_the_details_of_an_entry_are_kept_before_the_log_hears_of_it(city):
    kept = []
    append = city.log.append
    city.log.append = lambda entry: kept.append(dict(city.store.kept)) or append(entry)
    city.viewings.begin(VIEWER, city.camera, WISH)
    (viewing,) = kept[0].values()
    assert viewing.entry == city.log.entries[0]
    assert viewing.closed


def test_one_viewing_of_an_officer_at_a_time(city):
    first = city.viewings.begin(VIEWER, city.camera, WISH)
    second = city.viewings.begin(VIEWER, city.camera, WISH)
    with pytest.raises(NoViewingError):
        city.viewings.current(VIEWER, first.key)
    assert city.viewings.current(VIEWER, second.key) == second
    city.viewings.end_all(VIEWER)
    with pytest.raises(NoViewingError):
        city.viewings.current(VIEWER, second.key)


@pytest.mark.parametrize(
    "other", [Viewer("o.petrova", "interior-ministry"), Viewer("a.orlov", "parks-department")]
)
def test_a_viewing_is_for_one_officer_of_one_office(city, other):
    viewing = city.viewings.begin(VIEWER, city.camera, WISH)
    for key in (viewing.key, "another", "", None):
        with pytest.raises(NoViewingError):
            city.viewings.current(other, key)


def test_it_ends_after_an_hour(city):
    viewing = city.viewings.begin(VIEWER, city.camera, WISH)
    city.now += LASTS - timedelta(seconds=1)
    assert city.viewings.current(VIEWER, viewing.key)
    city.now += timedelta(seconds=1)
    with pytest.raises(NoViewingError):
        city.viewings.current(VIEWER, viewing.key)


def test_it_ends_when_the_register_lets_the_office_go(city):
    viewing = city.viewings.begin(VIEWER, city.camera, WISH)
    gone = city.camera.model_copy(update={"viewers": ()})
    city.recordings.write_camera(gone, date(2026, 11, 24), RECORDER)
    with pytest.raises(NoViewingError, match="over"):
        city.viewings.current(VIEWER, viewing.key)


def test_what_is_past_its_days_cannot_be_viewed(city):
    viewing = city.viewings.begin(VIEWER, city.camera, WISH)
    city.now = START + timedelta(days=14, seconds=30)
    # Half of the minute is past its days: that half is not there any more.
    assert len(city.viewings.segments(city.camera, WISH)) == 15
    city.now = START + timedelta(days=14, minutes=1, seconds=1)
    assert not city.viewings.segments(city.camera, WISH)
    city.store.kept[viewing.key] = replace(viewing, expires=city.now + LASTS)
    with pytest.raises(NoViewingError, match="over"):
        city.viewings.current(VIEWER, viewing.key)


def test_exactly_the_segments_of_the_span(city):
    viewing = city.viewings.begin(VIEWER, city.camera, replace(WISH, start=START + timedelta(0, 5)))
    # 60 s from second 5: the segments that begin at 4, 6, ... 64.
    assert viewing.segments == tuple(START + timedelta(seconds=each) for each in range(4, 65, 2))
    for number in (-1, len(viewing.segments)):
        with pytest.raises(NoViewingError):
            city.viewings.content(viewing, number)


@pytest.mark.parametrize(
    ("viewer", "changes", "code"),
    [
        (Viewer("o.petrova", "interior-ministry"), {}, "viewer-not-named"),
        (VIEWER, {"minutes": 16}, "span-too-long"),
        (VIEWER, {"purpose": "curiosity"}, "purpose-unknown"),
        (VIEWER, {"purpose": "Recognition"}, "purpose-unknown"),
        (VIEWER, {"purpose": "find lookalikes"}, "purpose-unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_never_begun(city, viewer, changes, code):
    wish = replace(WISH, **changes)
    refused = refusal(viewer, city.camera, wish)
    assert refused.code == code
    assert refused.cause
    assert refused.remedy
    with pytest.raises(NoViewingError):
        city.viewings.begin(viewer, city.camera, wish)
    assert not city.log.entries


def test_what_can_be_asked_is_not_refused(city):
    for purpose in ("emergency", "investigation", "city-service", "Emergency", ""):
        assert refusal(VIEWER, city.camera, replace(WISH, purpose=purpose)) is None


def test_nothing_was_recorded_then(city):
    with pytest.raises(NoViewingError, match="Nothing was recorded"):
        city.viewings.begin(VIEWER, city.camera, replace(WISH, start=START - timedelta(days=2)))
    assert not city.log.entries
