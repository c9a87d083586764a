"""Django over a database in memory, and a city whose log and trustees are in memory too."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import django
import pytest

from habeas.portal.site.folder import SAMPLE_CATALOGUE
from tests.unit.parties import MemoryLog, MemoryPanel
from tests.unit.protocol import world
from tests.unit.protocol.officers import OFFICERS, Officer

with pytest.MonkeyPatch.context() as environment:
    # Read once, here; processes that other tests start must not inherit it.
    environment.setenv("HABEAS_SERVICES", str(SAMPLE_CATALOGUE))
    environment.setenv("DJANGO_SETTINGS_MODULE", "habeas.portal.site.settings")
    django.setup()

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment
from django.utils import translation

from habeas.custody import Context, Custody, FileBlobs
from habeas.foundation.database import Database
from habeas.portal.officers import accounts
from habeas.portal.register import log as register
from habeas.portal.register import seen
from habeas.portal.site.served import BUILT
from habeas.portal.standing import installation
from habeas.portal.vault import custodian, releasing
from habeas.portal.vault.ledger import DjangoLedger
from habeas.protocol import Chain, Kind, sealing, sign_entry
from habeas.protocol.app import AppDetails, AppManifest
from habeas.protocol.app.manifest import manifest_of
from habeas.protocol.app.release import origins_of
from habeas.protocol.credential import Membership, Roster, membership, roster_of
from habeas.protocol.document import base64_of
from habeas.protocol.signin import SignIn
from habeas.register.copy import LogCopy

# The real one is slow on purpose; the journeys use it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Most tests of pages behind a sign-in use a demonstration's; see test_passkeys for the other ways.
settings.SITE = settings.SITE.model_copy(update={"trying_out": True})
PASSWORD = "a-long-enough-password"
PARKS = "parks-department"
_ROOTS = {world.OFFICE: world.ROOT_KEY, PARKS: world.note_signer(f"{PARKS}.example/root")}


@cache
def _prepare():
    """Once in a process: tests in other folders use these fixtures, too."""
    setup_test_environment()
    setup_databases(verbosity=0, interactive=False)


@pytest.fixture(scope="session")
def _tables():
    _prepare()


@pytest.fixture(autouse=True)
def _english():
    """A request leaves its language to its thread: here to the next test."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _database(_tables):
    """Everything that a test writes is undone after it."""
    block = transaction.atomic()
    # As Django's own TestCase marks it: within, durable transactions are let be.
    vars(block)["_from_testcase"] = True
    block.__enter__()
    yield
    transaction.set_rollback(True)
    block.__exit__(None, None, None)


def circle_note() -> str:
    """The sample circle with a second office."""
    first = world.circle_fields()["offices"][0]
    second = {
        **first, "office": PARKS, "root_vkey": _ROOTS[PARKS].vkey,
        "name": {"en": "Parks Department", "ru": "Управление парков"},
        "encryption_key": base64_of(sealing.public_key(world.random("parks"))),
        "origins": ["https://parks.example"], "rp_id": "parks.example",
    }  # fmt: skip
    cameras = ("bridge-north", "bridge-south", "north-gate", "library")
    recorders = [{"camera": each, "vkey": world.RECORDER_KEY.vkey} for each in cameras]
    return world.circle_note(offices=[first, second], recorders=recorders)


@dataclass
class City:
    """What the portal stands on."""

    log: MemoryLog
    panel: MemoryPanel
    custody: Custody
    ledger: DjangoLedger
    blobs: FileBlobs
    copy: LogCopy

    def officer(self, office: str = world.OFFICE):
        """An officer with an account, for recordings."""
        return accounts.add(f"{secrets.token_hex(4)}@{office}", office, PASSWORD)

    def roster(
        self, *listed: Officer, office: str = world.OFFICE, before: Roster | None = None
    ) -> Roster:
        """Put a roster on the log."""
        roster = roster_of(office, [each.credential(office=office) for each in listed], before)
        entry = sign_entry(
            _ROOTS[office], Kind.ROSTER, world.DAY, roster, secrets.token_bytes(32), office=office
        )
        self.log.append(entry.encode())
        return roster

    def release(self, **changes: Any) -> AppManifest:
        """Put on the log that two trustees vouch for the app as it is installed here."""
        circle = self.copy.chain.newest.circle
        fields = {"number": 1, "version": "0.1", "source": None, **changes}
        manifest = manifest_of(BUILT, circle, **fields)
        how = "rebuilt" if manifest.source else "compared"
        details = AppDetails(
            manifest=manifest, origins=origins_of(circle, releasing.pages(), releasing.hosts()),
            signatures=tuple(world.rebuilt(manifest, index, how) for index in (0, 1)),
        )  # fmt: skip
        today = datetime.now(UTC).date().isoformat()
        entry = sign_entry(world.CUSTODIAN_KEY, Kind.APP, today, details, secrets.token_bytes(32))
        self.log.append(entry.encode())
        self.copy.catch_up()
        return manifest


