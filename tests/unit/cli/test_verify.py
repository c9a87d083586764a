"""`habeas verify`: what is said of each outcome, with which status, and what is kept."""

import importlib
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from habeas.cli._verification import ACTS
from habeas.protocol import Kind
from habeas.register.causes import Cause
from habeas.register.verdicts import Act, TrusteeVerdict, Verification
from tests.unit.cli.commands import habeas
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.world import NAMES, OFFICE, Case, random

command = importlib.import_module("habeas.cli.verify")
CASE = Case()
DIGEST = CASE.circle.digest().hex()
SEALED = Act(0, CASE.entry, "the portal")
REQUESTED = Act(
    1,
    CASE.requested(CASE.request(), random("salt"), OFFICERS[0].slot_key, append=False),
    "the portal",
)
WHOLE = Verification(
    True, 0, datetime(2027, 1, 15, 10, tzinfo=UTC),
    {name: TrusteeVerdict("complete", held=True) for name in NAMES}, (SEALED,),
)  # fmt: skip


@pytest.fixture
def receipt(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "receipt.json"
    file.write_bytes(CASE.receipt().encode())
    return file


@pytest.fixture
def verify(receipt, monkeypatch):
    """Runs the command where asking everybody has found that."""

    def verify(found, *options):
        monkeypatch.setattr(command, "verify_live", lambda *_: found)
        monkeypatch.setattr(command, "fetch_reasons", lambda _: {})
        return habeas("verify", receipt, *options)

    return verify


@pytest.mark.parametrize(("pin", "status"), [([], 3), (["--pin", DIGEST], 0)])
def test_offline_the_receipt_holds_by_itself_and_a_pin_makes_it_count(receipt, pin, status):
    done = habeas("verify", receipt, "--offline", *pin)
    assert done.status == status
    assert "sealed in log entry 0" in done.out
    assert "4 trustees signed" in done.out
    assert ("No pin vouches" in done.out) == (status == 3)
    told = habeas("verify", receipt, "--offline", "--json", *pin)
    assert told.status == status
    assert json.loads(told.out) == {"pinned": status == 0, "index": 0}


def test_offline_a_receipt_that_does_not_hold_is_status_1(receipt, capsys):
    other = {**CASE.receipt().fields(), "acknowledgements": {}}
    receipt.write_text(json.dumps(other))
    assert habeas("verify", receipt, "--offline").status == 1
    assert capsys.readouterr().err.startswith("Error: ")


def test_never_opened_is_said_where_everybody_has_shown_all(verify):
    done = verify(WHOLE)
    assert done.status == 0
    assert "Complete. The photo was never opened." in done.out
    assert "2027-01-15  sealed  (entry 0)" in done.out
    assert all(f"{name}: it still holds its share" in done.out for name in NAMES)
    assert "Not proven" not in done.out
    assert "nobody but the applicant's own device" in done.out


def test_what_is_missing_is_named_and_nothing_is_said_for_certain(verify):
    gap = TrusteeVerdict("incomplete", (Cause("silent", "It does not answer [now]."),))
    done = verify(replace(WHOLE, verdicts={**WHOLE.verdicts, NAMES[1]: gap}))
    assert done.status == 3
    assert "No opening is known; that there was none is not proven." in done.out
    assert f"{NAMES[1]}: It does not answer [now]." in done.out
    assert "never opened" not in done.out


@pytest.mark.parametrize("words", ["[/]", "[/bold]", "[red]fine[/red]", "[link=http://a]b[/link]"])
def test_words_of_others_are_only_words(verify, words):
    """What a trustee or the log says is printed, whatever a terminal or its colours make of it."""
    gap = TrusteeVerdict("incomplete", (Cause("silent", f"It says {words}."),))
    found = replace(WHOLE, verdicts={NAMES[1]: gap}, unread=Cause("log", f"It says {words}."))
    done = verify(found)
    assert done.status == 3
    assert done.out.count(f"It says {words}.") == 2


def test_an_unread_log_and_no_pin_are_told(verify):
    found = replace(WHOLE, pinned=False, checked_at=None, unread=Cause("log", "It is away."))
    done = verify(found)
    assert done.status == 3
    assert "the log: It is away." in done.out
    assert "No pin vouches" in done.out
    assert "Proven, on the log" not in done.out


def test_acts_are_told_in_words(verify):
    owed = replace(REQUESTED, index=None)
    done = verify(replace(WHOLE, acts=(SEALED, REQUESTED, owed)))
    line = f"asked for by {OFFICE}, for decide-application"
    assert f"{line}  (entry 1)" in done.out
    assert f"{line}  (not on the log yet)" in done.out


def test_every_kind_of_act_on_a_photo_has_words():
    assert {Kind.SEALED, Kind.REQUESTED, Kind.RELEASED, Kind.REFUSED, Kind.ERASED, Kind.CLOSED} == (
        set(ACTS)
    )


@pytest.mark.parametrize(("count", "words"), [(1, "opened once"), (2, "opened 2 times")])
def test_openings_are_counted_and_not_said_to_be_all_where_something_is_missing(
    verify, count, words
):
    released = CASE.entry.model_copy(update={"kind": Kind.RELEASED})
    acts = tuple(
        Act(number, released, NAMES[0], {"request": str(number)}) for number in range(count)
    )
    done = verify(replace(WHOLE, acts=acts))
    assert done.status == 0
    assert f"The photo was {words}." in done.out
    done = verify(replace(WHOLE, acts=acts, pinned=False))
    assert f"The photo was {words}, as far as is known." in done.out


def test_what_contradicts_is_kept_for_others_to_look_at(verify, tmp_path):
    liar = TrusteeVerdict("contradicted", (Cause("lie", "It lies."),), ("note one", "note two"))
    found = replace(WHOLE, verdicts={**WHOLE.verdicts, NAMES[0]: liar})
    done = verify(found, "--evidence", tmp_path / "kept")
    assert done.status == 4
    assert "The evidence is in " in done.out
    files = sorted((tmp_path / "kept").iterdir())
    assert [each.name for each in files] == [f"{NAMES[0]}-1.txt", f"{NAMES[0]}-2.txt"]
    assert [each.read_text() for each in files] == ["note one", "note two"]
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in files)
    told = json.loads(verify(found, "--json").out)
    assert told["outcome"] == "contradicted"
    assert told["evidence"] == f"evidence-{CASE.promise.seal_id}"
    assert told["trustees"][NAMES[0]] == {
        "outcome": "contradicted", "causes": ["It lies."], "held": None,
    }  # fmt: skip


def test_evidence_that_cannot_be_kept_is_an_error(verify, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    liar = TrusteeVerdict("contradicted", (Cause("lie", "It lies."),), ("note",))
    found = replace(WHOLE, verdicts={NAMES[0]: liar})
    assert verify(found, "--evidence", tmp_path / "file" / "below").status == 1
    assert "The evidence cannot be saved" in capsys.readouterr().err


def test_where_nothing_contradicts_nothing_is_kept(verify, tmp_path):
    told = json.loads(verify(WHOLE, "--json").out)
    assert (told["outcome"], told["never_opened"], told["openings"]) == ("complete", True, 0)
    assert told["evidence"] is None
    assert [each.name for each in tmp_path.iterdir()] == ["receipt.json"]
