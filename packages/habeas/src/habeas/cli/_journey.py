"""The journey that `habeas demo` plays: apply, seal, open, check, refuse, withdraw, over HTTP."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from habeas.cli._portal import PortalClient
from habeas.cli.verify import verify_live
from habeas.deploy import installation
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.office.client import DeskError
from habeas.protocol import Kind, Purpose, Receipt
from habeas.register.verdicts import Verification
from habeas.register.verifying import verify_offline

#: For what trustees owe the log to stand there.
_PATIENCE_SECONDS = 120.0
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


class Journey:
    """The steps, in order. Each returns (log index, what to say).

    Args:
        place: where all parties run.
        photo: the applicant's, as bytes of a file.
    """

    def __init__(self, place: installation.Installation, photo: bytes) -> None:
        self._place = place
        self._photo = photo
        self._applicant = PortalClient(place.portal_url)
        self._officer = place.officer("licensing-office")
        self._stranger = place.officer("interior-ministry")
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
        yield "verify", self.verify
        yield "refuse-purpose", self.refuse_purpose
        yield "refuse-recipient", self.refuse_recipient
        yield "refuse-recognition", self.refuse_recognition
        yield "withdraw", self.withdraw
        yield "open-after-withdraw", self.open_after_withdraw
        yield "verify-after-withdraw", self.verify_after_withdraw

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
        pinned, index = verify_offline(receipt, self._place.pins)
        if not pinned:
            raise DemoError("The receipt is under another circle than this installation's.")
        self._sealed_picture = base64.b64decode(answer["photo"])
        # The withdrawal will delete the sealed photo; a copy stays for whoever wants to look.
        for blob in installation.blobs(self._place):
            content = blob.read_bytes()
            if hashlib.sha256(content).hexdigest() == receipt.promise.photo.sha256:
                self.sealed_copy.write_bytes(content)
        trustees = receipt.promise.trustees
        return index, (
            f"application {self._case}, sealed to {len(trustees.keys)} trustees, "
            f"any {trustees.k} open it"
        )

    def open(self) -> tuple[int, str]:
        self._officer.sign_in()
        opened = self._officer.open(
            self._case, Purpose.DECIDE_APPLICATION, "Is this the applicant?"
        )
        self._opening, self._kept = opened.index, opened.photo
        return opened.index, "an officer's signed request opened the photo"

    def view(self) -> tuple[None, str]:
        if not self._kept or self._kept != self._sealed_picture:
            raise DemoError("The picture that came out is not the one that was sealed.")
        return None, f"{len(self._kept):,} bytes, equal to what was sealed, byte for byte"

    def verify(self) -> tuple[int, str]:
        found = self._verified()
        asked = [act for act in found.acts if act.entry.kind is Kind.REQUESTED]
        if [act.index for act in asked] != [self._opening] or found.openings != 1:
            raise DemoError(f"The applicant should see opening {self._opening} and no other.")
        return self._opening, (
            f"the applicant sees it: {asked[0].entry.office}, {asked[0].entry.purpose}; "
            f"all {len(found.verdicts)} trustees have said all that they did"
        )

    def _verified(self) -> Verification:
        """The applicant's view, once what the trustees owe has reached the log."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found = verify_live(self.receipt, self._place.pins)
            if found.outcome == "complete":
                return found
            if time.monotonic() > deadline:
                causes = [cause for each in found.verdicts.values() for cause in each.causes]
                raise DemoError(f"Verification is {found.outcome}: {' '.join(causes)}")
            time.sleep(0.2)

    def refuse_purpose(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._officer.open(
                self._case, Purpose.PRODUCE_DOCUMENT, "Print it on the licence"
            ),
            "purpose",
        )

    def refuse_recipient(self) -> tuple[int | None, str]:
        """Another office, to which somebody has even handed what leads to the photo.

        It ends at the portal, which knows no such photo for that office; trustees would refuse
        it as well.
        """
        self._stranger.sign_in()
        pointer = self._officer.pointer(self._case)
        return _refused(
            lambda: self._stranger.ask(
                pointer, Purpose.DECIDE_APPLICATION, "Send the photo to the ministry"
            ),
            "unknown-photo",
            logged=False,
        )

    def refuse_recognition(self) -> tuple[None, str]:
        """There is no such purpose: no trustee takes such a request, whoever sends it."""
        body = {
            "promise": self.receipt.promise.digest().hex(),
            "entry": "{}",
            "request": {"purpose": "face-recognition", "reason": "For another agency"},
        }
        for trustee in self._place.circle.trustees:
            answer = httpx.post(
                f"{trustee.url}/v2/releases", json=body, trust_env=False, timeout=_PATIENCE_SECONDS
            )
            code = answer.json().get("code")
            if code != "purpose-unknown":
                raise DemoError(f"{trustee.name} answered {code}, not purpose-unknown.")
        return None, f"all {len(self._place.circle.trustees)} trustees refuse: no such purpose"

    def withdraw(self) -> tuple[None, str]:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            answer = self._applicant.withdraw(self.receipt)
            if answer["complete"]:
                return None, f"{len(answer['statements'])} trustees attest that they erased it"
            if time.monotonic() > deadline:
                raise DemoError(f"Not all trustees have confirmed: {answer['owed']}.")
            time.sleep(0.2)

    def open_after_withdraw(self) -> tuple[int | None, str]:
        return _refused(
            lambda: self._officer.open(self._case, Purpose.DECIDE_APPLICATION, "One more look"),
            "withdrawn",
            logged=False,
        )

    def verify_after_withdraw(self) -> tuple[None, str]:
        found = self._verified()
        erased = [act.writer for act in found.acts if act.entry.kind is Kind.ERASED]
        if len(erased) != len(found.verdicts) or found.openings != 1:
            raise DemoError(f"Erasures on the log: {', '.join(erased) or 'none'}.")
        return None, f"the log has {len(erased)} erasures; still one opening, and no more"


def _refused(
    act: Callable[[], object], code: str, *, logged: bool = True
) -> tuple[int | None, str]:
    """Check that *act* is refused with *code*, its request standing on the log."""
    try:
        act()
    except DeskError as error:
        if error.code != code:
            raise DemoError(f"Refused as {error.code}, not as {code}: {error.cause}") from error
        if logged and error.index is None:
            raise DemoError("It was refused, but the request is not on the log.") from error
        return error.index, f"refused: {error.cause}"
    raise DemoError(f"It was not refused; it should have been ({code}).")


def play(journey: Journey, say: Callable[[Step], None]) -> list[Step]:
    """Go every step, whatever became of the one before; where nothing was sealed, it ends there.

    Args:
        journey: with its parties.
        say: told of each step once it is done.
    """
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
