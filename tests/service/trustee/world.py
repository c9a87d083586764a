"""A real log and real trustees on this machine, and a custodian that tests can bend.

Every part speaks HTTP on a free port of 127.0.0.1. Only the clock is not real: all
trustees share one that tests can move.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from habeas import protocol, tlog
from habeas.custody.reader import OneTimeKey, WrappedShare
from habeas.protocol import CUSTODIAN, Entry, Kind, Promise, Terms, sealing
from habeas.protocol.client import Panel, TrusteeClient
from habeas.tlog.client import Appended, LogClient
from habeas.tlog.server import init_log, make_app
from habeas.trustee import Settings, Trustee, keyring
from habeas.trustee.web import make_app as make_trustee_app
from tests.waiting import until

ORIGIN = "log.test/habeas"
PHOTO = b"\xff\xd8\xff a picture \xff\xd9" * 20


class Clock:
    """The trustees' clock: real time, and what tests add to it."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move(self, **ahead: float) -> None:
        self.offset += timedelta(**ahead)


class Server:
    """An ASGI application behind a socket, in a thread."""

    def __init__(self, app: Any, sock: socket.socket) -> None:
        config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [sock]})
        self._thread.start()

        def started() -> bool:
            assert self._thread.is_alive(), "the service did not start"
            return self._server.started

        until(started, "the service", pause=0.002)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


def listening(port: int = 0) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(128)
    return sock


@dataclass
class Held:
    """A sealed photo, with everything that its custodian and its applicant know."""

    promise: Promise
    track_key: bytes
    withdraw_secret: bytes
    ciphertext: bytes
    deposits: list[bytes]
    acknowledgements: list[str] = field(default_factory=list)
    counter: int = 0
    sealed: tuple[bytes, bytes, Appended] | None = None

    @property
    def digest(self) -> bytes:
        return self.promise.digest()


@dataclass
class Ask:
    """A request that stands on the log, ready to be shown to trustees."""

    key: OneTimeKey
    entry: bytes
    details: dict[str, Any]
    salt: bytes
    proof: str
    index: int


