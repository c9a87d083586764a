"""What an operator who holds the log's key, and witnesses who help, could make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from habeas import tlog
from habeas.tlog.server import read_signer
from habeas.trustee import keyring
from tests.service.trustee.world import World


def node_of(entries: Sequence[bytes]) -> tlog.tree.NodeHash:
    """Subtree hashes of a log with these entries."""

    def node(level: int, index: int) -> bytes:
        leaves = entries[index << level : (index + 1) << level]
        return tlog.Frontier().extend(tlog.leaf_hash(entry) for entry in leaves).root()

    return node


def forge(
    world: World, entries: Sequence[bytes], index: int, at: datetime, *, witnesses: int = 3
) -> str:
    """A proof of entry *index* of a log of the operator's making, cosigned by *witnesses*."""
    node = node_of(entries)
    size = len(entries)
    checkpoint = tlog.Checkpoint("log.test/habeas", size, tlog.root_hash(size, node))
    note = read_signer(world.folder / "log").sign(checkpoint.text())
    for name in world.names[:witnesses]:
        settings = world.trustees[name].settings
        witness = keyring.load(world.folder / name, settings).witness
        note += witness.cosign(checkpoint.text(), int(at.timestamp())).line()
    path = tlog.inclusion_path(index, size, node)
    return tlog.TlogProof(index, tuple(path), note).format()


def entries_of(world: World) -> list[bytes]:
    """All entries of the real log."""
    size = tlog.Policy.parse(world.policy).verify(world.log.checkpoint()).checkpoint.size
    return list(world.log.entries(0, size))
