"""From the application to its end, over HTTP: real log, trustees, office and portal."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.faces import assets
from habeas.office.client import DeskError
from habeas.office.publish import person_file
from habeas.protocol import Pins, Purpose
from habeas.protocol.receipt_file import read_receipt
from habeas.register.verifying import verify_offline
from tests.waiting import until
from tests.world.city import ANSWERS, LABEL, PASSPHRASE, City

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def photo():
    return assets.path("astronaut.png").read_bytes()


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    city = City(tmp_path_factory.mktemp("city"))
    yield city
    city.close()


def test_an_officer_opens_a_photo_and_its_holder_sees_it(city, photo):
    reference, receipt = city.apply(photo)
    pins = Pins(circles=frozenset({city.circle.digest().hex()}))
    pinned, _ = verify_offline(receipt, pins)
    assert pinned
    assert receipt.reference == reference
    assert receipt.pending == ()
    with city.officer_client() as officer:
        assert reference in [each["reference"] for each in officer.cases()]
        assert officer.case(reference)["answers"] == ANSWERS
        opened = officer.open(reference, Purpose.DECIDE_APPLICATION, "Is this the applicant?")
    assert opened.photo.startswith(b"\xff\xd8\xff")
    city.settled()
    page = city.page("/receipt/", receipt)
    assert "Is this the applicant?" in page
    assert "Licensing Office" in page


def test_withdrawing_at_the_portal_reaches_everybody(city, photo):
    _, receipt = city.apply(photo)
    asked = f"/api/photos/{receipt.promise.seal_id}/withdrawal"
    assert city.http.post(asked, json={"secret": "00" * 32}).json()["code"] == "not-the-holder"
    until(
        lambda: city.http.post(asked, json={"secret": receipt.withdraw_secret}).json()["complete"],
        "all trustees to confirm",
    )
    page = city.page("/receipt/withdraw/", receipt, confirmed="1")
    assert "Photo withdrawn" in page
    page = city.page("/receipt/", receipt)
    assert "Nobody has opened it." in page
    assert "Withdraw the photo" not in page
    with city.officer_client() as officer, pytest.raises(DeskError) as refused:
        officer.open(receipt.reference, Purpose.DECIDE_APPLICATION, "To decide.")
    assert refused.value.code == "withdrawn"


def test_a_withdrawal_told_to_one_trustee_spreads(city, photo):
    _, receipt = city.apply(photo)
    secret = bytes.fromhex(receipt.withdraw_secret)
    city.client(2).withdraw(receipt.promise.digest(), secret)
    until(
        lambda: all(
            city.client(index).withdraw(receipt.promise.digest(), secret) is not None
            for index in (0, 1, 3)
        ),
        "the secret to spread",
    )
    assert "Withdraw the photo" not in city.page("/receipt/", receipt)


def test_deciding_closes_the_photo_and_lets_go_of_it(city, photo):
    reference, receipt = city.apply(photo)
    with city.officer_client() as officer:
        officer.decide(reference, "approved")
        assert reference not in [each["reference"] for each in officer.cases()]
        with pytest.raises(DeskError) as again:
            officer.decide(reference, "declined")
        assert again.value.code == "decision"
    city.followed()
    page = city.page("/receipt/", receipt)
    assert "Closed" in page
    assert "Withdraw the photo" in page


def test_another_office_sees_no_case_and_opens_no_photo(city, photo):
    reference, receipt = city.apply(photo)
    with city.officer_client(office="parks-department") as officer:
        assert reference not in [each["reference"] for each in officer.cases()]
        with pytest.raises(DeskError) as unknown:
            officer.case(reference)
    assert unknown.value.code == "unknown-case"
    assert receipt.promise.recipients == ("licensing-office",)


def test_who_has_left_the_roster_is_let_in_no_more(city):
    city.enrol("Officer 2")
    officer = city.officer_client("Officer 2")
    officer.sign_in()
    officer.cases()
    city.revoke("Officer 2")
    with pytest.raises(DeskError) as over:
        until(lambda: officer.cases() is None, "the session to end")
    assert over.value.code == "sign-in"
    with pytest.raises(DeskError) as unknown:
        officer.sign_in()
    assert unknown.value.code == "officer-unknown"
    officer.close()


def test_signing_out_ends_the_session_and_a_challenge_counts_once(city):
    with city.officer_client() as officer:
        token = officer._http.headers["Authorization"]
        listed = {"headers": {"Authorization": token}}
        assert city.http.get("/api/cases", **listed).status_code == 200
        assert city.http.delete("/api/officers/sessions", **listed).status_code == 204
        assert city.http.get("/api/cases", **listed).status_code == 401


def test_what_cannot_be_shown_is_said_and_the_case_goes_on(city, photo):
    reference, receipt = city.apply(photo)
    with city.officer_client() as officer:
        opened = officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.")
        answer = officer._call(
            "POST", f"/api/cases/{reference}/unreadable",
            {"index": opened.index, "seal_id": receipt.promise.seal_id},
        )  # fmt: skip
        assert answer == {"reference": reference, "state": "open", "photo": "asked-again"}
        (case,) = [each for each in officer.cases() if each["reference"] == reference]
        assert case["photo"] is False
    assert "The office asks for another photo" in city.page("/receipt/", receipt)
    city.page("/another-photo/", receipt)
    city.form("/apply/hunting-licence/photo/", files={"photo": ("photo.jpg", photo)})
    city.form("/apply/hunting-licence/check-photo/", picture="crop")
    sent = city.form("/apply/hunting-licence/answers/")
    assert "Photo sent" in sent
    second = read_receipt(city.http.get("/apply/hunting-licence/receipt.html").content)
    assert (second.reference, second.promise.case) != (reference, receipt.promise.case)
    assert second.reference == reference
    verify_offline(second, Pins())
    page = city.page("/receipt/", receipt)
    assert "The office asks for another photo" not in page
    assert "The office is done with this photo" in page
    with city.officer_client() as officer:
        again = officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.")
        assert again.photo.startswith(b"\xff\xd8\xff")
        officer.decide(reference, "approved")
    assert city.page("/another-photo/", receipt).count("Choose a photo") == 0


def test_with_one_trustee_silent_everything_goes_on_and_it_gets_its_share_later(city, photo):
    city.apply(photo)  # the month's keys are known
    silent = city.names[1]
    city.stop(silent)
    reference, receipt = city.apply(photo)
    assert receipt.pending == (silent,)
    verify_offline(receipt, Pins())
    with city.officer_client() as officer:
        opened = officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.")
    assert opened.photo
    page = city.page("/receipt/", receipt)
    assert f"{silent}</strong>" in page
    assert "Not everybody could be asked" in page
    city.start(silent)
    until(
        lambda: "Verified: all trustees" in city.page("/receipt/", receipt),
        "the late deposit",
        pause=0.5,
    )


def test_a_photo_ends_with_its_last_day(city, photo):
    reference, receipt = city.apply(photo)
    last = receipt.promise.opens_until
    assert int(city.manage(_LATER, last, "1")) >= 1
    assert city.manage(_LATER, last, "1") == "0\n"
    with city.officer_client() as officer, pytest.raises(DeskError) as over:
        officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.")
    assert over.value.code == "expired"

    def kept():
        return [path for path in (city.data / "blobs").glob("??/*") if path.is_file()]

    # Its ciphertext waits a week, in case that a clock was wrong after all.
    assert kept()
    assert city.manage(_LATER, last, "9") == "0\n"
    assert not kept()


#: A sweep some days after that one, as the quorum sees it too; prints how many photos have ended.
_LATER = """
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from habeas.custody import Custody
from habeas.portal.vault import custodian
days = timedelta(days=int(sys.argv[2]))
later = datetime.fromisoformat(sys.argv[1]).replace(tzinfo=UTC) + days
context = replace(custodian._context(), now=lambda: later, witnessed=later.timestamp)
print(Custody(context).sweep().expired)
"""


def test_a_lost_receipt_from_the_desk_to_the_trustees(city, photo, tmp_path):
    """`habeas lost` at the office, `habeas trustee claim` at two trustees: nobody opens it."""
    reference, receipt = city.apply(photo)
    key, file = tmp_path / "officer.json", tmp_path / "lost.json"
    key.write_text(json.dumps(person_file(city.offices["licensing-office"], LABEL)))
    written = CliRunner().invoke(
        cli.app,
        ["lost", reference, "--key", str(key), "--portal", city.url, "--out", str(file)],
        env={"HABEAS_OFFICER_PASSPHRASE": PASSPHRASE},
    )
    assert written.exit_code == 0, written.exception
    said = file.read_text()
    for secret in (receipt.track_key, receipt.withdraw_secret, receipt.seed):
        assert secret not in said
    for name in city.names[:2]:
        arguments = ["--data", str(city.folder / name), str(file), "--reference", reference]
        claimed = CliRunner().invoke(
            cli.app,
            ["trustee", "claim", *arguments, "--want", "destroy", "--identity-seen", "--yes"],
        )
        assert claimed.exit_code == 0, claimed.exception
    city.settled()
    city.followed()
    with city.officer_client() as officer, pytest.raises(DeskError, match="wants this photo"):
        officer.open(reference, Purpose.DECIDE_APPLICATION, "Is this the applicant?")
    page = city.http.get("/receipt/lost/").text
    assert all(name in page for name in city.names)
    assert 'href="/receipt/lost/"' in city.http.get("/help/").text
