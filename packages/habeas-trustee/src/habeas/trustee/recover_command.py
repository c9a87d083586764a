"""`habeas trustee recover`: a lost trustee's shares, made again out of what helpers carry over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.trustee.beside import beside
from habeas.trustee.options import Config, Folder

if TYPE_CHECKING:
    from habeas.protocol import Identity
    from habeas.protocol.statements import KeyStatement

app = typer.Typer(
    no_args_is_help=True, help="Replace a lost trustee: restore its shares from the others'."
)
_Json = TypeVar("_Json", list[Any], dict[str, Any])
Newcomer = Annotated[str, typer.Option(help="Name of the newcomer, as the circle has it.")]
Helpers = Annotated[
    list[str], typer.Option(help="Name of a trustee that helps; at least k, one each.")
]
Out = Annotated[Path, typer.Option(help="File to write.")]


def _fetch(identity: Identity, month: str) -> KeyStatement:
    from habeas.protocol.client import TrusteeClient

    client = TrusteeClient(identity)
    try:
        return client.key(month)
    finally:
        client.close()


def _carried(file: Path, kind: type[_Json]) -> _Json:
    """What a helper's file holds.

    Raises:
        SetupError: it is none.
    """
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise _not_carried([file]) from error
    if not isinstance(found, kind):
        raise _not_carried([file])
    return found


def _not_carried(files: list[Path]) -> HabeasError:
    from habeas.trustee.errors import SetupError

    names = ", ".join(each.name for each in files)
    return SetupError(
        f"{names}: this is no file of a helper, or it was changed on the way.",
        "Bring over again what `recover offer` (for give) and `recover give` (for take) wrote.",
    )


@app.command()
def offer(
    data: Folder, *, _config: Config = None, newcomer: Newcomer, helper: Helpers, out: Out
) -> None:
    """First, at every helper: make what hides the parts from the newcomer.

    The newcomer must stand in the newest circle: the old ones have signed for its key.
    """
    with beside(data) as trustee:
        run = trustee.recovery.replacement(newcomer, helper)
        notes = trustee.recovery.offer(run, _fetch)
    text = json.dumps(notes, indent=1) + "\n"
    durable.write(out, text.encode(), private=True)


@app.command()
def give(
    data: Folder,
    *,
    _config: Config = None,
    newcomer: Newcomer,
    helper: Helpers,
    offers: Annotated[
        list[Path], typer.Option(help="What the helpers offered, one file each.", exists=True)
    ],
    out: Out,
) -> None:
    """Then, at every helper: give masked parts of the lost shares. The log will say so."""
    notes = [note for file in offers for note in _carried(file, list)]
    with beside(data) as trustee:
        run = trustee.recovery.replacement(newcomer, helper)
        parts = trustee.recovery.give(run, notes, _fetch)
        name = trustee.settings.name
    text = json.dumps({"trustee": name, "parts": parts}, indent=1) + "\n"
    durable.write(out, text.encode(), private=True)
    typer.echo(f"Parts of {len(parts)} shares.")


@app.command()
def take(
    data: Folder,
    *,
    _config: Config = None,
    newcomer: Newcomer,
    helper: Helpers,
    given: Annotated[
        list[Path], typer.Option(help="What the helpers gave, one file each.", exists=True)
    ],
) -> None:
    """Last, at the newcomer: add the parts up, check every share, and keep it."""
    files = [_carried(each, dict) for each in given]
    if not all({"trustee", "parts"} <= set(each) for each in files):
        raise _not_carried(given)
    with beside(data) as trustee:
        trustee.follower.tail()
        if trustee.follower.problem is not None:
            raise trustee.follower.problem
        run = trustee.recovery.replacement(newcomer, helper)
        count = trustee.recovery.take(run, {each["trustee"]: each["parts"] for each in files})
    typer.echo(f"Restored {count} shares.")
