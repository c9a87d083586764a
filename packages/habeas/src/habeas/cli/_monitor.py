"""The loop of `habeas log monitor`: look, print what is new, wait."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import typer

from habeas.tlog.monitor import Finding, Round

#: Seconds between looks at the live site, on average: at times that nobody can foresee.
_SITE_SECONDS = 3600.0


class Watching(Protocol):
    """A monitor of one log, or of two that belong together."""

    def look(self) -> Round:
        """One round."""

    def keep(self, finding: Finding) -> bool:
        """Keep a finding that somebody else made; whether it is new."""

    def findings(self) -> list[Finding]:
        """All that was ever found."""

    def metrics(self) -> str:
        """Figures in Prometheus's text format."""


def watch(
    monitor: Watching,
    *,
    every: float | None,
    metrics_port: int,
    as_json: bool,
    sites: Callable[[], list[Finding]] | None = None,
) -> int:
    """Look once, or every so many seconds until interrupted.

    Args:
        monitor: that looks at the log.
        every: seconds; None for once.
        metrics_port: for Prometheus, or 0.
        as_json: for programs.
        sites: looks at the live site, and gives what differs there.

    Returns:
        Exit status: 0 nothing found, 2 findings, 3 the log does not answer.
    """
    latest = [monitor.metrics()]
    next_site = 0.0
    server = _serve(metrics_port, latest) if metrics_port else None
    try:
        while True:
            seen = monitor.look()
            if sites is not None and time.time() >= next_site:
                more = tuple(each for each in sites() if monitor.keep(each))
                seen = replace(seen, findings=(*seen.findings, *more))
                next_site = time.time() + random.SystemRandom().uniform(0, 2 * _SITE_SECONDS)
            latest[0] = monitor.metrics()
            # Looking once tells all that is known; following tells what is new.
            findings = monitor.findings() if every is None else list(seen.findings)
            _tell(seen, findings, as_json=as_json)
            if every is None:
                break
            time.sleep(every)
    except KeyboardInterrupt:
        pass
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()
    if monitor.findings():
        return 2
    return 3 if seen.failure else 0


def _tell(seen: Round, findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        told = [
            {"code": each.code, "cause": each.words, "index": each.index, "evidence": each.evidence}
            for each in findings
        ]
        fields = {"size": seen.size, "findings": told, "failure": seen.failure}
        typer.echo(json.dumps(fields))
        return
    for each in findings:
        typer.secho(f"{each.code}: {each.words}", fg="red")
    if seen.failure:
        typer.secho(f"Not followed further: {seen.failure}", fg="yellow", err=True)
    elif not findings:
        typer.echo(f"{seen.size} entries verified; nothing to find fault with.", err=True)


def _serve(port: int, latest: list[str]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = latest[0].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: findings are what the terminal is for."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
