"""The custodian's use cases in one place, for the portal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any, Literal

from habeas.custody import depositing, endings, requests, sealing, sweep
from habeas.custody.context import Context
from habeas.custody.kept import KeptPhoto, kept
from habeas.custody.locked import unlock
from habeas.protocol import Promise, Receipt, stream
from habeas.protocol.details import WithdrawnDetails
from habeas.protocol.seal import Wishes


class Custody:
    """Custody of photos over the ports of a `Context`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def sealing(self, photo: bytes, wishes: Wishes) -> AbstractContextManager[sealing.Acknowledged]:
        """Seal *photo* to the trustees and put the fact on the log; the block acknowledges it.

        The block runs inside the transaction that makes the photo count: what it writes (the
        application, with the pointer sealed to its office) exists exactly when the photo does.

        Args:
            photo: a JPEG, already stripped and re-encoded.
            wishes: what is promised.

        Raises:
            SealingError: trustees or the log are missing. Nothing counts as sealed.
        """
        return sealing.sealing_of(self._context, photo, wishes)

    def offer(self, month: str) -> depositing.SealingOffer:
        """What a device needs to seal under, for photos that expire in *month*.

        Raises:
            SealingError: a trustee's key is not known, or no circle is in force.
        """
        return depositing.offer(self._context, month)

    def take(
        self,
        photo: depositing.Deposited,
        wishes: Wishes,
        salt: bytes,
        begun: Callable[[], None] = lambda: None,
    ) -> depositing.Taken:
        """Bring a photo that a device has sealed to its trustees and onto the log.

        It does not count before `keeping`. Taking it again is harmless. *begun* is called in the
        transaction that notes it.

        Raises:
            MalformedError, OtherTermsError: it is not what was agreed on.
            SealingError: trustees or the log are missing, or it has ended.
        """
        return depositing.take(self._context, photo, wishes, salt, begun)

    def knows(self, seal_id: str) -> bool:
        """Whether a photo of this id is, or was, in custody here."""
        return self._context.ledger.photo(seal_id) is not None

    def keeping(self, seal_id: str) -> AbstractContextManager[Promise]:
        """Let such a photo count; the block runs in the transaction that does it.

        Raises:
            SealingError: it never came to the log, or was given up meanwhile.
        """
        return depositing.keeping(self._context, seal_id)

    def next_number(self, seal_id: str) -> int:
        """The number that the photo's next request must have.

        Raises:
            UnknownPhotoError, RefusedError: it cannot be opened (any more).
        """
        return requests.next_number(self._context, seal_id)

    def look(self, seal_id: str) -> tuple[Promise, str, int]:
        """The promise of a sealed photo, its state, and the number of its next request.

        Raises:
            UnknownPhotoError: it is not in custody here.
        """
        return requests.look(self._context, seal_id)

    def request(self, signed: requests.SignedRequest) -> requests.Opening:
        """Put an officer's signed request on the log and ask the trustees for their shares.

        Returns:
            The shares, wrapped to the request's one-time key.

        Raises:
            RefusedError: too many trustees refuse, or the photo has ended.
            TooFewTrusteesError: too few can be reached; names the missing ones.
            UnknownPhotoError: no such photo is in custody.
            MalformedError: the request is for another photo, number or day.
        """
        return requests.request(self._context, signed).collect()

    def asking(self, signed: requests.SignedRequest) -> requests.Asked:
        """Put an officer's signed request on the log, and leave it to the caller to ask.

        Raises:
            As for `request`, but for what the trustees answer.
        """
        return requests.request(self._context, signed)

    def ciphertext(self, seal_id: str) -> bytes:
        """The sealed photo's ciphertext.

        Raises:
            UnknownPhotoError, RefusedError, BlobMissingError: it is not, or no longer, here.
        """
        return requests.ciphertext(self._context, seal_id)

    def withdraw(
        self, seal_id: str, secret: bytes, pending: Collection[str] = ()
    ) -> endings.Withdrawal:
        """Withdraw a photo: the secret goes to the log and to all trustees.

        Repeating it is harmless, and tells how far it has come.

        Args:
            seal_id: of the photo.
            secret: the withdrawal secret, 32 bytes.
            pending: trustees that the receipt has as pending. All others have to sign that
                they destroyed their share.

        Raises:
            UnknownPhotoError: it is not in custody here.
            NotTheHolderError: the secret is another photo's.
        """
        return endings.withdraw(self._context, seal_id, secret, pending)

    def learn(self, withdrawn: WithdrawnDetails) -> bool:
        """Take note of a `withdrawn` entry on the log: a trustee may have got the secret.

        The ciphertext goes, as if it had been withdrawn here. An entry whose secret does not
        fit, or whose photo is another custodian's, changes nothing.

        Returns:
            Whether the photo had not ended that way before.
        """
        return endings.learn(self._context, withdrawn)

    def close(self, seal_id: str, because: Literal["decided", "ended"]) -> None:
        """Freeze a photo: nobody opens it any more. Its shares go by the rule of its terms.

        Raises:
            UnknownPhotoError: it is not in custody here.
        """
        endings.close(self._context, seal_id, because)

    def close_after(self, seal_id: str, day: str) -> None:
        """Close a sealed photo in the first round after that day (YYYY-MM-DD), as decided.

        Raises:
            UnknownPhotoError: it is not in custody here.
        """
        endings.close_after(self._context, seal_id, day)

    def kept(self, seal_id: str) -> KeptPhoto:
        """All of a photo's receipt that is no secret, for whoever knows its id.

        Raises:
            UnknownPhotoError: it is not in custody here.
        """
        return kept(self._context, seal_id)

    def acknowledgements(self, seal_id: str) -> dict[str, str]:
        """What trustees have acknowledged, late ones too, by trustee (signed notes)."""
        return self._context.ledger.acknowledgements(seal_id)

    def details(self, receipt: Receipt) -> Iterable[tuple[bytes, bytes, dict[str, Any]]]:
        """Entry, salt and details of each of the custodian's requests for a photo."""
        key = receipt.stream_key(stream.CUSTODIAN)
        for line in self._context.ledger.lines(receipt.promise.seal_id):
            if line.locked and line.number:
                details_key = stream.details_key(key, line.number)
                yield line.entry, *unlock(details_key, line.entry, line.locked)

    def owes(self) -> bool:
        """Whether an entry waits to be taken by the log."""
        return bool(self._context.ledger.owed_lines(1))

    def learn_keys(self) -> None:
        """Learn the trustees' keys of the coming months: who is away then is not noticed.

        They are kept beside this process: each machine of an installation asks for itself.

        Raises:
            TooFewTrusteesError: some do not answer, and their keys are still not known.
        """
        sealing.learn_ahead(self._context)

    def keyless(self) -> tuple[str, ...]:
        """Trustees of which not all keys of the coming months are known here. Asks nobody."""
        return sealing.seats_without_keys(self._context)

    def sweep(
        self,
        *,
        pending_seconds: int = sweep.PENDING_SECONDS,
        ends: bool = True,
        many: bool = False,
    ) -> sweep.Swept:
        """One round of what must happen although nobody asks. Safe at any time.

        Args:
            pending_seconds: what is pending for longer was left behind.
            ends: end and destroy what is over; without, only tell and bring what is owed.
            many: end it also where that is an unusual share of all.

        Raises:
            TooManyEndsError: so much would end that a person has to look. All else was done.
        """
        return sweep.sweep(self._context, pending_seconds=pending_seconds, ends=ends, many=many)
