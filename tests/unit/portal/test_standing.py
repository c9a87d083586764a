"""What stops a portal, and what its health says."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError

from habeas.custody import FileBlobs
from habeas.custody.blobs import BlobStoreError
from habeas.custody.ports import PhotoState
from habeas.foundation.caution import Caution, Mark
from habeas.foundation.token_uri import TokenError
from habeas.portal.site.worker import Worker
from habeas.portal.standing import beats, halts, history, installation
from habeas.portal.standing.models import StandingValue, keep, note
from habeas.portal.standing.reconcile import reconcile
from habeas.portal.vault import custodian, room
from habeas.portal.vault.models import LogLineRow, SealedPhotoRow
from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import ClosedDetails, SealedDetails
from tests.unit.parties import PHOTO
from tests.unit.protocol import world


class Machine:
    """Clocks that a test moves."""

    def __init__(self):
        self.steady, self.wall = 0.0, 1_800_000_000.0

    def later(self, **passed):
        seconds = timedelta(**passed).total_seconds()
        self.steady += seconds
        self.wall += seconds

    def __call__(self):
        return Mark(wall=self.wall, steady=self.steady, boot="one")


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def worker(city, machine):
    made = Worker(machine)
    made.round()
    yield made
    made.close()


def codes():
    return {each.code for each in halts.standing()}


def ready(browser):
    answer = browser.get("/readyz")
    said = answer.json()
    assert (answer.status_code == 200) == said["ok"]
    return said


def again(worker, machine):
    """The next worker's first round."""
    worker.close()
    following = Worker(machine)
    following.round()
    following.close()


def seal(city):
    with city.custody.sealing(PHOTO, world.WISHES) as sealed:
        pass
    return sealed.receipt


def test_a_portal_without_a_circle_takes_nothing_and_says_why(city, browser):
    (settings.DATA / "circle.txt").unlink()
    assert browser.get("/receipt/").status_code == 200
    refused = browser.post("/receipt/", {})
    assert refused.status_code == 503
    assert "belongs to no circle yet" in refused.content.decode()


def test_a_portal_without_a_worker_is_not_ready(city, browser):
    said = ready(browser)
    assert not said["ok"]
    assert said["problems"]["custody"] == "it has never run"
    assert browser.get("/livez").status_code == 200


def test_a_worker_at_work_makes_it_ready(worker, browser):
    said = ready(browser)
    assert said == {
        "ok": True, "state": "ok", "problems": {}, "ages": said["ages"],
        "log_size": 0, "owed": 0, "pending_deposits": 0,
    }  # fmt: skip
    assert set(said["ages"]) >= set(beats.LATE)


@pytest.mark.parametrize("loop", sorted(beats.LATE))
def test_each_loop_that_succeeds_no_more_is_told(worker, browser, loop):
    value = json.loads(note(f"beat:{loop}"))
    keep(f"beat:{loop}", json.dumps({"at": value["at"] - beats.LATE[loop] - 60, "fault": "Why."}))
    said = ready(browser)
    assert (said["state"], said["problems"]) == (loop, {loop: "Why."})
    worker.round()
    assert ready(browser)["ok"]


