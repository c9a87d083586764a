"""Formats, *The app*: which release counts.

A release is an `app` entry: the manifest, where it is served, and the word of at least k
trustees of the manifest's circle. Numbers only rise, so that no old release comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self
from urllib.parse import urlsplit

from habeas.protocol.app.documents import (
    AppCircleError,
    AppDetails,
    AppOrigin,
    AppOriginError,
    AppRebuilt,
    AppSignatureError,
    AppStaleError,
    AppUnknownError,
)
from habeas.protocol.app.manifest import ROOTS, AppManifest
from habeas.protocol.canonical import MalformedError
from habeas.protocol.chain import Chain, CircleUnknownError
from habeas.protocol.circle import Circle
from habeas.protocol.document import Document
from habeas.protocol.statements import StatementError, read_statement
from habeas.tlog import TlogError
from habeas.tlog.note import split

#: For how long after its successor a release still counts: pages that are open go on.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Word:
    """What one trustee said of a manifest."""

    trustee: str
    how: str
    day: str


def verify_release(details: AppDetails, chain: Chain) -> tuple[Word, ...]:
    """Raise unless k trustees of the manifest's circle have vouched for it; gives their words.

    Args:
        details: of an `app` entry.
        chain: the circles that the reader knows.

    Raises:
        AppCircleError: the manifest is for a circle that is not in the chain.
        AppSignatureError: a signature is not a trustee's of that circle for this manifest, or
            there are fewer than k.
        AppOriginError: an origin is not the circle's for this part, or the portal is missing.
    """
    manifest = details.manifest
    try:
        circle = chain.circle(manifest.circle)
    except CircleUnknownError as error:
        raise AppCircleError("The manifest is made for another circle.") from error
    words = {}
    for note in details.signatures:
        word = _word(note, manifest, chain)
        words[word.trustee] = word
    if len(words) < circle.k:
        raise AppSignatureError(
            f"{len(words)} trustees vouch for this manifest; it takes {circle.k}."
        )
    _verify_origins(details.origins, chain.newest.circle)
    return tuple(words[name] for name in sorted(words))


def _word(note: str, manifest: AppManifest, chain: Chain) -> Word:
    try:
        name = AppRebuilt.decode(split(note)[0].removesuffix("\n").encode()).trustee
        verifiers = chain.verifiers(manifest.circle, name)
        said = read_statement(note, name, verifiers, AppRebuilt)
    except CircleUnknownError as error:
        raise AppSignatureError("Somebody vouches who is no trustee of its circle.") from error
    except (TlogError, MalformedError, StatementError, UnicodeEncodeError) as error:
        raise AppSignatureError("A trustee's word on this manifest does not hold.") from error
    if (said.manifest, said.source) != (manifest.digest().hex(), manifest.source):
        raise AppSignatureError(f"{name} vouches for another manifest than this.")
    return Word(name, said.how, said.day)


def origin_of(address: str) -> str:
    """RFC 6454 origin of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def pages_of(services: Iterable[str]) -> dict[str, str]:
    """Addresses at which the photo step stands, by itself and for frames of other pages.

    Args:
        services: those that ask for a photo.
    """
    steps = {"seal/": "photo/index.html", "embedded/seal/": "photo/embedded.html"}
    return {f"/apply/{each}/{step}": file for each in services for step, file in steps.items()}


def origins_of(
    circle: Circle, pages: dict[str, str], hosts: Iterable[str] = ()
) -> tuple[AppOrigin, ...]:
    """All origins of a circle that serve the app.

    Args:
        circle: in force.
        pages: of the portal: addresses of documents, and which.
        hosts: names of trustees that serve the portal's part too, at their own addresses.

    Raises:
        AppOriginError: one of them is no trustee of the circle.
    """
    portal = AppOrigin(origin=origin_of(circle.custodian.portal), part="portal", pages=pages)
    desks = [
        AppOrigin(origin=origin, part="desk", pages={"/": "index.html"})
        for origin in dict.fromkeys(each.origins[0] for each in circle.offices)
    ]
    named = dict.fromkeys(_host(circle, name) for name in hosts)
    return (portal, *(portal.model_copy(update={"origin": each}) for each in named), *desks)


def _host(circle: Circle, name: str) -> str:
    trustee = circle.trustee(name)
    if trustee is None:
        raise AppOriginError(f"{name} is to serve the app, and is no trustee of the circle.")
    return origin_of(trustee.url)


