"""Officers' accounts: added, disabled and listed by whoever runs the portal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from habeas.foundation.errors import HabeasError
from habeas.portal.catalogue import offices
from habeas.portal.officers.models import Officer

_NAME = re.compile(r"[\w.@+-]{1,128}")


class OfficerError(HabeasError):
    """An account that cannot be made or found."""

    code = "officer"
    status = 409


def add(name: str, office: str, password: str) -> Officer:
    """Make an account.

    Args:
        name: what the officer signs in with, and what applicants read.
        office: id of an office of the catalogue.
        password: at least 12 characters, none of the common ones.

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
    _set_password(officer, password)
    try:
        with transaction.atomic():
            officer.save(force_insert=True)
    except IntegrityError as error:
        raise OfficerError(
            f"There is an officer {name} already.", "Choose another name; names are not used twice."
        ) from error
    return officer


def set_password(name: str, password: str) -> None:
    """Give an officer another password; whoever is signed in with the old one is signed out.

    Raises:
        OfficerError: there is no such officer, or the password is too weak.
    """
    officer = _find(name)
    _set_password(officer, password)
    officer.save(update_fields=["password"])


def disable(name: str) -> None:
    """Let an officer in no more, from their next request on. The name stays taken.

    Raises:
        OfficerError: there is no such officer.
    """
    _find(name)
    Officer.objects.filter(name=name).update(is_active=False)


def enable(name: str) -> None:
    """Let a disabled officer in again.

    Raises:
        OfficerError: there is no such officer.
    """
    _find(name)
    Officer.objects.filter(name=name).update(is_active=True)


def holds(name: str, password: str) -> bool:
    """Whether somebody can sign in with *name* and *password*."""
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
