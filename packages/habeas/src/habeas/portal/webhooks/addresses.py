"""Where a message may go: public addresses, and what the operator has named beside them.

A portal stands inside a city's network. Without this check, whoever names a receiver could have
it send to machines that only it can reach (OWASP, *Server-Side Request Forgery Prevention*). The
address that was looked at is the one that is connected to, so that a name which changes its
address in between (DNS rebinding) leads nowhere.

Where a forward proxy is named, it is asked by name, as for every other call, and finds the address:
the machine here may know no names of the Internet. TLS still ends at who has a certificate for the
name, which no machine within has for a stranger's. Receivers in a private network that was named
for them are asked directly (ADR 0141).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx

from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import forward

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: RFC 6052: an IPv4 address stands in the last 32 bits.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: What Python takes for public, and is not everywhere: NAT64 within a network (RFC 8215),
#: site-local addresses (RFC 3879), those that stand for IPv4 ones (RFC 2765, RFC 4291 section
#: 2.5.5.1), and those of protocols (RFC 6890).
_WITHIN = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b:1::/48", "fec0::/10", "::ffff:0:0:0/96", "::/96", "192.0.0.0/24")
)


class ReceiverError(HabeasError):
    """A receiver that nothing is sent to."""

    code = "webhook-address"
    status = 400


def networks(named: Iterable[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks of these names (CIDR).

    Raises:
        ReceiverError: one is none.
    """
    try:
        return tuple(ipaddress.ip_network(each) for each in named)
    except ValueError as error:
        raise ReceiverError(f"{error}.", "Write a network as 10.1.2.0/24.") from error


def _inside(address: Address) -> Iterator[Address]:
    """An address, and the IPv4 address that it stands for, where it does."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        yield from filter(None, (address.ipv4_mapped, address.sixtofour))
        yield from address.teredo or ()
        if address in _NAT64:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet reaches the same machine there (RFC 6890)."""
    return all(
        each.is_global and not each.is_multicast and not any(each in net for net in _WITHIN)
        for each in _inside(address)
    )


@dataclass(frozen=True)
class Route:
    """How a receiver is reached.

    Attributes:
        url: as it was named.
        address: to connect to; None where the forward proxy finds it.
    """

    url: httpx.URL
    address: str | None


def route_of(url: str, private: Iterable[str] = ()) -> Route:
    """How to reach a receiver.

    Args:
        url: of the receiver.
        private: networks that it may lie in although they are not public.

    Raises:
        ReceiverError: it is no URL to send to, has no address, or one that is not allowed.
        ForwardError: the proxy that is named cannot be used.
    """
    allowed = tuple(private)
    parts, host = _parts(url)
    if is_proxied(url, allowed):
        if _is_literal(host):
            address_of(url)
        return Route(httpx.URL(url), None)
    return Route(httpx.URL(url), address_of(parts.geturl(), allowed))


def is_proxied(url: str, private: Iterable[str] = ()) -> bool:
    """Whether the forward proxy, where one is named, is asked for this receiver.

    Raises:
        ReceiverError: it is no URL to send to.
        ForwardError: the proxy that is named cannot be used.
    """
    parts, host = _parts(url)
    named = forward()
    through = named is not None and not named.asks_directly(host)
    return through and parts.scheme == "https" and not tuple(private)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _parts(url: str) -> tuple[SplitResult, str]:
    """A URL's parts, and its host as requests have it.

    Raises:
        ReceiverError: it is none to send to.
    """
    try:
        parts, host = urlsplit(url), httpx.URL(url).raw_host.decode("ascii")
        port = parts.port
    except (ValueError, httpx.InvalidURL) as error:
        cause = f"{url!r} is no receiver's address: {error}."
        raise ReceiverError(cause, "Write it as https://HOST/PATH.") from error
    named = parts.scheme in ("https", "http") and parts.hostname and port != 0
    if not named or parts.username is not None:
        raise ReceiverError(f"{url} is no receiver's address.", "Write it as https://HOST/PATH.")
    return parts, host


def address_of(url: str, private: Iterable[str] = ()) -> str:
    """The address to connect to for a URL.

    Args:
        url: of the receiver.
        private: networks that it may lie in although they are not public.

    Raises:
        ReceiverError: it is no URL to send to, has no address, or one that is not allowed.
    """
    named = networks(private)
    parts, host = _parts(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ReceiverError(
            f"{parts.hostname} has no address now.", "Correct the name, or wait for its server."
        ) from error
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for each in addresses:
        known = any(each in network for network in named)
        if not known and not is_public(each):
            raise ReceiverError(
                f"{parts.hostname} is at {each}, which is no public address.",
                "Name its network if it is meant: --private-network",
            )
        if not known and parts.scheme != "https":
            raise ReceiverError(
                f"{url} would be sent in the clear.", "Use https, or name its private network."
            )
    return str(addresses[0])
