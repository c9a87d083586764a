"""What a reader may give as a pin, and what is none."""

import pytest

from habeas.cli._pins import read_pins
from habeas.foundation.errors import HabeasError
from habeas.protocol import Pins
from tests.unit.protocol.world import TRUSTEES, Case

CASE = Case()
DIGEST = CASE.circle.digest().hex()
KEY = TRUSTEES[2].statement.vkey


def test_nothing_given_vouches_for_nothing():
    assert read_pins(None) == read_pins([]) == Pins(frozenset(), frozenset())
    assert not read_pins(None).vouch_for(CASE.circle)


def test_a_file_a_digest_and_a_key_each_vouch(tmp_path):
    file = tmp_path / "circle.txt"
    file.write_text(CASE.note)
    for given in (str(file), DIGEST, KEY):
        assert read_pins([given]).vouch_for(CASE.circle)
    assert read_pins([str(file), DIGEST, KEY]) == Pins(frozenset({DIGEST}), frozenset({KEY}))
    assert not read_pins(["00" * 32]).vouch_for(CASE.circle)


def test_a_digest_is_one_also_where_a_file_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / DIGEST).write_text("no circle")
    assert read_pins([DIGEST]) == Pins(frozenset({DIGEST}), frozenset())


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_holds_no_circle(tmp_path, content):
    file = tmp_path / "circle.txt"
    file.write_bytes(content)
    with pytest.raises(HabeasError, match="holds no circle") as error:
        read_pins([str(file)])
    assert error.value.remedy


@pytest.mark.parametrize("given", ["", "circle.txt", DIGEST[:-1], DIGEST.upper(), KEY[:-1], "."])
def test_what_is_no_pin(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HabeasError, match="is no pin"):
        read_pins([DIGEST, given])
