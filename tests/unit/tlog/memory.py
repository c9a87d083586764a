"""A log in memory: it signs whatever it holds, and serves it as files."""

from habeas import tlog
from habeas.tlog.server.edge import Edge
from habeas.tlog.tiles import TILE_WIDTH, Tile, bundles_of, decode_bundle, encode_bundle

SIGNER = tlog.NoteSigner("log.example/memory", bytes(32))
POLICY = tlog.Policy.parse(f"log {SIGNER.vkey}\nquorum none\n")


class MemoryLog:
    """A source for `habeas.tlog.view.LogView`."""

    def __init__(self, *entries):
        self.edge = Edge(0, [], [])
        self.files = {}
        self.add(*entries)

    def add(self, *entries):
        leaves = [tlog.leaf_hash(each) for each in entries]
        for tile, content in self.edge.add(entries, leaves):
            self.files[tile.path()] = content

    def checkpoint(self):
        tree = self.edge.frontier()
        return SIGNER.sign(tlog.Checkpoint(SIGNER.name, tree.size, tree.root()).text())

    def entries(self, begin, end):
        for bundle in bundles_of(end, begin):
            entries = decode_bundle(self.tile(bundle), bundle.width)
            yield from entries[max(0, begin - bundle.index * TILE_WIDTH) :]

    def tile(self, tile):
        content = self.files.get(tile.path())
        if content is not None:
            return content
        full = self.files[Tile(tile.level, tile.index).path()]
        if tile.level >= 0:
            return full[: tile.width * 32]
        return encode_bundle(decode_bundle(full)[: tile.width])
