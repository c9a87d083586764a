"""Whose request it is, as far as the network tells: what limits count by."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """Whose request it is: an address (IPv6: its /64, which one subscriber has); None for us.

    Behind a proxy it is the last address that the proxy was reached from (`X-Forwarded-For`):
    all before that is the client's word. A request of this machine itself, with no proxy
    between, is the administrator's, or of a party's that runs beside.
    """
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    hops = [str(request.META.get("REMOTE_ADDR", "")), *reversed(forwarded)]
    if "*" in settings.PROXIES:
        del hops[0]
    for said in (hop.strip() for hop in hops):
        if not said or said in settings.PROXIES:  # a socket has no address
            continue
        try:
            address = ipaddress.ip_address(said)
        except ValueError:
            return "unreadable"
        if address.is_loopback:
            continue
        if isinstance(address, ipaddress.IPv6Address):
            mapped = address.ipv4_mapped
            return str(mapped or ipaddress.ip_network((address, 64), strict=False))
        return said
    return None
