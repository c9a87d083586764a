"""What can go wrong in custody, said for people."""

from __future__ import annotations

from collections.abc import Sequence

from habeas.foundation.errors import HabeasError


class UnknownPhotoError(HabeasError):
    """No photo of this id is in custody."""

    code = "unknown-photo"
    status = 404
    remedy = "Check the receipt or the case; a photo that was erased cannot be found again."


class TooFewTrusteesError(HabeasError):
    """Fewer trustees answered than are needed."""

    code = "too-few-trustees"
    status = 503
    remedy = "Nothing was lost. Try again when the trustees that are missing are back."

    def __init__(self, cause: str, missing: Sequence[str], index: int | None = None) -> None:
        super().__init__(cause)
        self.missing = tuple(missing)
        self.index = index


class RefusedError(HabeasError):
    """A request that the promise does not allow. The refusal is on the public log."""

    code = "refused"
    status = 403
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
    status = 503
    remedy = "Nothing was kept. Try again in a minute, or go on without a photo."


class NotTheHolderError(HabeasError):
    """A withdrawal secret that is another photo's."""

    code = "not-the-holder"
    status = 403
    remedy = "Use the receipt of this photo, as it was issued."