def _verify_origins(origins: tuple[AppOrigin, ...], circle: Circle) -> None:
    portal = origin_of(circle.custodian.portal)
    desks = {origin for office in circle.offices for origin in office.origins}
    named = {(each.origin, each.part) for each in origins}
    hosts = {origin_of(each.url) for each in circle.trustees}
    allowed = {
        *((each, "portal") for each in (portal, *hosts)),
        *((each, "desk") for each in desks),
    }
    if not named <= allowed or len(named) != len(origins):
        raise AppOriginError("The release names an address that is not the circle's.")
    if (portal, "portal") not in named:
        raise AppOriginError("The release does not name the circle's portal.")


@dataclass(frozen=True)
class AppRelease:
    """A release that counts, or did.

    Attributes:
        digest: of its manifest, hex.
        words: who vouches, sorted by name.
        index: of its newest entry on the log.
        day: of its first entry.
    """

    manifest: AppManifest
    digest: str
    origins: tuple[AppOrigin, ...]
    signatures: tuple[str, ...]
    words: tuple[Word, ...]
    index: int
    day: str

    @property
    def rebuilt(self) -> int:
        """How many trustees have rebuilt it from its source."""
        return sum(each.how == "rebuilt" for each in self.words)

    def places(self, origin: AppOrigin) -> dict[str, str]:
        """What is served at an origin: path of the address -> path of the file in its part.

        A document that has pages of its own is looked for there alone.
        """
        part, root = self.manifest.part(origin.part), ROOTS[origin.part]
        named = set(origin.pages.values())
        files = {f"{root}{path}": path for path in (*part.files, *part.data) if path not in named}
        return {**files, **origin.pages}


@dataclass(frozen=True)
class AppReleases:
    """The releases of a log, in the order of their numbers.

    One entry after the other, as the log has them: `extend` gives the next state.
    """

    known: tuple[AppRelease, ...] = ()

    @property
    def newest(self) -> AppRelease | None:
        """The one that counts."""
        return self.known[-1] if self.known else None

    def extend(self, details: AppDetails, chain: Chain, index: int, day: str) -> Self:
        """The releases with what an `app` entry says.

        An entry about the newest release again may name other origins, and further trustees.

        Raises:
            AppError: see `verify_release`; `AppStaleError` where its number is not the highest.
        """
        words = verify_release(details, chain)
        digest, newest = details.manifest.digest().hex(), self.newest
        same = newest is not None and newest.digest == digest
        if newest is not None and not same and details.manifest.number <= newest.manifest.number:
            raise AppStaleError(
                f"Release {details.manifest.number} comes after release {newest.manifest.number}."
            )
        kept = self.known[:-1] if same else self.known
        first = newest.day if same and newest is not None else day
        made = AppRelease(
            details.manifest, digest, details.origins, details.signatures, words, index, first
        )
        return type(self)((*kept, made))

    def current(self, today: date) -> tuple[AppRelease, ...]:
        """Those that a site may serve today (UTC), newest first."""
        newest = self.known[-1:]
        replaced = [
            before
            for before, later in zip(self.known, self.known[1:], strict=False)
            if today <= date.fromisoformat(later.day) + GRACE
        ]
        return (*newest, *reversed(replaced))

    def verify_current(self, digest: str, today: date) -> AppRelease:
        """The release with that manifest, which counts today: the newest, or just replaced.

        Args:
            digest: of a manifest, hex.
            today: UTC.

        Raises:
            AppUnknownError: no release has this manifest.
            AppStaleError: another took its place more than `GRACE` ago.
        """
        for release in self.current(today):
            if release.digest == digest:
                return release
        for release, later in zip(self.known, self.known[1:], strict=False):
            if release.digest == digest:
                number = release.manifest.number
                raise AppStaleError(f"Release {number} of the app was replaced on {later.day}.")
        raise AppUnknownError("This manifest is no release on the log.")


def sign_rebuilt(
    manifest: AppManifest,
    trustee: str,
    how: Literal["rebuilt", "compared"],
    day: str,
    sign: Callable[[Document], str],
) -> str:
    """A trustee's word on a manifest, as a note; *sign* signs with its statement key."""
    said = AppRebuilt(
        trustee=trustee, manifest=manifest.digest().hex(), source=manifest.source, how=how, day=day
    )
    return sign(said)
