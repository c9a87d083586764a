"""What can go wrong in custody, said for people."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.errors import HabeasError


class UnknownPhotoError(HabeasError):
    """No photo of this id is in custody."""

    code = "unknown-photo"
    remedy = "Check the receipt or the case; a photo that was erased cannot be found again."


class TrusteeUnreachableError(HabeasError):
    """A trustee did not answer."""

    code = "trustee-unreachable"
    remedy = "Try again in a minute; if it goes on, ask the trustee to look at its service."


class TrusteeAnswerError(HabeasError):
    """A trustee answered something that does not verify."""

    code = "trustee-answer"
    remedy = "Do not trust this answer; tell the operator and the trustee."


class TrusteeRefusedError(HabeasError):
    """One trustee refused."""

    code = "refused"
    remedy = "See the reason; a promise cannot be changed after the photo was sealed."

    def __init__(self, cause: str, remedy: str | None, code: str, status: int) -> None:
        super().__init__(cause, remedy)
        self.code = code
        self.status = status


class TooFewTrusteesError(HabeasError):
    """Fewer trustees answered than are needed."""

    code = "too-few-trustees"
    remedy = "Nothing was lost. Try again when the trustees that are missing are back."

    def __init__(self, cause: str, missing: Sequence[str], index: int | None = None) -> None:
        super().__init__(cause)
        self.missing = tuple(missing)
        self.index = index


class RefusedError(HabeasError):
    """A request that the promise does not allow. The refusal is on the public log."""

    code = "refused"
    remedy = "The promise made at upload cannot be changed. Ask the applicant for another photo."

    def __init__(
        self, cause: str, remedy: str | None = None, *, code: str, index: int | None
    ) -> None:
        super().__init__(cause, remedy)
        self.code = code
        #: Where on the log the refusal (or the refused request) stands.
        self.index = index


class SealingError(HabeasError):
    """A photo could not be sealed. Nothing of it was kept."""

    code = "not-sealed"
    remedy = "Nothing was kept. Try again in a minute, or go on without a photo."
