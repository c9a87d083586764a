"""C2SP tlog-mirror (draft): a full verified copy of a log, kept and served by somebody else.

The mirror reads the log itself ("a mirror MAY additionally implement other update
processes"). Its cosignature below a checkpoint says that it has stored, durably, every entry
of that tree, and shows them below ``/<SHA-256 of the origin>/``.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from habeas.foundation.errors import HabeasError
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.cosignature import Cosigning
from habeas.tlog.errors import ForkedViewError
from habeas.tlog.note import split
from habeas.tlog.policy import Policy, VerifiedCheckpoint
from habeas.tlog.server.browsers import OpenToBrowsers
from habeas.tlog.server.reading import Reading
from habeas.tlog.server.storage import FileStorage
from habeas.tlog.tiles import Tile
from habeas.tlog.tree import root_hash
from habeas.tlog.view import Source, verified_spans

_LOG = logging.getLogger("habeas.tlog")


class Mirror:
    """A copy of one log in a folder.

    Args:
        folder: where the copy lies; made where it is missing.
        source: the log.
        policy: what makes its checkpoints count.
        signer: the mirror's key, used for nothing else: not that of a witness.
        clock: POSIX seconds.

    Raises:
        LogLockedError: another process keeps this copy.
        DamagedError: what lies there is damaged.
    """

    def __init__(
        self,
        folder: Path,
        source: Source,
        policy: Policy,
        signer: Cosigning,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._source = source
        self._policy = policy
        self._signer = signer
        self._clock = clock
        self._storage = FileStorage(folder, remember=0)
        #: The mirror checkpoint, and entries under it.
        self.note = self._storage.published() or ""
        self.size = Checkpoint.parse(split(self.note)[0]).size if self.note else 0

    @property
    def readable(self) -> int:
        """Entries whose tiles may be read."""
        return self.size

    def close(self) -> None:
        """Make everything durable, and let others keep the copy."""
        self._storage.close()

    def read(self, tile: Tile) -> bytes:
        """A tile or bundle of the copy; see `TileStore.read`."""
        return self._storage.read(tile)

    def catch_up(self) -> VerifiedCheckpoint:
        """Copy what the log has meanwhile; what was copied before a failure stays.

        Raises:
            ForkedViewError: the log is no extension of what was copied.
            SignatureError, QuorumError, FormatError: its checkpoint does not count.
            LogUnavailableError, StaleViewError: it cannot be read now.
        """
        note = self._source.checkpoint()
        verified = self._policy.verify(note, self._clock())
        target = verified.checkpoint
        held = self._storage.tree.size
        if target.size <= held:
            root = root_hash(target.size, self._storage.node_of(held))
            if not hmac.compare_digest(root, target.root):
                raise ForkedViewError(f"The log signed two different trees of {target.size}.")
        for span in verified_spans(self._source, self._storage.tree, target):
            self._storage.restore(span.entries)
            self._storage.lay_out()
        if target.size >= self.size:
            self._publish(note, target)
        return verified

    def _publish(self, note: str, target: Checkpoint) -> None:
        self._storage.make_durable()
        now = max(int(self._clock()), 1)
        self.note = note + self._signer.cosign(target.text(), now).line()
        self._storage.publish(self.note)
        self.size = target.size


def mirror_app(mirror: Mirror, origin: str, *, every: float = 10.0) -> Starlette:
    """The copy as an ASGI application that follows the log.

    Args:
        mirror: the copy.
        origin: of the log; its hash is the path below which the copy is served.
        every: seconds between two looks at the log.
    """
    problem: HabeasError | None = None

    async def follow() -> None:
        nonlocal problem
        while True:
            try:
                await asyncio.to_thread(mirror.catch_up)
                problem = None
            except HabeasError as error:
                problem = error
                _LOG.warning("the mirror does not follow: %s", error)
            except Exception:  # noqa: BLE001 - the next look may go well
                problem = HabeasError("The mirror's own code failed.", "Look at its output.")
                _LOG.exception("the mirror does not follow")
            await asyncio.sleep(every)

    async def health(_: Request) -> Response:
        state: dict[str, object] = {"ok": problem is None, "size": mirror.size}
        if problem is not None:
            state |= {"code": problem.code, "cause": problem.cause, "remedy": problem.remedy}
        return JSONResponse(state, 200 if problem is None else 503)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(follow())
        try:
            yield
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
            await asyncio.to_thread(mirror.close)

    prefix = "/" + hashlib.sha256(origin.encode()).hexdigest()
    return Starlette(
        routes=[*Reading(mirror).routes(prefix), Route("/health", health)],
        lifespan=lifespan,
        middleware=[Middleware(OpenToBrowsers)],
    )
