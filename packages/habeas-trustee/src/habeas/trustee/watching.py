"""Docs/protocol, *Code custody*: this trustee looks at the live site as a visitor does.

At times that nobody can foresee it asks for everything that the newest release names, and says
what it found: `app-differs` at once, with the bytes kept; `app-seen` once a day for each origin.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import random
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from habeas.foundation import durable
from habeas.protocol import Kind
from habeas.protocol.app import AppDiffersDetails, AppOrigin, AppReleases, AppSeenDetails
from habeas.protocol.app.site import Difference, Fetch, Round, Visitor, look
from habeas.trustee.apps import Apps
from habeas.trustee.records import Records
from habeas.trustee.store import Store

#: Differences of one origin that are put on the log in a day; a site that changes with each
#: answer must not fill it.
MOST_A_DAY = 16
#: Where the bytes that differ are kept, and how many at most: a site that serves something else
#: with each answer must not fill the disk of whoever looks. The log says all the same what it did.
EVIDENCE = "app-evidence"
MOST_KEPT = 512 * 1024 * 1024
_LOG = logging.getLogger("habeas.trustee")


class Watch:
    """The looks of one trustee.

    Args:
        folder: of the trustee, for evidence.
        store, records, apps: of this trustee.
        wake: called when something waits to be delivered.
        visitor: makes what asks, anew for each round.
        chance: draws times, order and appearance; the system's, which nobody can foresee.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        records: Records,
        apps: Apps,
        wake: Callable[[], None],
        visitor: Callable[[random.Random], AbstractContextManager[Fetch]] = Visitor,
        chance: random.Random | None = None,
    ) -> None:
        self._evidence = folder / EVIDENCE
        self._store = store
        self._records = records
        self._apps = apps
        self._wake = wake
        self._visitor = visitor
        self._chance = chance or random.SystemRandom()

    def pause(self, mean_seconds: float) -> float:
        """How long until the next round: from nothing to twice the mean, all alike likely."""
        return self._chance.uniform(0, 2 * mean_seconds)

    def round(self) -> list[Round]:
        """Look once at each origin of the newest release, in any order."""
        releases = self._apps.releases()
        if releases.newest is None:
            return []
        origins = list(releases.newest.origins)
        self._chance.shuffle(origins)
        return [each for origin in origins if (each := self._look(releases, origin)) is not None]

    def _look(self, releases: AppReleases, origin: AppOrigin) -> Round | None:
        today = self._records.now().date()
        with self._visitor(self._chance) as fetch:
            found = look(releases, origin, today, fetch, self._chance)
        if found is None:
            return None
        self._store.run(lambda connection: self._say(connection, origin, found))
        self._wake()
        return found

    def _say(self, connection: sqlite3.Connection, origin: AppOrigin, found: Round) -> None:
        digest, today = found.release.digest, self._records.today()
        for each in found.differences:
            self._differs(connection, origin.origin, digest, each)
        if not found.unchanged:
            if found.differences:
                # Once it is as it was again, that is worth saying at once.
                connection.execute(
                    "UPDATE app_looks SET said = '' WHERE origin = ?", (origin.origin,)
                )
            return
        count, said = connection.execute(
            "INSERT INTO app_looks VALUES (?, ?, 1, '') ON CONFLICT DO UPDATE SET"
            " count = count + 1 RETURNING count, said",
            (origin.origin, digest),
        ).fetchone()
        if said == today:
            return
        details = AppSeenDetails(
            trustee=self._records.name, origin=origin.origin, manifest=digest, count=count
        )
        self._records.write(connection, Kind.APP_SEEN, details)
        connection.execute(
            "UPDATE app_looks SET count = 0, said = ? WHERE (origin, manifest) = (?, ?)",
            (today, origin.origin, digest),
        )

    def _differs(
        self, connection: sqlite3.Connection, origin: str, digest: str, found: Difference
    ) -> None:
        today = self._records.today()
        (told,) = connection.execute(
            "SELECT count(*) FROM app_found WHERE (origin, day) = (?, ?)", (origin, today)
        ).fetchone()
        if told >= MOST_A_DAY:
            return
        details = AppDiffersDetails(
            trustee=self._records.name, origin=origin, path=found.path, manifest=digest,
            what=found.what, header=found.header, expected=found.expected, got=found.got,
        )  # fmt: skip
        added = connection.execute(
            "INSERT OR IGNORE INTO app_found VALUES (?, ?, ?)", (origin, today, details.digest())
        )
        if added.rowcount:
            self._keep(f"{origin}{found.path}", found)
            self._records.write(connection, Kind.APP_DIFFERS, details)

    def _keep(self, url: str, found: Difference) -> None:
        """Keep what came, under the hash that the log names; before the log says so."""
        name = found.got or hashlib.sha256(url.encode()).hexdigest()
        file = self._evidence / f"{name}.json"
        if file.exists():
            return
        durable.make(self._evidence, private=True)
        answer = found.answer
        kept = sum(each.stat().st_size for each in self._evidence.iterdir())
        if kept + 2 * len(answer.body) > MOST_KEPT:
            _LOG.warning("No room for evidence of %s: look at %s.", url, self._evidence)
            return
        content = {
            "url": url, "day": self._records.today(), "what": found.what, "header": found.header,
            "expected": found.expected, "got": found.got, "status": answer.status,
            "headers": dict(answer.headers), "body": base64.b64encode(answer.body).decode(),
        }  # fmt: skip
        durable.write(file, json.dumps(content, indent=1).encode(), private=True)

    def evidence(self, name: str) -> bytes | None:
        """What was kept under the hash *name* (hex) that an `app-differs` entry has as `got`."""
        file = self._evidence / f"{name}.json"
        return file.read_bytes() if file.is_file() else None
