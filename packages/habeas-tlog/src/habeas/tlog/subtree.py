"""draft-ietf-plants-merkle-tree-certs section 4: subtrees, and proofs that a tree holds them.

A subtree [start, end) covers neighbouring leaves whose hashes the tree itself combines:
*start* is a multiple of the smallest power of two that is not below its length. C2SP's
tlog-witness (sign-subtree) and tlog-mirror (add-entries) prove by them what they are sent.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from habeas.tlog.errors import ProofError, RootMismatchError
from habeas.tlog.tree import (
    NodeHash,
    check_hashes,
    climb,
    range_hash,
    split_of,
    verify_inclusion,
)


def check_subtree(start: int, end: int, size: int) -> None:
    """Raise unless [start, end) is a subtree of a tree of *size* leaves (section 4.1).

    Raises:
        ProofError: it is none.
    """
    if not 0 <= start < end <= size:
        raise ProofError(f"A tree of {size} entries has no subtree from {start} to {end}.")
    if start % (1 << (end - start - 1).bit_length()):
        raise ProofError(f"No tree combines just the entries from {start} to {end}.")


def subtree_consistency_path(start: int, end: int, size: int, node: NodeHash) -> list[bytes]:
    """The proof that the tree of *size* leaves holds the subtree [start, end), lowest first.

    Source: draft-ietf-plants-merkle-tree-certs section 4.4.1.

    Raises:
        ProofError: the tree has no such subtree.
    """
    check_subtree(start, end, size)
    path: list[bytes] = []
    low, high, known = 0, size, True
    # Down to the smallest part that the tree combines and that the subtree ends with.
    while (low, high) != (start, end):
        middle = low + split_of(high - low)
        if end <= middle:
            path.append(range_hash(middle, high, node))
            high = middle
        elif middle <= start:
            path.append(range_hash(low, middle, node))
            low = middle
        else:
            # The subtree reaches over the middle: it begins here, and ends further right.
            path.append(range_hash(low, middle, node))
            low, start, known = middle, middle, False
    if not known:
        path.append(range_hash(low, high, node))
    return path[::-1]


def verify_subtree_consistency(
    start: int, end: int, size: int, path: Sequence[bytes], subtree: bytes, root: bytes
) -> None:
    """Raise unless the tree (*size*, *root*) holds the subtree [start, end) of hash *subtree*.

    Args:
        start: the subtree's first leaf, from 0.
        end: the leaf after its last.
        size: leaves of the tree, from a verified checkpoint.
        path: the proof's hashes, lowest first, 32 bytes each.
        subtree: the subtree's root hash, 32 bytes.
        root: that of the tree.

    Raises:
        ProofLengthError: the number of hashes does not fit.
        RootMismatchError: the hashes lead to another subtree or tree.
        ProofError: there is no such subtree.

    Source: draft-ietf-plants-merkle-tree-certs section 4.4.3.
    """
    check_subtree(start, end, size)
    check_hashes([subtree, root, *path])
    from_subtree, from_tree = climb(start, end, size, subtree, path)
    if not hmac.compare_digest(from_subtree, subtree):
        raise RootMismatchError("The proof leads to another subtree.")
    if not hmac.compare_digest(from_tree, root):
        raise RootMismatchError("The subtree's proof leads to another root.")


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, path: Sequence[bytes], subtree: bytes
) -> None:
    """Raise unless *leaf* stands at *index* of a log, within the subtree [start, end).

    Args:
        index: of the entry in the log, from 0.
        start: the subtree's first leaf.
        end: the leaf after its last.
        leaf: the leaf hash, 32 bytes.
        path: sibling hashes within the subtree, lowest first.
        subtree: the subtree's root hash.

    Raises:
        ProofError: it does not, or there is no such subtree.

    Source: draft-ietf-plants-merkle-tree-certs section 4.3.2.
    """
    check_subtree(start, end, end)
    verify_inclusion(index - start, end - start, leaf, path, subtree)
