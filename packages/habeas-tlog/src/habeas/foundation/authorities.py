"""Whose certificates count (RFC 5280): those that this machine's administrator trusts.

OpenSSL's own rule, which every command of the machine follows: the file or folder that
``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` names, or else the system's store. A city with an authority
of its own puts that into one of the two. Where the machine has no store, Mozilla's list counts, as
httpx brings it. No netrc file decides anything; a proxy does where one is named (`forward`).
"""

from __future__ import annotations

import os
import ssl
from functools import cache
from pathlib import Path

import httpx

from habeas.foundation.errors import HabeasError


class AuthoritiesError(HabeasError):
    """A list of authorities that is named, and cannot be read."""

    code = "authorities"
    status = 503
    remedy = "Name a file of PEM certificates in SSL_CERT_FILE, or unset it for the system's own."


@cache
def authorities() -> ssl.SSLContext:
    """For clients. Read once in a process: that takes longer than to ask somebody.

    Raises:
        AuthoritiesError: what the environment names cannot be read.
    """
    # OpenSSL passes over a file that it cannot read, and would then trust nobody, silently.
    named = os.environ.get("SSL_CERT_FILE")
    try:
        if named:
            return ssl.create_default_context(cafile=named)
    except (OSError, ssl.SSLError) as error:
        raise AuthoritiesError(f"{named} cannot be read: {error.strerror or error}.") from error
    if _store():
        return ssl.create_default_context()
    return httpx.create_ssl_context(trust_env=False)


def bundle() -> str | bool:
    """The same as a file or folder, for a library that takes no context; True for its own list."""
    return os.environ.get("SSL_CERT_FILE") or _store() or True


def _store() -> str | None:
    """The system's store, where there is one."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return paths.cafile
    return paths.capath if paths.capath and any(Path(paths.capath).iterdir()) else None
