"""C2SP tlog-mirror (draft), the client's side: sending a log to a mirror.

Anybody can do it who can read the log: its operator, or a friend of the mirror. What the mirror
has already is not sent again, and an upload that broke off goes on where it stopped.
"""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Self

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.forward import direct, mounts
from habeas.tlog.checkpoint import Checkpoint, parse_decimal
from habeas.tlog.cosignature import Cosigner
from habeas.tlog.errors import (
    FormatError,
    LogUnavailableError,
    SignatureError,
    StaleViewError,
    TlogError,
    UnsignedError,
)
from habeas.tlog.mirroring import (
    ENTRIES_TYPE,
    PACKAGES_AT_ONCE,
    MirrorInfo,
    Package,
    Upload,
    encode_package,
)
from habeas.tlog.note import MAX_NOTE, open_note, split
from habeas.tlog.retry import PASSING, Retry, retry_after
from habeas.tlog.spans import Source
from habeas.tlog.subtree import subtree_consistency_path
from habeas.tlog.tiles import TileNodes
from habeas.tlog.tree import consistency_path

#: Answers in a row that bring an upload no further, after which it is given up for now.
_STANDING = 4


class MirrorRefusedError(TlogError):
    """A mirror does not take this log, or says that the log contradicts itself."""

    code = "mirror-refused"
    remedy = "Ask whoever runs the mirror whether it knows this log and its keys."


class Pusher:
    """Sends one log to one mirror. One thread at a time.

    Args:
        source: the log: `habeas.tlog.client.LogClient`, or `habeas.tlog.verifying.Folder`.
        url: the mirror's submission prefix.
        mirror: the mirror's key; None to take its cosignature unverified.
        timeout: seconds for one call.
        retry: how patiently a call is repeated.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        source: Source,
        url: str,
        mirror: Cosigner | None = None,
        *,
        timeout: float = 60.0,
        retry: Retry | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._source = source
        self._url = url.rstrip("/")
        self._mirror = mirror
        self._retry = retry or Retry()
        self._sleep = sleep
        self._http = httpx.Client(
            timeout=timeout,
            trust_env=False,
            verify=authorities(),
            transport=direct(),
            mounts=mounts(),
        )
        #: Entries of the newest checkpoint that the mirror knows.
        self.known = 0
        #: The first entry that it does not have.
        self._next = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def push(self, note: str | None = None) -> str:
        """Send the log up to a checkpoint; by default its newest.

        Returns:
            The mirror's cosignature lines: it keeps and shows all of this tree.

        Raises:
            MirrorRefusedError: the mirror does not take this log.
            SignatureError: what comes back is no cosignature of the mirror's key.
            StaleViewError: the mirror knows a later checkpoint, or gets no further now.
            LogUnavailableError, FormatError: log or mirror do not answer, or not as they must.
        """
        note = self._source.checkpoint() if note is None else note
        target = Checkpoint.parse(split(note)[0])
        nodes = TileNodes(target.size, self._source.tile)
        self._add_checkpoint(note, target, nodes)
        lines = self._add_entries(target, nodes)
        if self._mirror is not None:
            try:
                open_note(note + lines, [self._mirror])
            except UnsignedError as error:
                raise SignatureError(
                    "The mirror has not signed with its key.",
                    "Ask whoever runs the mirror which key it has.",
                ) from error
        return lines

    def _add_checkpoint(self, note: str, target: Checkpoint, nodes: TileNodes) -> None:
        for _ in range(_STANDING):
            proof = consistency_path(self.known, target.size, nodes)
            lines = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
            body = f"old {self.known}\n{lines}\n{note}".encode()
            answer = self._post("add-checkpoint", partial(bytes, body))
            if answer.status_code == 200:
                self.known = target.size
                return
            if answer.status_code != 409:
                raise self._refused(answer)
            self.known = parse_decimal(answer.text.strip())
            if self.known > target.size:
                known, self.known = self.known, 0
                raise StaleViewError(
                    f"The mirror knows a checkpoint of {known} entries; this one has {target.size}."
                )
        raise StaleViewError("The mirror's checkpoint moves too fast.")

    def _add_entries(self, target: Checkpoint, nodes: TileNodes) -> str:
        upload = Upload(target.origin, min(self._next, target.size), target.size)
        standing = 0
        while standing < _STANDING:
            answer = self._post("add-entries", partial(self._body, upload, nodes), gzipped=True)
            if answer.status_code == 200:
                self._next = target.size
                return answer.text
            if answer.status_code not in (202, 409):
                raise self._refused(answer)
            info = MirrorInfo.parse(answer.text)
            if info.size != target.size:
                raise StaleViewError("The mirror has gone on to another checkpoint.")
            standing = 0 if info.next > upload.begin else standing + 1
            self._next = min(info.next, target.size)
            upload = replace(upload, begin=self._next, ticket=info.ticket)
        raise StaleViewError("The mirror gets no further.")

    def _body(self, upload: Upload, nodes: TileNodes) -> Iterator[bytes]:
        """As much of an upload as one request may have, compressed."""
        packing = zlib.compressobj(wbits=31)
        yield packing.compress(upload.encode())
        for package in islice(upload.packages(), PACKAGES_AT_ONCE):
            yield packing.compress(self._package(package, upload.end, nodes))
        yield packing.flush()

    def _package(self, package: Package, size: int, nodes: TileNodes) -> bytes:
        entries = list(self._source.entries(package.begin, package.end))
        if len(entries) != package.end - package.begin:
            raise StaleViewError("The log does not have all entries of its checkpoint.")
        proof = subtree_consistency_path(package.first, package.end, size, nodes)
        return encode_package(entries, proof)

    def _post(
        self, path: str, body: Callable[[], bytes | Iterable[bytes]], *, gzipped: bool = False
    ) -> httpx.Response:
        headers = {"Content-Type": ENTRIES_TYPE}
        if gzipped:
            headers["Content-Encoding"] = "gzip"
        attempt = 0
        while True:
            answer: httpx.Response | None = None
            try:
                answer = self._http.post(f"{self._url}/{path}", content=body(), headers=headers)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                failure: Exception = error
            if answer is not None and answer.status_code not in PASSING:
                if len(answer.content) > MAX_NOTE:
                    raise FormatError("The mirror answers with more than it can have.")
                return answer
            attempt += 1
            if attempt >= self._retry.attempts:
                raise LogUnavailableError(
                    f"The mirror at {self._url} does not answer.",
                    "Try again later: what it has is not sent again.",
                ) from (failure if answer is None else None)
            asked = None
            if answer is not None:
                asked = retry_after(answer.headers.get("retry-after"), time.time())
            self._sleep(self._retry.pause(attempt - 1, asked))

    def _refused(self, answer: httpx.Response) -> TlogError:
        said = answer.text.strip().split("\n")[0][:200]
        return MirrorRefusedError(f"The mirror answers with status {answer.status_code}: {said}")
