"""ASVS 5.0, 11.1.3: what of cryptography is in the sources, held against the page that lists it."""

import ast
import re
from collections import defaultdict

import pytest

from tests.places import PACKAGES, ROOT

PAGE = ROOT / "docs" / "security" / "cryptography.md"
LIBRARIES = {
    "Crypto", "OpenSSL", "authlib", "cryptography", "fido2", "hashlib", "hmac", "joserfc", "jwt",
    "nacl", "pkcs11", "ssl",
}  # fmt: skip
#: How a name of a library begins -> what it is called on the page; nothing where it is only a
#: way of writing keys down, comparing, or an error.
NAMES = {
    "authlib.": "JOSE", "joserfc": "JOSE", "jwt.": "JOSE", "fido2.": "WebAuthn",
    "pkcs11": "PKCS #11", "ssl": "TLS",
    "hashlib.sha256": "SHA-256", "hashlib.file_digest": "SHA-256", "hashlib.blake2b": "BLAKE2b",
    "hashlib.shake_256": "SHAKE-256", "hashlib.scrypt": "scrypt", "hmac.digest": "HMAC-SHA-256",
    "hmac.compare_digest": "", "nacl.exceptions": "", "nacl.bindings.crypto_sign": "Ed25519",
    "cryptography.exceptions": "", "cryptography.hazmat.primitives.serialization": "",
    "cryptography.hazmat.primitives.hashes": "SHA-256", "cryptography.x509": "X.509",
    "cryptography.hazmat.primitives.ciphers.aead.AESGCM": "AES-256-GCM",
    "cryptography.hazmat.primitives.kdf.hkdf": "HKDF-SHA-256",
    "cryptography.hazmat.primitives.kdf.pbkdf2": "PBKDF2-HMAC-SHA-256",
    "cryptography.hazmat.primitives.hpke": "HPKE with X-Wing (X25519, ML-KEM-768)",
    "cryptography.hazmat.primitives.asymmetric.mlkem": "HPKE with X-Wing (X25519, ML-KEM-768)",
    "cryptography.hazmat.primitives.asymmetric.x25519": "HPKE with X-Wing (X25519, ML-KEM-768)",
    "cryptography.hazmat.primitives.asymmetric.ed25519": "Ed25519",
    "cryptography.hazmat.primitives.asymmetric.mldsa": "ML-DSA-44",
    "cryptography.hazmat.primitives.asymmetric.ec.ECDH": "ECDH P-256",
    "cryptography.hazmat.primitives.asymmetric.ec": "ECDSA P-256",
    "cryptography.hazmat.primitives.asymmetric.utils": "ECDSA P-256",
    "cryptography.hazmat.primitives.asymmetric.rsa": "RSASSA-PSS",
}  # fmt: skip
#: The names of WebCrypto's algorithms that the pages use (W3C Web Cryptography, section 18.2.2).
IN_BROWSERS = {"AES-GCM", "ECDSA", "Ed25519", "HKDF", "HMAC", "PBKDF2", "SHA-256", "X25519"}
_ALGORITHM = re.compile(
    r"""["'](AES-\w+|EC\w+|Ed\d+|X\d+|HKDF|HMAC|PBKDF2|RSA[\w-]+|SHA-\d+|MD5)["']"""
)


def used(source):
    """The names of the libraries above that a module uses, dotted."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in LIBRARIES:
                yield from (f"{module}.{each.name}" for each in node.names)
            case ast.Attribute(value=ast.Name(id=library), attr=name) if library in LIBRARIES:
                yield f"{library}.{name}"


def called(name):
    """What the page calls it; None where nobody has said."""
    begins = [each for each in NAMES if name.startswith(each)]
    return NAMES[max(begins, key=len)] if begins else None


@pytest.fixture(scope="module")
def found():
    """Rooms by primitive."""
    rooms = defaultdict(set)
    for file in PACKAGES.glob("*/src/habeas/**/*.py"):
        room = file.relative_to(next(each for each in file.parents if each.name == "habeas")).parts
        for name in used(file.read_text()):
            what = called(name)
            assert what is not None, f"{name} ({file}) stands in no row of {PAGE.name}"
            if what:
                rooms[what].add(room[0])
    return rooms


def test_every_primitive_and_its_rooms_stand_on_the_page(found):
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", PAGE.read_text(), re.MULTILINE)
    listed = {name: set(rooms.split(", ")) for name, rooms in rows[1:]}
    assert listed.pop("SHA-256") == {"all"}
    del found["SHA-256"]
    assert listed == dict(found)


def test_pages_use_no_other_algorithm():
    sources = [
        each for each in (ROOT / "web").rglob("*.ts")
        if not {"node_modules", "test"} & set(each.parts)
    ]  # fmt: skip
    assert set().union(*(_ALGORITHM.findall(each.read_text()) for each in sources)) == IN_BROWSERS


def test_another_one_would_be_noticed():
    source = "import hashlib\nfrom cryptography.hazmat.primitives.asymmetric import dsa\n"
    names = list(used(f"{source}hashlib.md5(b'')\n"))
    assert [called(each) for each in names] == [None, None]
    assert _ALGORITHM.findall('crypto.subtle.encrypt({ name: "AES-CBC" })') == ["AES-CBC"]
