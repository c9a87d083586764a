"""How a trustee fares, in numbers and causes: what probes and its administrator read."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Mapping
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.foundation.health import Health, late
from habeas.trustee import counts, index, records
from habeas.trustee.following import Follower
from habeas.trustee.halts import standing as halted
from habeas.trustee.loops import Loops
from habeas.trustee.notices import Delivery
from habeas.trustee.outbox import Outbox
from habeas.trustee.standing import Standing
from habeas.trustee.store import Store

#: Seconds after which something counts as failing, beside the pause between two rounds. A quorum
#: renews its word on the end of the log each minute, and its clocks may differ by two.
_LATE = {"follow": 300.0, "tail": 120.0, "deliver": 120.0, "tell": 120.0}


def health(
    store: Store,
    follower: Follower,
    outbox: Outbox,
    standing: Standing,
    loops: Loops,
    delivery: Delivery,
    *,
    now: float,
    pause: float,
    missing: Mapping[str, str],
) -> tuple[Health, dict[str, Any]]:
    """How this trustee fares, and its figures.

    Args:
        store: its database.
        follower: its view of the log.
        outbox: what it owes.
        standing: whether it may act.
        loops: its threads.
        delivery: of mails.
        now: POSIX seconds.
        pause: seconds between two rounds of a loop.
        missing: files without which it would not start again, and the cause, by code.
    """
    ages = loops.ages()
    if follower.followed_at:
        ages["follow"] = now - follower.followed_at
    faults = dict(loops.faults)
    if follower.problem is not None:
        faults["follow"] = str(follower.problem)
    problems = _stands(store, follower, standing) | dict(missing) | loops.faults
    problems |= store.run(delivery.problems)
    limits = {name: seconds + 3 * pause for name, seconds in _LATE.items()}
    problems |= late(ages, limits, faults)
    # What the next try may mend is told, and makes nothing red.
    if outbox.problem is not None:
        faults["deliver"] = str(outbox.problem)
    if delivery.problem is not None:
        faults["mail"] = delivery.problem.cause
    figures = {
        "faults": faults,
        "view": follower.size,
        "root": base64.b64encode(follower.root).decode(),
        "forked": follower.fork() is not None,
    }
    return Health(problems, ages), figures | store.run(_count) | store.run(delivery.figures)


def _stands(store: Store, follower: Follower, standing: Standing) -> dict[str, str]:
    """What keeps it from acting until a person has looked, or until the log has shown more."""
    found = {}
    if follower.fork() is not None:
        found["view-forked"] = (
            "The log has shown this trustee two different trees. "
            "Look at the evidence: habeas trustee log."
        )
    try:
        standing.verify()
        follower.verify_recent()
    except HabeasError as refusal:
        found[refusal.code] = str(refusal)
    halt = store.run(halted)
    if halt is not None:
        found[halt.code] = str(halt)
    return found


def _count(connection: sqlite3.Connection) -> dict[str, int]:
    kept = counts.kept(connection)
    (forwards,) = connection.execute("SELECT count(*) FROM forwards").fetchone()
    return {
        "photos": kept.live,
        "pending": kept.pending,
        "owed": records.owed(connection),
        "to_tell": int(forwards),
        "foreign": index.foreign(connection),
    }
