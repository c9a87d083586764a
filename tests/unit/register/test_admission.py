"""What the log takes: entries of the circle's writers, also long after an outage."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Kind, sign_entry
from habeas.protocol.details import AnchoredDetails, SealedDetails
from habeas.protocol.footage import CameraDetails, RecordedDetails, entry_of, hour_name
from habeas.protocol.looks import ViewedDetails
from habeas.register.admission import CircleAdmission
from habeas.tlog.errors import NotAdmittedError
from tests.unit.protocol.vectors.acts import CAMERA
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    HOURS,
    HOURS_LOG,
    OFFICE,
    ORIGIN,
    RECORDER_KEY,
    SERVICE,
    TIME,
    Case,
    circle_note,
    note_signer,
    random,
)

NOON = datetime.fromtimestamp(TIME, UTC)


def entry(day: datetime, signer=None) -> bytes:
    details = SealedDetails(promise="00" * 32)
    made = sign_entry(
        signer or CUSTODIAN_KEY, Kind.SEALED, day.date().isoformat(), details, random("salt"),
        service=SERVICE, tag="11" * 16,
    )  # fmt: skip
    return made.encode()


@pytest.fixture
def admission():
    return CircleAdmission(Chain.start(Case().note, 0), lambda: NOON)


@pytest.mark.parametrize("days", [0, -1, 1, 2, -3, -30, -365])
def test_what_was_owed_through_an_outage_is_taken(admission, days):
    admission.admit(entry(NOON + timedelta(days=days)))


@pytest.mark.parametrize("days", [3, 365, -401, -1500])
def test_far_days_are_not(admission, days):
    with pytest.raises(NotAdmittedError) as refused:
        admission.admit(entry(NOON + timedelta(days=days)))
    assert refused.value.code == "day"


def test_strangers_write_nothing(admission):
    with pytest.raises(NotAdmittedError):
        admission.admit(entry(NOON, note_signer("mallory.example")))
    for content in (b"", b"{}", b"[" * 4000, b"\xff" * 100, entry(NOON)[:-1]):
        with pytest.raises(NotAdmittedError):
            admission.admit(content)


@pytest.mark.parametrize(
    "kept", [b"{", b"\xff", b"[1]", b"[[1, 2, 3]]", b"7", b"[[7, 7]]", b'{"a": 1}']
)
def test_a_damaged_list_of_circles_is_named(tmp_path, kept):
    (tmp_path / "circle.txt").write_text(Case().note)
    (tmp_path / "circles.json").write_bytes(kept)
    with pytest.raises(HabeasError, match=r"circles\.json") as caught:
        CircleAdmission.of_log(tmp_path)
    assert "backup" in caught.value.remedy


# Where a circle has two logs, each takes what belongs on it


def recorded() -> bytes:
    details = RecordedDetails(
        camera="bridge-north", hour=hour_name(NOON), segments=1, seconds=6, frames=60, lost=0,
        whole=0, root="0" * 64,
    )  # fmt: skip
    return entry_of(details, NOON.date(), RECORDER_KEY, random("recorded")).encode()


def others() -> list[bytes]:
    """What people do, what cameras are, and what ties the logs together."""
    viewed = ViewedDetails.read(
        {"v": 2, "act": "viewed", "camera": "bridge-north", "office": OFFICE,
         "purpose": "investigation", "hour": hour_name(NOON), "minutes": 5, "commit": "0" * 64}
    )  # fmt: skip
    camera = CameraDetails(act="registered", camera=CAMERA.id, entry=CAMERA)
    anchored = AnchoredDetails(origin=HOURS, size=1, root="0" * 64, hour=hour_name(NOON))
    day = NOON.date()
    return [
        entry(NOON),
        entry_of(viewed, day, CUSTODIAN_KEY, random("viewed")).encode(),
        entry_of(camera, day, RECORDER_KEY, random("camera")).encode(),
        sign_entry(
            CUSTODIAN_KEY, Kind.ANCHORED, day.isoformat(), anchored, random("anchored")
        ).encode(),
    ]  # fmt: skip


def admission_of(origin, **circle):
    chain = Chain.start(circle_note(**circle), 0)
    return CircleAdmission(chain, lambda: NOON, origin=origin)


def test_without_a_log_of_hours_one_log_takes_everything(admission):
    admission.admit(recorded())
    for each in others()[:-1]:
        admission.admit(each)


def test_hours_go_to_their_own_log_and_nothing_else_does():
    people, hours = (admission_of(each, hours=HOURS_LOG) for each in (ORIGIN, HOURS))
    hours.admit(recorded())
    with pytest.raises(NotAdmittedError) as refused:
        people.admit(recorded())
    assert refused.value.code == "another-log"
    assert HOURS_LOG["url"] in refused.value.remedy
    for each in others():
        people.admit(each)
        with pytest.raises(NotAdmittedError) as refused:
            hours.admit(each)
        assert refused.value.code == "another-log"
