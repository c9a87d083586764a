"""Whose claims stop openings: the photo's own trustees', and nobody else's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from habeas.foundation.database import Database
from habeas.protocol.details import ClaimedDetails
from habeas.trustee import claims, photos
from habeas.trustee.store import SCHEMA

DIGEST = bytes(32)
NOW = 1_800_000_000


@pytest.fixture
def database(monkeypatch):
    keys = [SimpleNamespace(trustee=name) for name in ("one.example", "two.example")]
    promise = SimpleNamespace(trustees=SimpleNamespace(keys=keys))
    photo = SimpleNamespace(because=None, promise=lambda: promise)
    monkeypatch.setattr(photos, "find", lambda _, digest: photo if digest == DIGEST else None)
    return Database(None, SCHEMA)


def claimed(database, trustee, act="destroy", digest=DIGEST):
    details = ClaimedDetails(trustee=trustee, promise=digest.hex(), act=act)
    with database.transaction() as connection:
        claims.learn(connection, details, NOW)
        return claims.freezes(connection, DIGEST, NOW + 1)


def test_a_trustee_that_holds_no_share_of_it_stops_no_opening(database):
    """A member of a later circle, say: nobody can have shown it whose the photo is."""
    assert not claimed(database, "later.example")
    assert not claimed(database, "one.example", digest=bytes([1] * 32))
    assert claimed(database, "one.example")
    assert claimed(database, "later.example", "lift")
    assert not claimed(database, "one.example", "lift")
