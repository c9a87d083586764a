"""`habeas monitor`: watch a log, as anybody may. `habeas log monitor` is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._configured import MonitorConfig
from habeas.foundation import text

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def monitor(
    log: Annotated[str, typer.Argument(metavar="LOG", help="A log's URL.")],
    *,
    _config: MonitorConfig = None,
    circle: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="The circle's file, from a trustee."),
    ],
    state: Annotated[
        Path, typer.Option(help="Where the monitor keeps its place and its findings.")
    ] = Path("monitor.sqlite3"),
    receipt: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="A receipt, to watch over its photo."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on for ever; otherwise look once.")
    ] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between looks.")] = 10.0,
    stale_after: Annotated[
        float | None,
        typer.Option(
            min=1, help="Seconds after which the witnesses' word is too old; by default an hour."
        ),
    ] = None,
    most_a_day: Annotated[
        int, typer.Option(min=1, help="Requests of one office on one day that are reported.")
    ] = 200,
    metrics_port: Annotated[
        int, typer.Option(min=0, help="Serve Prometheus metrics on this port; 0 for none.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Watch a log: checkpoints, consistency, entries, and the rules among them.

    Tells of new circles, rosters, keys, suspensions and recoveries, of many requests by one
    office, of releases without a request, and of entries by nobody in the circle. For a log of
    something else than Habeas there is `habeas-tlog monitor`.

    Without --follow the exit status is 0 when there is nothing to find fault with, 2 with
    findings (also of earlier looks, with the same state), 3 when the log does not answer.
    """
    from habeas.cli._monitor import watch
    from habeas.cli._portal import read_receipt
    from habeas.foundation.database import Database
    from habeas.protocol import Chain
    from habeas.register.monitor import rules
    from habeas.tlog.monitor import Monitor
    from habeas.tlog.options import open_client
    from habeas.tlog.recency import RECENT

    receipts = [read_receipt(each) for each in receipt or []]
    chain = Chain.start(text.read(circle), 0)
    with Database(state) as database, open_client(log) as client:
        watching = Monitor(
            database, client, chain.newest.circle.reading_policy(),
            rules(chain, receipts, most_a_day=most_a_day),
            stale_after=stale_after or RECENT,
        )  # fmt: skip
        status = watch(
            watching, every=every if follow else None, metrics_port=metrics_port, as_json=as_json
        )
    raise typer.Exit(status)