@dataclass
class Terminal:
    """An officer's client."""

    browser: Client
    officer: Officer
    office: str
    shown: Membership
    token: str = ""

    @classmethod
    def on_roster(
        cls, city: City, browser: Client, office: str = world.OFFICE, officer: Officer = OFFICERS[0]
    ) -> Terminal:
        """An officer who is the only one on a new roster."""
        roster = city.roster(officer, office=office)
        credential = officer.credential(office=office)
        return cls(browser, officer, office, membership(roster, [credential], credential))

    def introduction(self, **changed: Any) -> dict[str, Any]:
        """What signing in sends."""
        credential = self.officer.credential(office=self.office)
        drawn = self.post("officers/challenge", {"office": self.office}).json()
        fields = {
            "v": 2, "kind": "sign-in", "office": self.office, "credential": credential.id,
            "challenge": drawn["challenge"], "portal": settings.SITE.portal, **changed,
        }  # fmt: skip
        what = SignIn.read(fields)
        return {
            "sign_in": what.fields(), "assertion": self.officer.assertion(what).fields(),
            "credential": credential.fields(), "membership": {"newest": self.shown.fields()},
        }  # fmt: skip

    def sign_in(self) -> Terminal:
        answer = self.post("officers/sessions", self.introduction())
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["token"]
        return self

    def _header(self) -> dict[str, str]:
        return {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.browser.get(f"/api/{path}", **self._header(), **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.browser.post(
            f"/api/{path}", body, content_type="application/json", **self._header(), **headers
        )

    def sign_out(self) -> Any:
        return self.browser.delete("/api/officers/sessions", **self._header())


def found_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a portal's folder, and have the settings name it."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(settings, "RECORDINGS", tmp_path / "recordings")
    (tmp_path / "custodian.key").write_text(world.CUSTODIAN_KEY.private)
    (tmp_path / "circle.txt").write_text(circle_note())
    return tmp_path


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A portal's folder."""
    return found_folder(tmp_path, monkeypatch)


@pytest.fixture
def city(data, monkeypatch):
    return found_city(data, monkeypatch)


def found_city(data: Path, monkeypatch: pytest.MonkeyPatch) -> City:
    """Put a portal on a log and trustees in memory."""
    log, panel = MemoryLog(clock=lambda: datetime.now(UTC).timestamp()), MemoryPanel()
    chain = Chain.start(circle_note(), 0)
    copy = LogCopy(Database(None), cast("Any", log), chain.newest.circle.acting_policy(), chain)
    ledger, blobs = DjangoLedger(), FileBlobs(data / "blobs")
    context = Context(
        ledger=ledger, blobs=blobs, log=log, signer=world.CUSTODIAN_KEY,
        chain=lambda: copy.chain, panel=lambda _: cast("Any", panel), months_ahead=0,
        witnessed=lambda: datetime.now(UTC).timestamp(),
    )  # fmt: skip
    monkeypatch.setattr(register, "_copy", lambda: copy)
    for name, part in (("_context", context), ("_log", log), ("_signer", world.CUSTODIAN_KEY)):
        monkeypatch.setattr(custodian, name, lambda part=part: part)
    monkeypatch.setattr(custodian, "panel", lambda _: panel)
    monkeypatch.setattr(seen, "_panel", lambda _: panel)
    installation.found()
    return City(log, panel, Custody(context), ledger, blobs, copy)


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=False)
