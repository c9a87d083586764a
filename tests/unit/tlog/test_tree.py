"""RFC 6962's tree against a naive one, and against vectors of other implementations."""

import base64
import contextlib
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas import tlog
from habeas.tlog.tiles import TileNodes
from habeas.tlog.tree import EMPTY_ROOT, complete_root, leaf_hash, subtrees
from tests.places import VECTORS


def naive_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


LEAVES = [tlog.leaf_hash(str(n).encode()) for n in range(70)]


def node(level, index):
    return naive_root(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_every_proof_of_every_size_verifies(size):
    root = naive_root(LEAVES[:size])
    assert tlog.root_hash(size, node) == root
    assert tlog.Frontier().extend(LEAVES[:size]).root() == root
    for index in range(size):
        path = tlog.inclusion_path(index, size, node)
        tlog.verify_inclusion(index, size, LEAVES[index], path, root)
    for old in range(size + 1):
        path = tlog.consistency_path(old, size, node)
        tlog.verify_consistency(old, naive_root(LEAVES[:old]), size, root, path)


@given(st.integers(0, 70), st.data())
def test_growing_in_steps_gives_the_same_edge(size, data):
    step = data.draw(st.integers(0, size))
    in_steps = tlog.Frontier().extend(LEAVES[:step]).extend(LEAVES[step:size])
    assert in_steps == tlog.Frontier().extend(LEAVES[:size])


@given(st.integers(1, 70), st.data())
def test_no_changed_inclusion_proof_verifies(size, data):
    index = data.draw(st.integers(0, size - 1))
    path = tlog.inclusion_path(index, size, node)
    root = naive_root(LEAVES[:size])
    change = data.draw(st.sampled_from(["index", "leaf", "drop", "add", "flip", "root"]))
    leaf = LEAVES[index]
    if change == "index":
        index = data.draw(st.integers(0, size + 1).filter(lambda other: other != index))
    elif change == "leaf":
        leaf = tlog.leaf_hash(b"another")
    elif change == "drop" and path:
        del path[data.draw(st.integers(0, len(path) - 1))]
    elif change == "flip" and path:
        at = data.draw(st.integers(0, len(path) - 1))
        path[at] = bytes([path[at][0] ^ 1]) + path[at][1:]
    elif change == "root":
        root = bytes(32)
    else:
        path.append(bytes(32))
    with pytest.raises(tlog.ProofError):
        tlog.verify_inclusion(index, size, leaf, path, root)


@given(st.integers(2, 70), st.data())
def test_no_changed_consistency_proof_verifies(size, data):
    old = data.draw(st.integers(1, size - 1))
    path = tlog.consistency_path(old, size, node)
    old_root, root = naive_root(LEAVES[:old]), naive_root(LEAVES[:size])
    change = data.draw(st.sampled_from(["old", "drop", "add", "flip", "old root", "root"]))
    if change == "old":
        old = data.draw(st.integers(1, size - 1).filter(lambda other: other != old))
    elif change == "drop":
        del path[data.draw(st.integers(0, len(path) - 1))]
    elif change == "add":
        path.append(bytes(32))
    elif change == "flip":
        at = data.draw(st.integers(0, len(path) - 1))
        path[at] = bytes([path[at][0] ^ 1]) + path[at][1:]
    elif change == "old root":
        old_root = bytes(32)
    else:
        root = bytes(32)
    with pytest.raises(tlog.ProofError):
        tlog.verify_consistency(old, old_root, size, root, path)


def test_from_nothing_the_proof_is_empty():
    tlog.verify_consistency(0, EMPTY_ROOT, 5, naive_root(LEAVES[:5]), [])
    with pytest.raises(tlog.ProofError):
        tlog.verify_consistency(0, EMPTY_ROOT, 5, naive_root(LEAVES[:5]), [bytes(32)])


@given(st.integers(0, 10**6), st.integers(0, 10**4))
def test_subtrees_cover_the_range_without_overlap(begin, length):
    at = begin
    for level, index in subtrees(begin, begin + length):
        assert index << level == at
        at += 1 << level
    assert at == begin + length


def _cases(kind):
    return [
        json.loads(file.read_text()) for file in sorted((VECTORS / "merkle" / kind).rglob("*.json"))
    ]


def _decode(text):
    return base64.b64decode(text or "")


def test_inclusion_vectors_of_transparency_dev():
    cases = _cases("inclusion")
    assert len(cases) > 50
    for case in cases:
        arguments = (
            case["leafIdx"],
            case["treeSize"],
            _decode(case["leafHash"]),
            [_decode(each) for each in case["proof"] or []],
            _decode(case["root"]),
        )
        if case["wantErr"]:
            with pytest.raises(tlog.ProofError):
                tlog.verify_inclusion(*arguments)
        else:
            tlog.verify_inclusion(*arguments)


def test_consistency_vectors_of_transparency_dev():
    cases = _cases("consistency")
    assert len(cases) > 50
    for case in cases:
        arguments = (
            case["size1"],
            _decode(case["root1"]),
            case["size2"],
            _decode(case["root2"]),
            [_decode(each) for each in case["proof"] or []],
        )
        if b"don't care" in arguments[1]:
            continue  # here a root has 32 bytes, always
        if case["wantErr"]:
            with pytest.raises(tlog.ProofError):
                tlog.verify_consistency(*arguments)
        else:
            tlog.verify_consistency(*arguments)


def test_subtree_inclusion_vectors_of_transparency_dev():
    cases = _cases("subtreeinclusion")
    assert len(cases) > 50
    for case in cases:
        arguments = (
            case["leafIdx"],
            case["start"],
            case["end"],
            _decode(case["leafHash"]),
            [_decode(each) for each in case["proof"] or []],
            _decode(case["root"]),
        )
        if case["wantErr"]:
            with pytest.raises(tlog.ProofError):
                tlog.verify_subtree_inclusion(*arguments)
        else:
            tlog.verify_subtree_inclusion(*arguments)


def test_subtree_consistency_vectors_of_transparency_dev():
    cases = _cases("subtreeconsistency")
    assert len(cases) > 50
    for case in cases:
        arguments = (
            case["start"],
            case["end"],
            case["size"],
            [_decode(each) for each in case["proof"] or []],
            _decode(case["root1"]),
            _decode(case["root2"]),
        )
        if b"don't care" in arguments[5]:
            continue  # here a hash has 32 bytes, always
        # They know an empty subtree; tlog-witness and tlog-mirror refuse one.
        if case["wantErr"] or case["start"] == case["end"]:
            with pytest.raises(tlog.ProofError):
                tlog.verify_subtree_consistency(*arguments)
        else:
            tlog.verify_subtree_consistency(*arguments)


def _subtrees(size):
    for start in range(size):
        for end in range(start + 1, size + 1):
            with contextlib.suppress(tlog.ProofError):
                tlog.check_subtree(start, end, size)
                yield start, end


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13, 16, 21])
def test_every_subtree_of_a_tree_is_proven(size):
    root = naive_root(LEAVES[:size])
    for start, end in _subtrees(size):
        path = tlog.subtree_consistency_path(start, end, size, node)
        subtree = naive_root(LEAVES[start:end])
        tlog.verify_subtree_consistency(start, end, size, path, subtree, root)
        if start == 0:
            assert path == tlog.consistency_path(end, size, node)
        for index in range(start, end):

            def inside_node(level, at, start=start):
                return node(level, at + (start >> level))

            inside = tlog.inclusion_path(index - start, end - start, inside_node)
            tlog.verify_subtree_inclusion(index, start, end, LEAVES[index], inside, subtree)


