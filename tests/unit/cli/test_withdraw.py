"""`habeas withdraw` with trustees in memory: what it says, and with which status it ends."""

import contextlib
import functools
import importlib
import json

import httpx
import pytest

from habeas.protocol import Receipt
from tests.unit.cli.commands import answering, habeas
from tests.unit.parties import MemoryPanel
from tests.unit.protocol.world import NAMES, Case

CASE = Case()
command = importlib.import_module("habeas.cli.withdraw")


@pytest.fixture
def panel(monkeypatch):
    panel = MemoryPanel()

    @contextlib.contextmanager
    def newest(receipt: Receipt):
        assert receipt.promise == CASE.promise
        yield CASE.chain, panel

    monkeypatch.setattr(command, "newest_trustees", newest)
    for index, trustee in enumerate(panel.clients):
        trustee.held[CASE.digest] = (CASE.promise, index, b"share")
    return panel


@pytest.fixture
def receipt(tmp_path):
    file = tmp_path / "receipt.json"
    file.write_bytes(CASE.receipt().encode())
    return file


def withdraw(receipt, *options):
    return habeas("withdraw", receipt, "--patience", 0, *options)


def test_when_all_have_confirmed_it_is_withdrawn(panel, receipt):
    done = withdraw(receipt, "--direct")
    assert done.status == 0
    assert "Withdrawn: all 4 trustees have confirmed." in done.out
    assert all(f"{name} has signed" in done.out for name in NAMES)
    secret = bytes.fromhex(CASE.receipt().withdraw_secret)
    for trustee in panel.clients:
        assert trustee.secrets == [(CASE.promise.digest(), secret)]
        assert not trustee.held


@pytest.mark.parametrize(
    ("away", "said"),
    [
        ((0,), "Nobody can open it any more: 2 shares are needed."),
        ((0, 1), "Too few have confirmed: the photo may still open."),
        ((0, 1, 2, 3), "Too few have confirmed: the photo may still open."),
    ],
)
def test_who_has_not_confirmed_is_named_and_gives_status_3(panel, receipt, away, said):
    for index in away:
        panel.clients[index].away = True
    done = withdraw(receipt, "--direct")
    assert done.status == 3
    assert said in done.out + done.err
    assert "Withdrawn:" not in done.out
    for index, name in enumerate(NAMES):
        assert (f"{name} has not confirmed: " in done.out) == (index in away)


def test_an_entry_that_is_not_on_the_log_yet_is_owed(panel, receipt):
    panel.clients[2].slow = True
    done = withdraw(receipt, "--direct", "--json")
    assert done.status == 3
    told = json.loads(done.out)
    assert not told["complete"]
    assert list(told["owed"]) == [NAMES[2]]
    assert sorted(told["statements"]) == [NAMES[0], NAMES[1], NAMES[3]]


def test_a_portal_that_is_gone_does_not_keep_anybody_from_it(panel, receipt, monkeypatch):
    monkeypatch.setattr(httpx, "Client", functools.partial(httpx.Client, transport=answering()))
    done = withdraw(receipt, "--portal", "http://gone")
    assert done.status == 0
    assert "The portal did not do it: " in done.err
    assert "Asking the trustees." in done.err
    assert all(each.secrets for each in panel.clients)


def test_directly_the_portal_is_not_asked(panel, receipt, monkeypatch):
    def nobody(*_, **__):
        raise AssertionError("The portal was asked.")

    monkeypatch.setattr(command, "PortalClient", nobody)
    assert withdraw(receipt, "--direct").status == 0
    with pytest.raises(AssertionError, match="was asked"):
        withdraw(receipt)


def test_without_a_receipt_nobody_is_asked(panel, tmp_path, capsys):
    assert withdraw(tmp_path / "none.json").status == 1
    assert "cannot be read" in capsys.readouterr().err
    assert not any(each.secrets for each in panel.clients)
