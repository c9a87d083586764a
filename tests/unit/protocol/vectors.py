"""Test vectors for every format: `python -m tests.unit.protocol.vectors` writes vectors/protocol.

All inputs come from SHAKE-256 of a label, so that everything but HPKE's own randomness is
the same on every run. A sealed message that still opens as it must is kept as it stands.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from habeas import protocol, tlog
from habeas.protocol import (
    CUSTODIAN,
    Acknowledgement,
    Entry,
    ErasedDetails,
    ErasedStatement,
    KeyStatement,
    Kind,
    Promise,
    Purpose,
    Receipt,
    RefusedStatement,
    ReleasedStatement,
    RequestDetails,
    SealedDetails,
    Terms,
    TrusteeIdentity,
    sealing,
)
from habeas.protocol.client import history_mac
from habeas.protocol.document import Document
from habeas.protocol.sealing import hpke
from tests.places import VECTORS

FOLDER = VECTORS / "protocol"
ORIGIN = "log.example/habeas"
DAY = "2027-01-15"
NAMES = ["trustee-1.example", "trustee-2.example", "trustee-3.example"]
TIME = 1_800_000_000


def random(label: str, length: int = 32) -> bytes:
    """The bytes that stand for randomness under *label*."""
    return hashlib.shake_256(b"habeas vectors: " + label.encode()).digest(length)


class Vectors:
    """All vectors, built in the order of a photo's life."""

    def __init__(self, known: Callable[[str], Any]) -> None:
        self._known = known
        self.files: dict[str, Any] = {}
        self.statement = [tlog.NoteSigner(f"{n}/statements", random(n)) for n in NAMES]
        self.witness = [tlog.CosignatureSigner(f"{n}/witness", random(n + "w")) for n in NAMES]
        self.log = tlog.NoteSigner(ORIGIN, random("log"))
        self.seeds = [random(f"month seed {n}") for n in NAMES]
        self.keys = [sealing.public_key(seed) for seed in self.seeds]
        self.track_key, self.secret = random("track key"), random("withdraw secret")
        self.data_key, self.photo = random("data key"), random("photo", 100)
        self._documents()
        self._shares()
        self._photo()
        self._entries()
        self._sealed_messages()
        self._statements()
        self._receipt()
        self._opening()

    def _documents(self) -> None:
        ids = [protocol.trustee_key_id(key) for key in self.keys]
        self.terms = Terms.read(
            {
                "v": 1, "suite": "habeas-1", "origin": ORIGIN,
                "seal_id": random("seal id", 16).hex(), "service": "hunting-licence",
                "recipients": ["licensing-office"],
                "purposes": ["applicant-copy", "decide-application"],
                "opens_until": "2027-05-31",
                "trustees": {"k": 2, "keys": [
                    {"trustee": name, "month": "2027-05", "key": key}
                    for name, key in zip(NAMES, ids, strict=True)
                ]},
                "withdraw_hash": protocol.withdraw_hash(self.secret), "sealed_by": "server",
            }
        )  # fmt: skip
        self.ciphertext = sealing.encrypt(self.data_key, self.terms.digest(), self.photo)
        self.shares = sealing.split(
            self.data_key, 2, 3, lambda length: random("coefficients", length)
        )
        self.promise = Promise.read(
            {
                **self.terms.fields(),
                "photo": {"type": "image/jpeg", "size": len(self.ciphertext),
                          "sha256": hashlib.sha256(self.ciphertext).hexdigest()},
                "shares": [hashlib.sha256(share).hexdigest() for share in self.shares],
                "key_commitment": sealing.key_commitment(self.data_key).hex(),
            }
        )  # fmt: skip
        strings = {"é": '\u20ac$\u000f\nA\'B"\\\\"/', "a": "\u0085\U0001f600", "": "\u007f"}
        self.files["canonical"] = [
            _document(fields)
            for fields in (
                {"b": 1, "a": [True, False, None, 0, -1, 2**53 - 1], "A": {}},
                strings,
                {"\U0001f600": 1, "\ufb33": 2, "\u20ac": 3},
            )
        ]
        self.files["promise"] = {
            "terms": _document(self.terms.fields()),
            "promise": _document(self.promise.fields()),
            "withdraw_secret": self.secret.hex(),
            "withdraw_hash": self.terms.withdraw_hash,
            "trustee_keys": [
                {"seed": seed.hex(), "public_key": _b64(key), "key_id": key_id}
                for seed, key, key_id in zip(self.seeds, self.keys, ids, strict=True)
            ],
        }

    def _shares(self) -> None:
        self.files["shares"] = [
            {
                "secret": secret.hex(), "k": k, "n": n,
                "coefficients": random(f"c{k}{n}", len(secret) * (k - 1)).hex(),
                "shares": [share.hex() for share in _split(secret, k, n)],
            }
            for secret, k, n in (
                (random("secret"), 2, 3), (random("secret"), 3, 5), (b"\x00" * 32, 2, 2),
                (b"\xff", 5, 8),
            )
        ]  # fmt: skip

    def _photo(self) -> None:
        self.files["photo"] = {
            "data_key": self.data_key.hex(),
            "terms_digest": self.terms.digest().hex(),
            "photo": self.photo.hex(),
            "key_commitment": sealing.key_commitment(self.data_key).hex(),
            "ciphertext": self.ciphertext.hex(),
        }

    def _entries(self) -> None:
        digest = self.promise.digest().hex()
        self.one_time = random("one-time seed")
        self.one_time_key = sealing.public_key(self.one_time)
        self.request = RequestDetails(
            seal_id=self.promise.seal_id, promise=digest, office="licensing-office",
            officer="officer-1", purpose=Purpose.DECIDE_APPLICATION, reason="To decide.",
            one_time_key=_b64(self.one_time_key), at=f"{DAY}T10:00:00Z",
        )  # fmt: skip
        lines = [
            (Kind.SEALED, SealedDetails(promise=digest), {}),
            (Kind.REQUESTED, self.request,
             {"office": "licensing-office", "purpose": "decide-application"}),
            (Kind.WITHDRAWN, ErasedDetails(promise=digest, because="withdrawn"), {}),
        ]  # fmt: skip
        self.entries, vectors = [], []
        for counter, (kind, details, more) in enumerate(lines):
            salt = random(f"salt {counter}")
            entry = Entry.read(
                {
                    "v": 1, "kind": kind.value, "service": "hunting-licence", "day": DAY,
                    "tag": protocol.tag(self.track_key, CUSTODIAN, counter),
                    "commit": protocol.commitment(salt, details.fields()), **more,
                }
            )  # fmt: skip
            self.entries.append((entry, salt))
            vectors.append(
                {
                    "details": details.fields(), "salt": salt.hex(), "stream": CUSTODIAN,
                    "counter": counter, "entry": entry.encode().decode(),
                    "leaf_hash": tlog.leaf_hash(entry.encode()).hex(),
                }
            )  # fmt: skip
        self.files["entries"] = {
            "track_key": self.track_key.hex(),
            "tags": [
                {"stream": s, "counter": c, "tag": protocol.tag(self.track_key, s, c)}
                for s, c in ((0, 0), (0, 1), (1, 0), (3, 255), (255, 2**32))
            ],
            "history_macs": [
                {"trustee": name, "mac": history_mac(self.track_key, name)} for name in NAMES
            ],
            "entries": vectors,
        }

    def _keep(self, where: str, seed: bytes, info: bytes, content: bytes, key: bytes) -> str:
        """A sealed message; the one that stands already, as long as it opens."""
        try:
            known = base64.b64decode(self._known(where))
            if hpke.open_(seed, info, known) == content:
                return _b64(known)
        except (KeyError, ValueError, TypeError, sealing.OpeningError):
            pass
        return _b64(hpke.seal(key, info, content))

    def _sealed_messages(self) -> None:
        digest = self.promise.digest()
        leaf = tlog.leaf_hash(self.entries[1][0].encode())
        deposits, releases = [], []
        for index, (seed, key, share) in enumerate(
            zip(self.seeds, self.keys, self.shares, strict=True)
        ):
            key_id = bytes.fromhex(protocol.trustee_key_id(key))
            info = sealing.deposit_info(digest, key_id, index)
            content = share + self.track_key
            deposits.append(
                {
                    "seed": seed.hex(), "index": index, "info": info.hex(),
                    "share": share.hex(), "track_key": self.track_key.hex(),
                    "deposit": self._keep(f"deposits/{index}/deposit", seed, info, content, key),
                }
            )  # fmt: skip
            info = sealing.release_info(digest, leaf, index)
            sealed = self._keep(
                f"releases/{index}/release", self.one_time, info, share, self.one_time_key
            )
            releases.append(
                {"index": index, "info": info.hex(), "share": share.hex(), "release": sealed}
            )
        self.files["deposits"] = deposits
        self.files["releases"] = releases

    def _statements(self) -> None:
        digest = self.promise.digest().hex()
        leaf = tlog.leaf_hash(self.entries[1][0].encode()).hex()
        name, signer = NAMES[0], self.statement[0]
        key = self.terms.trustees.keys[0].key
        statements: list[Document] = [
            KeyStatement(trustee=name, month="2027-05", public_key=_b64(self.keys[0])),
            Acknowledgement(trustee=name, promise=digest, index=0, key=key, day=DAY),
            ReleasedStatement(trustee=name, promise=digest, request=leaf, day=DAY),
            RefusedStatement(trustee=name, request=leaf, code="purpose", day=DAY),
            ErasedStatement(trustee=name, promise=digest, because="withdrawn", day=DAY),
        ]
        self.files["statements"] = {
            "statement_vkey": signer.vkey,
            "statements": [
                {"fields": each.fields(), "note": _sign(signer, each)} for each in statements
            ],
        }

    def _checkpoint(self, size: int) -> str:
        entries = [entry.encode() for entry, _ in self.entries[:size]]
        root = tlog.Frontier().extend(tlog.leaf_hash(entry) for entry in entries).root()
        text = tlog.Checkpoint(ORIGIN, size, root).text()
        note = self.log.sign(text)
        return note + "".join(each.cosign(text, TIME).line() for each in self.witness)

    def _receipt(self) -> None:
        identities = [
            TrusteeIdentity(
                name=name, url=f"https://{name}", statement_vkey=statement.vkey,
                witness_vkey=witness.vkey,
            )
            for name, statement, witness in zip(NAMES, self.statement, self.witness, strict=True)
        ]  # fmt: skip
        lines = [f"log {self.log.vkey}"]
        lines += [
            f"witness {name} {witness.vkey} https://{name}"
            for name, witness in zip(NAMES, self.witness, strict=True)
        ]
        lines += [f"group trustees 2 {' '.join(NAMES)}", "quorum trustees"]
        entry, salt = self.entries[0]
        digest = self.promise.digest().hex()
        receipt = Receipt(
            reference="HL-2027-000001", portal="https://portal.example",
            log="https://log.example/habeas", policy="\n".join(lines) + "\n",
            trustees=tuple(identities), promise=self.promise, track_key=self.track_key.hex(),
            withdraw_secret=self.secret.hex(), entry=entry.encode().decode(), salt=salt.hex(),
            proof=tlog.TlogProof(0, (), self._checkpoint(1)).format(),
            acknowledgements=tuple(
                _sign(signer, Acknowledgement(trustee=name, promise=digest, index=index,
                      key=self.terms.trustees.keys[index].key, day=DAY))
                for index, (name, signer) in enumerate(zip(NAMES, self.statement, strict=True))
            ),
        )  # fmt: skip
        self.files["receipt"] = receipt.fields()

    def _opening(self) -> None:
        self.files["opening"] = {
            "one_time_seed": self.one_time.hex(),
            "one_time_key": _b64(self.one_time_key),
            "promise": self.promise.encode().decode(),
            "entry": self.entries[1][0].encode().decode(),
            "shares": [
                {"trustee": name, "index": index, "release": each["release"]}
                for index, (name, each) in enumerate(
                    zip(NAMES, self.files["releases"], strict=True)
                )
            ],
            "ciphertext": _b64(self.ciphertext),
            "photo": _b64(self.photo),
        }


def _split(secret: bytes, k: int, n: int) -> list[bytes]:
    return sealing.split(secret, k, n, lambda length: random(f"c{k}{n}", length))


def _document(fields: dict[str, Any]) -> dict[str, Any]:
    encoded = protocol.canonical.encode(fields)
    return {
        "document": fields,
        "canonical": encoded.decode(),
        "sha256": hashlib.sha256(encoded).hexdigest(),
    }


def _sign(signer: tlog.NoteSigner, document: Document) -> str:
    return signer.sign(document.encode().decode() + "\n")


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def known(where: str) -> Any:
    """The value at *where* (file/key/...) of the vectors as they stand."""
    file, *keys = where.split("/")
    value = (
        json.loads((FOLDER / f"{file}.json").read_text())
        if (FOLDER / f"{file}.json").exists()
        else {}
    )
    for key in keys:
        value = value[int(key) if key.isdigit() else key]
    return value


def written(value: Any) -> str:
    """A vector file's text."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, value in Vectors(known).files.items():
        (FOLDER / f"{name}.json").write_text(written(value))


if __name__ == "__main__":
    main()