def test_a_subtree_below_an_edge_that_is_climbed_twice():
    """Hashes of the subtree are joined after the edge of both was climbed by several levels."""
    start, end, size = 32, 53, 54
    path = tlog.subtree_consistency_path(start, end, size, node)
    subtree, root = naive_root(LEAVES[start:end]), naive_root(LEAVES[:size])
    tlog.verify_subtree_consistency(start, end, size, path, subtree, root)


@given(st.integers(2, 60), st.data())
def test_no_changed_subtree_proof_verifies(size, data):
    start, end = data.draw(st.sampled_from(list(_subtrees(size))))
    path = tlog.subtree_consistency_path(start, end, size, node)
    subtree, root = naive_root(LEAVES[start:end]), naive_root(LEAVES[:size])
    change = data.draw(st.sampled_from(["drop", "add", "flip", "subtree", "root"]))
    if change == "drop" and path:
        del path[data.draw(st.integers(0, len(path) - 1))]
    elif change == "flip" and path:
        at = data.draw(st.integers(0, len(path) - 1))
        path[at] = bytes([path[at][0] ^ 1]) + path[at][1:]
    elif change == "subtree":
        subtree = bytes(32)
    elif change == "root":
        root = bytes(32)
    else:
        path.append(bytes(32))
    with pytest.raises(tlog.ProofError):
        tlog.verify_subtree_consistency(start, end, size, path, subtree, root)


