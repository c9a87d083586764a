"""What recorders and viewings put on the log."""

from datetime import UTC, date, datetime

import pytest

from habeas.protocol import Entry, Foreign, Kind, MalformedError, footage, looks, read_entry
from habeas.protocol.entry import sign_entry
from tests.unit.protocol.vectors.acts import CAMERA
from tests.unit.protocol.world import CUSTODIAN_KEY, OFFICE, RECORDER_KEY, Case, random

DAY = date(2027, 1, 15)


def viewed(**changes):
    return footage.ViewedDetails.read(
        {"v": 2, "act": "viewed", "camera": "bridge-north", "office": OFFICE,
         "purpose": "emergency", "hour": "2027-01-15T20Z", "minutes": 3, "commit": "0" * 64,
         **changes}
    )  # fmt: skip


def test_a_recorder_speaks_for_its_cameras_and_the_custodian_for_viewings():
    chain = Case().chain
    registered = footage.CameraDetails(act="registered", camera="bridge-north", entry=CAMERA)
    recorded = footage.RecordedDetails(
        camera="bridge-south",
        hour="2027-01-15T20Z",
        segments=3,
        seconds=12,
        frames=300,
        lost=1,
        whole=2,
        root="0" * 64,
    )
    for details, signer in ((registered, RECORDER_KEY), (recorded, RECORDER_KEY),
                            (viewed(), CUSTODIAN_KEY)):  # fmt: skip
        entry = footage.entry_of(details, DAY, signer, random("salt"))
        read = read_entry(entry.encode(), chain)
        assert isinstance(read, Entry)
        assert footage.details_of(read) == details


LOOKS = {
    "exported": {"act": "exported", "office": OFFICE, "purpose": "court", "minutes": 3,
                 "hour": "2027-01-15T20Z", "commit": "0" * 64},
    "live": {"act": "live", "office": OFFICE, "purpose": "emergency", "hour": "2027-01-15T20Z",
             "minutes": 15, "commit": "0" * 64},
    "live-ended": {"act": "live-ended", "office": OFFICE, "live": 7, "seconds": 61},
    "held": {"act": "held", "office": OFFICE, "reason": "court-order", "hour": "2027-01-15T20Z",
             "hours": 3, "until": "2027-03-01", "commit": "0" * 64},
    "lifted": {"act": "lifted", "office": OFFICE, "hold": 7},
}  # fmt: skip


def look(name, **changes):
    return footage.read_footage({"v": 2, "camera": "bridge-north", **LOOKS[name], **changes})


@pytest.mark.parametrize("act", LOOKS)
def test_only_the_custodian_tells_what_an_office_did_and_in_that_office_s_name(act):
    chain = Case().chain
    said = look(act)
    entry = footage.entry_of(said, DAY, CUSTODIAN_KEY, random("salt"))
    read = read_entry(entry.encode(), chain)
    assert isinstance(read, Entry)
    assert footage.details_of(read) == said
    by_recorder = footage.entry_of(said, DAY, RECORDER_KEY, random("salt"))
    other = sign_entry(
        CUSTODIAN_KEY, Kind.FOOTAGE, DAY.isoformat(), said, random("salt"), office="another-office"
    )
    for each in (by_recorder, other):
        found = read_entry(each.encode(), chain)
        assert isinstance(found, Foreign)
        assert found.code == "writer"


def test_a_court_s_order_is_held_in_no_office_s_name():
    fields = {name: value for name, value in LOOKS["held"].items() if name != "office"}
    said = footage.read_footage({"v": 2, "camera": "bridge-north", **fields})
    entry = footage.entry_of(said, DAY, CUSTODIAN_KEY, random("salt"))
    assert entry.office is None
    assert isinstance(read_entry(entry.encode(), Case().chain), Entry)


@pytest.mark.parametrize(
    ("act", "changes"),
    [
        ("live", {"purpose": "curiosity"}), ("live", {"minutes": 61}), ("live", {"office": None}),
        ("held", {"reason": "just-in-case"}), ("held", {"hours": 0}), ("held", {"until": "never"}),
        ("held", {"hours": 24 * 366 + 1}), ("lifted", {"hold": -1}),
        ("live-ended", {"seconds": -1}),
        ("held", {"act": "kept"}),
    ],
)  # fmt: skip
def test_looks_that_are_none(act, changes):
    with pytest.raises(MalformedError):
        look(act, **changes)


def test_a_share_of_what_is_kept_may_be_held_and_one_hour_always():
    assert looks.HoldRules(days=90, percent=5).hours(14) == 16
    assert looks.HoldRules(days=90, percent=25).hours(365) == 2190
    assert looks.HoldRules(days=1, percent=1).hours(1) == 1
    with pytest.raises(MalformedError):
        looks.HoldRules.read({"days": 90, "percent": 26})
    with pytest.raises(MalformedError):
        looks.LiveRules.read({"minutes": 15, "purposes": []})


def test_other_entries_are_not_about_cameras():
    with pytest.raises(MalformedError):
        footage.details_of(Case().entry)


def test_texts_that_no_entry_holds():
    long = {"en": "x" * 250, "ru": "ж" * 250}
    camera = footage.PublicCamera.read(
        {**CAMERA.fields(), "name": long, "where": long, "why": long}
    )
    details = footage.CameraDetails(act="registered", camera=camera.id, entry=camera)
    assert footage.entry_of(details, DAY, RECORDER_KEY, random("salt"))
    many = footage.PublicCamera.read(
        {**camera.fields(), "viewers": [f"office-{'x' * 50}-{n}" for n in range(16)],
         "miss_rate": {"per_million": 1, "source": long}}
    )  # fmt: skip
    with pytest.raises(MalformedError):
        footage.entry_of(
            footage.CameraDetails(act="registered", camera=many.id, entry=many), DAY,
            RECORDER_KEY, random("salt"),
        )  # fmt: skip


def test_places_are_whole_numbers():
    assert footage.e6(55.751244) == CAMERA.latitude_e6
    assert (CAMERA.latitude, CAMERA.longitude) == (55.751244, -37.618423)
    assert CAMERA.miss_rate.share == pytest.approx(0.0094)
    for changes in ({"latitude_e6": 90_000_001}, {"longitude_e6": -180_000_001},
                    {"latitude_e6": 0.5}):  # fmt: skip
        with pytest.raises(MalformedError):
            footage.PublicCamera.read({**CAMERA.fields(), **changes})


@pytest.mark.parametrize(
    "changes",
    [{"purpose": "recognition"}, {"minutes": 61}, {"hour": "2027-02-30T20Z"},
     {"hour": "2027-01-15T24Z"}, {"office": None}],
)  # fmt: skip
def test_viewings_that_are_none(changes):
    with pytest.raises(MalformedError):
        viewed(**changes)


def test_the_hour_of_a_moment():
    assert footage.hour_name(datetime(2027, 1, 15, 20, 59, tzinfo=UTC)) == "2027-01-15T20Z"


def test_a_line_has_no_spaces_at_its_ends_that_a_reader_would_mend():
    for text in ("North gate", "x", "Северные ворота", "a" * 250):
        assert footage.Texts.read({"en": text, "ru": text}).en == text
    for text in ("", " x", "x ", "\u00a0x", "x\t", "a\nb", "a" * 251):
        with pytest.raises(MalformedError):
            footage.Texts.read({"en": text, "ru": "x"})
