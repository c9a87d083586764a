"""The custodian's database as dictionaries: transactions roll back, nothing else is clever."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from habeas.custody.ports import LogLine, OwedErasure, PhotoState, SealedPhoto


@dataclass
class Tables:
    photos: dict[str, SealedPhoto] = field(default_factory=dict)
    lines: list[LogLine] = field(default_factory=list)
    owed: dict[tuple[str, str], OwedErasure] = field(default_factory=dict)
    statements: dict[tuple[str, str], str] = field(default_factory=dict)


class MemoryLedger:
    """As `habeas.custody.ports.Ledger` says; what changes outside a transaction is an error."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._inside = False

    @contextmanager
    def atomic(self) -> Iterator[None]:
        assert not self._inside, "a durable transaction inside another one"
        before, self._inside = copy.deepcopy(self.tables), True
        try:
            yield
        except BaseException:
            self.tables = before
            raise
        finally:
            self._inside = False

    def _writing(self) -> Tables:
        assert self._inside, "written outside of a transaction"
        return self.tables

    def add_photo(self, photo: SealedPhoto) -> None:
        self._writing().photos[photo.seal_id] = photo

    def photo(self, seal_id: str) -> SealedPhoto | None:
        return self.tables.photos.get(seal_id)

    def lock(self, seal_id: str) -> SealedPhoto | None:
        return self._writing().photos.get(seal_id)

    def move(self, seal_id: str, before: PhotoState, after: PhotoState) -> bool:
        photo = self._writing().photos.get(seal_id)
        if photo is None or photo.state is not before:
            return False
        self.tables.photos[seal_id] = replace(
            photo, state=after, track_key=None, withdraw_secret=None
        )
        return True

    def photos(self, state: PhotoState) -> Sequence[SealedPhoto]:
        return [each for each in self.tables.photos.values() if each.state is state]

    def stale(self, seconds: float) -> Sequence[SealedPhoto]:
        """Pending ones; there is no clock here, so any wait but none is too long."""
        return self.photos(PhotoState.PENDING) if seconds == 0 else []

    def add_line(self, line: LogLine) -> LogLine:
        stored = replace(line, row=len(self.tables.lines), salt=b"")
        self._writing().lines.append(stored)
        return stored

    def next_counter(self, seal_id: str) -> int:
        return len(self.lines(seal_id))

    def owed_lines(self, seal_id: str | None = None) -> Sequence[LogLine]:
        owed = [each for each in self.tables.lines if each.index is None]
        return [each for each in owed if seal_id in (None, each.seal_id)]

    def logged(self, row: int, index: int, proof: str) -> None:
        self.tables.lines[row] = replace(self.tables.lines[row], index=index, proof=proof)

    def lines(self, seal_id: str) -> Sequence[LogLine]:
        return [each for each in self.tables.lines if each.seal_id == seal_id]

    def forget_details(self, seal_id: str) -> None:
        self.tables.lines = [
            replace(each, locked=b"") if each.seal_id == seal_id else each
            for each in self.tables.lines
        ]

    def owe_erasure(self, owed: OwedErasure) -> None:
        self._writing().owed.setdefault((owed.seal_id, owed.trustee), owed)

    def owed_erasures(self, seal_id: str | None = None) -> Sequence[OwedErasure]:
        return [each for each in self.tables.owed.values() if seal_id in (None, each.seal_id)]

    def erased(self, seal_id: str, trustee: str, statement: str) -> None:
        self.tables.owed.pop((seal_id, trustee), None)
        if statement:
            self.tables.statements.setdefault((seal_id, trustee), statement)

    def erased_statements(self, seal_id: str) -> Mapping[str, str]:
        return {
            trustee: text for (seal, trustee), text in self.tables.statements.items()
            if seal == seal_id
        }  # fmt: skip
