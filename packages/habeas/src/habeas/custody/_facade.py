"""The custodian's use cases in one place, for the portal."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from habeas.custody import _request, _seal, _sweep, _withdraw
from habeas.custody._context import Context
from habeas.custody.errors import RefusedError
from habeas.custody.locked import unlock
from habeas.custody.ports import Handle
from habeas.protocol import Receipt


class Custody:
    """Custody of photos over the ports of a `Context`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def sealing(self, photo: bytes, order: _seal.Order) -> AbstractContextManager[_seal.Sealed]:
        """Seal *photo* to the trustees and put the fact on the log; the block acknowledges it.

            with custody.sealing(photo, order) as sealed:
                case.pointer = encrypt(sealed.handle)
                case.save()

        The block runs inside the ledger's transaction that makes the photo acknowledged: what
        it writes there exists exactly when the sealed photo does. Where it raises, the photo
        is taken back from the trustees, and nothing is kept.

        Args:
            photo: a JPEG, already stripped and re-encoded.
            order: what is promised.

        Raises:
            SealingError: a trustee or the log is missing. Nothing was kept.
        """
        return _seal.sealing_of(self._context, photo, order)

    def request(self, handle: Handle, ask: _request.Ask) -> _request.Opening:
        """Put a request on the log and ask the trustees for their shares.

        Returns:
            The shares, wrapped to the request's one-time key.

        Raises:
            RefusedError: too many trustees refuse, or the photo is withdrawn or expired.
            TooFewTrusteesError: too few can be reached; names the missing ones.
            UnknownPhotoError: no such photo is in custody.
            KeyFormatError: the one-time key is no X-Wing public key.
        """
        return _request.request(self._context, handle, ask)

    def refuse(
        self,
        *,
        code: str,
        cause: str,
        remedy: str,
        office: str,
        officer: str,
        purpose: str,
        reason: str,
        handle: Handle | None = None,
    ) -> RefusedError:
        """Log a refusal of something that cannot even be asked, and give the error to raise.

        Args:
            code: public code of the refusal (``recognition-never``, ``bulk-never``, ...).
            cause: for who asked.
            remedy: for who asked.
            office: as asked.
            officer: who asked.
            purpose: as asked, in the words of who asked.
            reason: as asked.
            handle: the photo it was about, so that the applicant sees the attempt.
        """
        return _request.refuse(
            self._context, code=code, cause=cause, remedy=remedy, office=office,
            officer=officer, purpose=purpose, reason=reason, handle=handle,
        )  # fmt: skip

    def ciphertext(self, seal_id: str) -> bytes:
        """The sealed photo's ciphertext.

        Raises:
            UnknownPhotoError, BlobMissingError: it is not, or no longer, in custody.
        """
        return _request.ciphertext(self._context, seal_id)

    def withdraw(self, receipt: Receipt) -> _withdraw.Withdrawal:
        """Withdraw a photo: trustees destroy their shares, then the ciphertext goes.

        Repeating it is harmless, and asks those trustees again that were missing.

        Raises:
            ReceiptError: the receipt's parts do not belong together.
            UnknownPhotoError: its photo is not in custody here.
        """
        return _withdraw.withdraw(self._context, receipt)

    def details(self, receipt: Receipt) -> Iterable[tuple[bytes, bytes, dict[str, Any]]]:
        """Entry, salt and details of each of the custodian's own entries about a photo."""
        track_key = bytes.fromhex(receipt.track_key)
        for line in self._context.ledger.lines(receipt.promise.seal_id):
            if line.locked:
                yield line.entry, *unlock(track_key, line.entry, line.locked)

    def sweep(self, *, pending_seconds: float = _sweep.PENDING_SECONDS) -> _sweep.Swept:
        """One round: undo, expire, settle what is owed. Safe at any time."""
        return _sweep.sweep(self._context, pending_seconds=pending_seconds)
