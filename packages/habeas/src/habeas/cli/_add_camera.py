"""`habeas cameras add`: a camera by one command, with a covered picture to judge it by."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def _asked(words: str) -> str:
    return f"{words} (asked for where it is not given)"


def add(
    camera: Annotated[str, typer.Argument(metavar="ID", help="The camera's id: north-gate.")],
    *,
    data: Annotated[Path, typer.Option(help="The folder that has, or shall have, cameras.toml.")],
    secrets: Annotated[
        Path | None,
        typer.Option(help="Folder of the secret store; by default `addresses` in that of --data."),
    ] = None,
    name: Annotated[str, typer.Option(prompt="Name", help=_asked("Its name."))],
    where: Annotated[str, typer.Option(prompt="Where it looks", help=_asked("The place."))],
    why: Annotated[str, typer.Option(prompt="Why it is there", help=_asked("Its purpose."))],
    name_ru: Annotated[str, typer.Option(help="The same in Russian; else as it is.")] = "",
    where_ru: Annotated[str, typer.Option(help="Likewise.")] = "",
    why_ru: Annotated[str, typer.Option(help="Likewise.")] = "",
    latitude: Annotated[float, typer.Option(prompt="Latitude", help=_asked("Degrees, WGS 84."))],
    longitude: Annotated[float, typer.Option(prompt="Longitude", help=_asked("Likewise."))],
    viewer: Annotated[
        list[str] | None, typer.Option(metavar="OFFICE", help="May view it; repeatable.")
    ] = None,
    keep_days: Annotated[int, typer.Option(min=1, max=365, help="Days that it keeps.")] = 14,
    turn: Annotated[int, typer.Option(help="Degrees clockwise: 0, 90, 180 or 270.")] = 0,
    always: Annotated[
        list[str] | None,
        typer.Option(metavar="L,T,W,H", help="Never recorded: a part, in per cent; repeatable."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Add it without being asked about the picture.")
    ] = False,
) -> None:
    """Add a camera: reach it, show one covered picture to judge by, and list it.

    Its address (rtsp://USER:PASSWORD@HOST/...) is asked for without being shown, or read from the
    standard input. It goes into the secret store alone, a file of its own that others cannot read;
    cameras.toml names that file. Nothing is kept of a camera that cannot be reached, or that you do
    not want after having seen its picture. `habeas cameras serve` then records it.
    """
    from habeas.cameras import declarations
    from habeas.cameras.naming import check_name
    from habeas.cameras.trial import look
    from habeas.foundation import durable
    from habeas.foundation.errors import HabeasError

    check_name(camera)
    listed = data / "cameras.toml"
    store = (secrets or data / "addresses").absolute()
    known = declarations.load(listed) if listed.exists() else ()
    if camera in [each.id for each in known] or (store / camera).exists():
        raise HabeasError(f"{camera} is there already.", "Choose another id.")
    address = (
        typer.prompt("Address", hide_input=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().strip()
    )
    texts = {"name": (name, name_ru), "where": (where, where_ru), "why": (why, why_ru)}
    lines = [f"id = {_text(camera)}"]
    lines += [
        f"{key} = {{ en = {_text(en)}, ru = {_text(ru or en)} }}" for key, (en, ru) in texts.items()
    ]
    lines += [
        f"latitude = {latitude}", f"longitude = {longitude}",
        f"viewers = [{', '.join(map(_text, viewer or []))}]", f"keep_days = {keep_days}",
        f"since = {datetime.now(UTC).date().isoformat()}",
    ]  # fmt: skip
    lines += [f"turn = {turn}"] if turn else []
    if always:
        lines.append(f"cover = {{ always = [{', '.join(map(_text, always))}] }}")
    with tempfile.TemporaryDirectory() as folder:
        declaration = "\n".join([*lines, f"url = {_text(address)}", ""])
        found = look(declaration, Path(folder))
        still = found.still.read_bytes()
    typer.echo(f"{found.width} × {found.height} pixels, {found.fps} a second", err=True)
    durable.make(data)
    shown = data / f"{camera}.covered.jpg"
    durable.write(shown, still)
    typer.echo(f"{found.covers} covers in {shown}: look at it.", err=True)
    if not yes and not typer.confirm("Is everybody covered, and nobody's home in it?"):
        shown.unlink()
        raise HabeasError(
            "The camera was not added.", "Turn it, name parts with --always, and add it again."
        )
    durable.make(store, private=True)
    durable.create(store / camera, f"{address}\n".encode(), private=True)
    table = ["[[camera]]", *lines, f"address = {{ file = {_text(str(store / camera))} }}", ""]
    before = listed.read_text().rstrip("\n") + "\n\n" if listed.exists() else ""
    durable.write(listed, (before + "\n".join(table)).encode())
    declarations.load(listed)
    typer.echo(f"{camera} stands in {listed}. Record it: habeas cameras serve --data {data}")


def _text(text: str) -> str:
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)
