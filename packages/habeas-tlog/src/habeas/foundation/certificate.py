"""TLS that a service speaks itself (RFC 8446), to the server in front of it.

Where both are on one machine and the service has no certificate, plain HTTP goes over the loopback
interface, which nobody hears who could not read the service's memory as well.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from habeas.foundation.errors import HabeasError


class CertificateError(HabeasError):
    """A certificate with which nobody can be answered."""

    code = "certificate"
    status = 503
    remedy = "Name a certificate and its key, both PEM, in files that this service's user may read."


def verify_pair(certificate: Path | None, key: Path | None) -> tuple[str, str] | None:
    """What a server is told: its two files, or None where it speaks plain HTTP.

    Args:
        certificate: PEM, its intermediates after it.
        key: the certificate's, PEM, without a passphrase.

    Raises:
        CertificateError: one is named without the other, cannot be read, or is not the other's.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise CertificateError("A certificate and its key go together: one of them is missing.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        said = error.strerror or error
        raise CertificateError(f"{certificate} and {key} cannot be used: {said}.") from error
    return str(certificate), str(key)
