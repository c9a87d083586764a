"""What an attacker can read and make from what it has seen: Dolev and Yao's rules (1983).

Terms are names, or tuples of a function and its arguments. Cryptography is perfect: a seal opens
with its key, a signature is made with its key, a hash tells nothing, and THRESHOLD shares of one
secret give it. Knowledge is closed after each addition, so that every question is a search
through the parts of one term.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Term = str | tuple[Any, ...]
THRESHOLD = 2
#: What anybody can apply to what it has.
_PUBLIC = {"t", "hash", "sign", "seal", "enc", "pk", "tag", "stream", "share"}


def t(*parts: Term) -> Term:
    """Several terms in one message."""
    return ("t", *parts)


def digest(term: Term) -> Term:
    return ("hash", term)


def sign(key: Term, message: Term) -> Term:
    """A signature; whoever sees it can read its message."""
    return ("sign", key, message)


def seal(key: Term, info: Term, message: Term) -> Term:
    """HPKE to the public part of *key*, bound to *info*."""
    return ("seal", ("pk", key), info, message)


def halves(key: Term) -> tuple[Term, Term]:
    """The X25519 and the ML-KEM-768 part of a private X-Wing key."""
    return ("x25519", key), ("ml-kem", key)


class Knowledge:
    """What the attacker has.

    Args:
        hybrid: whether a seal takes both halves of its key to open, or the classical one alone.
    """

    def __init__(self, *, hybrid: bool = True) -> None:
        self._hybrid = hybrid
        self._known: set[Term] = set()
        #: Whether the machines that break X25519 are here.
        self.quantum = False

    def learn(self, *terms: Term) -> bool:
        """Take *terms* in, with all that follows; returns whether anything was new."""
        before = len(self._known)
        self._known.update(terms)
        size = -1
        while size != len(self._known):
            size = len(self._known)
            for term in list(self._known):
                self._known.update(self._parts(term))
            self._combine()
        return len(self._known) != before

    def _parts(self, term: Term) -> Iterable[Term]:
        match term:
            case ("t", *parts):
                return parts
            case ("sign", _, message):
                return [message]
            case ("enc", key, _, message) if self.has(key):
                return [message]
            case ("seal", ("pk", key), _, message) if self._opens(key):
                return [message]
        return []

    def _opens(self, key: Term) -> bool:
        if self.has(key):
            return True
        classical, lattice = (self.has(half) for half in halves(key))
        return (classical or self.quantum) and (lattice or not self._hybrid)

    def _combine(self) -> None:
        shares: dict[Term, set[Term]] = {}
        for term in self._known:
            if term[0] == "share":
                shares.setdefault(term[1], set()).add(term[2])
        self._known.update(key for key, found in shares.items() if len(found) >= THRESHOLD)

    def has(self, term: Term) -> bool:
        """Whether the attacker can make *term*."""
        if term in self._known:
            return True
        if isinstance(term, str):
            return False
        return term[0] in _PUBLIC and all(self.has(part) for part in term[1:])
