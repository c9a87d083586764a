"""How every command of Habeas ends: two lines for people and exit status 1, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

from habeas.foundation.errors import HabeasError


def run(command: Callable[[], object]) -> None:
    """Run *command*; an error made for people becomes its cause and its remedy on stderr.

    Raises:
        SystemExit: status 1 after a `HabeasError`.
    """
    try:
        command()
    except HabeasError as error:
        sys.stderr.write(f"Error: {error.cause}\n")
        if error.remedy:
            sys.stderr.write(f"  {error.remedy}\n")
        sys.exit(1)
