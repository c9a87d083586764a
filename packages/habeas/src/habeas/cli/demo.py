"""`habeas demo`: the whole journey, headless, over HTTP, against real processes."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from habeas.cli._portal import PortalClient, PortalError
from habeas.deploy import installation
from habeas.deploy.supervisor import Supervisor
from habeas.faces import assets
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Receipt

app = typer.Typer(add_completion=False)

_SERVICE = "hunting-licence"
_FIELDS = {
    "full_name": "Anna Example",
    "date_of_birth": "1980-05-17",
    "address": "1 Forest Lane",
    "email": "anna@example.org",
}


@dataclass(frozen=True)
class Step:
    """What became of one step."""

    name: str
    ok: bool
    ms: float
    #: Index on the log of what the step left there, where it left something.
    log_index: int | None
    note: str


class DemoError(HabeasError):
    """A step went otherwise than it must."""

    code = "demo"
    remedy = "Read the output files of the services in the data folder."


class _Journey:
    """The steps, in order. Each returns (log index, what to say)."""

    def __init__(self, place: installation.Installation, photo: bytes) -> None:
        self._place = place
        self._photo = photo
        signs_in = installation.sign_ins(place)
        self._applicant = PortalClient(place.portal_url)
        self._officer = PortalClient(place.portal_url, signs_in["licensing-office"])
        self._stranger = PortalClient(place.portal_url, signs_in["interior-ministry"])
        self.receipt_file = place.folder / "demo-receipt.json"
        self.sealed_copy = place.folder / "demo-sealed-photo"
        self._kept = b""
        self._sealed_picture = b""
        self._case = ""
        self._opening = -1

    @property
    def receipt(self) -> Receipt:
        return Receipt.decode(self.receipt_file.read_bytes())

    def steps(self) -> Iterator[tuple[str, Callable[[], tuple[int | None, str]]]]:
        yield "check", self.check
        yield "seal", self.seal
        yield "open", self.open
        yield "view", self.view
        yield "history", self.history
        yield "verify", self.verify
        yield "refuse-purpose", self.refuse_purpose
        yield "refuse-recipient", self.refuse_recipient
        yield "refuse-recognition", self.refuse_recognition
        yield "refuse-bulk", self.refuse_bulk
        yield "withdraw", self.withdraw
        yield "open-after-withdraw", self.open_after_withdraw

    def check(self) -> tuple[None, str]:
        from habeas import portrait

        assessment = portrait.check(self._photo)
        advice = "; ".join(each.cause for each in assessment.advice) or "nothing to improve"
        return None, f"{assessment.verdict}: {advice}"

    def seal(self) -> tuple[int | None, str]:
        answer = self._applicant.apply(_SERVICE, _FIELDS, self._photo)
        self._case = answer["reference"]
        receipt = Receipt.read(answer["receipt"])
        durable.write(self.receipt_file, receipt.encode(), private=True)
        self._sealed_picture = base64.b64decode(answer["photo"])
        # The withdrawal will delete the sealed photo; a copy stays for whoever wants to look.
        for blob in installation.blobs(self._place):
            content = blob.read_bytes()
            if hashlib.sha256(content).hexdigest() == receipt.promise.photo.sha256:
                self.sealed_copy.write_bytes(content)
        return _proof_index(receipt.proof), (
            f"application {self._case}, sealed to {len(receipt.trustees)} trustees, "
            f"any {receipt.promise.trustees.k} open it"
        )

    def open(self) -> tuple[int, str]:
        opened = self._officer.open(self._case, "decide-application", "Is this the applicant?")
        self._opening, self._kept = opened.index, opened.opened.photo
        return opened.index, "the licensing office opened the photo to decide the application"

    def view(self) -> tuple[None, str]:
        if not self._kept or self._kept != self._sealed_picture:
            raise DemoError("The picture that came out is not the one that was sealed.")
        return None, f"{len(self._kept):,} bytes, equal to what was sealed, byte for byte"

    def history(self) -> tuple[int, str]:
        openings = self._wait_for_history()["openings"]
        if [each["index"] for each in openings] != [self._opening]:
            raise DemoError(f"The applicant should see opening {self._opening}, not {openings}.")
        seen = openings[0]["details"]
        return self._opening, f"the applicant sees it: {seen['office']}, {seen['purpose']}"

    def _wait_for_history(self) -> dict[str, Any]:
        """The applicant's view, once the trustees' own entries have reached the log."""
        deadline = time.monotonic() + 20
        while True:
            answer = self._applicant.history(self.receipt)
            if answer["openings"] or time.monotonic() > deadline:
                return answer
            time.sleep(0.1)

    def verify(self) -> tuple[int | None, str]:
        from habeas.cli.verify import verify_live

        report = verify_live(self.receipt, self._place.policy_file.read_text())
        return report.index, (
            f"inclusion, {len(report.witnesses)} cosignatures and the whole log "
            f"({report.searched} entries) verified; nothing is missing"
        )

    def refuse_purpose(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._officer.open(self._case, "produce-document", "Print the licence"),
            "purpose",
        )

    def refuse_recipient(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._stranger.open(self._case, "decide-application", "Send us the photo"),
            "recipient",
        )

    def refuse_recognition(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._stranger.open(
                self._case, "face-recognition", "Run face recognition for another agency"
            ),
            "recognition-never",
        )

    def refuse_bulk(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._officer.ask_for_many(
                [self._case, "HL-0000-0000"], "decide-application", "All photos of this month"
            ),
            "bulk-never",
        )

    def withdraw(self) -> tuple[int | None, str]:
        answer = self._applicant.withdraw(self.receipt)
        if answer["owed"]:
            raise DemoError(f"Not all trustees have confirmed the erasure: {answer['owed']}.")
        return answer["index"], f"{len(answer['statements'])} trustees attest that they erased it"

    def open_after_withdraw(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._officer.open(self._case, "decide-application", "One more look"),
            "withdrawn",
        )


def _refused(act: Callable[[], object], code: str) -> tuple[int | None, str]:
    """Check that *act* is refused with *code* and that the refusal is on the log."""
    try:
        act()
    except PortalError as error:
        if error.code != code:
            raise DemoError(f"Refused as {error.code}, not as {code}: {error.cause}") from error
        if error.index is None:
            raise DemoError("It was refused, but the refusal is not on the log.") from error
        return error.index, f"refused: {error.cause}"
    raise DemoError(f"It was not refused; it should have been ({code}).")


def _proof_index(proof: str) -> int:
    from habeas import tlog

    return tlog.TlogProof.parse(proof).index


def _play(journey: _Journey, say: Callable[[Step], None]) -> list[Step]:
    steps: list[Step] = []
    for name, act in journey.steps():
        start = time.perf_counter()
        try:
            index, note = act()
            ok = True
        except HabeasError as error:
            index, note, ok = None, f"{error.cause} {error.remedy}".strip(), False
        steps.append(Step(name, ok, round((time.perf_counter() - start) * 1000, 1), index, note))
        say(steps[-1])
        if not ok and name in {"check", "seal"}:
            break  # nothing that follows can mean anything
    return steps


@contextmanager
def _services(place: installation.Installation) -> Iterator[None]:
    with Supervisor(place.processes(), place.folder / "output") as supervisor:
        supervisor.wait_until_healthy()
        installation.announce(place)
        yield


@app.command()
def demo(
    *,
    photo: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A portrait (JPEG, PNG or HEIC)."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for the services' data; a new temporary one by default."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Play the whole journey against real services: apply, seal, open, check, refuse, withdraw.

    Starts the portal, the log and three trustees as processes of their own, on free ports
    of this machine, and stops them at the end. The data folder is left in place, for you
    to look into: `habeas log verify`, or any other software for C2SP logs.

    Exit status 0 only if every step went as it must.
    """
    folder = data or Path(tempfile.mkdtemp(prefix="habeas-demo-"))
    picture = photo.read_bytes() if photo else assets.path("astronaut.png").read_bytes()
    console = Console(stderr=True)

    def say(step: Step) -> None:
        mark = "[green]ok[/]    " if step.ok else "[red]FAILED[/]"
        where = f" [dim](log entry {step.log_index})[/]" if step.log_index is not None else ""
        console.print(
            f"{mark} {step.name:<20} {step.ms:8.1f} ms  {step.note}{where}", soft_wrap=True
        )

    place = installation.install(folder, free_ports=True)
    console.print(f"Starting portal, log and three trustees ({folder}) ...")
    with _services(place):
        journey = _Journey(place, picture)
        steps = _play(journey, say)
    passed = all(step.ok for step in steps)
    if json_:
        report = {
            "steps": [asdict(step) for step in steps],
            "log_url": place.log_url,
            "log_dir": str(place.log_public),
            "log_vkey": place.log_vkey,
            "policy_file": str(place.policy_file),
            "receipt_file": str(journey.receipt_file),
            "sealed_blob": str(journey.sealed_copy),
        }
        typer.echo(json.dumps(report))
    if not passed:
        raise typer.Exit(1)
    console.print(f"All {len(steps)} steps went as they must. Data: {folder}")


if __name__ == "__main__":
    sys.exit(app())
