"""Running a command in this process, as a shell would see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from typer.testing import CliRunner

from habeas import cli
from habeas.foundation import command


@dataclass(frozen=True)
class Done:
    """What a command left: exit status, and what it printed."""

    status: int
    out: str
    err: str


def habeas(*arguments: object, given: str | bytes | None = None) -> Done:
    """Run ``habeas ARGUMENTS``; *given* is its input. A mistake of ours stays a traceback."""
    ended: list[Any] = []

    def app() -> None:
        done = CliRunner().invoke(cli.app, [str(each) for each in arguments], input=given)
        ended.append(done)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception

    try:
        command.run(app)
    except SystemExit as error:
        return Done(int(error.code or 0), ended[0].stdout, ended[0].stderr)
    return Done(ended[0].exit_code, ended[0].stdout, ended[0].stderr)


def answering(**answers: tuple[int, bytes]) -> httpx.MockTransport:
    """A transport to servers that answer by path; 404 for any other, and nobody is at `gone`."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "gone":
            raise httpx.ConnectError("Connection refused")
        status, content = answers.get(request.url.path, (404, b""))
        return httpx.Response(status, content=content)

    return httpx.MockTransport(answer)
