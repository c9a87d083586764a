"""Docs/protocol, *Code custody*: anybody looks at the live site, and says what differs."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from habeas.protocol.app import AppOrigin, AppReleases
from habeas.protocol.app.documents import AppUnknownError
from habeas.protocol.app.release import origin_of
from habeas.protocol.app.site import Difference, Round, Visitor, look
from habeas.tlog.monitor import Finding


def origins(releases: AppReleases, address: str | None = None) -> Sequence[AppOrigin]:
    """Where the newest release is served; with *address* there alone.

    Raises:
        AppUnknownError: there is no release, or none for that address.
    """
    newest = releases.newest
    if newest is None:
        raise AppUnknownError(
            "No release of the app stands on the log: there is nothing to compare with.",
            "Ask the operator, and the trustees, why.",
        )
    found = [each for each in newest.origins if address in (None, each.origin)]
    if not found:
        listed = ", ".join(each.origin for each in newest.origins)
        raise AppUnknownError(
            f"The release is not served at {address}: this is a look-alike, or another city.",
            f"It is served at {listed}.",
        )
    return found


def look_at(
    releases: AppReleases,
    where: Iterable[AppOrigin],
    today: date,
    chance: random.Random,
    headers: Sequence[tuple[str, str]] = (),
) -> Iterator[tuple[AppOrigin, Round]]:
    """One round at each origin, with ordinary headers and those of *headers*."""
    for origin in where:
        with Visitor(chance, headers) as fetch:
            found = look(releases, origin, today, fetch, chance)
        if found is not None:
            yield origin, found


def origin_named(url: str) -> str:
    """The origin of an address that somebody has typed."""
    return origin_of(url if "://" in url else f"https://{url}")


def finding(origin: AppOrigin, found: Difference) -> Finding:
    """A difference, with what others need to see it too."""
    which = f" ({found.header})" if found.header else ""
    words = (
        f"{origin.origin}{found.path}{which}: {WORDS[found.what]}; got {found.got or 'nothing'}."
    )
    return Finding("app-differs", words, evidence=evidence(origin, found))


WORDS = {
    "content": "another file than the release has",
    "header": "another header than the release has",
    "missing": "the release has a file here, and the site gave none",
}


def evidence(origin: AppOrigin, found: Difference) -> str:
    """What came, as JSON: address, hashes, headers, and the bytes (base64)."""
    answer = found.answer
    return json.dumps(
        {
            "url": f"{origin.origin}{found.path}", "what": found.what, "header": found.header,
            "expected": found.expected, "got": found.got, "status": answer.status,
            "headers": dict(answer.headers), "body": base64.b64encode(answer.body).decode(),
        },
        indent=1,
    )  # fmt: skip
