"""Formats, *The app*, looking: what a live site serves, beside what the manifest has.

Whoever looks asks as browsers ask, and at times that nobody can foresee. It sees what a visitor
like itself is served: a site that serves one person something else is not found out by others,
but by a client that compares what its own user gets, with the same `differences`.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, Self

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.forward import direct, mounts
from habeas.protocol.app.documents import AppOrigin
from habeas.protocol.app.manifest import MAX_FILE_BYTES
from habeas.protocol.app.release import AppRelease, AppReleases

#: What common browsers send; one of these for each round.
_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/141.0.0.0 Mobile Safari/537.36"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
    ),
)
_LANGUAGES = ("en-US,en;q=0.5", "ru-RU,ru;q=0.8,en-US;q=0.5,en;q=0.3", "en-GB,en;q=0.9")
#: Seconds for each step of an answer.
_STEP_SECONDS = 20.0
#: Bytes that one visitor takes in all: a release has about 11 MB, and whoever serves more would
#: fill the memory of those who look.
MOST_BYTES = 128 * 1024 * 1024
_POLICY, _FRAMING = "content-security-policy", "frame-ancestors"
#: A source list, and no further directive or policy.
_SOURCES = re.compile(r"'none'|[a-z0-9:/.\[\]-]+( [a-z0-9:/.\[\]-]+)*")
#: Answers that say nothing: busy, or broken.
_SILENT = frozenset({408, 425, 429, *range(500, 600)})


@dataclass(frozen=True)
class Answer:
    """What one address gave.

    Attributes:
        headers: names in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Fetch(Protocol):
    """Asks one address; None where there is no answer that says anything."""

    def __call__(self, url: str) -> Answer | None:
        """The answer."""


@dataclass(frozen=True)
class Difference:
    """Something that was served, and is not what the release has.

    Attributes:
        path: of the address.
        what, header, expected, got: see `AppDiffersDetails`.
        answer: as it came.
    """

    path: str
    what: Literal["content", "header", "missing"]
    answer: Answer
    header: str | None = None
    expected: str | None = None
    got: str | None = None


@dataclass(frozen=True)
class Round:
    """One round at one origin.

    Attributes:
        release: that it was compared with.
        differences: all that were found.
        silent: addresses that gave no answer: nothing is said of them.
    """

    release: AppRelease
    differences: tuple[Difference, ...]
    silent: tuple[str, ...]

    @property
    def unchanged(self) -> bool:
        """Whether everything answered, as the release has it."""
        return not self.differences and not self.silent


def differences(
    release: AppRelease, origin: AppOrigin, path: str, answer: Answer
) -> Iterator[Difference]:
    """How one answer differs from the release.

    Args:
        release: that counts.
        origin: where it was asked for.
        path: of the address, one of `AppRelease.places`.
        answer: as it came.
    """
    part, file = release.manifest.part(origin.part), release.places(origin)[path]
    expected = part.hash_of(file)
    if answer.status != 200:
        yield Difference(path, "missing", answer, expected=expected)
        return
    got = hashlib.sha256(answer.body).hexdigest()
    if got != expected:
        yield Difference(path, "content", answer, expected=expected, got=got)
    for name, value in part.headers_of(file).items():
        found = answer.headers.get(name)
        if found != value and not _adds_who_may_frame(name, value, found):
            yield Difference(
                path, "header", answer, header=name, expected=_hash(value),
                got=None if found is None else _hash(found),
            )  # fmt: skip


def _adds_who_may_frame(name: str, value: str, found: str | None) -> bool:
    """Whether a policy that leaves open who may frame the document got that one directive added.

    It says who may hold the document, and lets nothing else run in it: Content Security Policy
    Level 3, section 6.4.2.
    """
    if name != _POLICY or _FRAMING in value or found is None:
        return False
    added = found.removeprefix(f"{value}; {_FRAMING} ")
    return added != found and _SOURCES.fullmatch(added) is not None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def look(
    releases: AppReleases, origin: AppOrigin, today: date, fetch: Fetch, chance: random.Random
) -> Round | None:
    """Ask for everything that an origin serves, and compare; None where there is no release.

    A site has until the day after a release to serve it: until then it may be the one before.

    Args:
        releases: of the log.
        origin: of the newest release.
        today: UTC.
        fetch: asks.
        chance: in which order.
    """
    candidates = releases.current(today)
    if not candidates:
        return None
    paths = sorted({path for each in candidates for path in each.places(origin)})
    chance.shuffle(paths)
    answers = {path: fetch(f"{origin.origin}{path}") for path in paths}
    looks = [_compared(each, origin, answers) for each in candidates]
    return next((each for each in looks if each.unchanged), looks[0])


def _compared(
    release: AppRelease, origin: AppOrigin, answers: Mapping[str, Answer | None]
) -> Round:
    found: list[Difference] = []
    silent = []
    for path in sorted(release.places(origin)):
        answer = answers[path]
        if answer is None:
            silent.append(path)
        else:
            found += differences(release, origin, path, answer)
    return Round(release, tuple(found), tuple(silent))


class Visitor:
    """Asks as a browser does; a context manager.

    Args:
        chance: draws which browser.
        headers: more of them, or others: what one person's browser sends.
        transport: in place of the network.
    """

    def __init__(
        self,
        chance: random.Random,
        headers: Sequence[tuple[str, str]] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        ordinary = {
            "User-Agent": chance.choice(_BROWSERS),
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": chance.choice(_LANGUAGES),
            "Accept-Encoding": "gzip, deflate",
        }
        self._left = MOST_BYTES
        self._http = httpx.Client(
            headers={**ordinary, **dict(headers)}, timeout=_STEP_SECONDS, trust_env=False,
            verify=authorities(), transport=direct(transport), mounts=mounts(transport),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def __call__(self, url: str) -> Answer | None:
        """The answer; nothing is followed, and no cookie is kept."""
        if self._left < 0:
            return None
        try:
            with self._http.stream("GET", url) as response:
                if response.status_code in _SILENT:
                    return None
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    self._left -= len(chunk)
                    if self._left < 0:
                        return None  # it was not read, and nothing is said of it
                    if len(body) > MAX_FILE_BYTES:
                        break  # no file of a manifest is so large: what came differs already
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, headers, body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return None
        finally:
            self._http.cookies.clear()
