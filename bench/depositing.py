"""What the portal does for a photo that its applicant's device has sealed, beside storing plainly.

The whole installation runs. Three ways through the same portal, in turn: the same bytes stored
plainly; applications that were sealed beforehand, as devices send them (`deposit`, then `keep`:
four trustees, the log, and its quorum stand behind each); and the server's own way, which checks
and seals by itself. What devices do is done before, and not timed.

Counted is what the whole machine manages, on which all parties run, as `journey` counts it; beside
it stands the processor's time of one application, the portal's own and that of all parties, which
says more on a machine that does something else, too. Rounds end after `BOUND_SECONDS`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from bench.journey import CLIENTS, FIELDS, _photo
from bench.whole import beside_plain, tree
from habeas.deploy import installation
from habeas.protocol import stream, verify_circle
from habeas.protocol.app import AppDetails
from habeas.protocol.seal import Secrets, Wishes, build_terms, seal
from habeas.protocol.statements import KeyStatement, read_statement
from habeas.protocol.terms import AppReference

ROUNDS, APPLICATIONS = 3, 96
#: No round begins later than so many seconds after the first; one is made in any case.
BOUND_SECONDS = 60.0
#: Of what a device keeps of a photo, before it is sealed (`web/photo/device/size.ts`).
SEALED_BYTES = 150_000
#: What the issue asks for.
OF_PLAIN, OVER_SERVER = 0.6, 4.0
SERVICE = "hunting-licence"


@dataclass(frozen=True)
class Application:
    """One that is sealed, and not sent: cookies of its browser, and what will be sent."""

    cookies: dict[str, str]
    csrf: str
    head: str
    ciphertext: bytes
    seal_id: str


def prepared(portal: str) -> Application:
    """An application up to the click that sends its photo."""
    step = f"{portal}/apply/{SERVICE}"
    with httpx.Client(timeout=60, trust_env=False) as browser:
        answer = browser.post(f"{step}/order/", json={}, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        order = answer.json()
        return Application(dict(browser.cookies), order["csrf"], *_sealed(portal, order))


def _sealed(portal: str, order: dict[str, Any]) -> tuple[str, bytes, str]:
    circle = verify_circle(order["circles"][-1])
    keys = [
        read_statement(note, each.name, [each.verifier()], KeyStatement)
        for each, note in zip(circle.trustees, order["keys"], strict=True)
    ]
    release = AppDetails.decode(order["release"].encode()).manifest.digest().hex()
    wishes = Wishes(
        **{**order["wishes"], "sealed_by": "browser"},
        app=AppReference(origin=portal, manifest=release),
    )
    drawn = Secrets.draw(secrets.token_bytes)
    terms = build_terms(circle, keys, wishes, drawn)
    sealed = seal(secrets.token_bytes(SEALED_BYTES), terms, keys, drawn, secrets.token_bytes)
    key = stream.stream_key(drawn.track_key, 0)
    head = {
        "promise": sealed.promise.fields(),
        "deposits": [base64.b64encode(each).decode() for each in sealed.deposits],
        "tag": stream.tag(key, 0), "closing_tag": stream.closing_tag(key),
    }  # fmt: skip
    return json.dumps(head), sealed.ciphertext, sealed.promise.seal_id


def _kept(portal: str, each: Application, client: httpx.Client) -> None:
    """As the device sends it, until it counts."""
    step = f"{portal}/apply/{SERVICE}"
    cookies = "; ".join(f"{name}={value}" for name, value in each.cookies.items())
    headers = {"accept": "application/json", "x-csrftoken": each.csrf, "cookie": cookies}
    file = {"ciphertext": ("ciphertext", each.ciphertext)}
    answer = client.post(f"{step}/deposit/", data={"head": each.head}, files=file, headers=headers)
    assert answer.status_code == 200, answer.text
    opaque = base64.b64encode(secrets.token_bytes(1500)).decode()
    body = {"pointer": opaque, "answers": opaque, "seal_id": each.seal_id}
    answer = client.post(f"{step}/keep/", json=body, headers=headers)
    assert answer.status_code == 200, answer.text


def _plain(portal: str, each: Application, client: httpx.Client) -> None:
    file = {"ciphertext": ("ciphertext", each.ciphertext)}
    answer = client.post(f"{portal}/plain-bytes", data={"head": each.head}, files=file)
    assert answer.status_code == 201, answer.text


@dataclass(frozen=True)
class Spent:
    """What one way of sending took: applications a second, processor milliseconds of one."""

    rate: float
    portal: float
    parties: float


def _processor(pids: dict[str, int], *names: str) -> float:
    """Seconds of processor time of those processes of the installation, or of all."""
    ticks = 0
    for pid in {each for name in names or pids for each in tree(pids[name])}:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _timed(
    applications: Sequence[Application],
    send: Callable[[Application], None],
    pids: dict[str, int],
) -> Spent:
    """What it takes to send them, with all clients busy."""
    before = _processor(pids, "portal"), _processor(pids)
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(send, applications))
    took = time.perf_counter() - start
    after = _processor(pids, "portal"), _processor(pids)
    portal, parties = (
        1000 * (late - early) / len(applications) for early, late in zip(before, after, strict=True)
    )
    return Spent(len(applications) / took, portal, parties)


def measured(place: installation.Installation, pids: dict[str, int]) -> dict[str, Spent]:
    """What each way took, medians of rounds."""
    portal, photo = place.portal_url, _photo()
    form = {"service": SERVICE, "fields": json.dumps(FIELDS)}

    def by_server(client: httpx.Client) -> None:
        answer = client.post(f"{portal}/api/applications", data=form, files={"photo": photo})
        assert answer.status_code == 201, answer.text

    spent: dict[str, list[Spent]] = {"plain": [], "device": [], "server": []}
    begun = time.monotonic()
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    with httpx.Client(timeout=60, trust_env=False, limits=limits) as client:
        by_server(client)  # starts the workers that check photos
        for turn in range(ROUNDS):
            if turn and time.monotonic() > begun + BOUND_SECONDS:
                break
            ready = [prepared(portal) for _ in range(APPLICATIONS)]
            ways: dict[str, Callable[[Application], None]] = {
                "plain": lambda each: _plain(portal, each, client),
                "device": lambda each: _kept(portal, each, client),
                "server": lambda _: by_server(client),
            }
            for name, send in ways.items():
                some = ready if name != "server" else ready[: APPLICATIONS // 2]
                spent[name].append(_timed(some, send, pids))
    return {
        name: Spent(
            *(statistics.median(vars(each)[what] for each in times)
              for what in ("rate", "portal", "parties"))
        )
        for name, times in spent.items()
    }  # fmt: skip


def run() -> None:
    """Print the rates and ratios."""
    with beside_plain() as (place, supervisor):
        _wait_for_release(place.portal_url)
        _print(measured(place, supervisor.pids()))


def _wait_for_release(portal: str) -> None:
    """The release counts once the portal and the trustees have followed the log to it."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        while client.get(f"{portal}/apply/{SERVICE}/seal/").status_code != 200:
            time.sleep(0.2)
        application = prepared(portal)
        while True:
            try:
                _kept(portal, application, client)
            except AssertionError:
                time.sleep(0.5)
            else:
                return


def _print(spent: dict[str, Spent]) -> None:
    plain, server = spent["plain"], spent["server"]
    table = Table(title=f"Sealed applications of {SEALED_BYTES:,} bytes, {CLIENTS} at a time")
    own, everybody = "the portal's processor", "all parties'"
    for column in ("", "per second", "of plain", "over the server's way", own, everybody, "goal"):
        table.add_column(column, justify="right" if column else "left")
    goals = {"device": f"{OF_PLAIN:g} of plain, {OVER_SERVER:g} x the server's way"}
    names = {"plain": "stored plainly", "device": "sealed on devices", "server": "by the server"}
    for way, each in spent.items():
        ratios = f"{each.rate / plain.rate:.2f}", f"{each.rate / server.rate:.2f}"
        times = f"{each.portal:.1f} ms", f"{each.parties:.1f} ms"
        table.add_row(names[way], f"{each.rate:.1f}", *ratios, *times, goals.get(way, ""))
    Console(width=120).print(table)


if __name__ == "__main__":
    run()
