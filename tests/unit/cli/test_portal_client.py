"""The client of a portal, against one that answers anything at all."""

import contextlib
import functools
import json

import httpx
import pytest

from habeas.cli._portal import PortalClient, PortalError, read_receipt
from habeas.foundation import problem
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from tests.unit.protocol.world import Case


@pytest.fixture
def portal(monkeypatch):
    """Gives a client of a portal that answers with this status and body, and what it was asked."""

    def answering(status, body, media_type="application/json"):
        asked = []

        def app(environment, start):
            sent = environment["wsgi.input"].read()
            with contextlib.suppress(ValueError):
                sent = json.loads(sent)
            asked.append((environment["REQUEST_METHOD"], environment["PATH_INFO"], sent))
            start(f"{status} Said", [("Content-Type", media_type)])
            return [body]

        transport = httpx.WSGITransport(app=app)
        client = functools.partial(httpx.Client, transport=transport)
        monkeypatch.setattr(httpx, "Client", client)
        return PortalClient("http://portal.test/"), asked

    return answering


def test_a_withdrawal_names_the_photo_and_shows_the_secret(portal):
    client, asked = portal(200, b'{"complete": true}')
    receipt = Case().receipt()
    with client:
        assert client.withdraw(receipt) == {"complete": True}
    assert asked == [
        ("POST", f"/api/photos/{receipt.promise.seal_id}/withdrawal",
         {"secret": receipt.withdraw_secret, "pending": []})
    ]  # fmt: skip


def test_a_refusal_keeps_its_words_its_code_and_its_place_on_the_log(portal):
    told = Problem(403, "purpose-unknown", "There is no such purpose.", "Ask for another.",
                   {"index": 7})  # fmt: skip
    client, _ = portal(403, told.encode(), problem.MEDIA_TYPE)
    with client, pytest.raises(PortalError) as refused:
        client.apply("hunting-licence", {}, b"")
    error = refused.value
    assert (error.cause, error.remedy) == ("There is no such purpose.", "Ask for another.")
    assert (error.code, error.status, error.index) == ("purpose-unknown", 403, 7)


@pytest.mark.parametrize("status", [200, 400, 403, 500, 503])
@pytest.mark.parametrize("body", [b"", b"\xff", b"<html>", b"[]", b"3", b"[" * 100_000])
def test_whatever_answers_is_an_error_for_people(portal, status, body):
    client, _ = portal(status, body, "text/html")
    with client, pytest.raises(PortalError) as error:
        client.apply("hunting-licence", {}, b"")
    assert str(status) in error.value.cause
    assert error.value.remedy


def test_a_portal_that_is_not_there(monkeypatch):
    def refuse(_):
        raise httpx.ConnectError("Connection refused")

    transport = httpx.MockTransport(refuse)
    monkeypatch.setattr(httpx, "Client", functools.partial(httpx.Client, transport=transport))
    with PortalClient("http://portal.test") as client, pytest.raises(PortalError) as error:
        client.apply("hunting-licence", {}, b"")
    assert "http://portal.test does not answer" in error.value.cause
    assert error.value.status == 503


def test_a_receipt_file(tmp_path):
    with pytest.raises(HabeasError, match="cannot be read"):
        read_receipt(tmp_path / "none.json")
    with pytest.raises(HabeasError, match="cannot be read"):
        read_receipt(tmp_path)
    for content in (b"", b"{}", b"\xff", json.dumps({"v": 1}).encode(), b"[" * 100_000):
        (tmp_path / "receipt.json").write_bytes(content)
        with pytest.raises(HabeasError) as error:
            read_receipt(tmp_path / "receipt.json")
        assert error.value.remedy
