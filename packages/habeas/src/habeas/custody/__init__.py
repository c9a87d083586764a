"""The use cases of custody: seal, request an opening, withdraw, close, expire.

    custody = Custody(Context(ledger=..., blobs=..., log=..., signer=..., chain=..., panel=...))
    with custody.sealing(photo, wishes) as sealed:                    # trustees and log have it
        save_application(sealed.pointers, sealed.receipt)             # in the same transaction
    number = custody.next_number(seal_id)                             # for the officer to sign
    opening = custody.request(SignedRequest(...))
    ciphertext = custody.ciphertext(seal_id)
    withdrawal = custody.withdraw(seal_id, secret)                    # each trustee's statement

The custodian never has a picture after sealing, a data key, a track key, or an officer's
authority: it reserves numbers, writes down what officers have signed, and keeps ciphertexts.
"""

from habeas.custody.blobs import BlobMissingError, BlobStoreError, FileBlobs
from habeas.custody.context import Context
from habeas.custody.depositing import Deposited, OtherTermsError, SealingOffer, Taken
from habeas.custody.endings import Withdrawal, withdraw_directly
from habeas.custody.errors import (
    NotTheHolderError,
    RefusedError,
    SealingError,
    TooFewTrusteesError,
    UnknownPhotoError,
)
from habeas.custody.facade import Custody
from habeas.custody.months import StatedMonthKeys
from habeas.custody.requests import Opening, SignedRequest
from habeas.custody.sealing import Acknowledged
from habeas.custody.sweep import Swept

__all__ = [
    "Acknowledged",
    "BlobMissingError",
    "BlobStoreError",
    "Context",
    "Custody",
    "Deposited",
    "FileBlobs",
    "NotTheHolderError",
    "Opening",
    "OtherTermsError",
    "RefusedError",
    "SealingError",
    "SealingOffer",
    "SignedRequest",
    "StatedMonthKeys",
    "Swept",
    "Taken",
    "TooFewTrusteesError",
    "UnknownPhotoError",
    "Withdrawal",
    "withdraw_directly",
]
