"""RFC 6962 section 2.1 (RFC 9162 section 2.1): Merkle tree hashing and proofs.

Pure functions over hashes. Subtree hashes come through a callable, so that the same code
makes proofs from a list in a test and from tiles on a disk.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from habeas.tlog.errors import ForkedViewError, ProofError, ProofLengthError, RootMismatchError

HASH_BYTES = 32
#: Root of the empty tree: SHA-256 of nothing.
EMPTY_ROOT = hashlib.sha256(b"").digest()

#: Two hashes that stand beside each other.
_PAIRS = struct.Struct("64s")
#: Leaves that are hashed together where they make a subtree.
_RUN = 256

#: Gives the hash of the complete subtree at (level, index): leaves index·2^level onwards.
NodeHash = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry); 32 bytes (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right); 32 bytes (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_root(hashes: bytes) -> bytes:
    """The root over a power of two of neighbouring hashes, given one after the other.

    Raises:
        ProofError: they are not whole hashes of 32 bytes each, or their number is another.
    """
    sha256, count = hashlib.sha256, len(hashes) // HASH_BYTES
    if len(hashes) % HASH_BYTES or count.bit_count() != 1:
        raise ProofError("These are not the hashes of a complete subtree.")
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [sha256(b"\x01" + pair).digest() for (pair,) in _PAIRS.iter_unpack(hashes)]
        )
    return hashes


def subtrees(begin: int, end: int) -> list[tuple[int, int]]:
    """The complete subtrees (level, index) that cover leaves *begin* to *end*, left to right.

    Their count is at most twice the number of bits of *end*.
    """
    covering = []
    while begin < end:
        level = (begin & -begin).bit_length() - 1 if begin else end.bit_length() - 1
        while begin + (1 << level) > end:
            level -= 1
        covering.append((level, begin >> level))
        begin += 1 << level
    return covering


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of shrinking size, given left to right."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_hash(size: int, node: NodeHash) -> bytes:
    """The root of the tree over the first *size* leaves."""
    return fold([node(level, index) for level, index in subtrees(0, size)])


def split_of(size: int) -> int:
    """The largest power of two smaller than *size* (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def range_hash(begin: int, end: int, node: NodeHash) -> bytes:
    """The hash over leaves *begin* to *end*, where the tree combines just these."""
    return fold([node(level, index) for level, index in subtrees(begin, end)])


def inclusion_path(index: int, size: int, node: NodeHash) -> list[bytes]:
    """The audit path of leaf *index* in the tree of *size* leaves, lowest first.

    Source: RFC 6962 section 2.1.1.

    Raises:
        ProofError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError(f"There is no entry {index} in a log of {size}.", "Entries count from 0.")
    path = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + split_of(end - begin)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(begin, middle, node))
            begin = middle
    return path[::-1]


def consistency_path(old: int, size: int, node: NodeHash) -> list[bytes]:
    """The proof that the tree of *old* leaves is a prefix of that of *size* leaves.

    Source: RFC 6962 section 2.1.2. Empty for *old* = 0 and for *old* = *size*.

    Raises:
        ProofError: *old* is larger than *size*.
    """
    if not 0 <= old <= size:
        raise ProofError(f"A log of {size} entries cannot extend one of {old}.")
    if old in (0, size):
        return []
    path = []
    begin, end, whole = 0, size, True
    while end != old:
        middle = begin + split_of(end - begin)
        if old <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(begin, middle, node))
            begin, whole = middle, False
    if not whole:
        path.append(range_hash(begin, end, node))
    return path[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes
) -> None:
    """Raise unless *leaf* stands at *index* in the tree (*size*, *root*).

    Args:
        index: from 0.
        size: leaves of the tree, from a verified checkpoint.
        leaf: the leaf hash, 32 bytes.
        path: sibling hashes, lowest first, 32 bytes each.
        root: root hash of the same checkpoint.

    Raises:
        ProofLengthError: the number of hashes does not fit index and size.
        RootMismatchError: the hashes lead to another root.
        ProofError: there is no such index.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError(f"There is no entry {index} in a log of {size}.")
    check_hashes([leaf, root, *path])
    fn, sn, hash_ = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            raise ProofLengthError("The inclusion proof has too many hashes.")
        if fn & 1 or fn == sn:
            hash_ = node_hash(sibling, hash_)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofLengthError("The inclusion proof has too few hashes.")
    if not hmac.compare_digest(hash_, root):
        raise RootMismatchError("The inclusion proof leads to another root.")


def verify_consistency(
    old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Raise unless the tree (*size*, *root*) extends the tree (*old*, *old_root*).

    A tree of size 0 is a prefix of every tree, and its proof is empty.

    Raises:
        ProofLengthError: the number of hashes does not fit the sizes.
        RootMismatchError: the hashes lead to other roots.
        ProofError: the sizes are the wrong way round.

    Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 <= old <= size:
        raise ProofError(f"A log of {size} entries cannot extend one of {old}.")
    check_hashes([old_root, root, *path])
    if old in (0, size):
        if path:
            raise ProofLengthError("The consistency proof must be empty here.")
        expected = root if old else EMPTY_ROOT
        if not hmac.compare_digest(old_root, expected):
            raise RootMismatchError("Two trees of one size have different roots.")
        return
    from_old, from_new = climb(0, old, size, old_root, path)
    if not hmac.compare_digest(from_old, old_root):
        raise RootMismatchError("The consistency proof leads to another old root.")
    if not hmac.compare_digest(from_new, root):
        raise RootMismatchError("The consistency proof leads to another new root.")


def climb(
    start: int, end: int, size: int, subtree: bytes, path: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The hashes of subtree [start, end) and of the tree of *size* that a proof leads to.

    RFC 9162 section 2.1.4.2 has it for subtrees that begin at 0, steps 3 to 7, and
    draft-ietf-plants-merkle-tree-certs section 4.4.3 for all.

    Raises:
        ProofLengthError: the number of hashes does not fit.
    """
    fn, sn, tn = start, end - 1, size - 1
    # A subtree that ends where the tree does is climbed to its top; another as far as it is full.
    while fn != sn and (sn == tn or sn & 1):
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    # A full subtree is the first node of its own proof, and is not repeated there.
    hashes = [subtree, *path] if fn == sn else path
    if not hashes:
        raise ProofLengthError("The proof is empty.")
    from_subtree = from_tree = hashes[0]
    for sibling in hashes[1:]:
        if tn == 0:
            raise ProofLengthError("The proof has too many hashes.")
        if sn & 1 or sn == tn:
            if fn < sn:
                from_subtree = node_hash(sibling, from_subtree)
            from_tree = node_hash(sibling, from_tree)
            while not sn & 1:
                fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
        else:
            from_tree = node_hash(from_tree, sibling)
        fn, sn, tn = fn >> 1, sn >> 1, tn >> 1
    if tn:
        raise ProofLengthError("The proof has too few hashes.")
    return from_subtree, from_tree


def check_hashes(hashes: Iterable[bytes]) -> None:
    """Raise ProofError unless each hash has 32 bytes."""
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError("A hash of the proof has not 32 bytes.")


@dataclass(frozen=True)
class Frontier:
    """The right edge of a growing tree: the complete subtrees that cover it, left to right.

    It is all that is needed to append and to know the root; its size is the number of
    one-bits of the tree's size.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count():
            raise ForkedViewError("The kept edge of the tree does not fit its size.")

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The edge after appending *leaves* (leaf hashes)."""
        size, hashes, fresh = self.size, list(self.hashes), list(leaves)
        at = 0
        while at < len(fresh):
            # A run that begins where a subtree of its size does is hashed row by row.
            run = _RUN if size % _RUN == 0 and len(fresh) - at >= _RUN else 1
            hash_ = complete_root(b"".join(fresh[at : at + run])) if run > 1 else fresh[at]
            size, at = size + run, at + run
            for _ in range((size // run & -(size // run)).bit_length() - 1):
                hash_ = node_hash(hashes.pop(), hash_)
            hashes.append(hash_)
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """The root hash of the tree."""
        return fold(self.hashes)
