"""One installation id in the folder, the database, the blobs and the copy of the log.

    installation.json   {"id"} in the portal's folder
    the database        a note {"id", "origin", "epoch"}
    the blobs           a mark {"id", "epoch"}
    register.sqlite3    the id; the log itself is known by its origin

Whoever connects the database of one installation with the blobs of another would sweep what is
not his. The epoch is raised by the worker, in the database first: two parts whose epochs differ
by more than that one step are not of the same day.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import sqlite3
from pathlib import Path
from typing import Any

from django.conf import settings

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.portal.register.log import log_copy, pinned_circle
from habeas.portal.standing import halts
from habeas.portal.standing.models import keep, note
from habeas.portal.vault.blobs import blobs
from habeas.protocol import verify_circle

_NOTE, _FILE = "installation", "installation.json"


class MismatchError(HabeasError):
    """Parts of two installations."""

    code = "installation-mismatch"
    status = 503
    remedy = (
        "Give this portal the folder, database and blobs of one installation, from one backup; "
        "nothing is written and nothing is destroyed until then."
    )


def found() -> None:
    """Mark all parts of a new portal with one id. A portal that has one keeps it."""
    database = of_database()
    if _folder() is not None or database.get("epoch", 0) != 0:
        return
    # Where an earlier try was cut off, its id is kept: the folder's comes last.
    made = database.get("id") or secrets.token_hex(16)
    if _read("the blobs", blobs().mark()).get("id", made) != made:
        return
    keep(_NOTE, json.dumps({"id": made, "origin": "", "epoch": 0}))
    blobs().set_mark(json.dumps({"id": made, "epoch": 0}))
    content = json.dumps({"id": made}).encode()
    durable.write(settings.DATA / _FILE, content, private=True)


def verify() -> None:
    """Raise unless all parts are of this installation, and of the same day.

    Raises:
        MismatchError: one has another id, or none.
        RolledBackError: database and blobs are not of the same day.
    """
    here, stored = _folder(), _read("the blobs", blobs().mark())
    database = of_database()
    known = {
        "the folder": here, "the database": database.get("id"), "the blobs": stored.get("id"),
        "the copy of the log": log_copy().installation() or here,
    }  # fmt: skip
    if len(set(known.values())) != 1 or here is None:
        said = ", ".join(f"{part}: {each[:8] if each else 'none'}" for part, each in known.items())
        raise MismatchError(f"The parts of this portal are of different installations ({said}).")
    origin = verify_circle(pinned_circle()).log.origin
    if database["origin"] not in ("", origin):
        raise MismatchError(
            f"The database belongs to the log {database['origin']}, the circle to {origin}."
        )
    # The database is raised first: a worker that was killed in between leaves it one ahead.
    ahead = int(database["epoch"]) - int(stored["epoch"])
    if ahead not in (0, 1):
        raise halts.PartRolledBackError(
            "The blobs are an older copy than the database."
            if ahead > 0
            else "The database is an older copy than the blobs."
        )


def advance() -> None:
    """Raise the epoch, in the database first; note the log. Only after `verify`."""
    known = of_database()
    epoch = int(known["epoch"]) + 1
    origin = verify_circle(pinned_circle()).log.origin
    keep(_NOTE, json.dumps({"id": known["id"], "origin": origin, "epoch": epoch}))
    blobs().set_mark(json.dumps({"id": known["id"], "epoch": epoch}))
    log_copy().belong(known["id"])


def align() -> None:
    """Give database and blobs the same epoch, higher than both had. For `reconcile` alone."""
    known = of_database()
    stored = _read("the blobs", blobs().mark())
    highest = max(int(known["epoch"]), int(stored["epoch"]))
    keep(_NOTE, json.dumps({**known, "epoch": highest}))
    advance()


def of_database() -> dict[str, Any]:
    """The id and epoch that the database has now."""
    return _read("the database", note(_NOTE))


def of_copy(file: Path) -> dict[str, Any]:
    """The same, of a copy of a SQLite database in *file*."""
    with contextlib.closing(sqlite3.connect(file)) as copy:
        said = copy.execute(
            "SELECT value FROM standing_standingvalue WHERE name = ?", (_NOTE,)
        ).fetchone()
    return _read("the database", said[0] if said else None)


def _folder() -> str | None:
    try:
        content = (settings.DATA / _FILE).read_text()
    except FileNotFoundError:
        return None
    return str(_read("the folder", content).get("id"))


def _read(part: str, content: str | None) -> dict[str, Any]:
    try:
        return dict(json.loads(content)) if content else {}
    except ValueError as error:
        raise MismatchError(f"The mark of {part} cannot be read.") from error
