"""Content credentials: what a reader of C2PA finds in a film, and when it finds none."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import av
import pytest
from c2pa import Reader
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from habeas.cameras.credentials import ASSERTION, CredentialsError, sign
from habeas.protocol import Pins
from habeas.protocol.chain import NotPinnedError
from habeas.protocol.clip import ClipError
from tests.unit.cameras.test_exports import HOUR, PINS, bundle, street  # noqa: F401

KEYS: dict[str, Any] = {
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ps256": lambda: rsa.generate_private_key(65537, 2048),
}


def certificate(name, key, by, issuer, *, authority):
    """A certificate of *key*, signed by *by*."""

    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
                          x509.NameAttribute(NameOID.COMMON_NAME, text)])  # fmt: skip

    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
         "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    usage["key_cert_sign" if authority else "digital_signature"] = True
    made = (
        x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
        )
    )  # fmt: skip
    if not authority:
        made = made.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    return made.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM)


def identity(folder, kind="es256"):
    """Files of a chain and of its first certificate's key."""
    root, key = ec.generate_private_key(ec.SECP256R1()), KEYS[kind]()
    chain = certificate("Parks", key, root, "City", authority=False)
    chain += certificate("City", root, root, "City", authority=True)
    (folder / "chain.pem").write_bytes(chain)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return folder / "chain.pem", folder / "key.pem"


def read(content):
    """What a reader of content credentials says of a film."""
    with Reader("video/mp4", io.BytesIO(content)) as reader:
        return json.loads(reader.json())


def pictures(file):
    with av.open(file) as film:
        return [bytes(each) for each in film.demux(video=0)]


@pytest.fixture
def signed(bundle, tmp_path):  # noqa: F811
    chain, key = identity(tmp_path)
    (film,) = sign(bundle, PINS, chain, key, tmp_path)
    return film


@pytest.mark.parametrize("kind", KEYS)
def test_a_film_says_by_whom_it_is_and_where_its_proof_stands(bundle, tmp_path, kind):  # noqa: F811
    chain, key = identity(tmp_path, kind)
    (film,) = sign(bundle, PINS, chain, key, tmp_path)
    assert film.name == "clip.c2pa.mp4"
    said = read(film.read_bytes())
    assert said["validation_state"] == "Valid"
    claim = said["manifests"][said["active_manifest"]]
    assert claim["signature_info"]["issuer"] == "Parks"
    (proof,) = (each["data"] for each in claim["assertions"] if each["label"] == ASSERTION)
    assert proof["camera"] == "bridge-north"
    assert [each["hour"] for each in proof["hours"]] == [HOUR]
    # Who it was and why is under a seal on the log, and stays there.
    assert "petrova" not in json.dumps(said)
    assert "2-114/2027" not in json.dumps(said)


def test_its_pictures_are_those_of_the_bundle(bundle, signed, tmp_path):  # noqa: F811
    plain = tmp_path / "plain.mp4"
    with zipfile.ZipFile(bundle) as archive:
        plain.write_bytes(archive.read("clip.mp4"))
    assert pictures(str(signed)) == pictures(str(plain))


def test_a_changed_byte_is_found(signed):
    content = bytearray(signed.read_bytes())
    content[content.rindex(b"mdat") + 100] ^= 1
    assert read(bytes(content))["validation_state"] == "Invalid"


def test_nothing_is_signed_that_is_not_proven(bundle, tmp_path):  # noqa: F811
    chain, key = identity(tmp_path)
    with pytest.raises(NotPinnedError):
        sign(bundle, Pins(circles=frozenset({"0" * 64})), chain, key, tmp_path)
    content = bytearray(bundle.read_bytes())
    content[content.index(b"mdat") + 100] ^= 1
    bundle.write_bytes(content)
    with pytest.raises(ClipError):
        sign(bundle, PINS, chain, key, tmp_path)
    assert not list(tmp_path.glob("*.c2pa.mp4"))


def test_a_key_that_cannot_sign_is_said(bundle, tmp_path):  # noqa: F811
    chain, key = identity(tmp_path)
    other = x25519.X25519PrivateKey.generate()
    for content in (
        b"no key",
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    ):
        key.write_bytes(content)
        with pytest.raises(CredentialsError, match="key"):
            sign(bundle, PINS, chain, key, tmp_path)
    assert not list(tmp_path.glob("*.c2pa.mp4"))


def test_a_certificate_of_another_key_signs_nothing(bundle, tmp_path):  # noqa: F811
    chain, _ = identity(tmp_path)
    (tmp_path / "other").mkdir()
    _, key = identity(tmp_path / "other")
    with pytest.raises(CredentialsError):
        sign(bundle, PINS, chain, key, tmp_path)
    assert not list(tmp_path.glob("*.c2pa.mp4"))
