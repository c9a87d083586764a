"""Docs/protocol section 9, *The app*: the release that a promise names, looked up on the log.

Trustees tell where it stands; the reader takes the entries from the log itself, and judges them
under the circles between the one that the app has pinned and the photo's. Nobody is believed, but
whoever is asked may leave something out: so all are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry, Receipt
from habeas.protocol.app import AppDetails, AppDiffersDetails, AppRelease, AppReleases
from habeas.protocol.app.documents import AppCircleError, AppUnknownError
from habeas.protocol.circle import circle_of
from habeas.protocol.client import TrusteeClient
from habeas.protocol.exchange import AppPlaces
from habeas.protocol.panel import Panel
from habeas.protocol.reading import details_of, verify_entry
from habeas.register.causes import Cause
from habeas.register.code import SaidOfSite
from habeas.register.proven import ProvenLog

#: Circles before the photo's that are looked at: one a month for five years.
_MOST_BEFORE = 60


@dataclass(frozen=True)
class Named:
    """The release that a promise names, as it stands on the log.

    Attributes:
        release: with the words of all its entries.
        first: index of its first entry.
        k: how many words it takes.
        differences: what trustees were served in its place, in the order of the log.
    """

    release: AppRelease
    first: int
    k: int
    differences: tuple[SaidOfSite, ...]


def ask(receipt: Receipt, panel: Panel) -> dict[str, AppPlaces]:
    """Where each trustee says that the release stands; nothing where the promise names none."""
    app = receipt.promise.app
    if app is None:
        return {}
    names = [client.name for client in panel.clients]
    answers, _ = panel.ask(names, lambda trustee, _: trustee.app_places(app.manifest))
    return answers


def places(told: Mapping[str, AppPlaces]) -> list[int]:
    """All log indexes that anybody named."""
    return sorted({index for each in told.values() for index in (*each.entries, *each.differs)})


def find(
    receipt: Receipt,
    index: int,
    told: Mapping[str, AppPlaces],
    chain: Chain,
    proven: ProvenLog,
    panel: Panel,
) -> Named | Cause | None:
    """The release, or why it is none; None where the promise names none.

    Args:
        receipt: verified.
        index: of its `sealed` entry.
        told: what trustees have said, see `ask`.
        chain: the circles from the receipt's on.
        proven: the log.
        panel: of the receipt's circle; asked for the circles before it.
    """
    app = receipt.promise.app
    if app is None:
        return None
    if not told:
        return Cause("app-unasked", "No trustee says where the log has the app that sealed it.")
    found = _Found()
    for place in _sorted(each.entries for each in told.values()):
        try:
            found = _extended(found, place, index, receipt, proven, panel)
        except HabeasError as error:
            found = replace(found, wrong=found.wrong or Cause.of(error, f"Entry {place}: "))
    release = found.releases.newest
    if release is None:
        words = "The app that the promise names is no release on the log: nobody vouches for it."
        return found.wrong or Cause("app-unknown", words)
    if found.first > index:
        words = f"The app that sealed it came on the log as entry {found.first}, after the photo."
        return Cause("app-late", words)
    if app.origin not in found.origins:
        return Cause("app-origin", f"The app was not released for {app.origin}, where it ran.")
    differences = _differences(told, app.manifest, chain, proven)
    return Named(release, found.first, found.k, tuple(differences))


@dataclass(frozen=True)
class _Found:
    """What the entries so far say; *wrong* is why the first that is none does not count.

    *origins* are those of entries before the photo: where the app was released for it to run.
    """

    origins: frozenset[str] = frozenset()
    releases: AppReleases = field(default_factory=AppReleases)
    first: int = -1
    k: int = 0
    chain: Chain | None = None
    wrong: Cause | None = None


def _extended(
    found: _Found, place: int, index: int, receipt: Receipt, proven: ProvenLog, panel: Panel
) -> _Found:
    """What is known with one more entry.

    Raises:
        HabeasError: it is no release that counts, or cannot be had.
    """
    app = receipt.promise.app
    content = proven.entry(place)
    details = details_of(Entry.decode(content))
    if app is None or not isinstance(details, AppDetails):
        raise AppUnknownError("It is no release of the app.")
    if details.manifest.digest().hex() != app.manifest:
        raise AppUnknownError("It is another release than the promise names.")
    circle = details.manifest.circle
    chain = found.chain or _reaching(receipt.circle, circle, panel)
    entry = verify_entry(content, chain)
    origins = {each.origin for each in details.origins} if place < index else set()
    return replace(
        found, origins=found.origins | origins, chain=chain, k=chain.circle(circle).k,
        releases=found.releases.extend(details, chain, place, entry.day),
        first=place if found.first < 0 else found.first,
    )  # fmt: skip


def _reaching(note: str, digest: str, panel: Panel) -> Chain:
    """The circles from the one with that digest to that of *note*, each named by the next.

    Raises:
        AppCircleError: there is none before it, or no trustee shows it.
        CircleError: they are no chain.
    """
    levels = [[note]]
    names = [client.name for client in panel.clients]
    while (circle := circle_of(levels[0][0])).digest().hex() != digest:
        if circle.previous is None or len(levels) > _MOST_BEFORE:
            raise AppCircleError("The app was made for a circle that does not lead to the photo's.")
        number, previous = circle.number - 1, circle.previous
        shown, _ = panel.ask(names, partial(_circle, number))
        before = [each for each in shown.values() if circle_of(each).digest().hex() == previous]
        if not before:
            raise AppCircleError(f"No trustee shows circle {number}, which leads to the app's.")
        levels.insert(0, before)
    chain: Chain | None = None
    for notes in levels:
        chain = _longer(chain, notes)
    assert chain is not None  # noqa: S101 - there is one level at least
    return chain


def _longer(chain: Chain | None, notes: Iterable[str]) -> Chain:
    """The chain with one circle more, of which trustees have shown these notes.

    One of them may have left signatures out, or added some: the first note that holds counts.

    Raises:
        CircleError: none does.
    """
    wrong: HabeasError | None = None
    for note in notes:
        try:
            return Chain.start(note, 0) if chain is None else chain.extend(note, 0)
        except HabeasError as error:
            wrong = wrong or error
    raise wrong or AppCircleError("Nobody shows a circle that leads to the app's.")


def _circle(number: int, trustee: TrusteeClient, _: int) -> str:
    return trustee.circle(number)


def _differences(
    told: Mapping[str, AppPlaces], manifest: str, chain: Chain, proven: ProvenLog
) -> Iterator[SaidOfSite]:
    """What trustees of the circles have said on the log that they were served instead."""
    for place in _sorted(each.differs for each in told.values()):
        try:
            entry = verify_entry(proven.entry(place), chain)
            details = details_of(entry)
        except HabeasError:
            continue  # what a trustee says in vain is no finding
        if isinstance(details, AppDiffersDetails) and details.manifest == manifest:
            yield SaidOfSite(place, entry.day, details)


def _sorted(places: Iterable[tuple[int, ...]]) -> list[int]:
    return sorted({place for each in places for place in each})
