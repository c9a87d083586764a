"""`habeas open`: open the photo of a case, for officers at a terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from habeas.cli._portal import verify_free
from habeas.configuration.token_uri import TokenUri
from habeas.foundation import durable
from habeas.foundation.authorities import authorities
from habeas.foundation.errors import HabeasError
from habeas.office.client import OfficerClient
from habeas.office.credentials import HardwareKey
from habeas.office.folder import Person, person_name
from habeas.portrait.opened import reencode
from habeas.protocol import Purpose
from habeas.protocol.credential import Membership

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(name="open")
def open_(
    case: Annotated[str, typer.Argument(help="Reference of the case.")],
    *,
    purpose: Annotated[Purpose, typer.Option(help="What for; it must have been promised.")],
    reason: Annotated[str, typer.Option(help="Why you need to see it, in your words.")],
    out: Annotated[Path, typer.Option(help="Where to write the picture.")],
    officer: Annotated[
        str, typer.Option(help="Your name at the office's desk: a staff number or the like.")
    ] = "",
    desk: Annotated[
        str, typer.Option(metavar="URL", help="Your office's own address; your key is there.")
    ] = "",
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Your key file, in place of --desk."),
    ] = None,
    portal: Annotated[
        str, typer.Option(help="The portal's address; with --desk the office tells it.")
    ] = "",
    passphrase: Annotated[
        str,
        typer.Option(
            envvar="HABEAS_OFFICER_PASSPHRASE",
            prompt=True,
            hide_input=True,
            help="Of your key. Asked for when absent; or in the environment.",
        ),
    ],
    token: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help="The token that has your key: pkcs11:token=LABEL?module-path=FILE (RFC 7512). "
            "Its PIN is asked for; or in HABEAS_OFFICER_PIN, or in the file that the URI names "
            "as pin-source.",
        ),
    ] = "",
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Open one photo for one promised purpose, signed with your own key.

    Your request is put on the public log before any trustee releases its share; the
    applicant sees office, purpose and reason. The picture is decrypted here, with a key made
    for this one request, and encoded afresh in a sandbox: what was sealed is a stranger's
    file. Your key lies in software, under your passphrase, or on a token; an authenticator is
    asked by the desk in a browser.

    Example: habeas open HL-2A7C-K9QD --desk http://localhost:8006 --officer officer
    --purpose decide-application --reason "Is this the applicant?" --out photo.jpg
    """  # fmt: skip
    verify_free(out, "--out")
    fields, address = person_of(desk, officer, key, portal)
    person = Person.read(fields)
    membership = {name: Membership.read(each) for name, each in fields["membership"].items()}
    sign = _token_key(token, person).sign if token else None
    with OfficerClient(address, person, membership, passphrase, key=sign) as client:
        opened = client.open(case, purpose, reason)
    durable.create(out, reencode(opened.photo), private=True)
    for trustee, cause in opened.bad.items():
        typer.echo(f"Warning: {trustee} sent a bad share: {cause}", err=True)
    if json_:
        told = {"index": opened.index, "file": str(out), "missing": opened.missing}
        typer.echo(json.dumps(told))
        return
    typer.echo(f"Opened; your request is entry {opened.index} of the public log.")
    typer.echo(f"Picture: {out}. Delete it when you have seen what you needed.")


def _token_key(address: str, person: Person) -> HardwareKey:
    """The officer's key on the token."""
    from habeas.office.token import find

    if person.credential.type != "key":
        raise HabeasError(
            "The key that your office has put on its roster is on no token.",
            "Leave --token out, or ask for `habeas office roster add --token`.",
        )
    uri = TokenUri.parse(address)

    def ask() -> str:
        given = os.environ.get("HABEAS_OFFICER_PIN")
        return given or str(typer.prompt("PIN of your token", hide_input=True))

    return find(uri, uri.read_pin(ask), person.credential.key())


def person_of(desk: str, officer: str, key: Path | None, portal: str) -> tuple[dict[str, Any], str]:
    """The officer's published file, and the portal's address."""
    if key is not None:
        if not portal:
            raise HabeasError("It is not said which portal is meant.", "Give --portal URL.")
        try:
            fields = json.loads(key.read_bytes())
        except ValueError as error:
            raise HabeasError(f"{key} is no officer's key file.") from error
        address = portal
    else:
        if not (desk and officer):
            raise HabeasError(
                "It is not said who you are.", "Give --desk URL and --officer NAME, or --key FILE."
            )
        about = _fetch(f"{desk.rstrip('/')}/office.json")
        name = person_name(str(about.get("office")), officer)
        fields = _fetch(f"{desk.rstrip('/')}/people/{name}.json", officer)
        address = portal or str(about.get("portal"))
    if not isinstance(fields, dict) or not isinstance(fields.get("membership"), dict):
        raise HabeasError("This is no officer's key file.", "Ask your office to publish it anew.")
    return fields, address


def _fetch(url: str, officer: str = "") -> dict[str, Any]:
    try:
        response = httpx.get(url, timeout=10.0, trust_env=False, verify=authorities())
    except httpx.HTTPError as error:
        raise HabeasError(
            f"The desk does not answer at {url}: {error}.", "Check the office's address."
        ) from error
    if response.status_code == 404 and officer:
        raise HabeasError(
            f"The desk knows no officer {officer}.", "Check the name; your office gives it to you."
        )
    try:
        found = response.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise HabeasError(f"{url} is no file of a desk.", "Check the office's address.") from error
    if not isinstance(found, dict):
        raise HabeasError(f"{url} is no file of a desk.", "Check the office's address.")
    return found
