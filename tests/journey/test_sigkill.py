"""SIGKILL at any moment loses nothing acknowledged, and leaves nothing unacknowledged open."""

import base64
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import httpx
import pytest

from habeas.cli._portal import PortalError
from habeas.custody.context import blob_name
from habeas.office.client import DeskError
from habeas.protocol import Purpose, Receipt
from tests.journey.conftest import City
from tests.waiting import until

ROUNDS = 6
VICTIMS = ["log", "trustee-1", "trustee-2", "trustee-3", "trustee-4", "portal", "worker"]


@dataclass
class Acknowledged:
    """What an applicant was told is sealed."""

    reference: str
    receipt: Receipt
    photo: bytes


def _apply_until(city: City, stop: threading.Event, kept: list[Acknowledged]) -> None:
    while not stop.is_set():
        try:
            reference, receipt, photo = city.apply()
        except PortalError:
            time.sleep(0.1)  # noqa: TID251 - between tries; refused or cut off: nothing was acknowledged
            continue
        kept.append(Acknowledged(reference, receipt, base64.b64decode(photo)))


def _kill(pid: int) -> None:
    """The whole process group: gunicorn's workers die with their master."""
    os.killpg(pid, signal.SIGKILL)


def _sweep(city: City) -> None:
    code = (
        "import django; django.setup(); from habeas.portal.vault.custodian import custody; "
        "custody().sweep(pending_seconds=0)"
    )
    environment = {
        **os.environ,
        "HABEAS_DATA": str(city.place.folder / "portal"),
        "DJANGO_SETTINGS_MODULE": "habeas.portal.site.settings",
    }
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=600)


def _rows(file, query):
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=600) as database:
        return database.execute(query).fetchall()


def _all_followed(city):
    """Whether no trustee owes an entry, and each has followed the log to its end."""
    log = httpx.get(f"{city.place.log_url}/readyz", trust_env=False).json()
    states = [
        httpx.get(f"{each.url}/readyz", trust_env=False).json()
        for each in city.place.circle.trustees
    ]
    return all(each["owed"] == 0 and each["view"] >= log["size"] for each in states)


def _opened(officer, case):
    """The picture; None where too few trustees answered in time: there are openings to spare."""
    try:
        return officer.open(case.reference, Purpose.DECIDE_APPLICATION, "After the crash").photo
    except DeskError as error:
        if error.status != 503:
            raise
        return None


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_else_opens(city):
    chance = random.Random(20261123)
    kept: list[Acknowledged] = []
    stop = threading.Event()
    applicants = [threading.Thread(target=_apply_until, args=(city, stop, kept)) for _ in range(2)]
    for each in applicants:
        each.start()
    try:
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(0.2, 1.2))  # noqa: TID251 - killed at a moment of chance
            victim = chance.choice(VICTIMS)
            _kill(city.supervisor.pids()[victim])
            before, back = len(kept), set()

            def serves_again(victim=victim, before=before, back=back):
                back.update(city.supervisor.tend())
                # An answer that was under way may still arrive: that is no sign of a restart.
                return victim in back and len(kept) > before

            until(serves_again, f"the city without {victim}", pause=0.05)
    finally:
        stop.set()
        for each in applicants:
            each.join()
    city.supervisor.wait_until_healthy(seconds=600)
    until(lambda: _all_followed(city), "trustees that have followed the log", pause=0.2)
    _sweep(city)
    assert len(kept) >= ROUNDS
    with city.officer() as officer:
        for case in kept:
            opened = until(lambda case=case: _opened(officer, case), "a photo to open", pause=0.5)
            assert opened == case.photo
    portal = city.place.folder / "portal" / "portal.sqlite3"
    states = dict(_rows(portal, "select state, count(*) from vault_sealedphotorow group by 1"))
    assert set(states) <= {"sealed", "orphaned"}
    cases = _rows(portal, "select count(*) from cases_case where pointer is not null")
    # An answer that was cut off after the commit left a case that its applicant never
    # heard of; it is whole, and opens to its office alone.
    assert states["sealed"] == cases[0][0] >= len(kept)
    names = {each.name for each in (city.place.folder / "portal" / "blobs").glob("??/*")}
    known: dict[str, set[str]] = {state: set() for state in ("sealed", "orphaned")}
    for seal_id, state in _rows(portal, "select seal_id, state from vault_sealedphotorow"):
        known[state].add(blob_name(seal_id))
    # The ciphertext of a sealing that was given up waits out its quarantine; none is unknown.
    assert known["sealed"] <= names <= known["sealed"] | known["orphaned"]
    # Nobody but the holder destroys: what was orphaned is closed or never was sealed, waits
    # for its end, and opens to nobody meanwhile.
    opens = "select count(*) from photos where because is null and sealed > 0 and closed is null"
    for number in (1, 2, 3, 4):
        trustee = city.place.folder / f"trustee-{number}" / "trustee.db"
        until(
            lambda trustee=trustee: _rows(trustee, opens)[0][0] == states["sealed"],
            f"the share of each sealed photo at trustee {number}, and no other that opens",
            pause=0.5,
        )
