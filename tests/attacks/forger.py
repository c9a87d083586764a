"""What an operator who holds the log's key could make, and a trustee that keeps no rule."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from habeas import tlog
from habeas.protocol import Kind, Request, sealing, sign_entry
from habeas.tlog.client import LogClient
from habeas.tlog.errors import LogUnavailableError
from habeas.tlog.server import read_signer
from habeas.tlog.tiles import Tile
from tests.world import Held, Shown, World
from tests.world.world import ORIGIN, OneTimeKey


def node_of(entries: Sequence[bytes]) -> tlog.tree.NodeHash:
    """Subtree hashes of a log with these entries."""

    def node(level: int, index: int) -> bytes:
        leaves = entries[index << level : (index + 1) << level]
        return tlog.Frontier().extend(tlog.leaf_hash(entry) for entry in leaves).root()

    return node


def checkpoint_of(entries: Sequence[bytes]) -> tlog.Checkpoint:
    """The checkpoint of a log with these entries."""
    return tlog.Checkpoint(ORIGIN, len(entries), tlog.root_hash(len(entries), node_of(entries)))


def signed(world: World, entries: Sequence[bytes]) -> str:
    """The log's own word on these entries."""
    return read_signer(world.folder / "log").sign(checkpoint_of(entries).text())


def cosigned(world: World, entries: Sequence[bytes], at: datetime, witnesses: int) -> str:
    """The same, with cosignatures of so many witnesses that do whatever is asked."""
    note, text = signed(world, entries), checkpoint_of(entries).text()
    for name in world.names[:witnesses]:
        note += world.keys[name].witness.cosign(text, int(at.timestamp())).line()
    return note


def forge(
    world: World, entries: Sequence[bytes], index: int, at: datetime, *, witnesses: int = 4
) -> str:
    """A proof of entry *index* of a log of the operator's making."""
    path = tlog.inclusion_path(index, len(entries), node_of(entries))
    return tlog.TlogProof(index, tuple(path), cosigned(world, entries, at, witnesses)).format()


def entries_of(world: World) -> list[bytes]:
    """All entries of the real log."""
    return list(world.log.entries(0, world.size()))


def with_(shown: Shown, **changes: Any) -> Shown:
    """A request with other things shown."""
    return Shown(shown.key, {**shown.body, **changes}, shown.index)


def unlogged(world: World, held: Held, **changes: Any) -> Shown:
    """A request whose entry is on no log."""
    key = OneTimeKey()
    request = world.ask(held, key, **changes)
    body, _ = world.body(held, request)
    return Shown(key, body, -1)


def logged(world: World, held: Held, request: Request, key: OneTimeKey, **shown: Any) -> Shown:
    """A request under an entry that shows what the operator likes."""
    body, entry = world.body(held, request, **shown)
    appended = world.log.append(entry.encode())
    return Shown(key, body | {"proof": appended.proof}, appended.index)


def share_of(world: World, held: Held, index: int) -> sealing.Deposit:
    """What a trustee that turned against its rules can read."""
    trustee = world.trustees[world.names[index]]
    key = held.promise.trustees.keys[index]
    key_id = bytes.fromhex(key.key)
    info = sealing.deposit_info(held.digest, key_id, index)
    return trustee._months.open(
        key.month, key_id, info, held.sealed.deposits[index],
        bytes.fromhex(held.promise.shares[index]),
    )  # fmt: skip


def write_as(world: World, name: str, kind: Kind, details: Any, **fields: Any) -> bytes:
    """An entry in a trustee's name, by that trustee, which no rule allows; gives its bytes.

    The trustee itself must not be running: it would find an entry that it does not know.
    """
    assert name not in world.servers
    day = fields.pop("day", world.clock.today())
    entry = sign_entry(
        world.keys[name].statement, kind, day, details, secrets.token_bytes(32), **fields
    )
    world.log.append(entry.encode())
    return entry.encode()


class Old:
    """A log that shows a reader what it was at one time, and takes nothing."""

    def __init__(self, log: LogClient) -> None:
        self._log, self._note = log, log.checkpoint()

    def checkpoint(self) -> str:
        return self._note

    def tile(self, tile: Tile) -> bytes:
        return self._log.tile(tile)

    def entries(self, begin: int, end: int) -> Iterable[bytes]:
        return self._log.entries(begin, end)

    def append_many(self, _: Sequence[bytes]) -> list[int]:
        raise LogUnavailableError("It takes nothing.")

    def close(self) -> None:
        """Nothing of its own is open."""
