"""An authenticator in software (WebAuthn Level 3, section 6), which does as it is told."""

import hashlib
import json
import secrets
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

_FLAGS = AuthenticatorData.FLAG


class Authenticator:
    """One passkey.

    Args:
        origin: of the page that asks.
        verified: whether it has verified its person.
    """

    def __init__(self, origin, *, verified=True):
        self.origin, self.verified = origin, verified
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0

    def _client(self, kind, challenge):
        said = {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin}
        return json.dumps(said).encode()

    def _flags(self):
        return _FLAGS.UP | (_FLAGS.UV if self.verified else 0)

    def _rp(self, rp_id):
        return hashlib.sha256((rp_id or urlsplit(self.origin).hostname).encode()).digest()

    def make(self, options):
        """What the browser sends for options of creation."""
        data = AttestedCredentialData.create(
            bytes(16), self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        authenticator_data = AuthenticatorData.create(
            self._rp(options["rp"]["id"]), self._flags() | _FLAGS.AT, self.count, bytes(data)
        )
        made = AttestationObject.create("none", authenticator_data, {})
        return self._said("create", options, attestationObject=websafe_encode(bytes(made)))

    def sign(self, options):
        """What the browser sends for options of a request."""
        data = AuthenticatorData.create(self._rp(options["rpId"]), self._flags(), self.count)
        client = self._client("get", options["challenge"])
        signature = self.key.sign(bytes(data) + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._said(
            "get", options, authenticatorData=websafe_encode(bytes(data)),
            signature=websafe_encode(signature),
        )  # fmt: skip

    def _said(self, kind, options, **more):
        client = websafe_encode(self._client(kind, options["challenge"]))
        return {
            "id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key",
            "response": {"clientDataJSON": client, **more},
        }  # fmt: skip
