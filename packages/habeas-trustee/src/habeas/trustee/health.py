"""How a trustee fares, in numbers and causes: what probes and its administrator read."""

from __future__ import annotations

import base64
import sqlite3
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.trustee import index, records
from habeas.trustee.following import Follower
from habeas.trustee.halts import standing as halted
from habeas.trustee.outbox import Outbox
from habeas.trustee.standing import Standing
from habeas.trustee.store import Store


def health(
    name: str,
    store: Store,
    circle: str,
    follower: Follower,
    outbox: Outbox,
    standing: Standing,
    faults: list[str],
) -> dict[str, Any]:
    """How this trustee fares: for probes, and for `habeas trustee status`."""
    count = store.run(_count)
    fork = follower.fork()
    problems = faults + [
        problem.cause for problem in (follower.problem, outbox.problem) if problem is not None
    ]
    halt = store.run(halted)
    code = "ok" if halt is None else halt.code
    problems += [] if halt is None or halt.cause in problems else [halt.cause]
    try:
        standing.verify()
        follower.verify_recent()
    except HabeasError as refusal:
        code = refusal.code
        problems.append(refusal.cause)
    if fork is not None:
        code = "view-forked"
    return {
        "ok": code == "ok" and not faults,
        "state": code,
        "name": name,
        "circle": circle,
        "view": follower.size,
        "root": base64.b64encode(follower.root).decode(),
        "forked": fork is not None,
        "problems": problems,
        **count,
    }


def _count(connection: sqlite3.Connection) -> dict[str, int]:
    (live,) = connection.execute("SELECT count(*) FROM photos WHERE because IS NULL").fetchone()
    (pending,) = connection.execute(
        "SELECT count(*) FROM photos WHERE because IS NULL AND sealed IS NULL"
    ).fetchone()
    (forwards,) = connection.execute("SELECT count(*) FROM forwards").fetchone()
    return {
        "photos": int(live),
        "pending": int(pending),
        "owed": records.owed(connection),
        "to_tell": int(forwards),
        "foreign": index.foreign(connection),
    }