@pytest.mark.parametrize(
    ("start", "end", "size"), [(0, 0, 5), (3, 2, 5), (0, 6, 5), (1, 3, 5), (-1, 1, 5)]
)
def test_what_is_no_subtree(start, end, size):
    with pytest.raises(tlog.ProofError):
        tlog.subtree_consistency_path(start, end, size, node)


@pytest.mark.parametrize("wrong", [b"", b"x", bytes(31), bytes(33)])
def test_hashes_have_32_bytes_also_where_nothing_is_combined(wrong):
    """Of one leaf, the proof is empty, and what is compared is compared with itself."""
    with pytest.raises(tlog.ProofError, match="not 32 bytes"):
        tlog.verify_inclusion(0, 1, wrong, [], wrong)
    with pytest.raises(tlog.ProofError, match="not 32 bytes"):
        tlog.verify_consistency(1, wrong, 1, wrong, [])
    with pytest.raises(tlog.ProofError, match="not 32 bytes"):
        tlog.verify_subtree_consistency(0, 1, 1, [], wrong, wrong)


@pytest.mark.parametrize(("index", "size"), [(5, 5), (7, 5), (-1, 5), (0, 0)])
def test_there_is_no_proof_of_an_entry_that_is_not_there(index, size):
    with pytest.raises(tlog.ProofError, match=f"no entry {index} in a log of {size}"):
        tlog.inclusion_path(index, size, node)
    with pytest.raises(tlog.ProofError, match=f"no entry {index} in a log of {size}"):
        tlog.verify_inclusion(index, size, LEAVES[0], [], LEAVES[0])


@pytest.mark.parametrize(("old", "size"), [(6, 5), (1, 0), (-1, 5)])
def test_a_log_does_not_extend_a_longer_one(old, size):
    with pytest.raises(tlog.ProofError, match="cannot extend"):
        tlog.consistency_path(old, size, node)
    with pytest.raises(tlog.ProofError, match="cannot extend"):
        tlog.verify_consistency(old, LEAVES[0], size, LEAVES[0], [LEAVES[0]] * 3)


@pytest.mark.parametrize("hashes", [b"", bytes(31), bytes(33), bytes(63), bytes(96), bytes(160)])
def test_a_complete_subtree_is_of_a_power_of_two(hashes):
    with pytest.raises(tlog.ProofError, match="complete subtree"):
        complete_root(hashes)


def test_full_tiles_are_read_again_only_once_others_have_taken_their_place(monkeypatch):
    monkeypatch.setattr(TileNodes, "_KEPT", 2)
    reads = []

    def read(tile):
        reads.append(tile.index)
        return bytes(32 * tile.width)

    nodes = TileNodes(256 * 3, read)
    for index in (0, 256, 0, 256, 512, 256, 512, 0):
        nodes(0, index)
    assert reads == [0, 1, 2, 0]


def test_hashes_out_of_tiles_are_the_same_whether_they_were_kept_or_not(monkeypatch):
    monkeypatch.setattr(TileNodes, "_KEPT_HASHES", 5)
    leaves = [leaf_hash(b"%d" % number) for number in range(700)]
    above = [complete_root(b"".join(leaves[at : at + 256])) for at in (0, 256)]

    def read(tile):
        row = (leaves, above)[tile.level]
        return b"".join(row[tile.index * 256 : tile.index * 256 + tile.width])

    nodes = TileNodes(len(leaves), read)
    for _ in range(2):
        for level in range(10):
            for index in range(len(leaves) >> level):
                expected = complete_root(b"".join(leaves[index << level : (index + 1) << level]))
                assert nodes(level, index) == expected
                assert len(nodes._inner) <= 5
    assert all(level % 8 for level, _ in nodes._inner), "a tile's own hashes are in the tile"


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_tile_of_another_length_than_its_name_says(size):
    with pytest.raises(tlog.FormatError, match=f"{size} bytes, not 96"):
        TileNodes(3, lambda _: bytes(size))(0, 0)
