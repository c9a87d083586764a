"""Content credentials of a film that was handed over: C2PA 2.1, in the file itself.

A claim under the certificate of whoever hands the film over: that they made this file, and where
what proves it stands on the public log. It proves nothing by itself that the bundle does not; it is
for readers who know a list of signers, and not Habeas. The coded pictures stay byte by byte.

The library reads many formats of strangers, so it works on films of proven bundles alone, where a
person asks for it, and never in the portal (docs/adr/0172).
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from habeas.cameras.bundle import verify_bundle
from habeas.foundation.errors import HabeasError
from habeas.protocol import Pins
from habeas.protocol.clip_proof import VerifiedClip

#: What the claim's own assertion is called: reversed names of a domain are for everybody's own.
ASSERTION = "org.habeas.clip"
_FORMAT = "video/mp4"
#: IPTC's word for what a camera took.
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class CredentialsError(HabeasError):
    """No content credentials could be made."""

    code = "credentials"
    remedy = (
        "Give a chain of certificates (PEM, that of the signer first) whose use is signing "
        "documents or mail, and the signer's key (PEM, without a password)."
    )


def sign(bundle: Path, pins: Pins, chain: Path, key: Path, folder: Path) -> list[Path]:
    """Write each film of a proven *bundle* to *folder*, with content credentials in it.

    Args:
        bundle: as `habeas verify` checks it.
        pins: as there.
        chain: certificates, PEM, the signer's first.
        key: the signer's, PEM (PKCS #8 or SEC 1): EC, Ed25519 or RSA.
        folder: for ``clip.c2pa.mp4`` and so on; files of these names are replaced.

    Raises:
        ClipError: the bundle is not proven.
        NotPinnedError: pins were given, and vouch for none of its circles.
        CredentialsError: the certificate or the key cannot sign, or the library is missing.
    """
    proven = verify_bundle(bundle, pins)
    algorithm, secret = _key(key)
    try:
        certificates = chain.read_bytes()
    except OSError as error:
        raise CredentialsError(f"{chain.name} cannot be read: {error.strerror}.") from error
    signed = []
    with zipfile.ZipFile(bundle) as archive, tempfile.TemporaryDirectory() as made:
        for name in archive.namelist():
            if "/" in name or not name.endswith(".mp4"):
                continue
            film, target = Path(made) / "film.mp4", folder / f"{Path(name).stem}.c2pa.mp4"
            with archive.open(name) as source, film.open("wb") as copied:
                shutil.copyfileobj(source, copied)
            _sign(film, target, claim(proven, name), algorithm, certificates, secret)
            signed.append(target)
    return signed


def claim(proven: VerifiedClip, name: str) -> dict[str, object]:
    """What is claimed of the film *name*: nothing that its public entries do not say."""
    details = proven.details
    said = {
        "camera": details.camera, "office": details.office, "purpose": details.purpose.value,
        "export": proven.index,
        "hours": [{"hour": hour, "log": each.log, "entry": each.index}
                  for hour, each in proven.hours.items()],
    }  # fmt: skip
    created = {"action": "c2pa.created", "digitalSourceType": _SOURCE}
    covered = {"action": "c2pa.edited", "description": "Faces were covered before it was stored."}
    return {
        "title": name,
        "format": _FORMAT,
        "claim_generator_info": [{"name": "Habeas", "version": version("habeas")}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created, covered]}},
            {"label": ASSERTION, "data": said},
        ],
    }


def _key(file: Path) -> tuple[str, bytes]:
    """The algorithm that a key signs by, and the key (PKCS #8)."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise CredentialsError(f"{file.name} is no key that can be read.") from error
    algorithm = None
    if isinstance(key, ec.EllipticCurvePrivateKey):
        algorithm = _CURVES.get(key.curve.name)
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        algorithm = "ed25519"
    elif isinstance(key, rsa.RSAPrivateKey):
        algorithm = "ps256"
    if algorithm is None:
        raise CredentialsError(f"{file.name} is a key of a kind that signs no content credentials.")
    return algorithm, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _sign(
    film: Path, target: Path, said: dict[str, object], algorithm: str, chain: bytes, key: bytes
) -> None:
    try:
        # An extra, which nothing else needs.
        from c2pa import Builder, C2paError, C2paSignerInfo, Signer  # noqa: PLC0415
    except ImportError as error:
        raise CredentialsError(
            "The library for content credentials is not installed here.",
            "Install it: pip install 'habeas[credentials]'",
        ) from error
    try:
        # Without an address of time stamps: nobody is asked over the network.
        info = C2paSignerInfo(algorithm, chain, key, None)
        with (
            Signer.from_info(info) as signer, Builder(json.dumps(said)) as builder,
            film.open("rb") as source, target.open("w+b") as out,
        ):  # fmt: skip
            builder.sign(signer, _FORMAT, source, out)
    except (C2paError, OSError) as error:
        target.unlink(missing_ok=True)
        raise CredentialsError(f"The film cannot be signed: {error}.") from error
