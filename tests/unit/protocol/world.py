"""A small world for tests and vectors: four trustees, a log, an office with two officers.

All keys and secrets come from SHAKE-256 of a label, so that everything but the randomness
of HPKE and ECDSA is the same on every run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from habeas import tlog
from habeas.protocol import Chain, Circle, Kind, Purpose, Receipt, Request, seal, sealing
from habeas.protocol.app import AppManifest
from habeas.protocol.app.release import origins_of, sign_rebuilt
from habeas.protocol.details import SealedDetails
from habeas.protocol.document import base64_of
from habeas.protocol.entry import Entry, sign_entry
from habeas.protocol.seal import Secrets, Wishes
from habeas.protocol.statements import Acknowledgement, KeyStatement, sign_statement
from habeas.protocol.stream import slot, stream_key, tag
from habeas.protocol.terms import AppReference
from habeas.tlog import CosignatureSigner, NoteSigner
from habeas.tlog.cosignature import MldsaCosignatureSigner

ORIGIN = "log.example/habeas"
NAMES = ("trustee-1.example", "trustee-2.example", "trustee-3.example", "trustee-4.example")
OFFICE = "licensing-office"
SERVICE = "hunting-licence"
REFERENCE = "HL-2027-000001"
DAY, MONTH, EXPIRES = "2027-01-15", "2027-05", "2027-05-31"
#: 2027-01-15T09:00:00Z.
TIME = 1_800_003_600


def random(label: str, length: int = 32) -> bytes:
    """The bytes that stand for randomness under *label*."""
    return hashlib.shake_256(b"habeas vectors: " + label.encode()).digest(length)


def stream_of(label: str) -> Callable[[int], bytes]:
    """A source of such bytes, other ones at each call."""
    calls = iter(range(1 << 30))
    return lambda length: random(f"{label} {next(calls)}", length)


def note_signer(name: str) -> NoteSigner:
    return NoteSigner(name, random(f"key {name}"))


@dataclass(frozen=True)
class Party:
    """A trustee with its keys."""

    name: str

    @property
    def statement(self) -> NoteSigner:
        return note_signer(f"{self.name}/statements")

    @property
    def witness(self) -> CosignatureSigner:
        return CosignatureSigner(f"{self.name}/witness", random(f"witness {self.name}"))

    @property
    def month_seed(self) -> bytes:
        return random(f"month {self.name}")

    def identity(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "url": f"https://{self.name}",
            "statement_vkey": self.statement.vkey,
            "witness_vkey": self.witness.vkey,
        }

    def key(self) -> KeyStatement:
        public = base64_of(sealing.public_key(self.month_seed))
        return KeyStatement(trustee=self.name, month=MONTH, public_key=public)


TRUSTEES = tuple(Party(name) for name in NAMES)
CUSTODIAN_KEY = note_signer("portal.example/custodian")
LOG_KEY = note_signer(ORIGIN)
HOURS = "log.example/hours"
HOURS_KEY = note_signer(HOURS)
#: A log of its own for closed hours, in circles that have one.
HOURS_LOG = {"origin": HOURS, "url": "https://log.example/hours", "vkeys": [HOURS_KEY.vkey]}
#: What the log would sign with beside it.
MLDSA_LOG_KEY = MldsaCosignatureSigner(ORIGIN, random("log of ML-DSA-44"))
ROOT_KEY = note_signer("licensing-office.example/root")
RECORDER_KEY = note_signer("recorder.example/1")
OFFICE_SEED = random("office encryption key")


def circle_fields(**changes: Any) -> dict[str, Any]:
    """The sample circle: n = 4, k = 2, q = r = 3."""
    return {
        "v": 2, "kind": "circle", "number": 1, "k": 2, "q": 3, "r": 3,
        "trustees": [party.identity() for party in TRUSTEES],
        "witnesses": [],
        "custodian": {"name": "portal.example", "vkey": CUSTODIAN_KEY.vkey,
                      "portal": "https://portal.example"},
        "log": {"origin": ORIGIN, "url": "https://log.example/habeas", "vkeys": [LOG_KEY.vkey]},
        "offices": [
            {
                "office": OFFICE, "name": {"en": "Licensing office", "ru": "Отдел лицензий"},
                "root_vkey": ROOT_KEY.vkey,
                "encryption_key": base64_of(sealing.public_key(OFFICE_SEED)),
                "rp_id": "desk.example", "origins": ["https://desk.example"], "software": True,
            }
        ],
        "recorders": [{"camera": "bridge-north", "vkey": RECORDER_KEY.vkey},
                      {"camera": "bridge-south", "vkey": RECORDER_KEY.vkey}],
        "quotas": {"office": 500, "officer": 50, "purpose": 400, "delay_after": 80,
                   "delay_seconds": 60},
        "delays": {"circle_seconds": 86_400, "roster_seconds": 86_400},
        **changes,
    }  # fmt: skip


def note_of(circle: Circle, signers: Iterable[NoteSigner]) -> str:
    """The circle's note, signed by those."""
    text = circle.encode().decode() + "\n"
    return f"{text}\n" + "".join(signer.signature(text).line() for signer in signers)


