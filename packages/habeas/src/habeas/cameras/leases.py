"""Leases on shared storage, and a thread that keeps one: `habeas.cameras.lease` says what counts.

    RECORDINGS/<camera>/lease.json     who records it
    RECORDINGS/<camera>/fence          the highest token that may still write, kept under the
                                       lock under which segments get their names

Storage is a file system that all machines see, with locks that hold between them (`flock` over
NFSv4 or a cluster's file system); or any other `LeaseStore` that can compare and swap.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from habeas.cameras import lease
from habeas.cameras.lease import Held, Lease, LeaseError, LeaseTerms, SeenLease
from habeas.cover.errors import OutputError
from habeas.foundation import durable
from habeas.protocol import MalformedError

_LEASE, _FENCE = "lease.json", "fence"


class LeaseStore(Protocol):
    """Where leases lie; callable by any thread of any machine."""

    def read(self, camera: str) -> Lease | None:
        """The camera's lease; None where there never was one. Raises OSError."""

    def swap(self, camera: str, before: Lease | None, after: Lease) -> bool:
        """Store *after* if *before* is what is stored now; tells whether it was.

        When it returns True, *after* survives a crash, and whoever has an earlier token writes
        nothing more that counts. Raises OSError where nobody knows whether it was stored.
        """


class LeaseFiles:
    """Leases in the folder of recordings.

    Args:
        folder: of recordings.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, camera: str) -> Lease | None:
        """See `LeaseStore`."""
        try:
            return Lease.read(json.loads((self._folder / camera / _LEASE).read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, MalformedError) as error:
            raise OutputError(f"The lease of {camera} cannot be read.") from error

    def swap(self, camera: str, before: Lease | None, after: Lease) -> bool:
        """See `LeaseStore`."""
        place = self._folder / camera
        durable.make(place)
        with durable.locked(place):
            if self.read(camera) != before:
                return False
            # The fence first: who is killed in between has shut out the old holder, whose lease
            # then simply runs out.
            raise_fence(place, after.token)
            durable.write(place / _LEASE, after.encode())
        return True


def raise_fence(place: Path, token: int) -> None:
    """Let through nobody with a lower *token*; the caller holds the lock of *place*.

    Raises:
        LeaseError: a later holder has been let through.
    """
    before = _fence(place)
    after = lease.admitted(before, token, place.name)
    if after != before:
        durable.write(place / _FENCE, f"{after}\n".encode())


def verify_fence(place: Path, token: int | None) -> None:
    """Raise unless who has *token* may write; the caller holds the lock of *place*.

    Without a token, who writes is alone on its machine: that counts where no lease ever was.

    Raises:
        LeaseError: the camera is somebody else's.
    """
    lease.admitted(_fence(place), token or 0, place.name)


def _fence(place: Path) -> int:
    try:
        return int((place / _FENCE).read_text())
    except FileNotFoundError:
        return 0
    except ValueError as error:
        raise OutputError(f"The fence of {place.name} cannot be read.") from error


class Keeper:
    """Waits for a camera's lease, keeps it, and says when it is lost.

    Args:
        store: where leases lie.
        camera: id.
        holder: who this is, for people.
        terms: how long leases last.
        now: seconds of a clock that never goes back.
        standby: a lease that is nobody's is left to others for a while.
    """

    def __init__(
        self,
        store: LeaseStore,
        camera: str,
        holder: str,
        terms: LeaseTerms | None = None,
        now: Callable[[], float] = time.monotonic,
        *,
        standby: bool = False,
    ) -> None:
        self._store, self._camera, self._holder = store, camera, holder
        self._standby = standby
        self._terms, self._now = terms or LeaseTerms(), now
        self._stopped = threading.Event()
        self._seen: SeenLease | None = None
        self._held: Held | None = None

    def wait(self) -> Held | None:
        """The lease, once it is ours; None once it is not wanted any more."""
        while not self._stopped.is_set():
            with contextlib.suppress(OSError, OutputError, LeaseError):
                held = self.take()
                if held is not None:
                    return held
            self._stopped.wait(self._terms.renew / 2)
        return None

    def take(self) -> Held | None:
        """The lease, if it can be had now."""
        asked = self._now()
        stored = self._store.read(self._camera)
        self._seen = lease.see(self._seen, stored, asked)
        wanted = lease.wanted(
            self._seen, self._camera, self._holder, asked, self._terms, standby=self._standby
        )
        if wanted is None or not self._store.swap(self._camera, stored, wanted):
            return None
        self._held = lease.granted(wanted, asked, self._terms)
        return self._held

    def keep(self, done: threading.Event) -> None:
        """Renew the lease until *done*, and then let go of it.

        Raises:
            LeaseError: it is lost: what is recorded from now on does not count.
        """
        held = self._held
        while held is not None and not done.wait(self._terms.renew):
            held.verify(self._now())
            # A store that fails in passing is asked again, as long as the lease lasts.
            with contextlib.suppress(OSError, OutputError):
                held = self.renew(held)
        self.release()

    def renew(self, held: Held) -> Held:
        """Renew the lease once.

        Raises:
            LeaseError: it is somebody else's.
            OSError: nobody knows whether it was renewed.
        """
        asked, wanted = self._now(), lease.renewed(held)
        if not self._store.swap(self._camera, held.lease, wanted):
            # A swap whose answer was lost may have been done: then what is stored is ours.
            stored = self._store.read(self._camera)
            if stored is None or stored.token != held.lease.token or stored.released:
                raise LeaseError(f"The lease of {self._camera} is somebody else's now.")
            wanted = stored
        self._held = lease.granted(wanted, asked, self._terms)
        return self._held

    def release(self) -> None:
        """Let go of the lease, so that nobody has to wait for its end."""
        held, self._held = self._held, None
        if held is not None:
            with contextlib.suppress(OSError, OutputError, LeaseError):
                self._store.swap(self._camera, held.lease, lease.released(held))

    def stop(self) -> None:
        """It is not waited for any more."""
        self._stopped.set()
