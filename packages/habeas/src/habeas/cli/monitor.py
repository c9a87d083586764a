"""`habeas monitor`: watch a log, as anybody may. `habeas log monitor` is the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli._configured import MonitorConfig
from habeas.foundation import text

if TYPE_CHECKING:
    from habeas.foundation.database import Database
    from habeas.protocol import Circle
    from habeas.register.monitor import CircleRules
    from habeas.tlog.monitor import Finding, Monitor

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
    site: Annotated[
        bool,
        typer.Option(
            "--site",
            help="Look at the live site, too, and compare it with the release on the log: once, "
            "or with --follow at random times, once an hour on average.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Watch a log: checkpoints, consistency, entries, and the rules among them.

    Where the circle has a log of hours, that one is watched too, and held against what anchors it.
    Circles that follow are taken on when they take effect, with their witnesses and that log.

    Tells of new circles, rosters, keys, suspensions and recoveries, of many requests by one
    office, of releases without a request, of the app's releases and of code that differed, and of
    entries by nobody in the circle. For a log of something else than Habeas there is
    `habeas-tlog monitor`.

    Without --follow the exit status is 0 when there is nothing to find fault with, 2 with
    findings (also of earlier looks, with the same state), 3 when the log does not answer.
    """
    import time

    from habeas.cli._monitor import watch
    from habeas.cli._portal import read_receipt
    from habeas.foundation.database import Database
    from habeas.protocol import Chain
    from habeas.register.hours_monitor import CityMonitor
    from habeas.register.monitor import rules
    from habeas.tlog.monitor import Monitor
    from habeas.tlog.options import open_client
    from habeas.tlog.recency import RECENT

    receipts = [read_receipt(each) for each in receipt or []]
    chain = Chain.start(text.read(circle), 0)
    old = stale_after or RECENT
    with (
        Database(state) as database,
        open_client(log) as client,
        contextlib.ExitStack() as opened,
    ):
        watched = rules(chain, receipts, most_a_day=most_a_day)
        everything = Monitor(
            database, client, chain.newest.circle.reading_policy(), watched, stale_after=old
        )
        beside = partial(_hours, opened, watched[0], state, old)
        both = CityMonitor(everything, beside, database, watched[0].in_force, time.time)
        status = watch(
            both, every=every if follow else None, metrics_port=metrics_port, as_json=as_json,
            sites=_sites(watched[0], database) if site else None,
        )  # fmt: skip
    raise typer.Exit(status)


def _hours(
    opened: contextlib.ExitStack, watched: CircleRules, state: Path, stale_after: float,
    circle: Circle,
) -> Monitor:  # fmt: skip
    """A monitor of the circle's log of hours, whose place lies beside *state*."""
    from habeas.foundation.database import Database
    from habeas.register.hours_monitor import HoursRules
    from habeas.tlog.client import LogClient
    from habeas.tlog.monitor import Monitor

    log = circle.hours_log
    place = state.with_name(f"{state.stem}-hours{state.suffix}")
    return Monitor(
        opened.enter_context(Database(place)), opened.enter_context(LogClient(log.url)),
        circle.reading_policy(log), [HoursRules(lambda: watched.chain)], stale_after=stale_after,
    )  # fmt: skip


def _sites(watched: CircleRules, database: Database) -> Callable[[], list[Finding]]:
    """Looks at each origin of the newest release; gives what differs."""
    import random
    from datetime import UTC, datetime

    from habeas.register import site

    def look() -> list[Finding]:
        with database.reading() as connection:
            releases = watched.releases(connection)
        if releases.newest is None:
            return []
        today = datetime.now(UTC).date()
        looks = site.look_at(releases, releases.newest.origins, today, random.SystemRandom())
        return [site.finding(origin, each) for origin, seen in looks for each in seen.differences]

    return look
