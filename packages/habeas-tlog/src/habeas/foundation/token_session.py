"""PKCS #11 (OASIS, version 3.0): a session of a token, and its errors in words.

What a token has refused is never given again: most lock themselves after a few wrong PINs. This
module needs python-pkcs11, as `habeas.foundation.token` does.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from habeas.foundation.token_uri import TokenError, TokenUri

try:
    import pkcs11
except ImportError as error:
    raise TokenError(
        "The part of Habeas that speaks to tokens is not installed.",
        "Install it: pip install 'habeas[pkcs11]'.",
    ) from error

__all__ = ["begin_anew", "explain", "explained", "open_session", "pkcs11"]

#: CKF_TOKEN_INITIALIZED.
_INITIALIZED = 0x400
#: CKF_USER_PIN_COUNT_LOW: a wrong PIN was given since somebody last signed in.
_WRONG_PIN = 0x10000
#: Tries that a token has refused, for as long as this process runs: not every token says itself
#: that a wrong PIN was given. Hashed under a key of this process: a PIN stays nowhere.
_refused: set[bytes] = set()
_refused_key = secrets.token_bytes(32)


def open_session(uri: TokenUri, pin: str, *, write: bool = False) -> Any:
    """A session of the token, signed in. What a token has refused is never given again.

    Args:
        uri: names the token.
        pin: of its user.
        write: whether something is to be put on it.

    Raises:
        TokenError: there is no such token, or another PIN.
    """
    try:
        library = pkcs11.lib(uri.module)
    except pkcs11.PKCS11Error as error:
        raise TokenError(
            f"The module {uri.module} cannot be loaded: it is missing, or is none of PKCS #11.",
            "Install the token's driver, and name its file as module-path.",
        ) from error
    with explained("be opened"):
        tokens = [each for each in library.get_tokens() if each.flags & _INITIALIZED]
        fitting = [
            each
            for each in tokens
            if uri.token in {None, each.label}
            and uri.serial in {None, each.serial.decode(errors="replace")}
        ]
        if len(fitting) != 1:
            there = ", ".join(sorted(each.label for each in tokens)) or "none"
            raise TokenError(
                f"{'No token' if not fitting else 'More than one token'} fits. There: {there}.",
                "Put the token in, and name it by token or serial.",
            )
        if uri.pin_source is not None and fitting[0].flags & _WRONG_PIN:
            # A service that is started again and again would lock the token by its file's PIN.
            raise TokenError(
                "The token was given a wrong PIN; no further try is spent.",
                "Correct the PIN's file, sign in once with the token's own tool, start again.",
            )
        told = hashlib.blake2b(
            repr((fitting[0].serial, fitting[0].label, pin)).encode(), key=_refused_key
        ).digest()
        if told in _refused:
            raise TokenError(
                "The token has refused this PIN already; no further try is spent.",
                "Correct the PIN, or where the token's own was changed since, start again.",
            )
        try:
            return fitting[0].open(rw=write, user_pin=pin)
        except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid):
            _refused.add(told)
            raise
        except pkcs11.UserAlreadyLoggedIn:
            # An office that tries things out has its own key and an officer's on one token:
            # PKCS #11 signs in whole programs, not sessions.
            return fitting[0].open(rw=write)


def begin_anew(uri: TokenUri) -> None:
    """Have the module look for its tokens again: many see only those that were there at first.

    Every session of this process ends with it; nothing else may use the module meanwhile.

    Raises:
        TokenError: the module does not begin again.
    """
    with explained("be looked for again"):
        pkcs11.lib(uri.module).reinitialize()


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Tell what the module says in our words; *what* is what the token could not do.

    Raises:
        TokenError: it has said something.
    """
    try:
        yield
    except pkcs11.PKCS11Error as error:
        raise explain(error, what) from error
    except AttributeError as error:
        # python-pkcs11 gives a key only the methods that CKA_SIGN and CKA_DERIVE allow.
        raise TokenError(
            f"The key on the token may not {what}.", "Name another key of it."
        ) from error


def explain(error: pkcs11.PKCS11Error, what: str) -> TokenError:
    """An error of the module, with cause and remedy."""
    match error:
        case pkcs11.PinIncorrect() | pkcs11.PinLenRange() | pkcs11.PinInvalid():
            return TokenError(
                "This is not the token's PIN.",
                "Try again; most tokens lock themselves after a few wrong ones.",
            )
        case pkcs11.PinLocked():
            return TokenError(
                "The token has locked itself after too many wrong PINs.",
                "Whoever gave you the token can unlock it.",
            )
        case pkcs11.UserPinNotInitialized():
            return TokenError("The token has no PIN yet.", "Set one with the token's own tool.")
        case pkcs11.DeviceRemoved() | pkcs11.TokenNotPresent():
            return TokenError("The token was taken out.", "Put it in, and begin again.")
    said = str(error) or type(error).__name__
    return TokenError(f"The token could not {what}: {said}.")
