"""What the portal answers with: the status of each error is part of its interface."""

from datetime import timedelta

import pytest

from habeas.custody import depositing, errors
from habeas.custody.context import utc_now

STATUSES = [
    (errors.UnknownPhotoError("x"), 404, "unknown-photo"),
    (errors.TooFewTrusteesError("x", ["a"]), 503, "too-few-trustees"),
    (errors.RefusedError("x", code="number", index=None), 403, "number"),
    (errors.SealingError("x"), 503, "not-sealed"),
    (errors.SecretError("x"), 403, "not-the-holder"),
    (depositing.OtherTermsError("x"), 409, "other-terms"),
    (depositing.GivenUpError("x"), 409, "given-up"),
]


@pytest.mark.parametrize(("error", "status", "code"), STATUSES)
def test_status_and_code(error, status, code):
    assert (error.status, error.code) == (status, code)
    assert error.remedy


def test_the_clock_of_production_is_utc():
    assert utc_now().utcoffset() == timedelta(0)
