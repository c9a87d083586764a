"""A service's key on a PKCS #11 token, which may be away for a while, and come back.

PKCS #11 3.0, section 5.6: with the token go its sessions and all that was found in them. So the
key is looked for again, by its public half, whenever it is to sign and the session is gone; where
the module does not see the token, it is begun anew once (section 5.4, C_Finalize), which ends the
sessions of other keys too, and so do these look for theirs. The PIN is read from its file each
time, and one that the token has refused is never given again (`token`).
"""

from __future__ import annotations

import contextlib
import threading

from habeas.foundation import token, token_session
from habeas.foundation.token_uri import TokenError, TokenUri

#: A module may be begun anew only while nobody else uses it.
_one_at_a_time = threading.RLock()


class ServiceKey:
    """A private key on a token that a service opens by itself.

    Args:
        uri: names the token, and the file with its PIN.
        key: of the token, found and open.
    """

    def __init__(self, uri: TokenUri, key: token.TokenKey) -> None:
        self._uri, self._key = uri, key
        self._there = True

    @classmethod
    def find(cls, uri: TokenUri, public_key: token.PublicKey) -> ServiceKey:
        """The private key of *public_key*.

        Raises:
            TokenError: there is no such token, another PIN, or it has no such key.
        """
        with _one_at_a_time:
            return cls(uri, token.find(uri, uri.service_pin(), public_key))

    @property
    def public_key(self) -> token.PublicKey:
        """Its public half; the same for as long as this is used."""
        return self._key.public_key

    def sign(self, message: bytes) -> bytes:
        """Sign *message*, after the token has come back where it was away.

        Raises:
            TokenError: the token is away, does not sign, or has refused the PIN.
        """
        with _one_at_a_time:
            if self._there:
                try:
                    return self._key.sign(message)
                except TokenError:
                    self._there = False
                    self._let_go()
            try:
                self._key = self._found()
            except TokenError:
                token_session.begin_anew(self._uri)
                self._key = self._found()
            self._there = True
            return self._key.sign(message)

    def close(self) -> None:
        """End the session."""
        with _one_at_a_time:
            self._there = False
            self._let_go()

    def _found(self) -> token.TokenKey:
        return token.find(self._uri, self._uri.service_pin(), self._key.public_key)

    def _let_go(self) -> None:
        # The session of a token that is away is gone already, or cannot be ended.
        with contextlib.suppress(TokenError):
            self._key.close()
