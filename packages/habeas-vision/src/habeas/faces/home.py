"""A file from its public home: an address at a fixed version, checked by its SHA-256."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import urlsplit

from habeas.faces import assets
from habeas.foundation.errors import HabeasError

#: Seconds to wait for a server: set-up goes on without.
_WAIT = 15.0


class FetchError(HabeasError):
    """A file cannot be had from an address, or is another file there."""

    code = "fetch"


def fetch(asset: assets.Asset, address: str) -> bytes:
    """The bytes of *asset* from *address*.

    Args:
        asset: what is wanted; its hash and size bound what is taken.
        address: ``https://…`` or ``http://…``: the hash is what protects.

    Raises:
        FetchError: it cannot be had there, or is another file.
    """
    remedy = f"Add the file by hand: habeas models add FILE (SHA-256 {asset.sha256})."
    if urlsplit(address).scheme not in ("http", "https"):
        raise FetchError(f"{address} is no address on the web.", remedy)
    try:
        with urllib.request.urlopen(address, timeout=_WAIT) as answer:  # noqa: S310 - see above
            content: bytes = answer.read(asset.size + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise FetchError(f"{asset.name} cannot be had from {address}: {why}.", remedy) from error
    try:
        assets.verify(asset, content)
    except assets.AssetMissingError as error:
        raise FetchError(f"What {address} sends is not {asset.name}.", remedy) from error
    return content
