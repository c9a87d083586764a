"""`habeas verify RECEIPT`: check a receipt, offline or against the live log."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from habeas import tlog
from habeas.cli._portal import read_receipt
from habeas.foundation.database import Database
from habeas.protocol import Receipt
from habeas.protocol.client import Panel
from habeas.register import audit
from habeas.register.copy import LogCopy
from habeas.tlog.client import LogClient

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class Verified:
    """What was verified."""

    #: Index of the photo's `sealed` entry.
    index: int
    #: Names of the witnesses whose cosignatures were verified.
    witnesses: tuple[str, ...]
    #: Entries of the log that were searched; 0 when offline.
    searched: int
    #: One line for each act on the photo, from the live log.
    events: tuple[str, ...]
    #: Trustees that gave no details now.
    silent: tuple[str, ...]


def verify_offline(receipt: Receipt, policy: str | None) -> Verified:
    """Check the receipt alone.

    Raises:
        HabeasError: something does not fit.
    """
    verified = audit.verify_receipt(receipt, policy)
    index = tlog.TlogProof.parse(receipt.proof).index
    return Verified(index, tuple(c.name for c in verified.cosignatures), 0, (), ())


def verify_live(receipt: Receipt, policy: str | None, log_url: str | None = None) -> Verified:
    """Check the receipt, then the whole log, for every act on the photo.

    Raises:
        HabeasError: something does not fit, or is missing.
    """
    offline = verify_offline(receipt, policy)
    rules = tlog.Policy.parse(policy or receipt.policy)
    with (
        Database() as memory,
        LogClient(log_url or receipt.log) as log,
        Panel(receipt.trustees, receipt.promise.trustees.k) as circle,
    ):
        found = audit.history(receipt, LogCopy(memory, log, rules), circle)
    audit.verify_complete(found)
    events = tuple(
        f"{event.index} {event.entry.day} {event.entry.kind} by {event.writer}"
        + (f" for {event.entry.purpose}" if event.entry.purpose else "")
        for event in found.events
    )
    return Verified(offline.index, offline.witnesses, found.searched, events, tuple(found.silent))


@app.command()
def verify(
    receipt: Annotated[Path, typer.Argument(help="The receipt file.", dir_okay=False)],
    *,
    policy: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A policy (C2SP tlog-policy) that you have from somewhere else than the receipt.",
        ),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Check the receipt alone, without the network.")
    ] = False,
    log: Annotated[
        str | None, typer.Option(help="The log's address, if it is not the one in the receipt.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check a receipt, and find every act on its photo.

    Offline it checks that the promise, the trustees' acknowledgements and the log entry
    belong together, and that the entry stands on the witnessed log. Online it also reads
    the whole log, recomputes its root, and shows every act on the photo; a number that is
    missing in between means that somebody acted without a trace.

    Exit status 0 only if all of it verifies.
    """  # fmt: skip
    content = read_receipt(receipt)
    text = policy.read_text() if policy else None
    report = verify_offline(content, text) if offline else verify_live(content, text, log)
    if json_:
        typer.echo(json.dumps(asdict(report)))
        return
    console = Console()
    console.print(f"[green]Verified.[/] The photo was sealed in log entry {report.index},")
    console.print(f"under a checkpoint that {', '.join(report.witnesses)} cosigned.")
    if offline:
        console.print("Not checked: what happened since. Leave out --offline for that.")
        return
    console.print(f"All {report.searched} entries of the log were searched; none is missing:")
    for line in report.events:
        console.print(f"  {line}")
    for name in report.silent:
        console.print(f"[yellow]{name} gave no details now.[/]")
    if policy is None:
        console.print(
            "The policy came from the receipt itself. Use --policy with a copy from elsewhere "
            "to be independent of who issued it.", style="dim",
        )  # fmt: skip
