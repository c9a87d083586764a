"""Whether an office asks the holder of a receipt for another photo.

There is no account: the receipt of the first photo shows who may send the next.
"""

from __future__ import annotations

from habeas.custody import UnknownPhotoError
from habeas.portal.cases.models import Case
from habeas.portal.catalogue import services
from habeas.portal.catalogue.declaration import Service
from habeas.portal.vault.custodian import custody
from habeas.protocol import Receipt
from habeas.protocol.receipt import verify_parts


def asked_for(receipt: Receipt) -> Service | None:
    """The service whose office asks the receipt's holder for another photo; None where none does.

    Raises:
        ReceiptError: the receipt does not hold.
    """
    case = Case.objects.filter(
        reference=receipt.reference, state=Case.State.OPEN, photo_wanted=True
    ).first()
    if case is None:
        return None
    verify_parts(receipt)
    try:
        promise, _, _ = custody().look(receipt.promise.seal_id)
    except UnknownPhotoError:
        return None
    # A receipt of another portal may name any reference: only a photo of this one counts.
    if promise.digest() != receipt.promise.digest():
        return None
    return services().get(case.service)
