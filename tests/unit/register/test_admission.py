"""What the log takes: entries of the circle's writers, also long after an outage."""

from datetime import UTC, datetime, timedelta

import pytest

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Kind, sign_entry
from habeas.protocol.details import SealedDetails
from habeas.register.admission import CircleAdmission
from habeas.tlog.errors import NotAdmittedError
from tests.unit.protocol.world import CUSTODIAN_KEY, SERVICE, TIME, Case, note_signer, random

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
