"""A private certificate authority, as a city's IT has one: RFC 5280, P-256."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def _named(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


class Authority:
    """Signs certificates for addresses.

    Args:
        folder: for its own certificate, which everybody may read.

    Attributes:
        file: of that certificate, PEM.
    """

    def __init__(self, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "City authority")])
        made = self._builder(self._name, self._key)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        made = made.add_extension(usage, critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._signed = made.add_extension(identifier, critical=False).sign(self._key, SHA256())
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._signed.public_bytes(Encoding.PEM))

    def _builder(self, name: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(issuer_name=self._name, subject_name=name)
        made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
        # Valid for so long that a clock that is wrong by years finds it valid.
        return made.not_valid_before(now - timedelta(days=900)).not_valid_after(
            now + timedelta(days=1800)
        )

    def certify(self, folder: Path, address: str) -> tuple[Path, Path]:
        """Certificate and key for an IP address or a host name, written into *folder*."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
        made = self._builder(name, key)
        also = x509.SubjectAlternativeName([_named(address)])
        made = made.add_extension(also, critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = made.add_extension(by, critical=False)
        certificate, private = folder / "tls.pem", folder / "tls.key"
        certificate.write_bytes(made.sign(self._key, SHA256()).public_bytes(Encoding.PEM))
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        private.write_bytes(content)
        private.chmod(0o600)
        return certificate, private
