"""Text of others is read as octets, and what is none is said."""

import pytest

from habeas.foundation import text


def test_text_is_utf8_as_it_stands(tmp_path):
    file = tmp_path / "circle.txt"
    file.write_bytes("— Лицензии\r\n".encode())
    assert text.read(file) == "— Лицензии\r\n"


@pytest.mark.parametrize("content", [b"\xff", b"a\xc3", b"\xed\xa0\x80"])
def test_other_bytes_are_refused_by_name(tmp_path, content):
    file = tmp_path / "circle.txt"
    file.write_bytes(content)
    with pytest.raises(text.TextFileError, match=r"circle\.txt is no text"):
        text.read(file)


def test_what_is_not_there_is_no_damage(tmp_path):
    with pytest.raises(FileNotFoundError):
        text.read(tmp_path / "absent")
