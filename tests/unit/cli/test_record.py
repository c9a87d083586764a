"""`habeas record`: its key, and a thread that outlives what fails."""

from pathlib import Path

import pytest

from habeas.cli import _recording
from habeas.foundation.errors import HabeasError


def test_the_key_lies_where_it_was_named_or_beside_what_it_signs(tmp_path):
    named, data = tmp_path / "key", tmp_path / "data"
    assert _recording.key_file_of(data, named, tmp_path) == named
    assert _recording.key_file_of(data, None, tmp_path) == data / "recorder" / "recorder.key"
    assert _recording.key_file_of(None, None, tmp_path) == tmp_path / "recorder.key"
    assert _recording.key_file_of(None, None, tmp_path) != Path("recorder.key")


def test_a_key_is_made_once_and_told(tmp_path):
    said, file = [], tmp_path / "not there yet" / "recorder.key"
    made = _recording.signer_of(file, made_here=True, say=said.append)
    assert file.stat().st_mode & 0o077 == 0
    assert made.vkey in said[0]
    assert _recording.signer_of(file, made_here=True, say=said.append).vkey == made.vkey
    assert len(said) == 1


def test_an_installation_s_key_is_not_made_because_it_is_missing(tmp_path):
    with pytest.raises(HabeasError, match="cannot be read"):
        _recording.signer_of(tmp_path / "recorder.key", made_here=False, say=print)
    assert not list(tmp_path.iterdir())