def circle_note(**changes: Any) -> str:
    """The note of the sample circle, signed by its four trustees."""
    return note_of(Circle.read(circle_fields(**changes)), [each.statement for each in TRUSTEES])


@dataclass
class Log:
    """The leaves of a log, with checkpoints and proofs."""

    leaves: list[bytes] = field(default_factory=list)
    key: NoteSigner = LOG_KEY

    def append(self, entry: Entry) -> int:
        self.leaves.append(entry.encode())
        return len(self.leaves) - 1

    def checkpoint(self, witnesses: Iterable[Party] = TRUSTEES, at: int = TIME) -> str:
        hashes = [tlog.leaf_hash(leaf) for leaf in self.leaves]
        root = tlog.Frontier().extend(hashes).root()
        text = tlog.Checkpoint(self.key.name, len(hashes), root).text()
        return self.key.sign(text) + "".join(
            each.witness.cosign(text, at).line() for each in witnesses
        )

    def proof(self, index: int, witnesses: Iterable[Party] = TRUSTEES) -> str:
        hashes = [tlog.leaf_hash(leaf) for leaf in self.leaves]

        def node(level: int, at: int) -> bytes:
            if level == 0:
                return hashes[at]
            return tlog.node_hash(node(level - 1, 2 * at), node(level - 1, 2 * at + 1))

        path = tlog.inclusion_path(index, len(hashes), node)
        return tlog.TlogProof(index, tuple(path), self.checkpoint(witnesses)).format()


def manifest_fields(**changes: Any) -> dict[str, Any]:
    """A release of the application for the sample circle."""
    policy = "default-src 'none'; script-src 'self'"
    headers = {"referrer-policy": "same-origin"}
    return {
        "v": 2, "kind": "app", "number": 1, "version": "0.1.0", "source": random("source").hex(),
        "circle": Circle.read(circle_fields()).digest().hex(),
        "portal": {
            "csp": policy, "policies": {"photo/index.html": f"{policy} 'wasm-unsafe-eval'"},
            "headers": headers,
            "files": {"page.js": random("page.js").hex(),
                      "photo/engine.wasm": random("engine.wasm").hex(),
                      "photo/index.html": random("index.html").hex(),
                      "photo/photo.js": random("photo.js").hex()},
            "data": {"photo/face.tflite": random("face.tflite").hex()},
            "wasm": [random("engine.wasm").hex()],
        },
        "desk": {
            "csp": policy, "policies": {"decoder.js": "default-src 'none'"}, "headers": headers,
            "files": {"decoder.js": random("decoder.js").hex(),
                      "index.html": random("desk.html").hex()},
            "data": {}, "wasm": [],
        },
        **changes,
    }  # fmt: skip


def rebuilt(manifest: AppManifest, index: int, how: Any = "rebuilt") -> str:
    """The word of the trustee with that share index on a manifest."""
    signer = TRUSTEES[index].statement
    return sign_rebuilt(manifest, NAMES[index], how, DAY, lambda said: sign_statement(signer, said))


