"""Through which server others are asked: a forward proxy, where this machine has one.

RFC 9110 section 9.3.6, CONNECT: the proxy carries TLS between this machine and whom it asks, reads
nothing of it, and *sees who is asked, and when*. So none is used unless somebody has named it, and
whoever uses one says so, once in each process. ``HTTPS_PROXY`` names it and ``NO_PROXY`` whom to
ask without it, for the whole machine, as other programs read them; `habeas.toml` for one party.
Addresses of plain http, which production has within one machine alone, never go through it.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.bounded import AsyncBounded, Bounded
from habeas.foundation.errors import HabeasError

_say = logging.getLogger("habeas.forward")
_said: set[str] = set()
_saying = threading.Lock()
_HERE = "localhost"
#: Of the connections that one client keeps.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=32)


class ForwardError(HabeasError):
    """A forward proxy that is named, and cannot be used."""

    code = "forward-proxy"
    status = 503
    remedy = "Name it in HTTPS_PROXY as http://HOST:PORT, or unset that to ask without one."


@dataclass(frozen=True)
class Forward:
    """A forward proxy, and who is asked without it.

    Attributes:
        url: ``http://HOST:PORT`` or ``https://HOST:PORT``, with the user's name and password where
            it asks for them.
        direct: host names, each with all names below it; addresses; networks (CIDR); ``*`` for all.
    """

    url: str
    direct: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Its address without name and password, for people."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    def asks_directly(self, host: str) -> bool:
        """Whether *host* (a name or an address) is asked without the proxy."""
        name = host.strip("[]").rstrip(".").lower()
        if name == _HERE or name.endswith(f".{_HERE}"):
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return any(_is_below(name, each) for each in self.direct)
        return address.is_loopback or any(_is_within(address, each) for each in self.direct)

    def proxy(self) -> httpx.Proxy:
        """The same for httpx."""
        parts = urlsplit(self.url)
        known = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        context = authorities() if parts.scheme == "https" else None
        return httpx.Proxy(self.called, auth=known, ssl_context=context)


def forward(environment: Mapping[str, str] | None = None) -> Forward | None:
    """The proxy that the environment names, or None where it names none.

    Args:
        environment: this process's, unless told.

    Raises:
        ForwardError: it names one that cannot be used.
    """
    said = os.environ if environment is None else environment
    url = said.get("https_proxy") or said.get("HTTPS_PROXY") or ""
    if not url:
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.scheme not in {"http", "https"}:
        # What is named may hold a password: it is not repeated.
        raise ForwardError("The forward proxy that HTTPS_PROXY names cannot be used.")
    direct = said.get("no_proxy") or said.get("NO_PROXY") or ""
    return Forward(parts.geturl(), tuple(filter(None, map(str.strip, direct.split(",")))))


def proxy_of(url: str) -> str | None:
    """The proxy through which *url* is asked, for a library that is not httpx; None for directly.

    Raises:
        ForwardError: see `forward`.
    """
    parts = urlsplit(url)
    named = _told(None) if parts.scheme == "https" else None
    return None if named is None or named.asks_directly(parts.hostname or "") else named.url


def mounts(transport: object = None) -> dict[str, httpx.BaseTransport | None]:
    """What an `httpx.Client` mounts, so that it asks through the proxy whom it should.

    Args:
        transport: that of the client, where it has one of its own: then nothing is mounted.

    Raises:
        ForwardError: see `forward`.
    """
    named = _told(transport)
    return {} if named is None else {"https://": _Routed(named)}


def async_mounts(transport: object = None) -> dict[str, httpx.AsyncBaseTransport | None]:
    """The same for an `httpx.AsyncClient`."""
    named = _told(transport)
    return {} if named is None else {"https://": _AsyncRouted(named)}


def direct(transport: httpx.BaseTransport | None = None) -> httpx.BaseTransport:
    """How an `httpx.Client` asks without a proxy, each answer within a time (`bounded`).

    Args:
        transport: that of the client, where it has one of its own: then it is this.
    """
    return transport or Bounded(verify=authorities(), trust_env=False, limits=_LIMITS)


def async_direct(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncBaseTransport:
    """The same for an `httpx.AsyncClient`."""
    return transport or AsyncBounded(verify=authorities(), trust_env=False, limits=_LIMITS)


class _Routed(httpx.BaseTransport):
    def __init__(self, named: Forward) -> None:
        self._named = named
        self._direct = Bounded(verify=authorities(), trust_env=False, limits=_LIMITS)
        self._through = Bounded(
            verify=authorities(), trust_env=False, limits=_LIMITS, proxy=named.proxy()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        direct = self._named.asks_directly(request.url.raw_host.decode())
        return (self._direct if direct else self._through).handle_request(request)

    def close(self) -> None:
        self._direct.close()
        self._through.close()


class _AsyncRouted(httpx.AsyncBaseTransport):
    def __init__(self, named: Forward) -> None:
        self._named = named
        self._direct = AsyncBounded(verify=authorities(), trust_env=False, limits=_LIMITS)
        self._through = AsyncBounded(
            verify=authorities(), trust_env=False, limits=_LIMITS, proxy=named.proxy()
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        direct = self._named.asks_directly(request.url.raw_host.decode())
        return await (self._direct if direct else self._through).handle_async_request(request)

    async def aclose(self) -> None:
        await self._direct.aclose()
        await self._through.aclose()


def _told(transport: object) -> Forward | None:
    """The proxy, where this client uses one; said once, so that no use of it is silent."""
    named = forward() if transport is None else None
    if named is None:
        return None
    with _saying:
        new = named.called not in _said
        _said.add(named.called)
    if new:
        _say.warning(
            "Others are asked through the proxy %s, which sees who is asked, and when.",
            named.called,
        )
    return named


def _is_below(name: str, rule: str) -> bool:
    known = rule.lower().removeprefix("*.").strip(".")
    if not known.isascii():
        known = _ascii(known)
    return rule == "*" or name == known or name.endswith(f".{known}")


def _ascii(name: str) -> str:
    """The A-labels (RFC 5890) of a host's *name*, as requests have them."""
    try:
        return httpx.URL(scheme="https", host=name).raw_host.decode()
    except httpx.InvalidURL:
        return name  # no host has it, and none is excepted by it


def _is_within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, rule: str) -> bool:
    try:
        return rule == "*" or address in ipaddress.ip_network(rule.strip("[]"), strict=False)
    except ValueError:
        return False
