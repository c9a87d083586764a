"""Month keys are known before they are needed, also by the process that has not asked."""

from datetime import date

import pytest

from habeas.custody import months
from habeas.custody.errors import TooFewTrusteesError
from habeas.custody.months import StatedMonthKeys, months_from
from habeas.protocol.document import base64_of
from habeas.protocol.statements import KeyStatement
from tests.unit.protocol.world import TRUSTEES, Case, random

SEATS = Case().chain.newest.circle.trustees


def statement(number: int, month: str = "2027-05", label: str = "key") -> KeyStatement:
    return KeyStatement(
        trustee=TRUSTEES[number].name, month=month, public_key=base64_of(random(label, 1216))
    )


def test_what_one_process_learns_the_other_knows(tmp_path):
    worker, web = StatedMonthKeys(tmp_path / "keys.json"), StatedMonthKeys(tmp_path / "keys.json")
    assert web.get(SEATS[0], "2027-05") is None
    worker.keep(SEATS[0], statement(0), "note 0")
    assert web.require(SEATS[0], "2027-05") == statement(0)
    assert web.note(SEATS[0], "2027-05") == "note 0"
    web.keep(SEATS[1], statement(1), "note 1")
    worker.keep(SEATS[2], statement(2), "note 2")
    again = StatedMonthKeys(tmp_path / "keys.json")
    assert [again.get(seat, "2027-05") is not None for seat in SEATS] == [True, True, True, False]
    with pytest.raises(TooFewTrusteesError):
        again.require(SEATS[3], "2027-05")


def test_what_was_learnt_is_for_the_portal_alone(tmp_path):
    StatedMonthKeys(tmp_path / "keys.json").keep(SEATS[0], statement(0), "note 0")
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_seat_that_has_changed_hands_is_asked_anew():
    keys = StatedMonthKeys()
    keys.keep(SEATS[0], statement(0), "note 0")
    newcomer = SEATS[0].model_copy(update={"statement_vkey": SEATS[1].statement_vkey})
    assert keys.get(newcomer, "2027-05") is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"null", b"[{}]", b"\xff", b"[" * 9999])
def test_a_damaged_file_is_only_forgetful(tmp_path, content):
    (tmp_path / "keys.json").write_bytes(content)
    keys = StatedMonthKeys(tmp_path / "keys.json")
    assert keys.get(SEATS[0], "2027-05") is None
    keys.keep(SEATS[0], statement(0), "note 0")
    assert StatedMonthKeys(tmp_path / "keys.json").get(SEATS[0], "2027-05") == statement(0)


def test_months_go_on_over_the_year():
    assert list(months_from(date(2026, 11, 26), 4)) == ["2026-11", "2026-12", "2027-01", "2027-02"]


def test_what_is_not_known_is_read_once_for_each_writing(tmp_path, monkeypatch):
    """A trustee that is away is asked for with each probe, once for each coming month."""
    worker, web = StatedMonthKeys(tmp_path / "keys.json"), StatedMonthKeys(tmp_path / "keys.json")
    worker.keep(SEATS[0], statement(0), "note 0")
    reads = []

    def read(file, before=months._read):
        reads.append(file)
        return before(file)

    monkeypatch.setattr(months, "_read", read)
    for _ in range(20):
        assert web.get(SEATS[1], "2027-05") is None
    assert len(reads) == 1
    worker.keep(SEATS[1], statement(1), "note 1")
    assert web.get(SEATS[1], "2027-05") == statement(1)
