"""Formats, *The circle*: circles that follow each other, what is in force, and who may write.

Each circle names the digest of the one before and is signed by at least k of its trustees,
so that whoever has pinned one, or a trustee's key in one, reaches all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from habeas.protocol.circle import (
    Circle,
    CircleError,
    CircleSignatureError,
    signers_of,
    verify_circle,
)
from habeas.protocol.keys import Role, Writer
from habeas.protocol.parties import Identity, Office
from habeas.protocol.stream import CUSTODIAN
from habeas.protocol.terms import Terms
from habeas.tlog import NoteVerifier

#: How long a circle may still be deposited under after its successor took effect.
GRACE_SECONDS = 86_400


class CircleOrderError(CircleError):
    """A circle that does not follow the one before it."""

    code = "circle-order"


class CircleUnknownError(CircleError):
    """A circle that is not in the chain."""

    code = "circle-unknown"


class NotPinnedError(CircleError):
    """Circles that no pin vouches for."""

    code = "not-pinned"
    remedy = "Compare the circle's digest, or a trustee's key, with what that trustee publishes."


@dataclass(frozen=True)
class Pins:
    """What a reader knows from elsewhere.

    Attributes:
        circles: digests of circles, hex.
        trustees: statement keys of trustees (vkeys).
    """

    circles: frozenset[str] = frozenset()
    trustees: frozenset[str] = frozenset()

    def vouch_for(self, circle: Circle) -> bool:
        """Whether *circle*, of which all trustees have signed, is pinned."""
        return circle.digest().hex() in self.circles or any(
            each.statement_vkey in self.trustees for each in circle.trustees
        )


@dataclass(frozen=True)
class Link:
    """A circle of the chain.

    Attributes:
        circle: verified.
        note: that it was read from.
        digest: its digest, hex.
        effective: when it takes effect, POSIX seconds.
    """

    circle: Circle
    note: str
    digest: str
    effective: int


@dataclass(frozen=True)
class Chain:
    """Circles in order of their numbers, without gaps."""

    links: tuple[Link, ...]

    @classmethod
    def start(cls, note: str, seen: int) -> Self:
        """A chain that begins with the circle of *note*, which the caller has to pin.

        Args:
            note: signed by all its trustees.
            seen: time (POSIX seconds) of the first quorum checkpoint that has it.

        Raises:
            MalformedError, CircleError: it is no circle to act under.
        """
        circle = verify_circle(note)
        effective = seen + circle.delays.circle_seconds
        return cls((Link(circle, note, circle.digest().hex(), effective),))

    @classmethod
    def reach(cls, notes: Iterable[tuple[str, int]], pins: Pins) -> Self:
        """The chain of *notes*, if a pin vouches for one of them.

        Args:
            notes: notes of circles and when each was seen, in order of their numbers.
            pins: what the reader knows.

        Raises:
            NotPinnedError: none of them is pinned, or there are none.
            MalformedError, CircleError: they are no chain.
        """
        chain: Self | None = None
        for note, seen in notes:
            chain = cls.start(note, seen) if chain is None else chain.extend(note, seen)
        if chain is None or not any(pins.vouch_for(link.circle) for link in chain.links):
            raise NotPinnedError("No pin vouches for these circles.")
        return chain

    def extend(self, note: str, seen: int) -> Self:
        """The chain with the circle of *note* at its end. One that is in it changes nothing.

        Args:
            note: a circle's note.
            seen: time (POSIX seconds) of the first quorum checkpoint that has it.

        Raises:
            MalformedError: it is no note of a circle.
            CircleError: it is unsafe, or its trustees, or k of those before, have not signed,
                or it is no successor of the newest circle.
        """
        circle = verify_circle(note)
        digest = circle.digest().hex()
        if digest in self._by_digest:
            return self
        newest = self.newest.circle
        if (circle.number, circle.previous) != (newest.number + 1, self.newest.digest):
            raise CircleOrderError(f"This circle does not follow number {newest.number}.")
        if circle.log.origin != newest.log.origin:
            raise CircleOrderError("This circle is of another log than the one before.")
        kept, named = newest.hours, circle.hours
        if kept is not None and (named is None or named.origin != kept.origin):
            raise CircleOrderError("This circle has another log of hours than the one before.")
        if len(signers_of(note, newest.trustees)) < newest.k:
            raise CircleSignatureError(
                f"The circle is not signed by {newest.k} trustees of the one before."
            )
        # A circle never takes effect before the one that it follows.
        effective = max(seen + newest.delays.circle_seconds, self.newest.effective)
        longer = type(self)((*self.links, Link(circle, note, digest, effective)))
        _ = longer.writers  # raises where a key has changed hands
        return longer

    @property
    def newest(self) -> Link:
        """The circle with the highest number, in force or not."""
        return self.links[-1]

    def in_force(self, at: int) -> Link | None:
        """The circle in force at *at* (POSIX seconds); None before the first takes effect."""
        return next((link for link in reversed(self.links) if link.effective <= at), None)

    def depositable(self, at: int) -> tuple[Link, ...]:
        """Those under which photos may be sealed at *at*: in force, or until a day ago."""
        ends = [*(link.effective + GRACE_SECONDS for link in self.links[1:]), None]
        return tuple(
            link
            for link, end in zip(self.links, ends, strict=True)
            if link.effective <= at and (end is None or at < end)
        )

    def circle(self, digest: str) -> Circle:
        """The circle with that digest (hex).

        Raises:
            CircleUnknownError: it is not in the chain.
        """
        if digest not in self._by_digest:
            raise CircleUnknownError("The circle of this promise is not in the chain.")
        return self.links[self._by_digest[digest]].circle

    def since(self, digest: str) -> tuple[Circle, ...]:
        """The circle with that digest (hex) and its successors.

        Raises:
            CircleUnknownError: it is not in the chain.
        """
        self.circle(digest)
        return tuple(link.circle for link in self.links[self._by_digest[digest] :])

    def seat(self, digest: str, name: str) -> tuple[Identity, ...]:
        """The identities of trustee *name*, newest last, from the circle *digest* (hex) on.

        A name that is gone keeps its last keys. All of their keys count for photos of that
        circle; the last address is where to ask.

        Raises:
            CircleUnknownError: the circle is not in the chain, or has no such trustee.
        """
        circles = self.since(digest)
        found = [each for circle in circles if (each := circle.trustee(name)) is not None]
        if circles[0].trustee(name) is None:
            raise CircleUnknownError(f"The circle has no trustee {name}.")
        return tuple(found)

    def verifiers(self, digest: str, name: str) -> tuple[NoteVerifier, ...]:
        """The statement keys of that seat, newest first.

        Raises:
            CircleUnknownError: the circle is not in the chain, or has no such trustee.
        """
        return tuple(each.verifier() for each in reversed(self.seat(digest, name)))

    def office(self, digest: str, name: str, at: int) -> Office:
        """The office *name* of the circle *digest* (hex), with the keys that count at *at*.

        An office keeps its photos, and takes new keys when a later circle takes effect. One
        that is gone keeps its last.

        Raises:
            CircleUnknownError: the circle is not in the chain, or has no such office.
        """
        found = self.circle(digest).office(name)
        if found is None:
            raise CircleUnknownError(f"The circle has no office {name}.")
        for link in self.links[self._by_digest[digest] :]:
            if link.effective <= at:
                found = link.circle.office(name) or found
        return found

    def writes(self, writer: str, terms: Terms, stream: int) -> bool:
        """Whether a tag of *stream* of the photo counts in an entry of *writer* (a writer id).

        It does when the key is one that the promise's circle or a successor gives to the
        custodian (stream 0), or to the trustee with share index *stream* - 1.

        Raises:
            CircleUnknownError: the promise's circle is not in the chain.
        """
        known = self.writers.get(writer)
        if known is None:
            return False
        vkey = known.verifier.vkey
        if stream == CUSTODIAN:
            return any(each.custodian.vkey == vkey for each in self.since(terms.circle))
        if stream > len(terms.trustees.keys):
            return False
        name = terms.trustees.keys[stream - 1].trustee
        return any(each.statement_vkey == vkey for each in self.seat(terms.circle, name))

    @cached_property
    def writers(self) -> Mapping[str, Writer]:
        """All keys that may write entries under any circle of the chain, by writer id.

        Raises:
            CircleOrderError: a key of one party went to another.
        """
        writers: dict[str, Writer] = {}
        for link in self.links:
            for writer in writers_of(link.circle):
                before = writers.setdefault(writer.id, writer)
                if (before.role, before.name) != (writer.role, writer.name):
                    raise CircleOrderError("A key of one party stands for another in this circle.")
                if before.cameras != writer.cameras:
                    writers[writer.id] = Writer(
                        writer.role, "", writer.verifier, before.cameras | writer.cameras
                    )
        return writers

    @cached_property
    def _by_digest(self) -> Mapping[str, int]:
        return {link.digest: position for position, link in enumerate(self.links)}


def writers_of(circle: Circle) -> list[Writer]:
    """The keys that may write entries under *circle*."""
    parse = NoteVerifier.parse
    cameras: dict[str, set[str]] = {}
    for recorder in circle.recorders:
        cameras.setdefault(recorder.vkey, set()).add(recorder.camera)
    return [
        Writer(Role.CUSTODIAN, "", parse(circle.custodian.vkey)),
        *(Writer(Role.TRUSTEE, each.name, each.verifier()) for each in circle.trustees),
        *(Writer(Role.OFFICE, each.office, parse(each.root_vkey)) for each in circle.offices),
        *(Writer(Role.RECORDER, "", parse(vkey), frozenset(named))
          for vkey, named in cameras.items()),
    ]  # fmt: skip
