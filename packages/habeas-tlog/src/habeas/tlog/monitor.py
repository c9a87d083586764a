"""Watching a log: every checkpoint, every entry, and rules among entries.

A monitor needs nobody's permission. It follows a log with a verified view
(`habeas.tlog.view`), shows each entry to its rules, and keeps its place, the rules' memory
and what was found in one SQLite file, so that a restart repeats nothing and misses nothing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from habeas.foundation.database import Database
from habeas.foundation.schema import Schema
from habeas.tlog.errors import (
    FormatError,
    LogUnavailableError,
    OldViewError,
    ProofError,
    QuorumError,
    SignatureError,
    StaleViewError,
)
from habeas.tlog.policy import Policy
from habeas.tlog.recency import RECENT, verify_recent
from habeas.tlog.spans import Source
from habeas.tlog.view import LogView

_TABLES = """
CREATE TABLE IF NOT EXISTS finding (
  number INTEGER PRIMARY KEY, position INTEGER, code TEXT NOT NULL, words TEXT NOT NULL,
  evidence TEXT, UNIQUE (position, code, words)
) STRICT;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema("tlog-monitor", version=1, opened_from=0, statements=_TABLES)


@dataclass(frozen=True)
class Finding:
    """Something that a log should not show.

    Attributes:
        code: what kind, for programs.
        words: one sentence for people.
        index: the entry that shows it, or None when it is about the log itself.
        evidence: what others need to see it too: checkpoints that contradict each other.
    """

    code: str
    words: str
    index: int | None = None
    evidence: str | None = None


class Rule(Protocol):
    """Something that holds among the entries of an honest log."""

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Make the rule's tables, where they are missing."""

    def see(self, connection: sqlite3.Connection, index: int, entry: bytes) -> Iterable[Finding]:
        """Take in one entry. Called once for each, in order, inside the view's transaction."""


@dataclass(frozen=True)
class Round:
    """One look at the log.

    Attributes:
        size: entries followed by now.
        findings: those that are new.
        failure: why the log could not be followed further this time, or None.
    """

    size: int
    findings: tuple[Finding, ...]
    failure: str | None = None


