"""`habeas-tlog`: make, serve, read, check, mirror and repair transparency logs.

Plain argparse, so that the package stands on two libraries alone. `habeas log` has the same.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from habeas.foundation import command
from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.tlog.copying import add_mirror, add_push, add_rebuild
from habeas.tlog.monitor import Monitor
from habeas.tlog.operating import add_freeze, add_move, add_rotate_key
from habeas.tlog.options import (
    Commands,
    add_command,
    add_data,
    add_listening,
    add_log,
    add_policy,
    add_stores,
    add_token,
    listen,
    open_client,
    open_files,
    read_entries,
    read_policy,
    show_progress,
    told,
)
from habeas.tlog.verifying import verify_log

_EPILOG = """A log in three commands:
  habeas-tlog init --data mylog --origin log.example.org/2027
  habeas-tlog allow --data mylog me
  habeas-tlog serve --data mylog
"""


def main() -> None:
    """The command's entry point."""
    arguments = parser().parse_args()
    command.run(lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> None:
    try:
        with command.explained():
            arguments.run(arguments)
    except ImportError as error:
        raise HabeasError(
            f"The package {error.name} is missing.", "pip install 'habeas-tlog[server]'"
        ) from error
    except KeyboardInterrupt:
        sys.exit(130)


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        "habeas-tlog", description=__doc__.split("\n")[0].split(": ", 1)[1].capitalize(),
        epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    operating = (_init, _allow, _serve, add_rebuild, add_freeze, add_move, add_rotate_key)
    reading = (_append, _show, _proof, _verify, _monitor, add_mirror, add_push, _conformance)
    for add in (*operating, *reading):
        add(commands)
    return top


def _init(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import init_log, read_signer

        init_log(given.data, given.origin, anybody=given.anybody, token=given.token)
        sys.stdout.write(read_signer(given.data).policy_lines)

    each = add_command(
        commands, "init", "make a log's folder and keys; print its policy lines", run
    )
    add_data(each)
    each.add_argument("--origin", required=True, help="the log's name: a URL without its scheme")
    each.add_argument("--anybody", action="store_true", help="let everybody append who reaches it")
    add_token(each)


def _allow(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import Submitters, read_signer

        if given.anybody == bool(given.name):
            raise HabeasError("Say who may append.", "Give a NAME, or --anybody.")
        read_signer(given.data)  # where there is no log, none is begun by this
        if given.anybody:
            Submitters.open_to_all(given.data)
        else:
            sys.stdout.write(Submitters.allow(given.data, given.name) + "\n")

    each = add_command(commands, "allow", "let somebody append; print their token, once", run)
    add_data(each)
    each.add_argument("name", nargs="?", help="for your own list; a known name gets a new token")
    each.add_argument("--anybody", action="store_true", help="everybody who reaches the log")


def _serve(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import make_app, open_storage, read_signer

        read_signer(given.data)  # where there is no log, none is begun by this
        storage = open_storage(
            given.data, database=given.database, objects=given.objects, remember=given.remember
        )
        try:
            app = make_app(
                given.data, interval=given.interval, patience=given.patience, storage=storage
            )
        except BaseException:
            storage.close()
            raise
        listen(app, given)

    each = add_command(commands, "serve", "serve a log over HTTP", run)
    add_data(each)
    add_listening(each, 8001)
    each.add_argument("--interval", type=float, default=0.1, help="seconds between batches")
    each.add_argument(
        "--patience", type=float, default=20.0, help="seconds that a caller waits to be answered"
    )
    each.add_argument(
        "--remember", type=int, metavar="N",
        help="never log the newest N entries twice (default: none of all; 50 bytes for each)",
    )  # fmt: skip
    add_stores(each)


def _append(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        entry = sys.stdin.buffer.read() if str(given.file) == "-" else given.file.read_bytes()
        with open_client(given.log, given.token) as client:
            sys.stdout.write(client.append(entry).proof)

    each = add_command(commands, "append", "append an entry; print its tlog-proof", run)
    add_log(each)
    each.add_argument("file", type=Path, nargs="?", default=Path("-"), help="- for input")
    each.add_argument("--token", default=os.environ.get("HABEAS_LOG_TOKEN", ""),
                      help="bearer token ($HABEAS_LOG_TOKEN)")  # fmt: skip


def _show(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        with open_client(given.log) as client:
            if given.first is None:
                sys.stdout.write(client.checkpoint())
                return
            last = given.first if given.last is None else given.last
            for index, entry in read_entries(client, given.first, last):
                text = entry.decode(errors="backslashreplace")
                sys.stdout.write(json.dumps({"index": index, "entry": text}) + "\n")

    each = add_command(
        commands, "show", "print the checkpoint, or entries; nothing is verified", run
    )
    add_log(each)
    each.add_argument("first", type=int, nargs="?", help="an entry, from 0")
    each.add_argument("last", type=int, nargs="?", help="the last one to show")


def _proof(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        with open_client(given.log) as client:
            sys.stdout.write(client.proof(given.index))

    each = add_command(commands, "proof", "print the tlog-proof of an entry, from the tiles", run)
    add_log(each)
    each.add_argument("index", type=int, help="which entry, from 0")


def _verify(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        policy = read_policy(given.policy)
        with open_files(given.log) as files:
            verified = verify_log(files, policy, show_progress, time.time())
        told(verified.checkpoint.size, "every file is as the root demands.")

    each = add_command(
        commands, "verify", "check a whole log: every bundle, tile and the root", run
    )
    add_log(each, "a log's URL, or a folder with its files")
    add_policy(each)


def _monitor(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        policy = read_policy(given.policy)
        with open_client(given.log) as client, Database(given.state) as database:
            watching = Monitor(database, client, policy)
            while True:
                seen = watching.look()
                for each in seen.findings if given.follow else watching.findings():
                    sys.stdout.write(f"{each.code}: {each.words}\n")
                told(seen.size, seen.failure or "followed and verified.")
                if not given.follow:
                    break
                time.sleep(given.every)
            sys.exit(2 if watching.findings() else 3 if seen.failure else 0)

    each = add_command(
        commands, "monitor", "follow a log; exit 0 if all is well, 2 findings, 3 no answer", run
    )
    add_log(each)
    add_policy(each)
    each.add_argument("--state", type=Path, default=Path("monitor.sqlite3"), help="its memory")
    each.add_argument("--follow", action="store_true", help="go on for ever")
    each.add_argument("--every", type=float, default=10.0, help="seconds between looks")


def _conformance(commands: Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog import conformance

        if given.write is not None:
            shutil.copytree(conformance.KIT, given.write)
            return
        judge = conformance.judged_by([given.against]) if given.against else conformance.judge
        wrong = list(conformance.differences(judge))
        sys.stdout.write("".join(f"{each}\n" for each in wrong))
        total = sum(1 for _ in conformance.artefacts())
        sys.stderr.write(f"{total - len(wrong)} of {total} artefacts are judged as they must be.\n")
        sys.exit(1 if wrong else 0)

    each = add_command(
        commands, "conformance", "good and bad artefacts, for any implementation", run
    )
    each.add_argument("--against", metavar="PROGRAM", help="exits with 0 for what it takes")
    each.add_argument("--write", type=Path, metavar="FOLDER", help="copy the kit there")


def run(arguments: Sequence[str]) -> None:
    """Run one command, for programs that offer it under another name.

    Raises:
        HabeasError: as the command does.
    """
    _run(parser().parse_args(arguments))
