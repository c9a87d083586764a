"""Commands around a log's copies: `habeas-tlog mirror`, `push` and `rebuild`."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.tlog.cosignature import MldsaCosignatureSigner, parse_cosigner
from habeas.tlog.errors import FormatError
from habeas.tlog.options import (
    Commands,
    add_command,
    add_data,
    add_listening,
    add_log,
    add_policy,
    add_stores,
    listen,
    open_client,
    open_files,
    read_policy,
    show_progress,
    told,
)
from habeas.tlog.policy import Policy
from habeas.tlog.pushing import Pusher

if TYPE_CHECKING:
    from habeas.tlog.server.storage import Storage


def add_mirror(commands: Commands) -> None:
    """`habeas-tlog mirror`."""

    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server.mirror import Mirror  # noqa: PLC0415 - an optional package
        from habeas.tlog.server.mirror_app import mirror_app  # noqa: PLC0415 - an optional package

        policy = read_policy(given.policy)
        signer = _mirror_key(given.data, given.name)
        with open_client(given.log) if given.log else contextlib.nullcontext() as client:
            mirror = Mirror(given.data, client, policy, signer, storage=_copy(given, policy))
            if given.once:
                try:
                    verified = mirror.catch_up()
                finally:
                    mirror.close()
                told(verified.checkpoint.size, "copied and verified.")
            else:
                sys.stderr.write(f"mirror {given.name} {signer.vkey}\n")
                listen(mirror_app(mirror, every=given.every), given)

    each = add_command(commands, "mirror", "keep and serve a full verified copy of a log", run)
    each.add_argument(
        "log", metavar="LOG", nargs="?", help="its URL; without it, the log is only pushed here"
    )
    add_data(each, "the copy's folder")
    add_policy(each)
    each.add_argument("--name", required=True, help="the mirror's: a URL without its scheme")
    each.add_argument("--once", action="store_true", help="copy what there is, and end")
    each.add_argument("--every", type=float, default=10.0, help="seconds between looks")
    add_stores(each)
    add_listening(each, 8002)


def _copy(given: argparse.Namespace, policy: Policy) -> Storage | None:
    """Where a mirror keeps its copy, if not in its folder alone."""
    from habeas.tlog.server import open_storage  # noqa: PLC0415 - an optional package

    if not (given.database or given.objects):
        return None
    return open_storage(
        given.data, database=given.database, objects=given.objects, remember=0,
        key=f"mirror of {policy.logs[0].name}",
    )  # fmt: skip


def add_push(commands: Commands) -> None:
    """`habeas-tlog push`."""

    def run(given: argparse.Namespace) -> None:
        key = parse_cosigner(given.key) if given.key else None
        with open_files(given.log) as source, Pusher(source, given.mirror, key) as pusher:
            while True:
                try:
                    lines = pusher.push()
                    told(pusher.known, "the mirror has them.")
                except HabeasError as error:
                    if not given.follow:
                        raise
                    sys.stderr.write(f"{error}\n")
                if not given.follow:
                    sys.stdout.write(lines)
                    return
                time.sleep(given.every)

    each = add_command(
        commands, "push", "send a log to a mirror; print the mirror's cosignature", run
    )
    add_log(each, "a log's URL, or a folder with its files")
    each.add_argument("mirror", metavar="MIRROR", help="the mirror's URL")
    each.add_argument("--key", help="the mirror's verifier key, to check its cosignature")
    each.add_argument("--follow", action="store_true", help="go on for ever")
    each.add_argument("--every", type=float, default=10.0, help="seconds between looks")


def _mirror_key(folder: Path, name: str) -> MldsaCosignatureSigner:
    file = folder / "mirror.key"
    if not file.exists():
        durable.make(folder)
        signer = MldsaCosignatureSigner.generate(name)
        durable.create(file, f"{signer.private}\n".encode(), private=True)
    try:
        signer = MldsaCosignatureSigner.parse(file.read_bytes().decode())
    except (UnicodeDecodeError, FormatError) as error:
        raise FormatError(f"{file} is no mirror's key.", "Bring it back from a backup.") from error
    if signer.name != name:
        raise HabeasError(f"{file} is the key of {signer.name}.", "Use that name.")
    return signer


def add_rebuild(commands: Commands) -> None:
    """`habeas-tlog rebuild`."""

    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import open_objects  # noqa: PLC0415 - an optional package
        from habeas.tlog.server.rebuild import rebuild  # noqa: PLC0415 - an optional package

        policy = read_policy(given.policy or given.data / "policy.txt")
        with open_files(given.log) as files:
            verified = rebuild(
                given.data, files, policy, show_progress, time.time(), database=given.database,
                objects=open_objects(given.objects) if given.objects else None,
            )  # fmt: skip
        told(verified.checkpoint.size, "the log is whole; start it again.")

    each = add_command(commands, "rebuild", "make a stopped log whole from its public tiles", run)
    add_log(each, "a copy: its URL, or a folder with its files")
    add_data(each)
    add_stores(each)
    add_policy(each, required=False)
