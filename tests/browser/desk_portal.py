"""The portal's API behind the desk (docs/protocol/desk.md), with one case and all its trustees.

It verifies what the client signs as a trustee does, and can be told to be dishonest.
"""

from __future__ import annotations

import http.server
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import MEDIA_TYPE, Problem
from habeas.office.folder import OfficeFolder
from habeas.office.keys import OfficeKeys
from habeas.protocol import Chain, Promise, Request, sealing, stream
from habeas.protocol.assertion import read_assertion, verify_assertion
from habeas.protocol.credential import Credential, Membership, verify_credential, verify_membership
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.office import Answers, seal_answers, seal_pointer
from habeas.protocol.seal import Secrets, build_terms, pointer_of, seal
from habeas.protocol.signin import SignIn
from habeas.tlog import leaf_hash
from tests.unit.protocol import world

ANSWERS = {"full_name": "Анна Example", "address": "1 Forest Lane\nGreenwood"}


@dataclass
class DeskPortal:
    """One office's portal on a thread of its own.

    Attributes:
        office, keys: of the office whose desk asks.
        origin: of the desk.
        photo: what was sealed.
        refusal: a problem that openings are answered with.
        pointer: shown in place of the case's own.
        shown: a promise that is shown in place of the photo's own.
        closed: seal id of the photo that was closed with the case.
    """

    office: OfficeFolder
    keys: OfficeKeys
    origin: str
    photo: bytes
    refusal: dict[str, Any] | None = None
    pointer: bytes | None = None
    shown: Promise | None = None
    closed: str | None = None
    state: str = "open"
    unreadable: list[int] = field(default_factory=list)
    opened: list[Request] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.note = world.circle_note(offices=[self.office.circle_entry(self.keys)])
        self.circle = Chain.start(self.note, 0).newest.circle
        found = self.circle.office(world.OFFICE)
        assert found is not None
        self._office = found
        self.reference = world.REFERENCE
        self.secrets = Secrets.draw(secrets.token_bytes)
        month_keys = [party.key() for party in world.TRUSTEES]
        terms = build_terms(self.circle, month_keys, world.WISHES, self.secrets)
        self.sealed = seal(self.photo, terms, month_keys, self.secrets, secrets.token_bytes)
        self._challenges: set[str] = set()
        self._tokens: set[str] = set()

    def start(self) -> str:
        """Serve; returns the address."""
        portal = self

        class Handler(_Handler):
            def answer(self, method: str, path: str, body: Any) -> Any:
                return portal.answer(method, path, body, self.headers.get("Authorization", ""))

        Handler.origin = self.origin
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self._server.server_address[1]}"
        return self.url

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: Any, authorization: str) -> Any:
        """The JSON, or the bytes, of an answer."""
        if path == "/api/officers/challenge":
            challenge = secrets.token_hex(32)
            self._challenges.add(challenge)
            return {"challenge": challenge}
        if (method, path) == ("POST", "/api/officers/sessions"):
            return {"token": self._signed_in(body), "until": "2027-01-15T18:00:00Z"}
        token = authorization.removeprefix("Bearer ")
        if token not in self._tokens:
            raise RefusedError("session", "You are not signed in.", 401)
        case = f"/api/cases/{self.reference}"
        photo = f"/api/photos/{self.sealed.promise.seal_id}"
        calls: dict[tuple[str, str], Callable[[], Any]] = {
            ("DELETE", "/api/officers/sessions"): lambda: self._tokens.discard(token) or {},
            ("GET", "/api/cases?state=open"): self._cases,
            ("POST", "/api/officers/slots"): lambda: {"used": self.asked},
            ("GET", case): self._case,
            ("GET", photo): self._photo,
            ("POST", f"{photo}/openings"): lambda: self._opening(body),
            ("GET", f"{photo}/ciphertext"): lambda: self.sealed.ciphertext,
            ("POST", f"{case}/decision"): lambda: self._decide(body),
            ("POST", f"{case}/unreadable"): lambda: self._unreadable(body),
        }
        call = calls.get((method, path))
        if call is None:
            raise RefusedError("unknown-case", "There is no such case.", 404)
        return call()

    def _cases(self) -> dict[str, Any]:
        return {"cases": [self._listed()] if self.state == "open" else [], "more": False}

    def _photo(self) -> dict[str, Any]:
        shown = self.shown or self.sealed.promise
        return {"promise": shown.fields(), "state": "sealed", "number": self.asked + 1}

    def _decide(self, body: dict[str, Any]) -> dict[str, Any]:
        self.state, self.closed = body["decision"], body.get("seal_id")
        return {"reference": self.reference, "state": self.state}

    def _unreadable(self, body: dict[str, Any]) -> dict[str, Any]:
        self.unreadable.append(body["index"])
        self.closed = body["seal_id"]
        return {"reference": self.reference, "state": "open", "photo": "asked-again"}

    def _listed(self) -> dict[str, Any]:
        return {
            "reference": self.reference, "service": world.SERVICE, "day": world.DAY,
            "state": self.state, "photo": True,
        }  # fmt: skip

    def _case(self) -> dict[str, Any]:
        office_key = unbase64(self._office.encryption_key)
        answers = Answers(reference=self.reference, service=world.SERVICE, answers=ANSWERS)
        pointer = pointer_of(self.sealed.promise, self.reference, self.secrets)
        sealed = self.pointer or seal_pointer(office_key, pointer)
        return {
            **self._listed(),
            "answers": base64_of(seal_answers(office_key, answers)),
            "pointer": None if self.closed else base64_of(sealed),
        }

    def _signed_in(self, body: Any) -> str:
        what = SignIn.read(body["sign_in"])
        self._verify(body, what)
        assert what.challenge in self._challenges
        self._challenges.discard(what.challenge)
        assert what.portal == self.url
        token = secrets.token_hex(16)
        self._tokens.add(token)
        return token

    def _verify(self, body: Any, what: SignIn | Request) -> None:
        """As a trustee does."""
        credential = Credential.read(body["credential"])
        verify_credential(credential)
        roster = self.office.rosters()[-1][0]
        verify_membership(roster, credential, Membership.read(body["membership"]["newest"]))
        verify_assertion(read_assertion(body["assertion"]), what, credential, self._office)

    def _opening(self, body: Any) -> dict[str, Any]:
        if self.refusal is not None:
            raise RefusedError(**self.refusal)
        request = Request.read(body["request"])
        self._verify(body, request)
        promise = self.sealed.promise
        key = stream.stream_key(self.secrets.track_key, stream.CUSTODIAN)
        slot_key = bytes.fromhex(body["credential"]["slot_key"])
        assert request.promise == promise.digest().hex()
        assert request.number == request.nth == self.asked + 1
        assert body["tag"] == stream.tag(key, request.number)
        assert body["slot"] == stream.slot(slot_key, request.day, request.nth)
        assert body["details_key"] == stream.details_key(key, request.number).hex()
        self.opened.append(request)
        self.asked += 1
        entry = json.dumps({"request": request.number}).encode()
        return {
            "index": 17, "promise": promise.encode().decode(), "entry": entry.decode(),
            "shares": self._shares(request, leaf_hash(entry)), "missing": {},
        }  # fmt: skip

    def _shares(self, request: Request, leaf: bytes) -> list[dict[str, Any]]:
        promise, digest = self.sealed.promise, self.sealed.promise.digest()
        shares = []
        for index, (party, deposit) in enumerate(
            zip(world.TRUSTEES, self.sealed.deposits, strict=True)
        ):
            key_id = bytes.fromhex(promise.trustees.keys[index].key)
            held = sealing.open_deposit(
                party.month_seed, sealing.deposit_info(digest, key_id, index), deposit,
                bytes.fromhex(promise.shares[index]),
            )  # fmt: skip
            info = sealing.release_info(digest, leaf, index)
            release = sealing.seal_release(request.public_key(), info, held.share)
            shares.append({"trustee": party.name, "index": index, "release": base64_of(release)})
        return shares


class RefusedError(HabeasError):
    """What the portal answers in place of what was asked."""

    def __init__(self, code: str, detail: str, status: int, remedy: str = "", **more: Any) -> None:
        super().__init__(detail, remedy or "Ask again.")
        self.problem = Problem(status, code, detail, remedy, more)


class _Handler(http.server.BaseHTTPRequestHandler):
    origin = ""

    def answer(self, method: str, path: str, body: Any) -> Any:
        raise NotImplementedError

    def log_message(self, *_: Any) -> None:
        pass

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.origin)
        self.send_header("Access-Control-Allow-Headers", "authorization, content-type")
        self.send_header("Access-Control-Allow-Methods", "GET, POST, DELETE")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        try:
            answer = self.answer(method, self.path, body)
        except RefusedError as error:
            self._send(error.problem.status, error.problem.encode(), MEDIA_TYPE)
        except HabeasError as error:
            self._send(422, Problem.of(error, 422).encode(), MEDIA_TYPE)
        else:
            if isinstance(answer, bytes):
                self._send(200, answer, "application/octet-stream")
            else:
                self._send(200, json.dumps(answer).encode(), "application/json")

    def do_OPTIONS(self) -> None:
        self._send(200, b"", "text/plain")

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")
