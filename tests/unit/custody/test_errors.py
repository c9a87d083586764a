"""What the portal answers with: the status of each error is part of its interface."""

import pytest

from habeas.custody import BlobMissingError, depositing, errors

STATUSES = [
    (errors.UnknownPhotoError("x"), 404, "unknown-photo"),
    (errors.TooFewTrusteesError("x", ["a"]), 503, "too-few-trustees"),
    (errors.RefusedError("x", code="number", index=None), 403, "number"),
    (errors.SealingError("x"), 503, "not-sealed"),
    (errors.NotTheHolderError("x"), 403, "not-the-holder"),
    (BlobMissingError("x"), 410, "blob-missing"),
    (depositing.OtherTermsError("x"), 409, "other-terms"),
    (depositing.GivenUpError("x"), 409, "given-up"),
]


@pytest.mark.parametrize(("error", "status", "code"), STATUSES)
def test_status_and_code(error, status, code):
    assert (error.status, error.code) == (status, code)
    assert error.remedy