def release_fields(signers: Iterable[int] = (0, 1), **changes: Any) -> dict[str, Any]:
    """The details of an `app` entry: *changes* are fields of its manifest."""
    manifest = AppManifest.read(manifest_fields(**changes))
    pages = {"/apply/hunting-licence/seal/": "photo/index.html"}
    origins = origins_of(Circle.read(circle_fields()), pages)
    return {
        "v": 2, "manifest": manifest.fields(), "origins": [each.fields() for each in origins],
        "signatures": [rebuilt(manifest, index) for index in signers],
    }  # fmt: skip


APP = AppReference(
    origin="https://portal.example", manifest=AppManifest.read(manifest_fields()).digest().hex()
)
WISHES = Wishes(
    service=SERVICE,
    recipients=(OFFICE,),
    purposes=(Purpose.DECIDE_APPLICATION, Purpose.APPLICANT_COPY),
    opens_until=EXPIRES,
    openings_max=6,
    openings_a_day=3,
    closed_days=30,
    reference=REFERENCE,
    sealed_by="browser",
    app=APP,
)
PHOTO = random("photo", 100)


class Case:
    """One photo, from its terms to its receipt, with a log of its own."""

    def __init__(self, note: str | None = None) -> None:
        self.note = note or circle_note()
        self.chain = Chain.start(self.note, 0)
        self.circle = self.chain.newest.circle
        self.secrets = Secrets.draw(stream_of("secrets"))
        self.keys = [party.key() for party in TRUSTEES]
        self.terms = seal.build_terms(self.circle, self.keys, WISHES, self.secrets)
        self.sealed = seal.seal(PHOTO, self.terms, self.keys, self.secrets, stream_of("shares"))
        self.promise = self.sealed.promise
        self.digest = self.promise.digest().hex()
        self.log = Log()
        self.salt = random("salt of sealed")
        self.entry = self.write_sealed(self.salt)

    def write_sealed(self, salt: bytes, day: str = DAY) -> Entry:
        entry = sign_entry(
            CUSTODIAN_KEY, Kind.SEALED, day, SealedDetails(promise=self.digest), salt,
            tag=self.tag(0, 0), service=SERVICE,
        )  # fmt: skip
        self.log.append(entry)
        return entry

    def tag(self, writer: int, number: int) -> str:
        return tag(stream_key(self.secrets.track_key, writer), number)

    def custodian_stream_key(self) -> bytes:
        return stream_key(self.secrets.track_key, 0)

    def acknowledgement(self, index: int, changes: dict[str, Any] | None = None) -> str:
        key = self.promise.trustees.keys[index]
        said = Acknowledgement.read(
            {
                "v": 2, "kind": "acknowledged", "trustee": key.trustee, "promise": self.digest,
                "index": index, "key": key.key, "circle": self.promise.circle, "day": DAY,
                **(changes or {}),
            }
        )  # fmt: skip
        return sign_statement(TRUSTEES[index].statement, said)

    def receipt(self, acknowledged: Iterable[int] = range(4)) -> Receipt:
        notes = {NAMES[index]: self.acknowledgement(index) for index in acknowledged}
        return seal.assemble_receipt(
            self.promise, REFERENCE, self.secrets, self.note, self.entry, self.salt,
            self.log.proof(0), notes,
        )  # fmt: skip

    def request(self, credential: str = "0" * 64, **changes: Any) -> Request:
        """A request of the officer whose credential has that id."""
        return Request.read(
            {
                "v": 2, "kind": "request", "promise": self.digest,
                "seal_id": self.promise.seal_id, "office": OFFICE,
                "credential": credential, "purpose": "decide-application",
                "reason": "To decide.",
                "one_time_key": base64_of(sealing.public_key(random("one-time seed"))),
                "number": 1, "nth": 1, "at": f"{DAY}T10:00:00Z", **changes,
            }
        )  # fmt: skip

    def requested(
        self, request: Request, salt: bytes, slot_key: bytes, *, append: bool = True
    ) -> Entry:
        entry = sign_entry(
            CUSTODIAN_KEY, Kind.REQUESTED, DAY, request, salt,
            service=SERVICE, office=OFFICE, purpose=request.purpose.value,
            tag=self.tag(0, request.number), slot=slot(slot_key, request.day, request.nth),
        )  # fmt: skip
        if append:
            self.log.append(entry)
        return entry
