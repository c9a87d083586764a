"""What may be appended: the port by which an application guards its log.

A log keeps what it has taken for ever, so the question is asked before anything is stored.
A new log takes nothing until somebody has said what it takes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from typing import Protocol

from habeas.foundation.errors import HabeasError
from habeas.tlog.errors import FormatError, NotAdmittedError, SignatureError
from habeas.tlog.note import NoteVerifier, Verifier, open_note

_LOG = logging.getLogger("habeas.tlog")
#: Entries that one worker of `InWorkers` gets at a time, at least and at most: enough to be worth
#: the way there, and few enough that all workers are busy.
_LEAST, _MOST = 8, 128


class Admission(Protocol):
    """Says of each entry whether the log takes it.

    The log asks from one thread at a time, before it stores the entry. An entry that stands on
    the log already is not refused: sending it again gives its index.
    """

    def admit(self, entry: bytes) -> None:
        """Return to let *entry* be appended.

        Raises:
            NotAdmittedError: the log does not take it; the error says why, and the status.
            LogUnavailableError: what the answer depends on cannot be read now.
        """


class AdmitNothing:
    """A closed log, as every new one is."""

    def admit(self, entry: bytes) -> None:  # noqa: ARG002 - no entry changes the answer
        """Refuse.

        Raises:
            NotAdmittedError: always.
        """
        raise NotAdmittedError(
            "This log is closed.",
            "Name who may append with `habeas-tlog allow NAME`, or open it to anybody with "
            "`habeas-tlog allow --anybody`.",
            code="log-closed",
        )


class AdmitAnything:
    """A log of whatever reaches it: for tests, and where something before it has decided."""

    def admit(self, entry: bytes) -> None:
        """Return."""


class AdmitSigned:
    """A log of signed notes (C2SP signed-note), each signed by one of the named keys.

    Ed25519 is verified by libsodium, with PyNaCl of ``habeas-tlog[server]``.
    """

    def __init__(self, verifiers: Iterable[Verifier]) -> None:
        from habeas.tlog.sodium import SodiumVerifier  # noqa: PLC0415 - an optional package

        self._verifiers = tuple(
            SodiumVerifier(each.name, each.key_id, each.public_key)
            if isinstance(each, NoteVerifier)
            else each
            for each in verifiers
        )

    def admit(self, entry: bytes) -> None:
        """Return where *entry* is a note that a named key has signed.

        Raises:
            NotAdmittedError: 400 where it is no note, 403 where nobody named has signed it.
        """
        try:
            open_note(entry.decode(), self._verifiers)
        except (UnicodeDecodeError, FormatError) as error:
            raise NotAdmittedError(
                "The entry is no signed note.", "Sign it as C2SP signed-note has it.", status=400
            ) from error
        except SignatureError as error:
            raise NotAdmittedError(error.cause, "Sign it with a key that the log names.") from error


class InWorkers:
    """An admission that is asked by several processes at once, for checks that cost CPU time.

    Args:
        admission: what is asked; it travels to the workers by pickle.
        workers: a process pool. A thread pool gains nothing where the check holds the GIL.
    """

    def __init__(self, admission: Admission, workers: Executor) -> None:
        self._admission = admission
        self._workers = workers

    def admit(self, entry: bytes) -> None:
        """Ask here, in this process."""
        self._admission.admit(entry)

    def refusals(self, entries: Sequence[bytes]) -> list[HabeasError | None]:
        """Ask of many entries at once; None for each that may be appended."""
        if len(entries) <= _LEAST:
            return refusals(self._admission, entries)
        cores = len(os.sched_getaffinity(0))
        chunk = min(_MOST, max(_LEAST, -(-len(entries) // cores)))
        chunks = [entries[at : at + chunk] for at in range(0, len(entries), chunk)]
        try:
            asked = [self._workers.submit(refusals, self._admission, chunk) for chunk in chunks]
            return [refusal for each in asked for refusal in each.result()]
        except Exception:  # noqa: BLE001
            # Workers that were killed, or ended first, must not stop the log: it asks here.
            _LOG.exception("the admission's workers failed")
            return refusals(self._admission, entries)


def refusals(admission: Admission, entries: Sequence[bytes]) -> list[HabeasError | None]:
    """Ask of each entry; None for each that may be appended."""
    if isinstance(admission, AdmitAnything):
        return [None] * len(entries)
    if isinstance(admission, InWorkers):
        return admission.refusals(entries)
    return [_refusal(admission, entry) for entry in entries]


def _refusal(admission: Admission, entry: bytes) -> HabeasError | None:
    try:
        admission.admit(entry)
    except HabeasError as error:
        return error
    except Exception:  # noqa: BLE001
        # A fault of the application's check must neither let the entry in nor stop the log.
        _LOG.exception("the admission failed")
        return NotAdmittedError(
            "The log could not check this entry.", "Tell whoever runs the log.", status=500
        )
    return None