def test_a_store_that_takes_no_photo_makes_it_red_although_it_gives_all(
    city, worker, browser, monkeypatch
):
    seal(city)

    def full(_):
        raise BlobStoreError("No space left on device.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(FileBlobs, "verify_writable", full)
        worker.round()
        assert ready(browser)["ok"], "it was tried a moment ago"
        before = json.loads(note("beat:blobs"))["at"] - beats.LATE["blobs"] - 1
        keep("beat:blobs", json.dumps({"at": before, "fault": ""}))
        worker.round()
        assert ready(browser)["problems"] == {"blobs": "No space left on device."}
    worker.round()
    assert ready(browser)["ok"], "one that failed is tried again at once"


def test_a_database_that_takes_nothing_new_makes_it_red(worker, browser, monkeypatch):
    def full():
        raise room.NoRoomError("The database takes nothing new.")

    before = json.loads(note("beat:tables"))["at"] - beats.LATE["tables"] - 1
    keep("beat:tables", json.dumps({"at": before, "fault": ""}))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("habeas.portal.site.worker.verify_room", full)
        worker.round()
        assert ready(browser)["problems"] == {"tables": "The database takes nothing new."}
    worker.round()
    assert ready(browser)["ok"]


@pytest.mark.parametrize("read", ["halts.standing", "beats.due"])
def test_a_database_that_goes_away_between_two_parts_ends_the_round_alone(
    worker, browser, monkeypatch, read
):
    def gone(*_):
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(f"habeas.portal.site.worker.{read}", gone)
        worker.round()
    worker.round()
    assert ready(browser)["ok"]


def test_entries_that_the_log_does_not_take_make_it_red(city, worker, browser, machine):
    receipt = seal(city)
    city.log.down = True
    city.custody.close(receipt.promise.seal_id, "decided")
    before = beats.beats()["owed"]
    worker.round()
    assert beats.beats()["owed"].fault
    assert beats.beats()["owed"].at == before.at
    assert beats.beats()["follow"].fault
    city.log.down = False
    worker.round()
    assert not beats.beats()["owed"].fault


def test_a_trustee_whose_keys_are_not_known_yet_makes_it_red(city, worker, browser, monkeypatch):
    """Were it away now, nothing could be sealed: nobody is told that all is well."""
    ahead = replace(custodian._context(), months_ahead=2)
    monkeypatch.setattr(custodian, "_context", lambda: ahead)
    city.panel.clients[1].away = True
    worker.round()
    name = city.panel.clients[1].name
    assert ready(browser)["problems"] == {
        "keys": f"Not all keys of the coming months are known of {name}."
    }
    city.panel.clients[1].away = False
    worker.round()
    assert ready(browser)["ok"]


def test_a_round_that_breaks_is_told_and_the_next_one_runs(worker, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("habeas.portal.apply.drafts.sweep", lambda: 1 // 0)
        worker.round()
    assert "ZeroDivisionError" in beats.beats()["drafts"].fault
    assert not beats.beats()["sessions"].fault
    worker.round()
    assert not beats.beats()["drafts"].fault


def test_the_clock_jumps(worker, browser, machine):
    machine.later(hours=1)
    worker.round()
    assert not codes()
    machine.wall += 800 * 86_400
    worker.round()
    assert codes() == {"clock-jumped"}
    said = ready(browser)
    assert said["state"] == "clock-jumped"
    assert "habeas portal resume" in said["problems"]["clock-jumped"]
    refused = browser.post("/api/officers/challenge", {}, content_type="application/json")
    assert refused.status_code == 503
    assert refused.json()["code"] == "read-only"
    assert browser.get("/help/").status_code == 200
    # The clock is right again, and somebody has said so.
    machine.wall -= 800 * 86_400
    again(worker, machine)
    assert codes() == {"clock-jumped"}
    halts.resume()
    again(worker, machine)
    assert not codes()


def test_many_ends_at_once_wait_for_a_person(city, worker, monkeypatch):
    monkeypatch.setattr("habeas.custody.sweep.CAUTION", Caution(least=2))
    receipts = [seal(city) for _ in range(3)]
    SealedPhotoRow.objects.update(opens_until="2020-01-01")
    monkeypatch.setattr(type(city.copy), "witnessed", 2_000_000_000)
    worker.round()
    assert codes() == {"too-many-ends"}
    assert SealedPhotoRow.objects.filter(state=PhotoState.SEALED).count() == len(receipts)
    # What is owed is told all the same.
    city.log.down = True
    city.custody.close(receipts[0].promise.seal_id, "decided")
    city.log.down = False
    worker.round()
    assert city.log.kinds()[-1] == "closed"
    halts.resume()
    worker.round()
    assert SealedPhotoRow.objects.filter(state=PhotoState.EXPIRED).count() == len(receipts)


def test_the_database_is_of_an_older_day_than_the_blobs(city, worker, browser, machine):
    copy = note("installation")
    again(worker, machine)
    keep("installation", copy)
    seal(city)
    SealedPhotoRow.objects.update(state=PhotoState.PENDING, begun=1)
    again(worker, machine)
    assert codes() == {"rolled-back"}
    assert "database is an older copy" in halts.standing()[0].cause
    assert SealedPhotoRow.objects.get().state == PhotoState.PENDING, "nothing is given up"
    assert len(list(city.blobs.names())) == 1


def test_the_blobs_are_of_an_older_day_than_the_database(city, worker, machine):
    copy = city.blobs.mark()
    again(worker, machine)
    again(worker, machine)
    city.blobs.set_mark(copy)
    again(worker, machine)
    assert codes() == {"rolled-back"}
    assert "blobs are an older copy" in halts.standing()[0].cause


def test_a_worker_that_was_killed_between_the_two_marks_is_no_rollback(city, worker, machine):
    copy = city.blobs.mark()
    again(worker, machine)
    city.blobs.set_mark(copy)
    again(worker, machine)
    assert not codes()


@pytest.mark.parametrize("part", ["blobs", "database", "folder", "copy", "empty blobs"])
def test_a_part_of_another_installation_is_refused(city, worker, browser, machine, part):
    other = json.dumps({"id": "00" * 16, "origin": "", "epoch": 1})
    match part:
        case "blobs":
            city.blobs.set_mark(other)
        case "empty blobs":
            (settings.DATA / "blobs" / "installation.json").unlink()
        case "database":
            keep("installation", other)
        case "folder":
            (settings.DATA / "installation.json").write_text(other)
        case "copy":
            city.copy.belong("00" * 16)
    installation.found()
    again(worker, machine)
    assert codes() == {"installation-mismatch"}
    assert "one installation" in ready(browser)["problems"]["installation-mismatch"]


def test_the_log_shows_more_than_the_database_knows(city, worker, machine):
    """An older copy of the database, of the same day."""
    kept, lost = seal(city), seal(city)
    city.custody.close(kept.promise.seal_id, "decided")
    again(worker, machine)
    # As it was before: one photo is still being sealed, the other unknown.
    followed = note("followed")
    LogLineRow.objects.all().delete()
    SealedPhotoRow.objects.filter(seal_id=lost.promise.seal_id).delete()
    SealedPhotoRow.objects.update(state=PhotoState.PENDING, begun=1)
    keep("followed", "0")
    again(worker, machine)
    assert codes() == {"rolled-back"}
    assert (SealedPhotoRow.objects.get().state, note("followed")) == (PhotoState.PENDING, "0")
    assert len(list(city.blobs.names())) == 2
    found = reconcile()
    assert (found.taken_in, found.closed, found.kept) == (3, 1, 1)
    assert (found.unknown, found.missing) == (2, 0)
    assert note("followed") == followed
    assert SealedPhotoRow.objects.get().state == PhotoState.CLOSED
    worker.round()
    assert not codes()
    assert len(list(city.blobs.names())) == 2


def test_a_missing_ciphertext_is_counted(city, worker):
    receipt = seal(city)
    for name in city.blobs.names():
        city.blobs.delete(name)
    assert reconcile().missing == 1
    assert city.ledger.photo(receipt.promise.seal_id).state is PhotoState.SEALED


def test_a_strangers_entry_that_claims_to_be_ours_halts_nothing(city, worker):
    """Anybody's bytes may stand on a log."""
    details = SealedDetails(promise="00" * 32)
    forged = sign_entry(
        world.CUSTODIAN_KEY, Kind.SEALED, world.DAY, details, bytes(32),
        service="hunting-licence", tag="ab" * 16,
    ).encode()  # fmt: skip
    city.log.append(forged[:-2] + b"0}" if not forged.endswith(b"0}") else forged[:-2] + b"1}")
    other = sign_entry(
        world.note_signer("somebody.example/custodian"), Kind.CLOSED, world.DAY,
        ClosedDetails.read({"v": 2, "promise": "00" * 32, "because": "decided"}), bytes(32),
        service="hunting-licence", tag="cd" * 16,
    ).encode()  # fmt: skip
    city.log.append(other)
    worker.round()
    assert not codes()


def test_no_round_opens_the_custodians_key_anew(city, worker, monkeypatch):
    """On a token each opening is a session, of which a token has few."""
    seal(city)

    def opened(*_):
        raise AssertionError("opened anew")

    monkeypatch.setattr("habeas.portal.site.folder.custodian_key", opened)
    city.copy.catch_up()
    assert history.learn()
    reconcile()


def test_without_the_token_of_its_key_the_rest_of_a_round_is_done(
    city, worker, browser, monkeypatch
):
    def gone():
        raise TokenError("The token was taken out.")

    followed = city.copy.followed_at
    with monkeypatch.context() as broken:
        broken.setattr(custodian, "_context", gone)
        worker.round()
        assert "The token was taken out." in ready(browser)["problems"]["token"]
    assert city.copy.followed_at >= followed
    assert "taken out" in beats.beats()["custody"].fault
    assert not beats.beats()["drafts"].fault
    worker.round()
    assert ready(browser)["ok"]


def test_notes_name_nobody(city, worker):
    receipt = seal(city)
    worker.round()
    for each in StandingValue.objects.all():
        assert receipt.promise.seal_id not in each.value
        assert receipt.reference not in each.value
