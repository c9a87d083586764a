"""A log's folder that may only be read."""

import os
import tempfile
from pathlib import Path

import pytest

from habeas import tlog
from habeas.tlog.server import FileStorage


@pytest.fixture
def as_nobody():
    """A folder that others may read; the process may become one of them."""
    if os.geteuid():
        pytest.skip("only root can be somebody else")
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)  # unlike pytest's own folders
        try:
            yield Path(place)
        finally:
            os.seteuid(0)


@pytest.mark.parametrize("entries", [[], [b"what was logged"]])
def test_a_folder_that_may_only_be_read_is_named(as_nobody, entries):
    folder = as_nobody / "log"
    folder.mkdir(mode=0o755)
    if entries:
        with FileStorage(folder) as storage:
            storage.append(entries)
            storage.lay_out()
    os.seteuid(65534)
    with pytest.raises(tlog.PlaceError, match=str(folder)) as caught:
        FileStorage(folder)
    assert "write" in caught.value.remedy
