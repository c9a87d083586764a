"""`habeas watch`: is the code that a site serves the code that everybody gets?"""

from __future__ import annotations

import hashlib
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.foundation import durable, text
from habeas.foundation.errors import HabeasError

if TYPE_CHECKING:
    from habeas.protocol.app import AppOrigin, AppReleases
    from habeas.protocol.app.site import Round

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def watch(
    url: Annotated[str, typer.Argument(help="The portal's address, or a desk's.")],
    *,
    circle: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="The circle's file, from a trustee."),
    ],
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on for ever, at random times; otherwise once.")
    ] = False,
    every: Annotated[
        float, typer.Option(min=1, help="Seconds between looks, on average.")
    ] = 3600.0,
    header: Annotated[
        list[str] | None,
        typer.Option(
            help="A header of one person's own browser, such as 'Cookie: …': then it is compared "
            "what that person is served."
        ),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="File for the copy of the log; by default read anew.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Folder for the bytes of what differs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Fetch what the site serves, as a visitor does, and compare it with the release on the log.

    The release is one that k trustees of the circle vouch for. You see what is served to you: a
    page that is served to one person alone is found by that person's own device only.

    Exit status: 0 when all is as it should be, 2 when something differs, 3 when the site or the
    log does not answer. Give what differs to a trustee or a monitor, with --evidence.
    """
    from habeas.foundation.database import Database
    from habeas.protocol import Chain
    from habeas.register import code, site
    from habeas.register.copy import LogCopy
    from habeas.tlog.options import open_client

    chain = Chain.start(text.read(circle), 0)
    known = chain.newest.circle
    chance = random.SystemRandom()
    headers = [_header(each) for each in header or []]
    with Database(state) as database, open_client(known.log.url) as client:
        copy = LogCopy(database, client, known.reading_policy(), chain)
        while True:
            copy.catch_up()
            copy.verify_recent()
            releases = code.releases(copy)
            where = site.origins(releases, site.origin_named(url))
            today = datetime.now(UTC).date()
            status = 0
            for origin, found in site.look_at(releases, where, today, chance, headers):
                _keep(evidence, origin, found)
                _tell(releases, origin, found, as_json=as_json)
                status = max(status, 2 if found.differences else 3 if found.silent else 0)
            if not follow:
                raise typer.Exit(status)
            time.sleep(chance.uniform(0, 2 * every))


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise HabeasError(f"This is no header: {line!r}", "Write it as 'Name: value'.")
    return name.strip(), value.strip()


def _keep(folder: Path | None, origin: AppOrigin, found: Round) -> None:
    from habeas.register import site

    for each in found.differences if folder is not None else ():
        content = site.evidence(origin, each).encode()
        name = each.got or hashlib.sha256(content).hexdigest()
        assert folder is not None  # noqa: S101 - see above
        durable.make(folder)
        durable.write(folder / f"{name}.json", content)


def _tell(releases: AppReleases, origin: AppOrigin, found: Round, *, as_json: bool) -> None:
    from habeas.register import site

    release = found.release
    if as_json:
        told = [
            {"path": each.path, "what": each.what, "header": each.header,
             "expected": each.expected, "got": each.got}
            for each in found.differences
        ]  # fmt: skip
        fields = {
            "origin": origin.origin, "release": release.manifest.number,
            "manifest": release.digest, "differences": told, "silent": list(found.silent),
        }  # fmt: skip
        typer.echo(json.dumps(fields))
        return
    for each in found.differences:
        typer.secho(site.finding(origin, each).words, fg="red")
    for path in found.silent:
        typer.secho(f"{origin.origin}{path} did not answer.", fg="yellow", err=True)
    files = len(release.places(origin))
    names = ", ".join(f"{word.trustee} ({word.how})" for word in release.words)
    said = f"release {release.manifest.number}, manifest {release.digest}, vouched for by {names}"
    if found.unchanged:
        old = "" if release is releases.newest else " (replaced today or yesterday)"
        typer.echo(f"{origin.origin}: all {files} files are those of {said}{old}.")
    elif found.differences:
        typer.echo(f"Compared with {said}. Tell a trustee, and keep the bytes: --evidence FOLDER")
