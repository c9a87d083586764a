"""Entries proven in one tree: whatever the log's size, the log is asked for few tiles, at once."""

import pytest

from habeas.register.proven import LogChangedError, ProvenLog
from habeas.tlog import Checkpoint, LogUnavailableError, NoteSigner, Policy, leaf_hash
from habeas.tlog.tiles import Tile, encode_bundle, tiles_of
from habeas.tlog.tree import Frontier, complete_root

SIGNER = NoteSigner.generate("log.test/short")
POLICY = Policy.parse(f"log {SIGNER.vkey}\nquorum none\n")


class MemoryLog:
    """A log of *size* entries, in memory; it notes what it is asked for."""

    def __init__(self, size: int) -> None:
        self.entries = [b"entry %d" % number for number in range(size)]
        leaves = [leaf_hash(entry) for entry in self.entries]
        root = Frontier().extend(leaves).root()
        self.note = SIGNER.sign(Checkpoint(SIGNER.name, size, root).text())
        self.asked: list[Tile] = []
        self.lost: set[Tile] = set()
        self.tiles: dict[Tile, bytes] = {}
        rows = [leaves]
        while len(rows[-1]) >= 256:
            whole = range(0, len(rows[-1]) // 256 * 256, 256)
            rows.append([complete_root(b"".join(rows[-1][at : at + 256])) for at in whole])
        for tile in tiles_of(size):
            begin = tile.index * 256
            part = slice(begin, begin + tile.width)
            self.tiles[tile] = b"".join(rows[tile.level][part])
            if tile.level == 0:
                bundle = Tile(-1, tile.index, tile.width)
                self.tiles[bundle] = encode_bundle(self.entries[part])

    def checkpoint(self) -> str:
        return self.note

    def tile(self, tile: Tile) -> bytes:
        self.asked.append(tile)
        if tile in self.lost:
            raise LogUnavailableError("The tile is lost.")
        return self.tiles[tile]


@pytest.mark.parametrize("size", [1, 200, 256, 257, 1000, 66_000])
def test_what_is_expected_is_asked_for_once(size):
    log = MemoryLog(size)
    proven = ProvenLog.read(log, POLICY)
    places = sorted({0, size // 2, size - 1})
    proven.expect(places, places)
    asked = list(log.asked)
    assert len(set(asked)) == len(asked)
    for place in places:
        assert proven.entry(place) == log.entries[place]
    assert log.asked == asked
    with pytest.raises(LogChangedError):
        proven.entry(size)


def test_neighbours_share_their_tiles_in_a_log_of_any_size():
    for size, tiles in ((1000, 3), (66_000, 4)):
        log = MemoryLog(size)
        proven = ProvenLog.read(log, POLICY)
        proven.expect([1, 2], [3, 4, 5])
        assert sum(tile.level >= 0 for tile in log.asked) == tiles
        assert sum(tile.level < 0 for tile in log.asked) == 1


def test_what_could_not_be_had_is_asked_for_again_and_told():
    log = MemoryLog(1000)
    lost = Tile(0, 0)
    log.lost = {lost}
    proven = ProvenLog.read(log, POLICY)
    proven.expect([7])
    with pytest.raises(LogUnavailableError):
        proven.holds(log.entries[7], 7)
    log.lost = set()
    proven.holds(log.entries[7], 7)


def test_places_that_do_not_exist_are_not_asked_for():
    log = MemoryLog(10)
    ProvenLog.read(log, POLICY).expect([10, 1 << 60, -1], [-1, 99])
    assert log.asked == []


def test_another_entry_is_noticed_also_in_a_bundle_that_was_fetched_before():
    log = MemoryLog(1000)
    log.tiles[Tile(-1, 0)] = encode_bundle([b"another", *log.entries[1:256]])
    proven = ProvenLog.read(log, POLICY)
    proven.expect([], [0, 1])
    assert proven.entry(1) == log.entries[1]
    with pytest.raises(LogChangedError):
        proven.entry(0)
