"""`habeas-tlog`: make, serve, read, check, mirror and repair transparency logs.

Plain argparse, so that the package stands on two libraries alone. `habeas log` has the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from habeas.foundation import command
from habeas.foundation.database import Database
from habeas.foundation.errors import HabeasError
from habeas.tlog.client import LogClient
from habeas.tlog.cosignature import MldsaCosignatureSigner
from habeas.tlog.monitor import Monitor
from habeas.tlog.policy import Policy
from habeas.tlog.verifying import Folder, verify_log

if TYPE_CHECKING:
    from starlette.applications import Starlette

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
        arguments.run(arguments)
    except ImportError as error:
        raise HabeasError(
            f"The package {error.name} is missing.", "pip install 'habeas-tlog[server]'"
        ) from error
    except sqlite3.Error as error:
        raise HabeasError(f"The database fails: {error}.", "Look at its disk.") from error
    except OSError as error:
        where = error.filename or "A file"
        raise HabeasError(
            f"{where} cannot be used: {error.strerror or error}.", "See that it is there and yours."
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
    operating = (_init, _allow, _serve, _rebuild)
    reading = (_append, _show, _proof, _verify, _monitor, _mirror, _conformance)
    for add in (*operating, *reading):
        add(commands)
    return top


# argparse gives this type no public name.
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def _command(
    commands: _Commands, name: str, help_: str, run: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    each = commands.add_parser(name, help=help_, description=help_)
    each.set_defaults(run=run)
    return each


def _data(each: argparse.ArgumentParser, help_: str = "the log's folder") -> None:
    each.add_argument("--data", type=Path, required=True, metavar="FOLDER", help=help_)


def _policy(each: argparse.ArgumentParser, *, required: bool = True) -> None:
    each.add_argument(
        "--policy", type=Path, required=required, metavar="FILE", help="C2SP tlog-policy"
    )


def _init(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import init_log, read_signer

        init_log(given.data, given.origin, anybody=given.anybody)
        sys.stdout.write(read_signer(given.data).policy_lines)

    each = _command(commands, "init", "make a log's folder and keys; print its policy lines", run)
    _data(each)
    each.add_argument("--origin", required=True, help="the log's name: a URL without its scheme")
    each.add_argument("--anybody", action="store_true", help="let everybody append who reaches it")


def _allow(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import Submitters

        if given.anybody == bool(given.name):
            raise HabeasError("Say who may append.", "Give a NAME, or --anybody.")
        if given.anybody:
            Submitters.open_to_all(given.data)
        else:
            sys.stdout.write(Submitters.allow(given.data, given.name) + "\n")

    each = _command(commands, "allow", "let somebody append; print their token, once", run)
    _data(each)
    each.add_argument("name", nargs="?", help="for your own list; a known name gets a new token")
    each.add_argument("--anybody", action="store_true", help="everybody who reaches the log")


def _listening(each: argparse.ArgumentParser, port: int) -> None:
    each.add_argument("--host", default="127.0.0.1", help="address to listen at")
    each.add_argument("--port", type=int, default=port, help=f"default {port}")


def _listen(app: Starlette, given: argparse.Namespace) -> None:
    import uvicorn

    # Callers that wait for a quorum do not keep a stopping log up: a retry is safe.
    uvicorn.run(
        app, host=given.host, port=given.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=3,
    )  # fmt: skip


def _serve(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server import make_app, open_storage

        storage = open_storage(
            given.data, database=given.database, objects=given.objects, remember=given.remember
        )
        app = make_app(
            given.data, interval=given.interval, patience=given.patience, storage=storage
        )
        _listen(app, given)

    each = _command(commands, "serve", "serve a log over HTTP", run)
    _data(each)
    _listening(each, 8001)
    each.add_argument("--interval", type=float, default=0.1, help="seconds between batches")
    each.add_argument(
        "--patience", type=float, default=20.0, help="seconds that a caller waits to be answered"
    )
    each.add_argument(
        "--remember", type=int, metavar="N",
        help="never log the newest N entries twice (default: none of all; 60 bytes for each)",
    )  # fmt: skip
    environ = os.environ
    each.add_argument("--database", default=environ.get("HABEAS_LOG_DATABASE", ""),
                      help="PostgreSQL instead of SQLite ($HABEAS_LOG_DATABASE)")  # fmt: skip
    each.add_argument("--objects", default=environ.get("HABEAS_LOG_OBJECTS", ""),
                      help="s3://BUCKET/PREFIX for public files ($HABEAS_LOG_OBJECTS)")  # fmt: skip


def _log(each: argparse.ArgumentParser, what: str = "a log's URL") -> None:
    each.add_argument("log", metavar="LOG", help=what)


def _append(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        entry = sys.stdin.buffer.read() if str(given.file) == "-" else given.file.read_bytes()
        with _client(given.log, given.token) as client:
            sys.stdout.write(client.append(entry).proof)

    each = _command(commands, "append", "append an entry; print its tlog-proof", run)
    _log(each)
    each.add_argument("file", type=Path, nargs="?", default=Path("-"), help="- for input")
    each.add_argument("--token", default=os.environ.get("HABEAS_LOG_TOKEN", ""),
                      help="bearer token ($HABEAS_LOG_TOKEN)")  # fmt: skip


def _show(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        with _client(given.log) as client:
            if given.first is None:
                sys.stdout.write(client.checkpoint())
                return
            last = given.first if given.last is None else given.last
            for index, entry in enumerate(client.entries(given.first, last + 1), given.first):
                text = entry.decode(errors="backslashreplace")
                sys.stdout.write(json.dumps({"index": index, "entry": text}) + "\n")

    each = _command(commands, "show", "print the checkpoint, or entries; nothing is verified", run)
    _log(each)
    each.add_argument("first", type=int, nargs="?", help="an entry, from 0")
    each.add_argument("last", type=int, nargs="?", help="the last one to show")


def _proof(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        with _client(given.log) as client:
            sys.stdout.write(client.proof(given.index))

    each = _command(commands, "proof", "print the tlog-proof of an entry, from the tiles", run)
    _log(each)
    each.add_argument("index", type=int, help="which entry, from 0")


def _verify(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        with _files(given.log) as files:
            verified = verify_log(files, _read_policy(given.policy), _progress, time.time())
        _told(verified.checkpoint.size, "every file is as the root demands.")

    each = _command(commands, "verify", "check a whole log: every bundle, tile and the root", run)
    _log(each, "a log's URL, or a folder with its files")
    _policy(each)


def _monitor(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        with _client(given.log) as client, Database(given.state) as database:
            watching = Monitor(database, client, _read_policy(given.policy))
            while True:
                seen = watching.look()
                for each in seen.findings if given.follow else watching.findings():
                    sys.stdout.write(f"{each.code}: {each.words}\n")
                _told(seen.size, seen.failure or "followed and verified.")
                if not given.follow:
                    break
                time.sleep(given.every)
            sys.exit(2 if watching.findings() else 3 if seen.failure else 0)

    each = _command(
        commands, "monitor", "follow a log; exit 0 if all is well, 2 findings, 3 no answer", run
    )
    _log(each)
    _policy(each)
    each.add_argument("--state", type=Path, default=Path("monitor.sqlite3"), help="its memory")
    each.add_argument("--follow", action="store_true", help="go on for ever")
    each.add_argument("--every", type=float, default=10.0, help="seconds between looks")


def _mirror(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server.mirror import Mirror, mirror_app

        policy = _read_policy(given.policy)
        signer = _mirror_key(given.data, given.name)
        with _client(given.log) as client:
            mirror = Mirror(given.data, client, policy, signer)
            if given.once:
                try:
                    verified = mirror.catch_up()
                finally:
                    mirror.close()
                _told(verified.checkpoint.size, "copied and verified.")
            else:
                sys.stderr.write(f"mirror {given.name} {signer.vkey}\n")
                _listen(mirror_app(mirror, policy.logs[0].name, every=given.every), given)

    each = _command(commands, "mirror", "keep and serve a full verified copy of a log", run)
    _log(each)
    _data(each, "the copy's folder")
    _policy(each)
    each.add_argument("--name", required=True, help="the mirror's: a URL without its scheme")
    each.add_argument("--once", action="store_true", help="copy what there is, and end")
    each.add_argument("--every", type=float, default=10.0, help="seconds between looks")
    _listening(each, 8002)


def _mirror_key(folder: Path, name: str) -> MldsaCosignatureSigner:
    from habeas.foundation import durable

    file = folder / "mirror.key"
    if not file.exists():
        durable.make(folder)
        signer = MldsaCosignatureSigner.generate(name)
        durable.create(file, f"{signer.private}\n".encode(), private=True)
    signer = MldsaCosignatureSigner.parse(file.read_text())
    if signer.name != name:
        raise HabeasError(f"{file} is the key of {signer.name}.", "Use that name.")
    return signer


def _rebuild(commands: _Commands) -> None:
    def run(given: argparse.Namespace) -> None:
        from habeas.tlog.server.rebuild import rebuild

        policy = _read_policy(given.policy or given.data / "policy.txt")
        with _files(given.log) as files:
            verified = rebuild(given.data, files, policy, _progress, time.time())
        _told(verified.checkpoint.size, "the log is whole; start it again.")

    each = _command(commands, "rebuild", "make a stopped log whole from its public tiles", run)
    _log(each, "a copy: its URL, or a folder with its files")
    _data(each)
    _policy(each, required=False)


def _conformance(commands: _Commands) -> None:
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

    each = _command(commands, "conformance", "good and bad artefacts, for any implementation", run)
    each.add_argument("--against", metavar="PROGRAM", help="exits with 0 for what it takes")
    each.add_argument("--write", type=Path, metavar="FOLDER", help="copy the kit there")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:,} of {total:,} entries\033[K{chr(10) if done == total else ''}")


def _told(size: int, words: str) -> None:
    sys.stderr.write(f"{size:,} entries: {words}\n")


def _read_policy(file: Path) -> Policy:
    return Policy.parse(file.read_bytes())


def _is_url(log: str) -> bool:
    return log.startswith(("http://", "https://"))


def _client(log: str, token: str = "") -> LogClient:
    if not _is_url(log):
        raise HabeasError(f"{log} is no URL.", "Name the log's URL, beginning with https://.")
    return LogClient(log, token or None)


@contextlib.contextmanager
def _files(log: str) -> Iterator[LogClient | Folder]:
    if _is_url(log):
        with _client(log) as client:
            yield client
        return
    folder = Path(log)
    # The folder that `serve` writes into is as good as its public part.
    yield Folder(folder / "public" if (folder / "public" / "checkpoint").exists() else folder)


def run(arguments: Sequence[str]) -> None:
    """Run one command, for programs that offer it under another name.

    Raises:
        HabeasError: as the command does.
    """
    _run(parser().parse_args(arguments))
