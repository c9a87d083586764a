"""One log, n trustees of which k open, an office with an officer, and a custodian.

Every part speaks HTTP on a free port of 127.0.0.1. Only the clock is not real: all trustees
share one that tests can move.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from habeas.deploy.addresses import free_ports
from habeas.protocol import (
    CUSTODIAN,
    Chain,
    Circle,
    Entry,
    Kind,
    MalformedError,
    Promise,
    Receipt,
    Request,
    sealing,
    sign_entry,
    stream,
)
from habeas.protocol.client import TrusteeClient
from habeas.protocol.details import ClosedDetails, SealedDetails
from habeas.protocol.document import base64_of
from habeas.protocol.exchange import ReleaseBody
from habeas.protocol.opening import WrappedShare, open_photo
from habeas.protocol.panel import Panel
from habeas.protocol.parties import Identity
from habeas.protocol.seal import Sealed, Secrets, Wishes, assemble_receipt, build_terms, seal
from habeas.protocol.statements import Order, sign_statement
from habeas.tlog import NoteSigner
from habeas.tlog.admission import Admission
from habeas.tlog.client import Appended, LogClient
from habeas.tlog.errors import LogUnavailableError
from habeas.tlog.server import init_log, make_app
from habeas.trustee import Settings, Trustee, keyring
from habeas.trustee.notices import MailServer
from habeas.trustee.web import make_app as make_trustee_app
from tests.waiting import PATIENCE_SECONDS, until
from tests.world.officer import Office, Officer

#: How often a trustee looks at the log by itself, seconds. Each look is a request and five
#: signatures, some two milliseconds of a processor, and four trustees look for as long as their
#: world stands. Who needs them to have looked says so (`World.followed`).
POLL_SECONDS = 0.25
ORIGIN = "log.test/habeas"
OFFICE = "licensing-office"
PHOTO = b"\xff\xd8\xff a picture \xff\xd9" * 20


class Clock:
    """The trustees' clock: real time, and what tests add to it."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move(self, **ahead: float) -> None:
        self.offset += timedelta(**ahead)

    def today(self) -> str:
        return self().date().isoformat()


class Server:
    """An ASGI application behind a socket, which is its own from now on, in a thread."""

    def __init__(self, app: Any, sock: socket.socket) -> None:
        config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="on")
        self._server, self._sock = uvicorn.Server(config), sock
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [sock]})
        self._thread.start()
        try:
            until(lambda: self._server.started or not self._thread.is_alive(), "no start")
            assert self._thread.is_alive(), "the server did not start"
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=PATIENCE_SECONDS)
        # One that has not come so far as to serve lets go of nothing.
        self._sock.close()
        assert not self._thread.is_alive()


def listening(port: int = 0) -> socket.socket:
    """Listens on that port, or on one that stays free for it while it is away."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port or free_ports(1)[0]))
    sock.listen(128)
    return sock


@dataclass
class Held:
    """A sealed photo, with everything that its custodian and its applicant know."""

    sealed: Sealed
    secrets: Secrets
    circle: str
    reference: str
    acknowledgements: dict[str, str] = field(default_factory=dict)
    #: Numbers of the custodian's stream that were used.
    number: int = 0
    entry: bytes = b""
    salt: bytes = b""
    appended: Appended | None = None

    @property
    def promise(self) -> Promise:
        return self.sealed.promise

    @property
    def digest(self) -> bytes:
        return self.promise.digest()

    @property
    def track_key(self) -> bytes:
        return self.secrets.track_key

    def stream_key(self, writer: int = CUSTODIAN) -> bytes:
        return stream.stream_key(self.secrets.track_key, writer)


class OneTimeKey:
    """A reader's key pair, for one request."""

    def __init__(self) -> None:
        self.seed = secrets.token_bytes(32)

    def text(self) -> str:
        return base64_of(sealing.public_key(self.seed))


