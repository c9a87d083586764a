"""Holds: what the log proves and the camera promises is kept, until its day, and nothing else."""

import json
from datetime import timedelta

import pytest

from habeas.cameras import holds
from habeas.cameras.holds import HoldRefusedError
from habeas.cameras.hours import RecordingError
from habeas.cameras.house import keep_house
from habeas.cameras.viewing import Viewings, Wish
from tests.media.video.segments import RECORDER
from tests.unit.cameras.street import HOUR, START, Street, name
from tests.unit.protocol.world import RECORDER_KEY, TRUSTEES

#: All hours of `street` are over by fourteen days and more.
AFTER = START + timedelta(days=15)
DAY = "2026-11-24"


@pytest.fixture
def street(tmp_path):
    made = Street(tmp_path)
    made.record(8)
    return made


def keep(street, now=AFTER):
    keep_house(
        street.recordings, RECORDER, None, now, street.said.append, witnessed=street.witnessed
    )
    return street.there()


def put(street, details, day=DAY, **options):
    entry, index = street.logged(details, day, **options)
    holds.put(street.place, index, entry, street.log.proof(index))
    return index


def test_held_hours_stay_and_the_others_go_to_the_hour(street):
    put(street, street.hold(2, 3, "2027-01-31"))
    over = START + timedelta(days=14) + 5 * HOUR
    assert keep(street, over) == [2, 3, 4, 5, 6, 7]
    assert keep(street) == [2, 3, 4]
    street.recordings.verify_hour("north-gate", name(3))
    assert street.recordings.hour("north-gate", name(1)).deleted


def test_a_hold_ends_by_itself_after_its_day(street):
    put(street, street.hold(2, 3, "2026-12-20"))
    last = AFTER.replace(month=12, day=20, hour=23)
    assert keep(street, last) == [2, 3, 4]
    assert keep(street, last + HOUR) == []
    assert street.recordings.hour("north-gate", name(2)).deleted == "2026-12-21"


def test_a_hold_that_is_lifted_holds_nothing_more(street):
    index = put(street, street.hold(2, 3, "2027-01-31"))
    assert keep(street) == [2, 3, 4]
    put(street, street.lift(index), day="2026-12-09")
    assert keep(street) == []
    (hold,) = holds.read(street.place)
    assert hold.lifted == "2026-12-09"


def test_nobody_lifts_another_office_s_hold(street):
    index = put(street, street.hold(2, 3, "2027-01-31"))
    put(street, street.lift(index, office="interior-ministry"))
    put(street, street.lift(index, office=None))
    assert keep(street) == [2, 3, 4]


def test_an_hour_that_two_hold_stays_until_both_have_ended(street):
    put(street, street.hold(2, 3, "2026-12-20"))
    put(street, street.hold(4, 2, "2026-12-31", office="interior-ministry"))
    assert keep(street) == [2, 3, 4, 5]
    assert keep(street, AFTER.replace(day=22)) == [4, 5]


def test_a_hold_without_an_entry_on_the_log_holds_nothing(street):
    entry, index = street.logged(street.hold(2, 3, "2027-01-31"), DAY)
    proof = street.log.proof(index)
    other, last = street.logged(street.hold(0, 8, "2027-01-31"), DAY)
    del street.log.leaves[last:]
    # Proofs of another entry, without the acting quorum, of another place; and none.
    for number, content, shown in (
        (0, other, proof),
        (0, entry, street.log.proof(index, TRUSTEES[:2])),
        (1, entry, proof),
        (2, entry, ""),
    ):
        holds.put(street.place, number, content, shown)
    forged, second = street.logged(street.hold(0, 8, "2027-01-31"), DAY, signer=RECORDER_KEY)
    holds.put(street.place, second, forged, street.log.proof(second))
    (street.place / "holds" / "7.json").write_text("{")
    (street.place / "holds" / "8.json").write_text('{"entry": 1, "proof": []}')
    assert keep(street) == []
    assert holds.read(street.place) == ()


