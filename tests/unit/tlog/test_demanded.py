"""What a signed root demands of each tile and bundle."""

import random

import pytest

from habeas import tlog
from habeas.tlog.server.demanded import DemandedTiles
from habeas.tlog.tiles import Tile, bundles_of, decode_bundle, encode_bundle, tiles_of
from tests.unit.tlog.memory import MemoryLog

SIZES = [1, 255, 256, 257, 700, 65_536, 65_537 + 300]


def log_of(size):
    return MemoryLog(*(b"%d" % n for n in range(size)))


def tree_of(log):
    edge = log.edge.frontier()
    return tlog.Checkpoint("o", edge.size, edge.root())


def stored(files):
    def read(tile):
        try:
            return files[tile.path()]
        except KeyError:
            raise FileNotFoundError(tile.path()) from None

    return read


@pytest.mark.parametrize("size", SIZES)
def test_what_is_right_is_given(size):
    log = log_of(size)
    tiles = DemandedTiles(stored(log.files))
    for tile in [*tiles_of(size), *bundles_of(size)]:
        assert tiles.read(tile, tree_of(log)) == log.tile(tile)


@pytest.mark.parametrize("size", [257, 700, 65_537 + 300])
def test_a_changed_byte_is_found_wherever_it_is(size):
    log, random_ = log_of(size), random.Random(size)
    tree = tree_of(log)
    every = [*tiles_of(size), *bundles_of(size)]
    for tile in random_.sample(every, min(12, len(every))):
        content = log.files[tile.path()]
        for damaged in (
            bytearray(content),
            bytearray(content[:-1]) if tile.level < 0 else bytearray(content),
        ):
            damaged[random_.randrange(len(damaged))] ^= 1 << random_.randrange(8)
            files = log.files | {tile.path(): bytes(damaged)}
            with pytest.raises(tlog.CorruptLogError):
                DemandedTiles(stored(files)).read(tile, tree)


@pytest.mark.parametrize("level", [0, 1, -1])
def test_what_is_missing_is_named(level):
    log = log_of(65_537)
    files = dict(log.files)
    path = Tile(level, 0).path()
    del files[path]
    with pytest.raises(tlog.CorruptLogError, match=path):
        DemandedTiles(stored(files)).read(Tile(level, 0), tree_of(log))


def test_a_width_that_no_checkpoint_had_is_cut_from_what_there_is():
    log = log_of(300)
    files = {path: content for path, content in log.files.items() if not path.endswith(".p/7")}
    tiles = DemandedTiles(stored(files))
    assert tiles.read(Tile(0, 1, 7), tree_of(log)) == log.files[Tile(0, 1, 44).path()][: 7 * 32]
    entries = [b"%d" % n for n in range(256, 263)]
    assert decode_bundle(tiles.read(Tile(-1, 1, 7), tree_of(log))) == entries


def test_bundles_of_two_logs_are_told_apart():
    log, other = log_of(300), MemoryLog(*(b"other %d" % n for n in range(300)))
    path = Tile(-1, 0).path()
    files = log.files | {path: other.files[path]}
    with pytest.raises(tlog.CorruptLogError, match="entries that were logged"):
        DemandedTiles(stored(files)).read(Tile(-1, 0), tree_of(log))
    files = log.files | {path: encode_bundle([b"%d" % n for n in range(255)])}
    with pytest.raises(tlog.CorruptLogError):
        DemandedTiles(stored(files)).read(Tile(-1, 0), tree_of(log))


def test_a_full_tile_that_was_found_right_is_not_read_again():
    log = log_of(65_537)
    reads = []

    def read(tile):
        reads.append(tile)
        return log.files[tile.path()]

    tiles = DemandedTiles(read)
    for _ in range(3):
        tiles.read(Tile(0, 5), tree_of(log))
        log.add(b"%d" % len(reads))
    assert reads.count(Tile(0, 5)) == 1


@pytest.mark.parametrize("begin", [0, 1, 255, 256, 300, 65_536, 65_600, 131_072, 131_372])
def test_new_tiles_are_those_that_the_smaller_tree_did_not_have(begin):
    size = 131_372
    assert {*tiles_of(size, begin)} == {*tiles_of(size)} - {*tiles_of(begin)}


def test_a_tree_of_one_leaf_has_one_tile():
    assert [*tiles_of(1)] == [Tile(0, 0, 1)]
