"""On which line of a TOML 1.0 text a setting stands.

`tomllib` keeps no places. It is asked about ever longer beginnings of the text instead: the first
one that has a setting ends with it. So a line is found by the same reader that reads the values.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

#: How `tomllib` names a place in its errors.
_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


class Lines:
    """The lines of one text, which is TOML as a whole.

    Args:
        text: the file's.
    """

    def __init__(self, text: str) -> None:
        self._states: list[tuple[int, dict[str, Any]]] = []
        kept: list[str] = []
        begun = 0
        for number, line in enumerate(text.splitlines(), start=1):
            kept.append(line)
            if begun == 0 and line.strip() and not line.lstrip().startswith("#"):
                begun = number
            try:
                state = tomllib.loads("\n".join(kept))
            except tomllib.TOMLDecodeError:
                continue  # in the middle of a value of several lines
            if begun:
                self._states.append((begun, state))
            begun = 0

    def find(self, path: Sequence[str | int]) -> int:
        """The line on which *path* begins; of the nearest table around it where it is absent."""
        for length in range(len(path), 0, -1):
            for line, state in self._states:
                if _has(state, path[:length]):
                    return line
        return 1


def _has(state: Any, path: Sequence[str | int]) -> bool:
    for part in path:
        if isinstance(part, int):
            if not isinstance(state, list) or part >= len(state):
                return False
        elif not isinstance(state, dict) or part not in state:
            return False
        state = state[part]
    return True


def of_error(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """The line of an error of `tomllib`, and its words without the place."""
    found = _PLACE.search(str(error))
    line = int(found[1]) if found and found[1] else max(1, len(text.splitlines()))
    return line, _PLACE.sub("", str(error)).strip()
