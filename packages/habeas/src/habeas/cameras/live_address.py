"""Where a recorder is asked for live pictures: in its own word, with the certificate that it shows.

    RECORDINGS/<camera>/live.txt        a C2SP signed note, by the recorder's key of the circle

        habeas.example/live/v1
        <camera>
        <host>:<port>
        <certificate, DER, base64>

The certificate (RFC 5280) is the recorder's own, made at its start and kept nowhere. It counts for
nobody but whoever reads the note, and no authority can give another: who looks is sure to ask that
recorder, whatever the network is like.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from habeas.foundation.errors import HabeasError
from habeas.tlog import NoteSigner, open_note
from habeas.tlog.note import Verifier

FILE = "live.txt"
_KIND = "habeas.example/live/v1"
#: A process does not last as long; its certificate ends with it.
_LASTS = timedelta(days=3650)


class LiveAddressError(HabeasError):
    """No address of a recorder."""

    code = "live-address"
    remedy = "Give HOST:PORT, such as recorder-3.city.example:8444."


@dataclass(frozen=True)
class LiveAddress:
    """Where a recorder answers.

    Attributes:
        host: a name or an address of the network.
        port: of TCP; 0 for any, before the recorder listens.
    """

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``host:port``, IPv6 in brackets.

        Raises:
            LiveAddressError: it is not that.
        """
        try:
            parts = urlsplit(f"//{text}")
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise LiveAddressError(f"{text!r} is no address: {error}.") from error
        if not host or port is None or text != str(cls(host, port)):
            raise LiveAddressError(f"{text!r} is no address.")
        return cls(host, port)

    @classmethod
    def choice(cls, text: str) -> tuple[Self, ...]:
        """``host:port``, or ``host:first-last`` for whichever of those ports is free.

        Raises:
            LiveAddressError: it is not that.
        """
        place, _, last = text.rpartition("-")
        first = place.rpartition(":")[2]
        if not (first.isdecimal() and last.isdecimal()):
            return (cls.parse(text),)
        if not 0 < int(first) <= int(last) < 2**16:
            raise LiveAddressError(f"{first}-{last} are no ports.")
        host = cls.parse(place).host
        return tuple(cls(host, port) for port in range(int(first), int(last) + 1))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


#: Of a recorder whose portal is on the same machine.
HERE = LiveAddress("127.0.0.1", 0)


@dataclass(frozen=True)
class RecorderIdentity:
    """What a recorder shows of itself for as long as it runs.

    Attributes:
        context: of its side of TLS.
        certificate: DER.
    """

    context: ssl.SSLContext
    certificate: bytes

    @classmethod
    def make(cls, host: str) -> Self:
        """A new key and its certificate, for *host*. The key is in memory only."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Habeas recorder")])
        public = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            # A clock that is a little behind must not refuse it.
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + _LASTS)
            .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(public, critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        # OpenSSL takes keys from files alone; this one is no file of any disk.
        file = os.memfd_create("live")
        try:
            os.write(file, pem)
            context.load_cert_chain(f"/proc/self/fd/{file}")
        finally:
            os.close(file)
        return cls(context, made.public_bytes(serialization.Encoding.DER))


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def told(
    camera: str, address: LiveAddress, identity: RecorderIdentity, signer: NoteSigner
) -> bytes:
    """The note that says where *camera* is asked for."""
    certificate = base64.b64encode(identity.certificate).decode()
    return signer.sign(f"{_KIND}\n{camera}\n{address}\n{certificate}\n").encode()


def read(
    note: bytes, camera: str, recorders: Iterable[Verifier]
) -> tuple[LiveAddress, ssl.SSLContext]:
    """Where to ask for *camera*, and what shows that it is its recorder who answers.

    Args:
        note: as it was found.
        camera: its id.
        recorders: keys that the circle names for that camera.

    Raises:
        HabeasError, ValueError: it is no such note of one of them.
    """
    kind, named, address, certificate = open_note(note.decode(), recorders).text.split("\n")[:-1]
    if (kind, named) != (_KIND, camera):
        raise LiveAddressError("The note is of another camera.")
    trusted = ssl.DER_cert_to_PEM_cert(base64.b64decode(certificate, validate=True))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=trusted)
    return LiveAddress.parse(address), context
