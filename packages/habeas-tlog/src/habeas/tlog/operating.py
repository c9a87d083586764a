"""Commands for whoever runs a log: `habeas-tlog freeze`, `move` and `rotate-key`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from habeas.tlog.options import (
    Commands,
    add_command,
    add_data,
    add_stores,
    add_token,
    open_files,
    show_progress,
    told,
)


def add_freeze(commands: Commands) -> None:
    """`habeas-tlog freeze`."""

    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import freezing, read_signer  # noqa: PLC0415 - an optional package

        read_signer(given.data)
        if given.thaw:
            was = freezing.thaw(given.data)
            sys.stdout.write("The log takes entries again.\n" if was else "It was not frozen.\n")
        else:
            freezing.freeze(given.data, given.why)
            sys.stdout.write("The log takes no new entry; it is served as before.\n")

    each = add_command(
        commands, "freeze", "take no new entry, and serve what there is; a running log obeys", run
    )
    add_data(each)
    each.add_argument("--why", default="by its operator", help="told to whoever wants to append")
    each.add_argument("--thaw", action="store_true", help="take entries again")


def add_move(commands: Commands) -> None:
    """`habeas-tlog move`."""

    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import open_objects, read_signer  # noqa: PLC0415 - optional
        from habeas.tlog.server.moving import move  # noqa: PLC0415 - an optional package

        read_signer(given.data)
        with open_files(str(given.source or given.data)) as files:
            verified = move(
                given.data, given.to, files, show_progress, time.time(), database=given.database,
                objects=open_objects(given.objects) if given.objects else None,
            )  # fmt: skip
        told(verified.checkpoint.size, f"the log lives in {given.to} now; serve it there.")

    each = add_command(
        commands, "move", "move a stopped log to another folder, database or bucket", run
    )
    add_data(each)
    each.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="its new folder")
    each.add_argument(
        "--source", metavar="LOG", help="its public files, where they are not in its folder: a URL"
    )
    add_stores(each)


def add_rotate_key(commands: Commands) -> None:
    """`habeas-tlog rotate-key`."""

    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import rotating  # noqa: PLC0415 - an optional package

        if given.finish:
            signer = rotating.finish(given.data)
            sys.stderr.write("It signs with these alone, once it was started again:\n")
        else:
            signer = rotating.rotate(given.data, given.token)
            sys.stderr.write(
                "It signs with its keys from before and with these, once it was started again. "
                "Have them named in the next circle or policy, wait until everybody has that, and "
                "then: rotate-key --finish\n"
            )
        sys.stdout.write(signer.policy_lines)

    each = add_command(
        commands, "rotate-key", "give a log new keys; it signs with both until --finish", run
    )
    add_data(each)
    add_token(each)
    each.add_argument(
        "--finish", action="store_true", help="let the keys from before go: nobody needs them"
    )
