"""What the commands of `habeas-tlog` have in common: their options, and how a log is opened."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from habeas.foundation import listening
from habeas.foundation.errors import HabeasError
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.client import LogClient
from habeas.tlog.errors import FormatError
from habeas.tlog.note import split
from habeas.tlog.policy import Policy
from habeas.tlog.verifying import Folder

if TYPE_CHECKING:
    from starlette.applications import Starlette

# argparse gives this type no public name.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def add_command(
    commands: Commands, name: str, help_: str, run: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    """One command.

    Args:
        commands: of the program.
        name: the command's.
        help_: one line.
        run: does it.
    """
    each = commands.add_parser(name, help=help_, description=help_)
    each.set_defaults(run=run)
    return each


def add_data(each: argparse.ArgumentParser, help_: str = "the log's folder") -> None:
    """The option for a folder."""
    each.add_argument("--data", type=Path, required=True, metavar="FOLDER", help=help_)


def add_token(each: argparse.ArgumentParser) -> None:
    """The option for a PKCS #11 token."""
    each.add_argument(
        "--token", default="", metavar="URI",
        help="make the Ed25519 key on this token, which it never leaves: "
        "pkcs11:token=LABEL?module-path=FILE&pin-source=file:/FILE (RFC 7512)",
    )  # fmt: skip


def add_policy(each: argparse.ArgumentParser, *, required: bool = True) -> None:
    """The option for a policy."""
    each.add_argument(
        "--policy", type=Path, required=required, metavar="FILE", help="C2SP tlog-policy"
    )


def add_listening(each: argparse.ArgumentParser, port: int) -> None:
    """The options of a service."""
    each.add_argument("--host", default="127.0.0.1", help="address to listen at")
    each.add_argument("--port", type=int, default=port, help=f"default {port}")


def listen(app: Starlette, given: argparse.Namespace) -> None:
    """Serve *app* until the process is told to end."""
    # Callers that wait for a quorum do not keep a stopping log up: a retry is safe.
    listening.listen(app, host=given.host, port=given.port, grace=3)


def add_stores(each: argparse.ArgumentParser) -> None:
    """The options for other stores than a folder."""
    environ = os.environ
    each.add_argument("--database", default=environ.get("HABEAS_LOG_DATABASE", ""),
                      help="PostgreSQL instead of SQLite ($HABEAS_LOG_DATABASE)")  # fmt: skip
    each.add_argument("--objects", default=environ.get("HABEAS_LOG_OBJECTS", ""),
                      help="s3://BUCKET/PREFIX for public files ($HABEAS_LOG_OBJECTS)")  # fmt: skip


def add_log(each: argparse.ArgumentParser, what: str = "a log's URL") -> None:
    """The log as an argument."""
    each.add_argument("log", metavar="LOG", help=what)


def show_progress(done: int, total: int) -> None:
    """Tell a person, not a file, how far it is."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:,} of {total:,} entries\033[K{chr(10) if done == total else ''}")


def told(size: int, words: str) -> None:
    """Say how many entries, and what of them."""
    sys.stderr.write(f"{size:,} entries: {words}\n")


def read_policy(file: Path) -> Policy:
    """Read a policy; its octets may be any.

    Raises:
        OSError: the file cannot be read.
        FormatError: it is no policy.
    """
    try:
        return Policy.parse(file.read_bytes())
    except FormatError as error:
        raise FormatError(
            f"{file}: {error.cause}", "Write it as C2SP tlog-policy has it, or take it again from "
            "whoever made it."
        ) from error  # fmt: skip


def is_url(log: str) -> bool:
    """Whether a log is named by its address."""
    return log.startswith(("http://", "https://"))


def open_client(log: str, token: str = "") -> LogClient:
    """A client of the log at a URL.

    Raises:
        HabeasError: it is no URL.
    """
    if not is_url(log):
        raise HabeasError(f"{log} is no URL.", "Name the log's URL, beginning with https://.")
    return LogClient(log, token or None)


def read_entries(client: LogClient, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """Entries *first* to *last* of a log, unverified, each with its index.

    Raises:
        HabeasError: the log has no such entries, or does not answer.
    """
    if last < first:
        raise HabeasError(f"Entry {last} stands before entry {first}.", "Name the first one first.")
    size = Checkpoint.parse(split(client.checkpoint())[0]).size
    if last >= size:
        raise HabeasError(f"There is no entry {last} in a log of {size}.", "Entries count from 0.")
    yield from enumerate(client.entries(first, last + 1), start=first)


@contextlib.contextmanager
def open_files(log: str) -> Iterator[LogClient | Folder]:
    """A log's files, by URL or from a folder.

    Raises:
        HabeasError: there is no log.
    """
    if is_url(log):
        with open_client(log) as client:
            yield client
        return
    # The folder that `serve` writes into is as good as its public part.
    for folder in (Path(log), Path(log) / "public"):
        if (folder / "checkpoint").exists():
            yield Folder(folder)
            return
    raise HabeasError(
        f"There is no log in {log}: no file checkpoint lies there.",
        "Name a log's URL, or a folder with its checkpoint and tiles.",
    )
