"""Officers' accounts: added, disabled and listed by whoever runs the portal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.officers import audit, passkeys
from habeas.portal.officers.models import Officer

_NAME = re.compile(r"[\w.@+-]{1,128}")


class OfficerError(HabeasError):
    """An account that cannot be made or found."""

    code = "officer"
    status = 409


def add(name: str, office: str, password: str | None = None) -> Officer:
    """Make an account. `invite` lets its officer make a passkey.

    Args:
        name: what applicants read, and what the identity provider calls the officer.
        office: id of an office of the catalogue.
        password: of a demonstration: at least 12 characters, none of the common ones.

    Raises:
        OfficerError: the name is taken or no name, there is no such office, or the password
            is too weak.
    """
    if not _NAME.fullmatch(name):
        raise OfficerError(
            f"{name!r} is no name for an account.",
            "Use up to 128 letters, digits and the signs . @ + - _.",
        )
    if office not in offices():
        raise OfficerError(
            f"There is no office {office}.", f"The offices are: {', '.join(sorted(offices()))}."
        )
    officer = Officer(name=name, office=office)
    if password is None:
        officer.set_unusable_password()
    else:
        _set_password(officer, password)
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
    except IntegrityError as error:
        raise OfficerError(
            f"There is an officer {name} already.", "Choose another name; names are not used twice."
        ) from error
    audit.note("added", officer, how="administrator")
    return officer


def invite(name: str, *, replace: bool = False, hours: int = passkeys.INVITED_HOURS) -> str:
    """The address at which an officer, once, makes a passkey.

    Args:
        name: the officer's.
        replace: whether the passkeys that the officer has are removed, and their sessions ended.
        hours: for which the invitation counts.

    Raises:
        OfficerError: there is no such officer, or they were disabled.
    """
    officer = _find(name)
    if not officer.is_active:
        raise OfficerError(
            f"{name} is disabled.", "Let them in again first: habeas portal officers enable"
        )
    if replace:
        officer.passkeys.all().delete()
        officer.sessions.all().delete()
        officer.set_unusable_password()  # another one: sessions with the old one end
        officer.save(update_fields=["password"])
    audit.note("invited", officer, how="administrator")
    return settings.SITE.portal.rstrip("/") + passkeys.invite(officer, hours)


def disable(name: str) -> None:
    """Let an officer in no more, from their next request on. The name stays taken.

    Raises:
        OfficerError: there is no such officer.
    """
    audit.note("disabled", _find(name), how="administrator")
    Officer.objects.filter(name=name).update(is_active=False)


def enable(name: str) -> None:
    """Let a disabled officer in again; who that is at the identity provider shows anew.

    Raises:
        OfficerError: there is no such officer.
    """
    audit.note("enabled", _find(name), how="administrator")
    Officer.objects.filter(name=name).update(is_active=True, issuer=None, person=None)


def holds(name: str, password: str) -> bool:
    """Whether somebody can sign in with *name* and *password*: in a demonstration alone."""
    return authenticate(None, username=name, password=password) is not None


def listed(office: str | None = None) -> Sequence[Officer]:
    """All officers, or those of one office, by office and name."""
    found = Officer.objects.order_by("office", "name")
    return list(found if office is None else found.filter(office=office))


def _find(name: str) -> Officer:
    officer = Officer.objects.filter(name=name).first()
    if officer is None:
        raise OfficerError(f"There is no officer {name}.", "List them: habeas portal officers list")
    return officer


def _set_password(officer: Officer, password: str) -> None:
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise OfficerError(
            f"The password is too weak: {' '.join(error.messages)}", "Choose a longer one."
        ) from error
    officer.set_password(password)
