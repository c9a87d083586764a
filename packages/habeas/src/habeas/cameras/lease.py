"""Who records a camera: one holder at a time, by lease and fencing token.

Gray and Cheriton, Leases (SOSP 1989), with tokens that only rise: a holder writes while its lease
lasts, and what it writes counts only while no later token was seen. No clock of one machine is
ever compared with another's. A holder counts from before it asked for its lease; who waits counts
from when it first saw the lease unchanged. All that is assumed is that two machines' seconds
differ by less than `LeaseTerms.drift`; and where even that is wrong, the token still keeps the
late one out.

Pure: leases and clocks' seconds in, leases out. `habeas.cameras.leases` keeps them, and the fence
beside what it protects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from habeas.cover.errors import FootageError
from habeas.protocol.document import Document, Slug

Holder = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[!-~]+$")]


class LeaseError(FootageError):
    """The camera is somebody else's now."""

    code = "lease-lost"
    remedy = "Nothing: whoever has the lease records the camera, and this one waits for it."


class Lease(Document):
    """Who records a camera.

    Attributes:
        token: rises by one whenever the lease changes hands, and whenever it is taken again.
        beat: rises with each renewal, so that who waits sees that the holder lives.
        holder: which process, for people; never decides anything.
        released: the holder has ended by itself; nobody needs to wait.
    """

    v: Literal[2] = 2
    camera: Slug
    token: Annotated[int, Field(ge=1)]
    beat: Annotated[int, Field(ge=0)]
    holder: Holder
    released: bool = False


@dataclass(frozen=True)
class LeaseTerms:
    """How long leases last, seconds.

    Attributes:
        lasts: from before the holder asked. Renewed three times within it, and a camera whose
            machine died is recorded again soon after it: of the 15 s that it may take, the rest is
            for starting.
        renew: from one renewal to the next.
        drift: by how much of itself one machine's second may differ from another's: quartz
            differs by a ten-thousandth, a virtual machine under migration by a few hundredths.
    """

    lasts: float = 6.0
    renew: float = 1.5
    drift: float = 0.1

    @property
    def waited(self) -> float:
        """Seconds of its own clock that an unchanged lease is waited for before it is taken.

        The holder's clock may be slow by `drift`, and the waiting one's fast by as much.
        """
        return self.lasts * (1 + self.drift) / (1 - self.drift)


@dataclass(frozen=True)
class Held:
    """A lease of one's own.

    Attributes:
        lease: as it was last stored.
        until: seconds of one's own clock, until when it counts.
    """

    lease: Lease
    until: float

    def verify(self, now: float) -> None:
        """Raise unless the lease still lasts.

        Raises:
            LeaseError: it may be somebody else's by now.
        """
        if now >= self.until:
            raise LeaseError(f"The lease of {self.lease.camera} was not renewed in time.")


@dataclass(frozen=True)
class SeenLease:
    """Another's lease, as who waits for it sees it.

    Attributes:
        lease: as it was last read; None where nobody had one.
        since: seconds of one's own clock, since when it has not changed.
    """

    lease: Lease | None
    since: float


def see(before: SeenLease | None, lease: Lease | None, now: float) -> SeenLease:
    """What is known once *lease* was read; its age counts from the first time it was."""
    if before is not None and before.lease == lease:
        return before
    return SeenLease(lease, now)


def wanted(
    seen: SeenLease,
    camera: str,
    holder: str,
    now: float,
    terms: LeaseTerms,
    *,
    standby: bool = False,
) -> Lease | None:
    """The lease to store in place of what was seen; None while that must be waited for.

    It counts only if what was seen is still what is stored (compare and swap).

    Args:
        seen: what is stored, and since when.
        camera: id.
        holder: who asks.
        now: seconds of its own clock.
        terms: how long leases last.
        standby: a lease that is nobody's is left to others for as long as one that is somebody's.
    """
    lease = seen.lease
    free = lease is None or lease.released
    if (standby or not free) and now - seen.since <= terms.waited:
        return None
    token = 1 if lease is None else lease.token + 1
    return Lease(camera=camera, token=token, beat=0, holder=holder)


def renewed(held: Held) -> Lease:
    """The lease to store in place of one's own; it counts only if that is still stored."""
    return held.lease.model_copy(update={"beat": held.lease.beat + 1})


def released(held: Held) -> Lease:
    """What to store when one has ended by oneself."""
    return held.lease.model_copy(update={"released": True})


def granted(lease: Lease, asked: float, terms: LeaseTerms) -> Held:
    """A lease that was stored; *asked* is one's own clock before that was asked for."""
    return Held(lease, asked + terms.lasts)


def admitted(fence: int, token: int, camera: str) -> int:
    """The fence once a writer with *token* was let through.

    Args:
        fence: the highest token that was seen; 0 where none was.
        token: the writer's.
        camera: for the words of the error.

    Raises:
        LeaseError: a later holder has written already, or taken its place.
    """
    if token < fence:
        raise LeaseError(f"{camera} is recorded by a later holder (token {fence}, not {token}).")
    return token
