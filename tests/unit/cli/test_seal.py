"""`habeas seal` against a portal that answers with a real receipt: what is kept, and when."""

import functools
import json
import stat

import httpx
import pytest

from tests.unit.cli.commands import answering, habeas
from tests.unit.protocol.world import NAMES, Case

CASE = Case()
RECEIPT = CASE.receipt(acknowledged=(0, 1, 3))
FIELDS = RECEIPT.fields()


@pytest.fixture
def seal(tmp_path, monkeypatch):
    """Runs the command in a folder with a photo, against a portal with that answer."""
    (tmp_path / "me.jpg").write_bytes(b"\xff\xd8 a picture")

    def seal(*options, receipt=FIELDS):
        body = json.dumps({"reference": "HL-1", "receipt": receipt}).encode()
        transport = answering(**{"/api/applications": (200, body)})
        sending = functools.partial(httpx.Client, transport=transport)
        with monkeypatch.context() as patched:
            patched.setattr(httpx, "Client", sending)
            return habeas(
                "seal", tmp_path / "me.jpg", "--receipt", tmp_path / "receipt.json", *options
            )

    return seal


def test_the_receipt_is_kept_for_its_holder_alone(seal, tmp_path):
    done = seal("-f", "full_name=Anna=Example")
    assert done.status == 0
    file = tmp_path / "receipt.json"
    assert file.read_bytes() == RECEIPT.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Application HL-1 was received; its photo is sealed." in done.out
    assert "3 of 4 trustees hold their share; any 2 open it." in done.out
    assert f"{NAMES[2]} was away" in done.out


def test_for_programs(seal, tmp_path):
    done = seal("--json", "--pin", CASE.circle.digest().hex())
    assert done.status == 0
    assert json.loads(done.out) == {
        "reference": "HL-1", "receipt": str(tmp_path / "receipt.json"), "index": 0,
        "pending": [NAMES[2]], "pinned": True,
    }  # fmt: skip


def test_under_another_circle_it_is_kept_and_not_relied_on(seal, tmp_path, capsys):
    assert seal("--pin", "00" * 32).status == 1
    assert "your pins do not vouch for" in capsys.readouterr().err
    assert (tmp_path / "receipt.json").read_bytes() == RECEIPT.encode()


def test_what_does_not_hold_is_kept_and_said(seal, tmp_path):
    other = {**FIELDS, "reference": "HL-2"}
    assert seal(receipt=other).status == 1
    assert (tmp_path / "receipt.json").exists()


def test_a_service_without_a_photo(seal, tmp_path, capsys):
    assert seal(receipt=None).status == 1
    assert "asks for no photo" in capsys.readouterr().err
    assert not (tmp_path / "receipt.json").exists()


def test_a_field_has_a_name_and_a_value(seal, capsys):
    assert seal("-f", "full_name").status == 1
    assert "'full_name' is no field" in capsys.readouterr().err


def test_nothing_is_sent_while_the_receipt_could_not_be_kept(seal, tmp_path, capsys):
    """It is given once: whoever loses it can never withdraw the photo."""
    for receipt, cause in (
        (tmp_path / "me.jpg", "exists already"),
        (tmp_path / "no" / "receipt.json", "no folder that you can write to"),
    ):
        assert seal("--receipt", receipt, "--portal", "http://gone").status == 1
        said = capsys.readouterr().err
        assert cause in said
        assert "does not answer" not in said
    assert seal("--portal", "http://gone").status == 1
    assert "does not answer" in capsys.readouterr().err
