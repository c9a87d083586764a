"""Formats, *The app*: a release's files at this trustee's own address, byte for byte.

The operator's server is the one place where one targeted person could be served something else.
Here somebody else serves the same bytes. A file counts by its hash in the release on the log,
wherever it came from; nothing else is ever served, and no release that is not whole. Pages are the
newest release's; what a page of the release before still has to load, it finds for as long as that
one counts.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from habeas.foundation import durable
from habeas.protocol.app import AppError, AppOrigin, AppRelease
from habeas.protocol.app.documents import AppUnknownError
from habeas.protocol.app.manifest import FOLDERS, files_of, filled, read_file
from habeas.protocol.app.site import Fetch
from habeas.trustee.apps import Apps
from habeas.trustee.circles import Circles
from habeas.trustee.errors import NotHostedError

FOLDER = "app-files"
#: More than two releases have; today's are 40 each, of 11 MB together.
_MOST_FILES = 128
#: Where the circle that the app has pinned stands beside each of its documents.
_CIRCLE = "circle.txt"
#: A name with a hash in it never means anything else: browsers need not ask again.
_NAMED, _KEPT = (
    re.compile(r"\.([0-9a-f]{16}|[0-9A-Z]{8})\.\w+$"),
    "public, max-age=31536000, immutable",
)
_POLICY, _FRAMING = "content-security-policy", "frame-ancestors"
#: Types that systems do not know alike; browsers run no script of another type.
_TYPES = {
    "html": "text/html; charset=utf-8", "js": "text/javascript", "mjs": "text/javascript",
    "css": "text/css", "svg": "image/svg+xml", "wasm": "application/wasm",
    "txt": "text/plain; charset=utf-8",
}  # fmt: skip


class AppHostingError(AppError):
    """A file that cannot be had as the release has it."""

    code = "app-differs"
    remedy = "Look at what is served there: habeas watch. Nothing was changed here."


@dataclass(frozen=True)
class File:
    """A file as it is served."""

    content: bytes
    media_type: str
    headers: Mapping[str, str]


class Hosting:
    """The app at this trustee's address.

    Args:
        folder: of the trustee.
        apps, circles: of this trustee.
        now: the clock, UTC.
    """

    def __init__(
        self, folder: Path, apps: Apps, circles: Circles, now: Callable[[], datetime]
    ) -> None:
        self._folder = folder / FOLDER
        self._apps, self._circles, self._now = apps, circles, now
        # The files of a release or two: read once, and shared by all who fetch them.
        self._content = lru_cache(maxsize=_MOST_FILES)(self._read)

    def take(self, fetch: Fetch, built: Path | None = None) -> tuple[int, int]:
        """Take the newest release in, to be served from now on; gives its number, and of its files.

        Args:
            fetch: asks the portal for what *built* does not have.
            built: a tree as the front end's build leaves it.

        Raises:
            AppUnknownError: there is no release.
            AppHostingError: the portal does not answer, or with something else.
        """
        release = self._apps.releases().newest
        if release is None:
            raise AppUnknownError("No release of the app stands on the log: there is none to host.")
        origin, wanted = _portal(release), _wanted(release)
        own = _by_hash(built, release.manifest.circle) if built is not None else {}
        durable.make(self._folder, private=True)
        for path, hashed in wanted.items():
            place = self._folder / hashed
            if place.is_file() and _hash(place.read_bytes()) == hashed:
                continue
            content = own.get(hashed)
            if content is None:
                answer = fetch(f"{origin.origin}{path}")
                content = answer.body if answer is not None and answer.status == 200 else b""
            if _hash(content) != hashed:
                raise AppHostingError(f"The portal does not give {path} as the release has it.")
            durable.write(place, content, private=True)
        self._sweep()
        return release.manifest.number, len(wanted)

    def _sweep(self) -> None:
        """Delete what no release needs that may still be served."""
        needed = {hashed for each in self._current() for hashed in _wanted(each).values()}
        for place in self._folder.iterdir():
            if place.name not in needed:
                place.unlink(missing_ok=True)

    def _current(self) -> tuple[AppRelease, ...]:
        return self._apps.releases().current(self._now().date())

    def _whole(self) -> Iterator[AppRelease]:
        """Releases that count today, and are here with all their files; newest first."""
        for release in self._current():
            if all((self._folder / hashed).is_file() for hashed in _wanted(release).values()):
                yield release

    def _with(self, path: str) -> AppRelease:
        """The release to serve a path of: the newest that is whole.

        A page that was opened before that one was taken in loads its later parts under names with
        a hash, which never mean anything else: those of the release before are there for a day.
        """
        whole = self._whole()
        newest = next(whole, None)
        if newest is None:
            raise NotHostedError("This trustee does not serve the app.")
        if path in newest.places(_portal(newest)) or not _NAMED.search(path):
            return newest
        return next((each for each in whole if path in each.places(_portal(each))), newest)

    def file(self, path: str) -> File:
        """What is served at the path of an address.

        Raises:
            NotHostedError: nothing.
            ViewOldError: another release may have taken its place.
        """
        self._apps.verify_hour()
        release = self._with(path)
        part, places = release.manifest.portal, release.places(_portal(release))
        kept = _KEPT if _NAMED.search(path) else "no-cache"
        carried = {**part.headers, "cache-control": kept}
        if path.endswith(f"/{_CIRCLE}") and path.replace(f"/{_CIRCLE}", "/seal/") in places:
            links = self._circles.chain.links
            note = next(each.note for each in links if each.digest == release.manifest.circle)
            return File(note.encode(), _TYPES["txt"], carried)
        if path not in places:
            raise NotHostedError("The release has nothing at this address.")
        file, hashed = places[path], part.hash_of(places[path]) or ""
        content = self._content(hashed)
        ending = file.rpartition(".")[2]
        guessed = mimetypes.guess_type(file)[0] or "application/octet-stream"
        carried |= part.headers_of(file)
        policy = carried.get(_POLICY, "")
        if ending == "html" and _FRAMING not in policy:
            # Left open for portals that say whom they let frame it; here it is nobody.
            carried[_POLICY] = f"{policy}; {_FRAMING} 'none'"
        return File(content, _TYPES.get(ending, guessed), carried)

    def _read(self, hashed: str) -> bytes:
        try:
            content = (self._folder / hashed).read_bytes()
        except OSError as error:
            raise NotHostedError("A file of the app is missing here.") from error
        if _hash(content) != hashed:
            raise NotHostedError("A file of the app is damaged here; take the release in again.")
        return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _portal(release: AppRelease) -> AppOrigin:
    """Where the release is served by the portal: the first origin, of which others are copies."""
    return next(each for each in release.origins if each.part == "portal")


def _wanted(release: AppRelease) -> dict[str, str]:
    """Hash of each file of the portal's part, by the path of its address."""
    part = release.manifest.portal
    return {
        path: part.hash_of(file) or "" for path, file in release.places(_portal(release)).items()
    }


def _by_hash(built: Path, circle: str) -> dict[str, bytes]:
    """A built tree's files as they are served, by their hashes."""
    served = (
        filled(path, read_file(place), circle)
        for path, place in files_of(built / FOLDERS["portal"])
    )
    return {_hash(each): each for each in served}
