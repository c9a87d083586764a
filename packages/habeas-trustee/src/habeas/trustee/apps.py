"""Docs/protocol, *Code custody*: which releases of the app a trustee has seen, and its own word."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Circle, Promise
from habeas.protocol.app import (
    AppDetails,
    AppDiffersDetails,
    AppError,
    AppManifest,
    AppReleases,
)
from habeas.protocol.app import source as sources
from habeas.protocol.app.documents import AppCircleError, AppOriginError, AppStaleError
from habeas.protocol.app.manifest import first_difference, manifest_of
from habeas.protocol.app.release import sign_rebuilt
from habeas.protocol.exchange import MOST_PLACES, AppPlaces
from habeas.protocol.statements import sign_statement
from habeas.trustee import keyring
from habeas.trustee.circles import Circles
from habeas.trustee.settings import Settings
from habeas.trustee.store import Store


class AppRebuildError(AppError):
    """A source archive that gives something else than the manifest says."""

    code = "app-differs"
    remedy = "Do not vouch for it; ask whoever gave you both, and tell the other trustees."


class Apps:
    """The releases of the log that this trustee follows.

    Args:
        store, circles: of this trustee.
        verify_hour: raises where the log was not followed lately, and a release may have been
            replaced unseen.
    """

    def __init__(self, store: Store, circles: Circles, verify_hour: Callable[[], None]) -> None:
        self._store = store
        self._circles = circles
        self.verify_hour = verify_hour
        self._made_for = (-1, 0)
        self._releases = AppReleases()
        #: Where each manifest stands on the log, by its digest.
        self._places: dict[str, list[int]] = {}

    def releases(self) -> AppReleases:
        """All that count or did, as far as the log was followed."""
        with self._store.database.reading() as connection:
            # Each deposit asks: the entries themselves, of up to 48 kB, are read when there is
            # one more, or a circle more by which to judge.
            (newest,) = connection.execute("SELECT max(position) FROM app_releases").fetchone()
            state = (-1 if newest is None else newest, len(self._circles.chain.links))
            if state == self._made_for:
                return self._releases
            rows = connection.execute(
                "SELECT position, details, day FROM app_releases ORDER BY position"
            ).fetchall()
        found, places = AppReleases(), defaultdict[str, list[int]](list)
        for position, details, day in rows:
            try:
                read = AppDetails.decode(details)
                found = found.extend(read, self._circles.chain, position, day)
            except AppError:
                continue  # an old one that somebody brought again: it counts for nothing
            places[read.manifest.digest().hex()].append(position)
        self._releases, self._places, self._made_for = found, dict(places), state
        return found

    def places(self, manifest: str) -> AppPlaces:
        """Where a release stands on the log, and what was found to differ from it.

        Args:
            manifest: its digest, hex.
        """
        self.releases()
        with self._store.database.reading() as connection:
            # The newest of each trustee, then the second of each: whoever says it over and over
            # takes no place from what another has found.
            newest = connection.execute(
                "SELECT position FROM (SELECT position, row_number() OVER ("
                "  PARTITION BY trustee ORDER BY position DESC) AS nth"
                " FROM app_differences LEFT JOIN app_differers USING (position)"
                " WHERE manifest = ?) ORDER BY nth, position DESC LIMIT ?",
                (bytes.fromhex(manifest), MOST_PLACES),
            ).fetchall()
        entries = self._places.get(manifest, [])
        return AppPlaces(
            # The first tells since when it counts; the newest has the most words.
            entries=tuple(dict.fromkeys((*entries[:1], *entries[1:][-MOST_PLACES + 1 :]))),
            differs=tuple(sorted(position for (position,) in newest)),
        )

    def verify(self, promise: Promise, today: date) -> None:
        """Raise unless the release that a promise names counts; one by the server names none.

        Raises:
            AppUnknownError, AppStaleError: it is no release, or was replaced.
            AppCircleError: its app has pinned a circle that does not lead to the promise's.
            AppOriginError: it says that it ran where it is not served.
            ViewOldError: a newer release may stand on the log.
        """
        if promise.app is None:
            return
        release = self.releases().verify_current(promise.app.manifest, today)
        circle = self._circles.chain.circle(promise.circle)
        try:
            reached = circle in self._circles.chain.since(release.manifest.circle)
        except HabeasError:
            reached = False
        if not reached:
            raise AppCircleError("The app was made for a circle that does not lead here.")
        if promise.app.origin not in {each.origin for each in release.origins}:
            raise AppOriginError("The app says that it ran where it is not served.")
        # Last: what is known to be wrong is said, however old the view.
        self.verify_hour()


def take(connection: sqlite3.Connection, position: int, details: AppDetails, day: str) -> None:
    """Keep an `app` entry of the log; `Apps` judges it."""
    connection.execute(
        "INSERT OR IGNORE INTO app_releases VALUES (?, ?, ?)", (position, details.encode(), day)
    )


def take_difference(
    connection: sqlite3.Connection, position: int, details: AppDiffersDetails
) -> None:
    """Keep where a trustee, whichever, has said that a site differs."""
    connection.execute(
        "INSERT OR IGNORE INTO app_differences VALUES (?, ?)",
        (position, bytes.fromhex(details.manifest)),
    )
    connection.execute(
        "INSERT OR IGNORE INTO app_differers VALUES (?, ?)", (position, details.trustee)
    )


def rebuild(manifest: AppManifest, archive: bytes, work: Path, chain: Chain) -> Path:
    """The built tree, if the source archive gives exactly this manifest, for a circle of the chain.

    Args:
        manifest: that the trustee is asked to vouch for.
        archive: the source archive.
        work: an empty folder.
        chain: the circles that this trustee follows.

    Raises:
        AppCircleError: the manifest is for another circle.
        AppRebuildError: the archive is another one, or gives other files.
        AppBuildError, MalformedError: it does not build.
    """
    circle_of(manifest, chain)
    if sources.hash_of(archive) != manifest.source:
        raise AppRebuildError("The archive is not the one that the manifest names as its source.")
    built = sources.build(archive, work)
    compare(built, manifest, chain)
    return built


def circle_of(manifest: AppManifest, chain: Chain) -> Circle:
    """The circle that a manifest is made for.

    Raises:
        AppCircleError: it is none that this trustee follows.
    """
    try:
        return chain.circle(manifest.circle)
    except HabeasError as error:
        raise AppCircleError(
            f"The manifest is for the circle {manifest.circle[:16]}…, and not for "
            f"{chain.newest.digest[:16]}…, which this trustee follows."
        ) from error


def compare(built: Path, manifest: AppManifest, chain: Chain) -> None:
    """Raise unless a built tree has exactly the files and headers of a manifest.

    Raises:
        AppCircleError: the manifest is for another circle.
        AppRebuildError: something differs, which is named.
        MalformedError: it is no built tree.
    """
    made = manifest_of(
        built, circle_of(manifest, chain), number=manifest.number, version=manifest.version,
        source=manifest.source,
    )  # fmt: skip
    different = first_difference(made, manifest)
    if different is not None:
        raise AppRebuildError(f"The source gives another {different} than the manifest has.")


def verify_newer(manifest: AppManifest, releases: AppReleases) -> None:
    """Raise where a trustee would vouch for a release that could never count.

    Raises:
        AppStaleError: its number is not higher than the newest release's.
    """
    newest = releases.newest
    if (
        newest is not None
        and newest.digest != manifest.digest().hex()
        and manifest.number <= newest.manifest.number
    ):
        raise AppStaleError(
            f"The log has release {newest.manifest.number}; this manifest has number "
            f"{manifest.number}."
        )


def vouch(
    folder: Path,
    manifest: AppManifest,
    name: str,
    day: str,
    how: Literal["rebuilt", "compared"],
) -> str:
    """A trustee's word on a manifest, as a note.

    Args:
        folder: of the trustee, whose statement key signs.
        manifest: that was rebuilt, or compared.
        name: of the trustee.
        day: YYYY-MM-DD.
        how: what the trustee did.

    Raises:
        AppRebuildError: nobody can have rebuilt it: it names no source.
        KeyringError: its keys do not unlock.
    """
    if how == "rebuilt" and manifest.source is None:
        raise AppRebuildError(
            "The manifest names no source, from which it could have been rebuilt.",
            "Ask the operator for the source archive; or say what you did: --compared",
        )
    signer = keyring.load(folder, Settings.load(folder)).statement
    return sign_rebuilt(manifest, name, how, day, lambda said: sign_statement(signer, said))