class World:
    """One log, n trustees, k of them needed."""

    def __init__(self, folder: Path, *, n: int = 3, k: int = 2, quorum: int | None = None,
                 **settings: Any) -> None:  # fmt: skip
        self.folder = folder
        self.clock = Clock()
        self.k = k
        self._log_socket = listening()
        sockets = [listening() for _ in range(n)]
        self.log_url = f"http://127.0.0.1:{self._log_socket.getsockname()[1]}"
        self.names = [f"trustee-{number}.test" for number in range(1, n + 1)]
        vkey = init_log(folder / "log", ORIGIN, anybody=True)
        self.identities = []
        lines = [f"log {vkey}"]
        for name, sock in zip(self.names, sockets, strict=True):
            url = f"http://127.0.0.1:{sock.getsockname()[1]}"
            made = Settings.model_validate(
                {"name": name, "url": url, "log_url": self.log_url, "origin": ORIGIN,
                 "poll_seconds": 0.2, **settings}
            )  # fmt: skip
            (folder / name).mkdir()
            keys = keyring.create(folder / name, made)
            made.save(folder / name)
            self.identities.append(keys.identity(made))
            lines.append(f"witness {name} {keys.witness.vkey} {url}")
        needed = n - 1 if quorum is None else quorum
        lines += [f"group all {needed} {' '.join(self.names)}", "quorum all"]
        self.policy = "\n".join(lines) + "\n"
        (folder / "log" / "policy.txt").write_text(self.policy)
        self.trustees: dict[str, Trustee] = {}
        self.servers: dict[str, Server] = {}
        for name, sock in zip(self.names, sockets, strict=True):
            (folder / name / "policy.txt").write_text(self.policy)
            self._serve(name, sock)
        self.log_server = Server(self.log_app(), self._log_socket)
        self.log = LogClient(self.log_url)
        self.circle = Panel(self.identities, k)

    def log_app(self) -> Any:
        """The log, on the trustees' clock: it counts no cosignature from the future."""
        clock = self.clock
        return make_app(self.folder / "log", interval=0.01, clock=lambda: clock().timestamp())

    def close(self) -> None:
        self.circle.close()
        self.log.close()
        # The log first: without it, a trustee that still owes entries does not wait.
        self.log_server.stop()
        for name in list(self.servers):
            self.stop(name)

    def _serve(self, name: str, sock: socket.socket) -> None:
        self.trustees[name] = Trustee(self.folder / name, now=self.clock)
        self.servers[name] = Server(make_trustee_app(self.trustees[name]), sock)

    def stop(self, name: str) -> None:
        self.servers.pop(name).stop()

    def start(self, name: str) -> None:
        url = next(i.url for i in self.identities if i.name == name)
        self._serve(name, listening(int(url.rpartition(":")[2])))

    def client(self, index: int = 0) -> TrusteeClient:
        return self.circle.clients[index]

    # The custodian ------------------------------------------------------------------------

    def terms(self, **changed: Any) -> Terms:
        opens_until = changed.pop("opens_until", (self.clock() + timedelta(days=40)).date())
        month = opens_until.isoformat()[:7]
        secret = changed.pop("withdraw_secret", bytes(32))
        keys = [client.key(month) for client in self.circle.clients]
        fields = {
            "origin": ORIGIN,
            "seal_id": secrets.token_hex(16),
            "service": "hunting-licence",
            "recipients": ["licensing-office"],
            "purposes": ["applicant-copy", "decide-application"],
            "opens_until": opens_until.isoformat(),
            "trustees": {
                "k": self.k,
                "keys": [{"trustee": k.trustee, "month": month, "key": k.key_id()} for k in keys],
            },
            "withdraw_hash": protocol.withdraw_hash(secret),
            "sealed_by": "server",
        }
        return Terms.read({"v": 1, "suite": "habeas-1", **fields, **changed})

    def prepare(self, photo: bytes = PHOTO, **changed: Any) -> Held:
        """Seal without telling anybody yet."""
        secret, track_key = secrets.token_bytes(32), secrets.token_bytes(32)
        terms = self.terms(withdraw_secret=secret, **changed)
        data_key = secrets.token_bytes(32)
        ciphertext = sealing.encrypt(data_key, terms.digest(), photo)
        shares = sealing.split(
            data_key, terms.trustees.k, len(terms.trustees.keys), secrets.token_bytes
        )
        sealed = Promise.read(
            {
                **terms.fields(),
                "photo": {"type": "image/jpeg", "size": len(ciphertext),
                          "sha256": hashlib.sha256(ciphertext).hexdigest()},
                "shares": [hashlib.sha256(share).hexdigest() for share in shares],
                "key_commitment": sealing.key_commitment(data_key).hex(),
            }
        )  # fmt: skip
        deposits = [
            self.wrap(sealed, index, share, track_key) for index, share in enumerate(shares)
        ]
        return Held(sealed, track_key, secret, ciphertext, deposits)

    def wrap(self, sealed: Promise, index: int, share: bytes, track_key: bytes) -> bytes:
        """A deposit of *share*."""
        client = self.circle[sealed.trustees.keys[index].trustee]
        key = client.key(sealed.trustees.keys[index].month)
        info = sealing.deposit_info(sealed.digest(), bytes.fromhex(key.key_id()), index)
        return sealing.seal_deposit(key.key(), info, sealing.Deposit(share, track_key))

    def seal(self, photo: bytes = PHOTO, **changed: Any) -> Held:
        held = self.prepare(photo, **changed)
        for index, key in enumerate(held.promise.trustees.keys):
            held.acknowledgements.append(
                self.circle[key.trustee].deposit(held.promise, index, held.deposits[index])
            )
        details = protocol.SealedDetails(promise=held.digest.hex()).fields()
        held.sealed = self.write(held, Kind.SEALED, details, service=held.promise.service)
        return held

    def entry(self, held: Held, kind: Kind, details: dict[str, Any], *, counter: int | None = None,
              **fields: Any) -> tuple[bytes, bytes]:  # fmt: skip
        """An entry of the custodian's stream and its salt; not on the log."""
        salt = secrets.token_bytes(32)
        number = held.counter if counter is None else counter
        entry = Entry(
            kind=kind,
            day=self.clock().date().isoformat(),
            tag=protocol.tag(held.track_key, CUSTODIAN, number),
            commit=protocol.commitment(salt, details),
            **fields,
        )
        return entry.encode(), salt

    def write(
        self, held: Held, kind: Kind, details: dict[str, Any], **fields: Any
    ) -> tuple[bytes, bytes, Appended]:
        """Put the next entry of the custodian's stream on the log."""
        entry, salt = self.entry(held, kind, details, **fields)
        held.counter += 1
        return entry, salt, self.log.append(entry)

    def details(self, held: Held, key: OneTimeKey, **changed: Any) -> dict[str, Any]:
        return {
            "v": 1,
            "seal_id": held.promise.seal_id,
            "promise": held.digest.hex(),
            "office": "licensing-office",
            "officer": "officer",
            "purpose": "decide-application",
            "reason": "To decide the application.",
            "one_time_key": base64.b64encode(key.public).decode(),
            "at": self.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            **changed,
        }

    def request(self, held: Held, *, key: OneTimeKey | None = None, **changed: Any) -> Ask:
        """Put a request on the log; *changed* are fields of its details."""
        key = key or OneTimeKey()
        details = self.details(held, key, **changed)
        entry, salt, appended = self.write(
            held, Kind.REQUESTED, details, service=held.promise.service,
            office=details["office"], purpose=details["purpose"],
        )  # fmt: skip
        return Ask(key, entry, details, salt, appended.proof, appended.index)

    def ask(self, held: Held, ask: Ask, index: int = 0) -> WrappedShare:
        """Show a request to one trustee."""
        name = held.promise.trustees.keys[index].trustee
        released = self.circle[name].release(
            held.digest, ask.entry, ask.details, ask.salt, ask.proof
        )
        return WrappedShare(released.trustee, released.index, released.release)

    def open(self, held: Held, ask: Ask | None = None, indexes: tuple[int, ...] = (0, 1)) -> bytes:
        """The whole opening; gives the picture."""
        ask = ask or self.request(held)
        shares = [self.ask(held, ask, index) for index in indexes]
        return ask.key.open(held.promise.encode(), ask.entry, shares, held.ciphertext).photo

    # Looking on ---------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """Every entry of the log now; tests put other bytes there as well."""
        size = tlog.Policy.parse(self.policy).verify(self.log.checkpoint()).checkpoint.size
        return [entry for content in self.log.entries(0, size) if (entry := _entry(content))]

    def settled(self) -> list[Entry]:
        """Every entry, after all trustees have delivered what they owe."""
        until(
            lambda: not any(self.trustees[name].health()["owed"] for name in self.servers),
            "trustees that owe nothing",
        )
        return self.entries()

    def followed(self) -> None:
        """Wait until every running trustee has followed the log to its end."""
        size = tlog.Policy.parse(self.policy).verify(self.log.checkpoint()).checkpoint.size
        until(
            lambda: all(self.trustees[name].follower.size >= size for name in self.servers),
            "trustees that have followed the log",
        )


def in_days(days: int) -> date:
    return (datetime.now(UTC) + timedelta(days=days)).date()


def _entry(content: bytes) -> Entry | None:
    try:
        return Entry.decode(content)
    except protocol.MalformedError:
        return None
