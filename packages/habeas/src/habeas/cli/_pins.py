"""Pins on the command line: what a reader knows of a circle from somebody else than the portal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from habeas.foundation import text
from habeas.foundation.errors import HabeasError
from habeas.protocol import MalformedError, Pins
from habeas.protocol.circle import circle_of
from habeas.tlog import NoteVerifier, TlogError

_DIGEST = re.compile(r"[0-9a-f]{64}")

Pin = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE|DIGEST|KEY",
        help="The circle's file, its digest (64 hex digits), or the statement key of one of its "
        "trustees; from somebody else than the portal. Several may be given.",
    ),
]


def read_pins(given: Iterable[str] | None) -> Pins:
    """The pins that were given.

    Raises:
        HabeasError: one is neither a file with a circle, nor a digest, nor a key.
    """
    circles, trustees = set(), set()
    for each in given or ():
        if _DIGEST.fullmatch(each):
            circles.add(each)
        elif Path(each).is_file():
            circles.add(_digest_of(Path(each)))
        else:
            trustees.add(_key(each))
    return Pins(frozenset(circles), frozenset(trustees))


def _digest_of(file: Path) -> str:
    try:
        return circle_of(text.read(file)).digest().hex()
    except (MalformedError, text.TextFileError) as error:
        raise HabeasError(f"{file} holds no circle.", "Name the circle's file, circle.txt.") from (
            error
        )


def _key(text: str) -> str:
    try:
        return NoteVerifier.parse(text).vkey
    except TlogError as error:
        raise HabeasError(
            f"{text!r} is no pin.",
            "Give a circle's file, its digest (64 hex digits), or a trustee's statement key.",
        ) from error
