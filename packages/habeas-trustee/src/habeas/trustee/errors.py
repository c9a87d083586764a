"""What a trustee answers when it cannot or will not: each with its HTTP status."""

from __future__ import annotations

from habeas.foundation.errors import HabeasError

_ASK_THE_OPERATOR = "Ask the operator of the portal; a trustee cannot make an exception."


class TrusteeError(HabeasError):
    """Root of this process's errors."""

    code = "trustee"


class Refusal(TrusteeError):  # noqa: N818 - the word of the protocol
    """A request that this trustee does not answer, and the public code of the reason."""

    status = 403

    def __init__(self, code: str, cause: str, remedy: str = _ASK_THE_OPERATOR) -> None:
        super().__init__(cause, remedy)
        self.code = code


class NoShareError(TrusteeError):
    """No deposit of this photo was ever acknowledged here."""

    code = "unknown-photo"
    status = 404
    remedy = "Check that the promise is the one of the receipt."


class UnknownCircleError(TrusteeError):
    """No circle of this number is in force, or was."""

    code = "unknown-circle"
    status = 404
    remedy = "GET /v2/circle gives the one in force."


class NotHostedError(HabeasError):
    """A file of the app that this trustee does not serve."""

    code = "not-hosted"
    status = 404
    remedy = "The portal says where the app is served; a trustee begins with: habeas trustee host"


class NoEvidenceError(TrusteeError):
    """Nothing that differs was kept under this hash."""

    code = "unknown-evidence"
    status = 404
    remedy = "Take the hash that an entry `app-differs` of this trustee has as `got`."


class ErasedError(TrusteeError):
    """The share was destroyed."""

    code = "erased"
    status = 410
    remedy = "Nothing can be opened any more; the photo would have to be asked for again."


class MonthError(TrusteeError):
    """No key is made for photos that expire then."""

    code = "month-out-of-range"
    status = 404
    remedy = "Ask for a month between this one and three years from now."


class DepositError(TrusteeError):
    """A deposit that does not fit its promise, or this trustee."""

    code = "deposit"
    status = 422
    remedy = "Seal again, with the keys that this trustee announces now."


class CircleNotInForceError(TrusteeError):
    """A deposit under a circle that is not, or no longer, in force."""

    code = "circle-not-in-force"
    status = 409
    remedy = "Take the circle from GET /v2/circle, show it to the applicant, and seal again."


class SubmitterError(TrusteeError):
    """A deposit that the circle's custodian has not ordered."""

    code = "submitter-unknown"
    status = 403
    remedy = "Only the custodian of the circle brings deposits."


class ConflictError(TrusteeError):
    """Another photo has this seal id."""

    code = "seal-id-reused"
    status = 409
    remedy = "Seal again: a seal id belongs to one photo."


class NotTheHolderError(TrusteeError):
    """A secret that is not the receipt's."""

    code = "not-the-holder"
    status = 403
    remedy = "Use the receipt of this photo, as it was issued."


class BusyError(TrusteeError):
    """More than this trustee takes at once."""

    code = "busy"
    status = 503
    remedy = "Try again in a moment."


class ViewOldError(TrusteeError):
    """What is asked rests on the log, of which no quorum has confirmed this copy lately."""

    code = "view-stale"
    status = 503
    remedy = "Ask again when the log answers this trustee."


class StorageError(TrusteeError):
    """The database did not take it; nothing was done."""

    code = "storage"
    status = 503
    remedy = "Nothing was done. Try again; if it lasts, look at the trustee's disk."


class SetupError(TrusteeError):
    """A trustee's folder that is not as it must be."""

    code = "trustee-setup"
    remedy = "See `habeas trustee init --help` and the trustee's guide."


class KeyringError(TrusteeError):
    """Keys that cannot be unlocked."""

    code = "keyring"
    remedy = "Give the passphrase (or the key command) that this trustee was set up with."
