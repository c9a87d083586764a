"""Django over a database in memory, and a city whose log and trustees are in memory too."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import django
import pytest

from habeas.portal.site.folder import SAMPLE_CATALOGUE
from tests.unit.parties import MemoryLog, MemoryPanel

with pytest.MonkeyPatch.context() as environment:
    # Read once, here; processes that other tests start must not inherit it.
    environment.setenv("HABEAS_SERVICES", str(SAMPLE_CATALOGUE))
    environment.setenv("DJANGO_SETTINGS_MODULE", "habeas.portal.site.settings")
    django.setup()

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment

from habeas.custody import Context, Custody, FileBlobs
from habeas.foundation.database import Database
from habeas.portal.cases import pointers
from habeas.portal.officers import accounts
from habeas.portal.register import log as register
from habeas.portal.vault import custodian
from habeas.portal.vault.ledger import DjangoLedger
from habeas.register.copy import LogCopy
from habeas.tlog import Policy

# The real one is slow on purpose; the journeys use it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORD = "a-long-enough-password"


@pytest.fixture(scope="session")
def _tables():
    setup_test_environment()
    setup_databases(verbosity=0, interactive=False)


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


@dataclass
class City:
    """What the portal stands on."""

    log: MemoryLog
    circle: MemoryPanel
    custody: Custody
    ledger: DjangoLedger
    blobs: FileBlobs

    def officer(self, office: str = "licensing-office"):
        return accounts.add(f"{secrets.token_hex(4)}@{office}", office, PASSWORD)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A portal's folder."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(settings, "RECORDINGS", tmp_path / "recordings")
    return tmp_path


@pytest.fixture
def city(data, monkeypatch):
    log, circle = MemoryLog(), MemoryPanel("one.test", "two.test", "three.test")
    (data / "policy.txt").write_text(log.policy)
    for office in ("licensing-office", "interior-ministry", "parks-department"):
        pointers.make_key(office)
    copy = LogCopy(Database(None), log, Policy.parse(log.policy))
    ledger, blobs = DjangoLedger(), FileBlobs(data / "blobs")
    custody = Custody(
        Context(
            ledger=ledger, index=copy, blobs=blobs, log=log, circle=circle, origin="log.test",
            policy=log.policy, portal="http://portal.test", log_url="http://log.test",
        )
    )  # fmt: skip
    monkeypatch.setattr(register, "_copy", lambda: copy)
    for name, part in (("_custody", custody), ("_circle", circle), ("_log", log)):
        monkeypatch.setattr(custodian, name, lambda part=part: part)
    return City(log, circle, custody, ledger, blobs)


@pytest.fixture
def browser():
    return Client(enforce_csrf_checks=False)
