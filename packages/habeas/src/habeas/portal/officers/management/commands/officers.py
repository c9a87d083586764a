"""Django's way to the officers' accounts; `habeas portal officers` is the same from outside."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from habeas.foundation.errors import HabeasError
from habeas.portal.officers import accounts


class Command(BaseCommand):
    """Passwords come from $HABEAS_PASSWORD, or are asked for."""

    help = "Add, disable and list officers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One act, and what it needs."""
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="add an officer of one office")
        add.add_argument("name")
        add.add_argument("--office", required=True)
        for act in ("password", "disable", "enable"):
            acts.add_parser(act).add_argument("name")
        acts.add_parser("list", help="list the officers").add_argument("--office")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: it cannot be done; cause and remedy.
        """
        try:
            self._handle(**options)
        except HabeasError as error:
            raise CommandError(str(error)) from error

    def _handle(self, act: str, name: str = "", office: str | None = None, **_: Any) -> None:
        match act:
            case "add":
                accounts.add(name, office or "", _password())
            case "password":
                accounts.set_password(name, _password())
            case "disable":
                accounts.disable(name)
            case "enable":
                accounts.enable(name)
            case "list":
                for each in accounts.listed(office):
                    disabled = "" if each.is_active else "  (disabled)"
                    self.stdout.write(f"{each.office}  {each.name}{disabled}")


def _password() -> str:
    return os.environ.get("HABEAS_PASSWORD") or getpass.getpass()
