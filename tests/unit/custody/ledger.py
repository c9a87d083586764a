"""The custodian's database as dictionaries: transactions roll back, nothing else is clever."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from habeas.custody.ports import LogLine, PendingDeposit, PhotoState, SealedPhoto
from habeas.protocol import Promise


@dataclass
class Tables:
    photos: dict[str, SealedPhoto] = field(default_factory=dict)
    lines: list[LogLine] = field(default_factory=list)
    deposits: dict[tuple[str, str], PendingDeposit] = field(default_factory=dict)
    notes: dict[tuple[str, str], str] = field(default_factory=dict)
    #: What a test writes beside the photo, as the portal writes its cases.
    cases: list[str] = field(default_factory=list)
    #: The last day of photos that later purposes keep open.
    closing: dict[str, str] = field(default_factory=dict)


class MemoryLedger:
    """As `habeas.custody.ports.Ledger` says; what changes outside a transaction is an error."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._inside = False
        self._locked: set[str] = set()

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
            self._locked.clear()

    def writing(self) -> Tables:
        assert self._inside, "written outside of a transaction"
        return self.tables

    def add_photo(self, photo: SealedPhoto) -> None:
        self.writing().photos[photo.seal_id] = photo

    def photo(self, seal_id: str) -> SealedPhoto | None:
        return self.tables.photos.get(seal_id)

    def of_promise(self, digest: str) -> str | None:
        for seal_id, photo in self.tables.photos.items():
            if Promise.decode(photo.promise).digest().hex() == digest:
                return seal_id
        return None

    def lock(self, seal_id: str) -> SealedPhoto | None:
        self._locked.add(seal_id)
        return self.writing().photos.get(seal_id)

    def move(
        self, seal_id: str, before: PhotoState, after: PhotoState, destroy_on: str | None = None
    ) -> bool:
        photo = self.writing().photos.get(seal_id)
        if photo is None or photo.state is not before:
            return False
        self.tables.photos[seal_id] = replace(photo, state=after, begun=None, destroy_on=destroy_on)
        return True

    def doomed(self, day: str, most: int) -> Sequence[SealedPhoto]:
        found = self.tables.photos.values()
        return [x for x in found if x.destroy_on is not None and x.destroy_on <= day][:most]

    def destroyed(self, seal_id: str) -> None:
        photo = self.writing().photos[seal_id]
        self.tables.photos[seal_id] = replace(photo, destroy_on=None)

    def due(self, day: str) -> int:
        return len(self.expired(day, 1 << 60))

    def kept(self, most: int) -> int:
        return len(self.expired("9999-12-31", most))

    def expired(self, day: str, most: int) -> Sequence[SealedPhoto]:
        states = (PhotoState.SEALED, PhotoState.CLOSED)
        found = self.tables.photos.values()
        return [each for each in found if each.state in states and each.opens_until < day][:most]

    def close_after(self, seal_id: str, day: str) -> None:
        self.writing().closing[seal_id] = day

    def closing(self, day: str, most: int) -> Sequence[SealedPhoto]:
        photos = self.tables.photos
        due = [seal_id for seal_id, last in self.tables.closing.items() if last < day]
        found = [photos[seal_id] for seal_id in due]
        return [each for each in found if each.state is PhotoState.SEALED][:most]

    def stale(self, before: int, most: int) -> Sequence[SealedPhoto]:
        found = self.tables.photos.values()
        return [each for each in found if each.begun is not None and each.begun < before][:most]

    def add_line(self, line: LogLine) -> LogLine:
        # Two requests side by side would take one number.
        assert not line.number or line.seal_id in self._locked, "numbered without the photo's lock"
        stored = replace(line, row=len(self.tables.lines))
        self.writing().lines.append(stored)
        return stored

    def next_number(self, seal_id: str) -> int:
        return max((each.number or 0 for each in self.lines(seal_id)), default=0) + 1

    def owed_lines(self, most: int, seal_id: str | None = None) -> Sequence[LogLine]:
        owed = [each for each in self.tables.lines if each.index is None]
        mine = [each for each in owed if seal_id in (None, each.seal_id)]
        return sorted(mine, key=_by_number)[:most]

    def logged(self, row: int, index: int, proof: str) -> None:
        self.tables.lines[row] = replace(self.tables.lines[row], index=index, proof=proof)

    def lines(self, seal_id: str) -> Sequence[LogLine]:
        return sorted((x for x in self.tables.lines if x.seal_id == seal_id), key=_by_number)

    def forget_details(self, seal_id: str) -> None:
        self.tables.lines = [
            replace(each, locked=b"") if each.seal_id == seal_id else each
            for each in self.tables.lines
        ]

    def keep_deposit(self, deposit: PendingDeposit) -> None:
        self.writing().deposits.setdefault((deposit.seal_id, deposit.trustee), deposit)

    def pending_deposits(self, trustee: str, most: int) -> Sequence[PendingDeposit]:
        return [each for each in self.tables.deposits.values() if each.trustee == trustee][:most]

    def drop_deposits(self, seal_id: str, trustee: str | None = None) -> None:
        for key in list(self.writing().deposits):
            if key[0] == seal_id and trustee in (None, key[1]):
                del self.tables.deposits[key]

    def keep_acknowledgements(self, seal_id: str, notes: Mapping[str, str]) -> None:
        for trustee, note in notes.items():
            self.keep_acknowledgement(seal_id, trustee, note)

    def keep_acknowledgement(self, seal_id: str, trustee: str, note: str) -> None:
        self.writing().notes.setdefault((seal_id, trustee), note)

    def acknowledgements(self, seal_id: str) -> dict[str, str]:
        return {name: note for (seal, name), note in self.tables.notes.items() if seal == seal_id}


def _by_number(line: LogLine) -> tuple[bool, int]:
    return line.number is None, line.number or 0