@dataclass
class Shown:
    """A request that stands on the log, ready to be shown to trustees."""

    key: OneTimeKey
    body: dict[str, Any]
    index: int

    @property
    def entry(self) -> bytes:
        return str(self.body["entry"]).encode()


class World:
    """See the module."""

    #: The portal's address in the circle.
    portal = "http://127.0.0.1:8000"

    def __init__(
        self,
        folder: Path,
        *,
        n: int = 4,
        k: int = 2,
        q: int = 3,
        r: int = 3,
        circle: dict[str, Any] | None = None,
        portal: str = portal,
        mail: MailServer | None = None,
        **settings: Any,
    ) -> None:
        self.folder = folder
        self.portal = portal
        #: Where trustees hand in mails to receipts' holders, if they do.
        self.mail = mail
        self.clock = Clock()
        #: What the log takes; by default anything.
        self.admission: Admission | None = None
        self.trustees: dict[str, Trustee] = {}
        self.servers: dict[str, Server] = {}
        with contextlib.ExitStack() as begun:
            log_socket = begun.enter_context(listening())
            sockets = [begun.enter_context(listening()) for _ in range(n)]
            self._agree(log_socket, sockets, {"k": k, "q": q, "r": r, **(circle or {})}, settings)
            begun.callback(self._stop_trustees)
            for name, sock in zip(self.names, sockets, strict=True):
                (folder / name / "circle.txt").write_text(self.circle_note)
                self._serve(name, sock)
            # The log ends first: without it, a trustee that still owes entries does not wait.
            self.log_server = Server(self.log_app(), log_socket)
            # Tests put others in the places of these: it is the one of then that ends.
            begun.callback(lambda: self.log_server.stop())  # noqa: PLW0108 - of then
            self.log = LogClient(self.log_url, timeout=PATIENCE_SECONDS)
            begun.callback(lambda: self.log.close())  # noqa: PLW0108 - of then
            self.chain = Chain.start(self.circle_note, 0)
            self.panel = Panel.of(self.chain, self.circle.digest().hex())
            begun.callback(lambda: self.panel.close())  # noqa: PLW0108 - of then
            self.publish_roster()
            #: What has begun: it ends in the reverse order, each whatever becomes of the others.
            self._begun = begun.pop_all()

    def _agree(
        self, log_socket: socket.socket, sockets: list[socket.socket], circle: dict[str, Any],
        settings: dict[str, Any],
    ) -> None:  # fmt: skip
        """All parties make their keys, and agree to a circle with these addresses."""
        folder = self.folder
        self.log_url = f"http://127.0.0.1:{log_socket.getsockname()[1]}"
        self.names = [f"trustee-{number}.test" for number in range(1, len(sockets) + 1)]
        self.log_vkey = init_log(folder / "log", ORIGIN, anybody=True)
        self.custodian = NoteSigner.generate("portal.test/custodian")
        self.recorder = NoteSigner.generate("portal.test/recorder")
        self.office = Office.make(OFFICE)
        self.officer = Officer(OFFICE, self.clock.today())
        self.office.officers.append(self.officer)
        self.keys: dict[str, keyring.Keyring] = {}
        self.seats: list[Identity] = []
        for name, sock in zip(self.names, sockets, strict=True):
            url = f"http://127.0.0.1:{sock.getsockname()[1]}"
            made = Settings.model_validate(
                # Tests have trustees look at the app: by itself it is told at any moment.
                {
                    "name": name, "url": url, "poll_seconds": POLL_SECONDS,
                    "retry_seconds": POLL_SECONDS, "watch_seconds": 0, **settings,
                }
            )  # fmt: skip
            (folder / name).mkdir()
            self.keys[name] = keyring.create(folder / name, made)
            made.save(folder / name)
            self.seats.append(self.keys[name].identity(made))
        self.circle = Circle.read(self.circle_fields(**circle))
        self.circle_note = self.sign_circle(self.circle)
        (folder / "log" / "policy.txt").write_text(
            self.circle.policy_text("quorum:acting", self.circle.q)
        )

    def put(self, entry: bytes) -> Appended:
        """Put an entry on the log, again and again: on a slow machine witnesses take their time."""

        def taken() -> Appended | None:
            with contextlib.suppress(LogUnavailableError):
                return self.log.append(entry)
            return None

        appended = until(taken, "the log to take an entry")
        assert appended is not None
        return appended

    def close(self) -> None:
        self._begun.close()

    def circle_fields(self, **changes: Any) -> dict[str, Any]:
        """The first circle of these parties."""
        return {
            "v": 2, "kind": "circle", "number": 1, "k": 2, "q": 3, "r": 3,
            "trustees": [each.fields() for each in self.seats], "witnesses": [],
            "custodian": {"name": "portal.test", "vkey": self.custodian.vkey,
                          "portal": self.portal},
            "log": {"origin": ORIGIN, "url": self.log_url, "vkeys": [self.log_vkey]},
            "offices": [self.office.circle_entry()],
            "recorders": [{"camera": "north-gate", "vkey": self.recorder.vkey}],
            "quotas": {"office": 500, "officer": 100, "purpose": 2000, "delay_after": 80,
                       "delay_seconds": 900},
            "delays": {"circle_seconds": 0, "roster_seconds": 0},
            **changes,
        }  # fmt: skip

    def sign_circle(self, circle: Circle, *names: str) -> str:
        """The circle's note, signed by those trustees, by default by all."""
        text = circle.encode().decode() + "\n"
        lines = [self.keys[name].statement.signature(text).line() for name in names or self.names]
        return f"{text}\n{''.join(lines)}"

    def log_app(self) -> Any:
        """The log's service over its folder: to start it again."""
        return make_app(
            self.folder / "log", self.admission, interval=0.01,
            clock=lambda: self.clock().timestamp(),
        )  # fmt: skip

    def restart_log(self) -> None:
        """Stop and start the log, with the policy and admission that it has now."""
        self.log_server.stop()
        self.log_server = Server(self.log_app(), listening(int(self.log_url.rpartition(":")[2])))

    def _serve(self, name: str, sock: socket.socket, log: Any = None) -> None:
        with contextlib.ExitStack() as failed:
            failed.callback(sock.close)
            trustee = Trustee(self.folder / name, now=self.clock, log=log, mail=self.mail)
            self.trustees[name] = trustee
            self.servers[name] = Server(make_trustee_app(trustee), sock)
            failed.pop_all()

    def stop(self, name: str) -> None:
        self.servers.pop(name).stop()

    def _stop_trustees(self) -> None:
        with contextlib.ExitStack() as each:
            for name in self.servers:
                each.callback(self.stop, name)

    def start(self, name: str, log: Any = None) -> None:
        """Start a trustee again; *log* is what it is shown in place of the log."""
        url = next(each.url for each in self.circle.trustees if each.name == name)
        self._serve(name, listening(int(url.rpartition(":")[2])), log)

    def client(self, index: int = 0) -> TrusteeClient:
        return self.panel.clients[index]

    def publish_roster(self) -> None:
        """Put the office's next roster on the log."""
        self.put(self.office.roster(self.clock.today()).encode())
        self.followed()

    # The applicant and the custodian ------------------------------------------------------

    def prepare(self, photo: bytes = PHOTO, **changed: Any) -> Held:
        """Seal without telling anybody yet; *changed* are fields of the wishes or the terms."""
        opens_until = changed.pop("opens_until", (self.clock() + timedelta(days=40)).date())
        wishes = {
            "service": "hunting-licence", "recipients": (OFFICE,),
            "purposes": ("decide-application", "applicant-copy"),
            "opens_until": opens_until.isoformat(), "openings_max": 20, "openings_a_day": 5,
            "closed_days": 30, "reference": secrets.token_hex(4), "sealed_by": "server",
            "app": None,
        }  # fmt: skip
        for name in list(changed):
            if name in wishes:
                wishes[name] = changed.pop(name)
        drawn = Secrets.draw(secrets.token_bytes)
        keys = [client.key(wishes["opens_until"][:7]) for client in self.panel.clients]
        terms = build_terms(self.circle, keys, Wishes(**wishes), drawn)
        if changed:
            terms = terms.model_copy(update=changed)
        sealed = seal(photo, terms, keys, drawn, secrets.token_bytes)
        return Held(sealed, drawn, self.circle_note, wishes["reference"])

    def order(self, promise: Promise, signer: NoteSigner | None = None) -> str:
        """The custodian's order to keep the shares of *promise*."""
        order = Order(promise=promise.digest().hex(), day=self.clock.today())
        return sign_statement(signer or self.custodian, order)

    def deposit(self, held: Held, index: int, **changed: Any) -> str:
        """Bring one trustee its share; returns the acknowledgement."""
        name = held.promise.trustees.keys[index].trustee
        note = self.panel[name].deposit(
            changed.get("promise", held.promise), index,
            changed.get("deposit", held.sealed.deposits[index]),
            changed.get("order", self.order(held.promise)),
        )  # fmt: skip
        held.acknowledgements[name] = note
        return note

    def seal(self, photo: bytes = PHOTO, *, only: tuple[int, ...] | None = None,
             prepared: Held | None = None, **changed: Any) -> Held:  # fmt: skip
        """Seal a photo; *only* are the trustees that get their share now."""
        held = prepared or self.prepare(photo, **changed)
        for index in range(len(held.promise.trustees.keys)) if only is None else only:
            self.deposit(held, index)
        details = SealedDetails(promise=held.digest.hex())
        entry, held.salt = self.entry(held, Kind.SEALED, details, service=held.promise.service)
        held.entry = entry.encode()
        held.appended = self.log.append(held.entry)
        held.number = 1
        return held

    def receipt(self, held: Held) -> Receipt:
        """What the applicant gets."""
        assert held.appended is not None
        return assemble_receipt(
            held.promise, held.reference, held.secrets, held.circle, Entry.decode(held.entry),
            held.salt, held.appended.proof, held.acknowledgements,
        )  # fmt: skip

    def entry(
        self,
        held: Held,
        kind: Kind,
        details: Any,
        *,
        number: int | None = None,
        signer: NoteSigner | None = None,
        **shown: Any,
    ) -> tuple[Entry, bytes]:
        """An entry of the custodian's stream and its salt; not on the log."""
        salt = secrets.token_bytes(32)
        key = held.stream_key()
        tag = stream.tag(key, held.number if number is None else number)
        shown = {"tag": tag, **shown}
        day = shown.pop("day", self.clock.today())
        return sign_entry(signer or self.custodian, kind, day, details, salt, **shown), salt

    def close_photo(self, held: Held, because: str = "decided") -> None:
        """The custodian is done with the photo."""
        details = ClosedDetails(promise=held.digest.hex(), because=because)
        entry, _ = self.entry(
            held, Kind.CLOSED, details, service=held.promise.service,
            tag=stream.closing_tag(held.stream_key()),
        )  # fmt: skip
        self.log.append(entry.encode())
        self.followed()

    # The officer --------------------------------------------------------------------------

    def ask(
        self, held: Held, key: OneTimeKey, officer: Officer | None = None, **changed: Any
    ) -> Request:
        """The request as the officer's client makes it."""
        officer = officer or self.officer
        moment = self.clock()
        day = moment.date().isoformat()
        fields = {
            "v": 2, "kind": "request", "promise": held.digest.hex(),
            "seal_id": held.promise.seal_id, "office": OFFICE,
            "credential": officer.credential.id, "purpose": "decide-application",
            "reason": "To decide the application.", "one_time_key": key.text(),
            "number": held.number, "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **changed,
        }  # fmt: skip
        if "nth" not in fields:
            fields["nth"] = officer.nth(day)
        return Request.read(fields)

    def body(
        self, held: Held, request: Request, *, officer: Officer | None = None, **shown: Any
    ) -> tuple[dict[str, Any], Entry]:
        """What is shown to trustees, but for the proof; the entry is not on the log."""
        officer = officer or self.officer
        slot = stream.slot(bytes.fromhex(officer.credential.slot_key), request.day, request.nth)
        fields = {
            "service": held.promise.service, "office": request.office,
            "purpose": request.purpose, "slot": slot, "day": request.day, **shown,
        }  # fmt: skip
        entry, salt = self.entry(held, Kind.REQUESTED, request, number=request.number, **fields)
        version = self.office.rosters[-1].version
        body = {
            "promise": held.digest.hex(), "entry": entry.encode().decode(),
            "request": request.fields(), "salt": salt.hex(), "proof": "",
            "assertion": officer.sign(request), "credential": officer.credential.fields(),
            "membership": {"newest": self.office.shows(officer, version).fields()},
        }  # fmt: skip
        return body, entry

    def request(
        self,
        held: Held,
        *,
        key: OneTimeKey | None = None,
        officer: Officer | None = None,
        shown: dict[str, Any] | None = None,
        **changed: Any,
    ) -> Shown:
        """Put a request on the log; *changed* are its fields, *shown* those of the entry."""
        key = key or OneTimeKey()
        request = self.ask(held, key, officer, **changed)
        body, entry = self.body(held, request, officer=officer, **(shown or {}))
        appended = self.log.append(entry.encode())
        held.number = max(held.number, request.number + 1)
        return Shown(key, body | {"proof": appended.proof}, appended.index)

    def show(self, held: Held, shown: Shown, index: int = 0) -> WrappedShare:
        """Show a request to one trustee."""
        name = held.promise.trustees.keys[index].trustee
        released = self.panel[name].release(ReleaseBody.read(shown.body))
        return WrappedShare(released.trustee, released.index, released.release)

    def open(
        self, held: Held, shown: Shown | None = None, indexes: tuple[int, ...] = (0, 1)
    ) -> bytes:
        """The whole opening; gives the picture."""
        shown = shown or self.request(held)
        shares = [self.show(held, shown, index) for index in indexes]
        opened = open_photo(
            shown.key.seed, held.promise, shown.entry, shares, held.sealed.ciphertext
        )
        return opened.photo

    # The holder ---------------------------------------------------------------------------

    def withdraw(self, held: Held, *indexes: int) -> None:
        """Withdraw at those trustees (all by default), until each has confirmed."""
        for index in indexes or range(len(self.names)):
            client = self.client(index)
            until(
                lambda client=client: (
                    client.withdraw(held.digest, held.secrets.withdraw_secret) is not None
                ),
                "a withdrawal is not confirmed",
            )

    # Looking on ---------------------------------------------------------------------------

    def size(self) -> int:
        return self.circle.acting_policy().verify(self.log.checkpoint()).checkpoint.size

    def entries(self) -> list[Entry]:
        """Every entry of the log now; tests put other bytes there as well."""
        found = []
        for content in self.log.entries(0, self.size()):
            try:
                found.append(Entry.decode(content))
            except MalformedError:
                continue
        return found

    def settled(self) -> list[Entry]:
        """Every entry, after all trustees have delivered what they owe."""

        def nobody_owes() -> bool:
            owing = [
                self.trustees[name] for name in self.servers if self.trustees[name].health()["owed"]
            ]
            # Debts end in the own view, which some tests have read by nobody else.
            for each in owing:
                each.follower.tail()
            return not owing

        until(nobody_owes, "a trustee still owes entries")
        return self.entries()

    def later(self, **ahead: float) -> None:
        """Move the clock, once nobody owes the log: a moment's debt would become an old one."""
        self.settled()
        self.clock.move(**ahead)

    def followed(self) -> None:
        """Have every running trustee follow the log to its end."""

        def all_have() -> bool:
            behind = [
                follower
                for name in self.servers
                if (follower := self.trustees[name].follower).size < self.size()
            ]
            for follower in behind:
                follower.tail()
            return not behind

        until(all_have, "a trustee has not followed")
