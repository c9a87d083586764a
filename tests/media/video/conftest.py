"""What tests of video share."""

from typing import get_args

import pytest

from habeas import faces
from habeas.foundation.errors import HabeasError


@pytest.fixture(scope="module", params=get_args(faces.DetectorName))
def detector(request):
    """Each detector that is installed."""
    try:
        return faces.detector(request.param)
    except HabeasError:
        pytest.skip(f"{request.param} is not installed: no package index has it")
