"""Who an officer is at a terminal: options that say so, and the published file that they name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from habeas.foundation.authorities import authorities
from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import mounts
from habeas.office.folder import Person, person_name
from habeas.protocol.credential import Membership

Name = Annotated[
    str, typer.Option(help="Your name at the office's desk: a staff number or the like.")
]
Desk = Annotated[
    str, typer.Option(metavar="URL", help="Your office's own address; your key is there.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Your key file, in place of --desk."),
]
Portal = Annotated[str, typer.Option(help="The portal's address; with --desk the office tells it.")]
Passphrase = Annotated[
    str,
    typer.Option(
        envvar="HABEAS_OFFICER_PASSPHRASE",
        prompt=True,
        hide_input=True,
        help="Of your key. Asked for when absent; or in the environment.",
    ),
]


def identify(
    desk: str, officer: str, key: Path | None, portal: str
) -> tuple[Person, dict[str, Membership], str]:
    """The officer, their membership of the office's rosters, and the portal's address.

    Raises:
        HabeasError: too little was said, or what was named is no officer's file.
    """
    fields, address = _published(desk, officer, key, portal)
    membership = {name: Membership.read(each) for name, each in fields["membership"].items()}
    return Person.read(fields), membership, address


def _published(
    desk: str, officer: str, key: Path | None, portal: str
) -> tuple[dict[str, Any], str]:
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
        with httpx.Client(
            timeout=10.0, trust_env=False, verify=authorities(), mounts=mounts()
        ) as desk:
            response = desk.get(url)
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