class Monitor:
    """Follows one log.

    Args:
        database: keeps the place, the rules' memory and the findings.
        source: the log.
        policy: what makes its checkpoints count.
        rules: what to hold entries against.
        stale_after: seconds after which a checkpoint's quorum is too old; needs witnesses.
        clock: POSIX seconds.
    """

    def __init__(
        self,
        database: Database,
        source: Source,
        policy: Policy,
        rules: Sequence[Rule] = (),
        *,
        stale_after: float = RECENT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._source = source
        self._rules = rules
        self._stale_after = stale_after
        self._clock = clock
        database.prepare(_SCHEMA)
        for rule in rules:
            rule.prepare(database.connection)
        self.demand(policy)
        self._checked_at = 0.0
        self._failures = 0

    def demand(self, policy: Policy) -> None:
        """From now on *policy* makes checkpoints count: witnesses and keys are replaced.

        What was followed stays followed.
        """
        self._view = LogView(self._database, self._source, policy, self._see, clock=self._clock)

    def _see(self, index: int, entry: bytes) -> None:
        connection = self._database.connection  # within the view's transaction
        for rule in self._rules:
            for finding in rule.see(connection, index, entry):
                self._note(connection, finding)

    def _note(self, connection: sqlite3.Connection, finding: Finding) -> bool:
        known = connection.execute(
            "SELECT 1 FROM finding WHERE position IS ? AND code = ? AND words = ?",
            (finding.index, finding.code, finding.words),
        ).fetchone()
        if known is None:
            connection.execute(
                "INSERT INTO finding (position, code, words, evidence) VALUES (?, ?, ?, ?)",
                (finding.index, finding.code, finding.words, finding.evidence),
            )
        return known is None

    def look(self) -> Round:
        """Follow the log to its newest checkpoint.

        A log that does not answer is a failure of this round, not a finding; one that
        answers with what cannot be true is a finding.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT coalesce(max(number), 0) FROM finding").fetchone()
        failure = self._follow()
        self._failures = self._failures + 1 if failure else 0
        return Round(self._view.size, tuple(self._findings(row[0])), failure)

    def _follow(self) -> str | None:
        try:
            note = self._source.checkpoint()
        except LogUnavailableError as error:
            return error.cause
        except FormatError as error:
            self._keep(Finding("checkpoint-format", error.cause))
            return None
        before = self._view.evidence()
        try:
            verified = self._view.catch_up(note)
        except (LogUnavailableError, StaleViewError) as error:
            return error.cause
        except QuorumError as error:
            self._finding("quorum-missing", error.cause, note)
        except SignatureError as error:
            self._finding("checkpoint-signature", error.cause, note)
        except ProofError as error:
            evidence = note if before is None else f"{before}\n{note}"
            self._finding("fork", error.cause, evidence)
        except FormatError as error:
            self._finding("log-format", error.cause, note)
        else:
            self._checked_at = self._clock()
            self._freshness(verified.quorum_time, verified.checkpoint.size)
        return None

    def _finding(self, code: str, words: str, evidence: str) -> None:
        self._keep(Finding(code, words, evidence=evidence))

    def _keep(self, finding: Finding) -> None:
        self.keep(finding)

    def keep(self, finding: Finding) -> bool:
        """Keep a finding that somebody else made; whether it is new."""
        with self._database.transaction() as connection:
            return self._note(connection, finding)

    def _freshness(self, quorum_time: int, size: int) -> None:
        if not quorum_time:
            return
        try:
            verify_recent(quorum_time, self._clock(), self._stale_after)
        except OldViewError:
            # Once for each view, however long it stays frozen: so its time, and not its age.
            seen = datetime.fromtimestamp(quorum_time, UTC)
            words = (
                f"The witnesses last saw the log's {size} entries at {seen:%Y-%m-%d %H:%M:%S} UTC: "
                "entries since then are not shown."
            )
            self._keep(Finding("checkpoint-stale", words))

    @property
    def size(self) -> int:
        """Entries followed and verified."""
        return self._view.size

    def verify_tree(self, size: int, root: bytes) -> None:
        """Raise unless the log's first *size* entries, of those followed, lead to *root*.

        Raises:
            ForkedViewError: they lead to another.
        """
        self._view.verify_prefix(size, root)

    def findings(self) -> list[Finding]:
        """All that was ever found, oldest first."""
        return self._findings(0)

    def _findings(self, after: int) -> list[Finding]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT code, words, position, evidence FROM finding WHERE number > ? "
                "ORDER BY number",
                (after,),
            )
            return [Finding(*row) for row in rows]

    def metrics(self) -> str:
        """Figures in Prometheus's text format."""
        lines = [
            "# HELP habeas_monitor_size Entries followed and verified.",
            "# TYPE habeas_monitor_size gauge",
            f"habeas_monitor_size {self._view.size}",
            "# HELP habeas_monitor_checked_timestamp_seconds When the log last verified.",
            "# TYPE habeas_monitor_checked_timestamp_seconds gauge",
            f"habeas_monitor_checked_timestamp_seconds {self._checked_at:.0f}",
            "# HELP habeas_monitor_failures Rounds in a row without an answer of the log.",
            "# TYPE habeas_monitor_failures gauge",
            f"habeas_monitor_failures {self._failures}",
            "# HELP habeas_monitor_findings_total Findings by code.",
            "# TYPE habeas_monitor_findings_total counter",
        ]
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT code, count(*) FROM finding GROUP BY code ORDER BY code"
            ).fetchall()
        lines += [f'habeas_monitor_findings_total{{code="{code}"}} {count}' for code, count in rows]
        return "\n".join(lines) + "\n"