def test_nothing_is_held_where_the_camera_does_not_promise_it(tmp_path):
    street = Street(tmp_path, more="")
    street.record(3)
    put(street, street.hold(0, 1, "2026-12-31"))
    assert keep(street) == []
    (hold,) = holds.read(street.place)
    assert hold.refused == "holds-not-promised"


@pytest.mark.parametrize(
    ("first", "hours", "until", "code"),
    [
        (0, 1, "2099-12-31", "hold-too-long"),
        # 14 days of its own, and 90 more: in however many holds.
        (0, 1, "2027-03-08", "hold-too-long"),
        (0, 17, "2026-12-31", "hold-too-much"),
        (0, 336, "2026-12-31", "hold-too-much"),
        (400, 1, "2027-01-31", "hold-future"),
        (0, 1, "2026-11-23", "hold-over"),
    ],
)
def test_holds_that_are_endless_or_of_everything_hold_nothing(street, first, hours, until, code):
    put(street, street.hold(first, hours, until))
    assert keep(street) == []
    (hold,) = holds.read(street.place)
    assert hold.refused == code


def test_many_small_holds_are_no_large_one(street):
    now = START + timedelta(days=1)
    # 16 of 336 hours are 5 per cent: with 15 held, one more hour may be, and not two.
    taken = [street.hold(number, 1, "2027-01-31") for number in range(8)]
    for each in taken:
        put(street, each)
    put(street, street.hold(8, 7, "2027-01-31"))
    keep(street, now)
    camera, others = street.camera, holds.read(street.place)
    assert sum(hold.hours for hold in others if not hold.refused) == 15
    one, two = street.hold(15, 1, "2027-01-31"), street.hold(15, 2, "2027-01-31")
    holds.verify(camera, one, others, now.date(), now)
    with pytest.raises(HoldRefusedError) as refused:
        holds.verify(camera, two, others, now.date(), now)
    assert refused.value.code == "hold-too-much"
    # What is held already costs nothing more.
    holds.verify(camera, street.hold(3, 12, "2027-01-31"), others, now.date(), now)


def test_a_hold_survives_its_file_and_a_stricter_promise(street):
    index = put(street, street.hold(2, 3, "2027-01-31"))
    keep(street, START + timedelta(days=1))
    (street.place / "holds" / f"{index}.json").unlink()
    street.declare(more="")
    assert keep(street) == [2, 3, 4]


def test_what_cannot_be_read_deletes_nothing(street):
    put(street, street.hold(2, 3, "2027-01-31"))
    keep(street, START + timedelta(days=1))
    judged = street.place / "holds" / "judged.json"
    before = judged.read_text()
    judged.write_text("{")
    assert keep(street) == list(range(8))
    assert any("What is held of north-gate cannot be read" in each for each in street.said)
    with pytest.raises(RecordingError):
        holds.read(street.place)
    judged.write_text(before)
    assert keep(street) == [2, 3, 4]


def test_each_is_judged_once(street):
    put(street, street.hold(0, 17, "2026-12-31"))
    put(street, street.hold(2, 3, "2027-01-31"))
    keep(street, START + timedelta(days=1))
    said = list(street.said)
    keep(street, START + timedelta(days=1))
    assert street.said == said
    fields = json.loads((street.place / "holds" / "judged.json").read_text())
    assert fields["seen"] == [0, 1]


def test_what_is_held_can_be_viewed_past_its_days_and_nothing_else(street):
    viewings = Viewings(
        street.recordings, None, None, None, None, clock=lambda: AFTER, random=None,
    )  # fmt: skip
    wishes = [
        Wish(START + number * HOUR, 1, "investigation", "", "Asked by the court")
        for number in (1, 2)
    ]
    assert not any(viewings.segments(street.camera, each) for each in wishes)
    put(street, street.hold(2, 1, "2027-01-31"))
    keep(street, START + timedelta(days=1))
    before, held = (viewings.segments(street.camera, each) for each in wishes)
    assert (before, held) == ((), (START + 2 * HOUR,))
