"""A portal as one folder that can be carried away, made while it serves.

    SHA256SUMS             of all other files (`habeas.portal.site.sums`)
    backup.json            when, of which installation and epoch, by which release, with keys or not
    portal/                the portal's folder: settings, circle, catalogue, blobs, copy of the log
    portal/portal.sqlite3  the tables, or portal.pgdump from PostgreSQL

The tables are copied first, and the blobs after: whatever photo the tables know has been stored
before, so that none can be missing. What was stored since is in the copy too, and nobody's.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from habeas.custody.blobs import MARK, BlobMissingError, place_of
from habeas.foundation import durable
from habeas.portal.site import dump, sums
from habeas.portal.site.told import FILE, KEYS, BackupRecord, Say
from habeas.portal.standing import installation
from habeas.portal.vault.blobs import FOLDER, blobs

_FILES = ("site.json", "circle.txt", "installation.json", "month-keys.json")
_REGISTER = "register.sqlite3"
#: Not left out, and not copied as they are.
_OTHERWISE = (
    "portal.sqlite3", _REGISTER, "worker.lock", "services", "blobs",
    "trustees-seen.json",  # of this minute
    "hours.sqlite3",  # followed anew: what anchors it stands in the other copy
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A backup.

    Attributes:
        told: what it says of itself.
        files: how many it has.
        bytes: how many those have.
        left_out: names in the portal's folder that it does not have.
    """

    told: BackupRecord
    files: int
    bytes: int
    left_out: tuple[str, ...]


def backup(target: Path, *, keys: bool, say: Say = lambda *_: None) -> Made:
    """Copy the portal whose Django was started into a new folder.

    Args:
        target: must not exist, or be empty; it is there when it is whole.
        keys: with the portal's keys, so that whoever has the backup can be the portal.
        say: told how it goes on.

    Raises:
        MismatchError, RolledBackError: the portal's parts do not belong together.
        PlaceError: *target* cannot be made.
        DumpError: the tables could not be copied.
    """
    installation.verify()
    with sums.building(target) as part:
        making = _Making(part, say)
        told = making.tables(keys)
        making.register()
        making.blobs()
        making.files(told.keys)
        making.told(told)
        sums.write(part, making.sums)
    left_out = sorted(
        each.name
        for each in settings.DATA.iterdir()
        if each.name not in (*_FILES, *told.keys) and not each.name.startswith((".", *_OTHERWISE))
    )
    return Made(told, len(making.sums), making.bytes, tuple(left_out))


class _Making:
    def __init__(self, part: Path, say: Say) -> None:
        self._part, self._say = part, say
        self.sums: dict[str, str] = {}
        self.bytes = 0
        (part / "portal").mkdir(mode=0o700)

    def tables(self, keys: bool) -> BackupRecord:
        self._say("Copying the tables", 0, 0)
        file, marks = dump.dump(self._part / "portal")
        self._made(file)
        there = [name for name in KEYS if (settings.DATA / name).exists()]
        return BackupRecord(
            made=int(time.time()), release=version("habeas"), installation=marks["id"],
            epoch=int(marks["epoch"]), keys=tuple(there) if keys else (),
            database=next(name for name, called in dump.FILES.items() if called == file.name),
        )  # fmt: skip

    def register(self) -> None:
        """The copy of the log: what the log has shown this portal, and may not take back."""
        if (settings.DATA / _REGISTER).exists():
            self._say("Copying the copy of the log", 0, 0)
            file = self._part / "portal" / _REGISTER
            dump.copy_sqlite(settings.DATA / _REGISTER, file)
            self._made(file)

    def blobs(self) -> None:
        if settings.BLOBS:
            self._bucket()
        else:
            self._folder()

    def _bucket(self) -> None:
        """The bucket's objects, as a folder would hold them."""
        stored = blobs()
        names = sorted(stored.names())
        for number, name in enumerate(names, 1):
            with contextlib.suppress(BlobMissingError):  # its photo has ended meanwhile
                self._written(place_of(name), stored.get(name))
            self._say("Copying sealed photos", number, len(names))
        mark = stored.mark()
        if mark is not None:
            self._written(MARK, mark.encode())

    def _written(self, place: str, content: bytes) -> None:
        file = self._part / "portal" / FOLDER / place
        durable.make(file.parent, private=True)
        durable.write(file, content, private=True)
        self._made(file)

    def _folder(self) -> None:
        folder = settings.DATA / FOLDER
        # By name, which is random: the order of the copies tells nothing.
        files = [*sorted(folder.glob("??/[0-9a-f]*")), folder / "installation.json"]
        sizes = [each.stat().st_size if each.exists() else 0 for each in files]
        done, total = 0, sum(sizes)
        for file, size in zip(files, sizes, strict=True):
            with contextlib.suppress(FileNotFoundError):  # its photo has ended meanwhile
                self._copy(file, f"portal/{FOLDER}/{file.relative_to(folder)}")
            done += size
            self._say("Copying sealed photos", done, total)

    def files(self, keys: tuple[str, ...]) -> None:
        for name in (*_FILES, *keys):
            if (settings.DATA / name).exists():
                self._copy(settings.DATA / name, f"portal/{name}")
        for file in sorted(settings.SERVICES.glob("*.toml")):
            self._copy(file, f"portal/services/{file.name}")

    def told(self, told: BackupRecord) -> None:
        file = self._part / FILE
        content = json.dumps(told.model_dump(mode="json"), indent=1) + "\n"
        durable.write(file, content.encode(), private=True)
        self._made(file)

    def _copy(self, source: Path, name: str) -> None:
        target = self._part / name
        self.sums[name] = sums.copy(source.resolve(), target)
        self.bytes += target.stat().st_size

    def _made(self, file: Path) -> None:
        self.sums[str(file.relative_to(self._part))] = sums.digest(file)
        self.bytes += file.stat().st_size
