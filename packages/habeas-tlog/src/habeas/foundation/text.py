"""Text files that others have written: UTF-8 (RFC 3629), whatever the machine's locale is."""

from __future__ import annotations

from pathlib import Path

from habeas.foundation.errors import HabeasError


class TextFileError(HabeasError):
    """A file that should be text, and is not."""

    code = "not-text"
    remedy = "Take the file again from whoever made it: on the way it was changed."


def read(file: Path) -> str:
    """The text of *file*, with its line ends as they are.

    Raises:
        OSError: it cannot be read.
        TextFileError: it is no UTF-8.
    """
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise TextFileError(f"{file} is no text in UTF-8.") from error
