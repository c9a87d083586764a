"""Where the log has a release, and what was found to differ: nobody's word hides another's."""

from __future__ import annotations

from types import SimpleNamespace

from habeas.foundation.database import Database
from habeas.protocol.app import AppDiffersDetails
from habeas.protocol.exchange import MOST_PLACES
from habeas.trustee import apps
from habeas.trustee.store import SCHEMA

MANIFEST = "ab" * 32


def differs(trustee: str, manifest: str = MANIFEST) -> AppDiffersDetails:
    return AppDiffersDetails(
        trustee=trustee, origin="https://portal.example", path="/static/photo/photo.js",
        manifest=manifest, what="content", expected="0" * 64, got="1" * 64,
    )  # fmt: skip


def test_one_trustee_s_many_findings_hide_those_of_no_other():
    database = Database(None, SCHEMA)
    said = ["honest.example", *["loud.example"] * (MOST_PLACES + 6), "late.example"]
    with database.transaction() as connection:
        for position, name in enumerate(said):
            apps.take_difference(connection, position, differs(name))
        apps.take_difference(connection, 999, differs("other.example", "cd" * 32))
        # Of before it was kept who had said it.
        connection.execute(
            "INSERT INTO app_differences VALUES (500, ?)", (bytes.fromhex(MANIFEST),)
        )
    known = apps.Apps(
        SimpleNamespace(database=database),
        SimpleNamespace(chain=SimpleNamespace(links=())),
        lambda: None,
    )
    places = known.places(MANIFEST).differs
    assert len(places) == MOST_PLACES
    assert places == tuple(sorted(places))
    assert {0, len(said) - 1, 500} < set(places)
    # Of the loud one's, the newest.
    assert set(range(11, len(said) - 1)) < set(places)
