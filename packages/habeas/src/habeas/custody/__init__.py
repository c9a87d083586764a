"""The use cases of custody: seal, request an opening, withdraw, expire.

    custody = Custody(Context(ledger=..., index=..., blobs=..., log=..., circle=..., ...))
    with custody.sealing(photo, Order(...)) as sealed:
        save_case(sealed.handle)                                      # in one transaction
    opening = custody.request(handle, Ask(office, officer, purpose, reason, one_time_key))
    ciphertext = custody.ciphertext(seal_id)
    withdrawal = custody.withdraw(receipt)                            # each trustee's statement
    details = custody.details(receipt)                                # of the custodian's entries

The block after `sealing` runs in the ledger's transaction that acknowledges the photo: what
it writes (the case, with an encrypted pointer that holds nothing but the photo's `Handle`)
exists exactly when the sealed photo does.

A request by an office that was not promised, or for an unpromised purpose, is passed to
the trustees like any other: they refuse it, and log the refusal. What cannot even be
asked (a purpose outside the vocabulary, several photos at once) is refused by
`custody.refuse(...)`, which logs it too. All refusals are `RefusedError` (cause, remedy,
code, log index).

The JSON interface of the portal that terminals use is spoken by `habeas.cli._portal`:
an opening answers {index, promise, entry, shares: [{trustee, index, release}], missing,
ciphertext}, where `release` is one HPKE message (enc ‖ ciphertext, base64).
"""

from habeas.custody._context import Context
from habeas.custody._facade import Custody
from habeas.custody._request import Ask, Opening
from habeas.custody._seal import Order, Sealed
from habeas.custody._sweep import Swept
from habeas.custody._withdraw import Withdrawal, withdraw_directly
from habeas.custody.blobs import BlobMissingError, FileBlobs
from habeas.custody.errors import RefusedError, SealingError, TooFewTrusteesError, UnknownPhotoError
from habeas.custody.ports import Handle

__all__ = [
    "Ask",
    "BlobMissingError",
    "Context",
    "Custody",
    "FileBlobs",
    "Handle",
    "Opening",
    "Order",
    "RefusedError",
    "Sealed",
    "SealingError",
    "Swept",
    "TooFewTrusteesError",
    "UnknownPhotoError",
    "Withdrawal",
    "withdraw_directly",
]
