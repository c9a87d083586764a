"""Docs/protocol/desk.md: the officer's client as a program: for terminals, and for trying out.

What it does is what the desk in the browser does: it holds the office's key and the officer's
credential for as long as it runs, opens what is sealed to the office, compares the case with
the promise, and signs each request.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import mounts
from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.office import credentials
from habeas.office.folder import Person
from habeas.office.keys import OfficeError
from habeas.protocol import Promise, Purpose, Request, sealing, stream
from habeas.protocol.assertion import Signable
from habeas.protocol.case_note import CaseNote, SignedNote, open_note, seal_note
from habeas.protocol.credential import Membership
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.office import Pointer, open_answers, open_pointer, unwrap_key, verify_pointer
from habeas.protocol.opening import OpenedPhoto, WrappedShare, open_photo
from habeas.protocol.signin import SignIn

#: Slots that are asked about at once; an officer's quota is rarely larger.
_SLOTS = 200


class DeskError(HabeasError):
    """The portal did not do what was asked.

    Attributes:
        index: of the request on the log, where it stands there.
    """

    code = "desk"

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail, problem.remedy)
        self.code = problem.code
        self.status = problem.status
        index = problem.more.get("index")
        self.index = index if isinstance(index, int) else None


@dataclass(frozen=True)
class OpenedCase:
    """An opened photo, and where its request stands on the log."""

    index: int
    photo: bytes
    bad: dict[str, str]
    missing: dict[str, str]


class OfficerClient:
    """One officer at work.

    Args:
        portal: its address.
        person: the officer's file.
        membership: proofs that they are on the roster: ``newest``, and ``aged``.
        passphrase: the officer's.
        key: signs, where the officer's private key lies on a token.

    Raises:
        OpeningError: another passphrase.
        OfficeError: the officer's key is neither in software nor the token's.
    """

    def __init__(
        self,
        portal: str,
        person: Person,
        membership: dict[str, Membership],
        passphrase: str,
        *,
        key: credentials.Sign | None = None,
    ) -> None:
        if person.software_key is not None:
            key = credentials.signing(credentials.unlock(person.software_key, passphrase))
        elif person.credential.type == "webauthn":
            raise OfficeError(
                "This officer signs with an authenticator, which only a browser can ask.",
                "Use the desk at the office's own address.",
            )
        self._portal = portal.rstrip("/")
        self._credential = person.credential
        self._membership = membership
        if key is None:
            raise OfficeError(
                "This officer signs with a token, and it is not said which.",
                "Put it in, and give --token pkcs11:...",
            )
        self._sign = key
        self._seed = unwrap_key(person.office_key, passphrase)
        self._http = httpx.Client(
            base_url=self._portal,
            timeout=60.0,
            trust_env=False,
            verify=authorities(),
            mounts=mounts(),
        )

    def __enter__(self) -> Self:
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; what was unlocked is forgotten with the client."""
        self._http.close()

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise OfficeError(
                f"The portal {self._portal} does not answer.", "Try again in a minute."
            ) from error
        if response.status_code >= 400:
            try:
                raise DeskError(Problem.decode(response.content, response.status_code))
            except ProblemFormatError as error:
                raise OfficeError(
                    f"The portal answered with status {response.status_code}."
                ) from error
        if response.headers.get("content-type", "").startswith("application/json"):
            return response.json()
        return response.content

    def sign_in(self) -> None:
        """Show the portal that this officer is one of the office's."""
        office = self._credential.office
        drawn = self._call("POST", "/api/officers/challenge", {"office": office})
        what = SignIn(
            office=office, credential=self._credential.id, challenge=drawn["challenge"],
            portal=self._portal,
        )  # fmt: skip
        answer = self._call(
            "POST",
            "/api/officers/sessions",
            {"sign_in": what.fields(), **self._shown(what)},
        )
        self._http.headers["Authorization"] = f"Bearer {answer['token']}"

    def _shown(self, what: Signable) -> dict[str, Any]:
        assertion = credentials.sign(self._sign, self._credential, what)
        return {
            "assertion": assertion.fields(),
            "credential": self._credential.fields(),
            "membership": {name: each.fields() for name, each in self._membership.items()},
        }

    def cases(self) -> list[dict[str, Any]]:
        """The open cases of the office, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            after = f"&after={found[-1]['reference']}" if found else ""
            page = self._call("GET", f"/api/cases?state=open{after}")
            found += page["cases"]
            if not page["more"]:
                return found

    def case(self, reference: str) -> dict[str, Any]:
        """One case, its answers opened."""
        case: dict[str, Any] = self._call("GET", f"/api/cases/{reference}")
        sealed = unbase64(case["answers"])
        case["answers"] = open_answers(self._seed, sealed, reference).answers
        return case

    def decide(
        self,
        reference: str,
        decision: Literal["approved", "declined"],
        reason: str = "",
        later: Sequence[Purpose] = (),
    ) -> None:
        """Decide a case, and sign who did so, when and why, for the office's own eyes.

        Args:
            reference: of the case.
            decision: what was decided.
            reason: in the officer's words.
            later: promised purposes that the photo is kept for; without any it is closed.
        """
        case = self._call("GET", f"/api/cases/{reference}")
        note = CaseNote(
            reference=reference, office=self._credential.office, credential=self._credential.id,
            act="decided", decision=decision, reason=reason,
            at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )  # fmt: skip
        signed = SignedNote(
            note=note,
            credential=self._credential,
            assertion=credentials.sign(self._sign, self._credential, note),
        )
        sealed = seal_note(sealing.public_key(self._seed), signed)
        body: dict[str, Any] = {
            "decision": decision, "later": [each.value for each in later],
            "note": base64_of(sealed),
        }  # fmt: skip
        if case["pointer"] is not None:
            # The portal does not know which photo is the case's: the office says which to close.
            pointer = open_pointer(self._seed, unbase64(case["pointer"]), reference)
            body["seal_id"] = pointer.seal_id
        self._call("POST", f"/api/cases/{reference}/decision", body)

    def notes(self, reference: str) -> list[SignedNote]:
        """What the office wrote down about a case, oldest first."""
        sealed = self._call("GET", f"/api/cases/{reference}")["notes"]
        opened = [open_note(self._seed, unbase64(each), reference) for each in sealed]
        return sorted(opened, key=lambda each: each.note.at)

    def open(self, reference: str, purpose: Purpose, reason: str) -> OpenedCase:
        """Ask to open the photo of a case, and open it.

        Raises:
            DeskError: it is refused, or the portal or too many trustees do not answer.
            OpeningError: what the portal gave is not the photo of this case.
        """
        return self.ask(self.pointer(reference), purpose, reason)

    def pointer(self, reference: str) -> Pointer:
        """What leads from a case to its photo; the office alone can open it.

        Raises:
            OfficeError: the case has no photo.
            OpeningError: it was sealed for another case.
        """
        sealed = self._call("GET", f"/api/cases/{reference}")["pointer"]
        if sealed is None:
            raise OfficeError("This case has no photo.", "Decide without one.")
        return open_pointer(self._seed, unbase64(sealed), reference)

    def ask(self, pointer: Pointer, purpose: Purpose, reason: str) -> OpenedCase:
        """Ask to open the photo that *pointer* names. See `open`."""
        shown = self._call("GET", f"/api/photos/{pointer.seal_id}")
        promise = Promise.read(shown["promise"])
        verify_pointer(pointer, promise)
        key = bytes.fromhex(pointer.stream_key)
        seed = secrets.token_bytes(32)
        moment = datetime.now(UTC)
        request = Request.read(
            {
                "v": 2, "kind": "request", "promise": pointer.promise,
                "seal_id": pointer.seal_id, "office": self._credential.office,
                "credential": self._credential.id, "purpose": purpose, "reason": reason,
                "one_time_key": base64_of(sealing.public_key(seed)),
                "number": shown["number"], "nth": self._nth(moment.date().isoformat()),
                "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )  # fmt: skip
        answer = self._call(
            "POST",
            f"/api/photos/{pointer.seal_id}/openings",
            {
                "request": request.fields(),
                **self._shown(request),
                "tag": stream.tag(key, request.number),
                "slot": self._slot(request.day, request.nth),
                "details_key": stream.details_key(key, request.number).hex(),
            },
        )
        opened = self._opened(seed, promise, answer)
        return OpenedCase(int(answer["index"]), opened.photo, opened.bad, dict(answer["missing"]))

    def _opened(self, seed: bytes, promise: Promise, answer: dict[str, Any]) -> OpenedPhoto:
        ciphertext = self._call("GET", f"/api/photos/{promise.seal_id}/ciphertext")
        shares = [
            WrappedShare(each["trustee"], each["index"], base64.b64decode(each["release"]))
            for each in answer["shares"]
        ]
        return open_photo(seed, promise, str(answer["entry"]).encode(), shares, ciphertext)

    def _slot(self, day: str, nth: int) -> str:
        return stream.slot(bytes.fromhex(self._credential.slot_key), day, nth)

    def _nth(self, day: str) -> int:
        """The officer's next number of the day."""
        slots = [self._slot(day, nth) for nth in range(1, _SLOTS + 1)]
        return int(self._call("POST", "/api/officers/slots", {"slots": slots})["used"]) + 1
