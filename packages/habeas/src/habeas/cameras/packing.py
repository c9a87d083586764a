"""Closed hours into the object store, and out of it when they are deleted.

A file leaves the disk only when its hour's object was read back whole and hour.json says where its
segments lie. Whatever happens before, the files are all there, and the next round begins again: the
object's name and bytes are the same. Whoever works on an hour holds a lock on its file `object`
(`habeas.cameras.packs`), also against other machines that share the folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from habeas.cameras import packs, storage
from habeas.cameras.bucket import BucketError, HourBucket
from habeas.cameras.hours import (
    Hour,
    HourChangedError,
    Packed,
    hour_of,
    read_hour,
    verify,
    write_hour,
)
from habeas.cameras.recordings import Recordings
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

_ROUND_SECONDS = 20.0
#: For a round to end when recording does; what it leaves undone is done at the next start.
_ENDING_SECONDS = 5.0
#: Bytes that are read back at a time.
_PIECE = 8 * 1024 * 1024
#: Of no object: whether a store answers at all is asked by it.
_ASKED = "is-there-a-store"

Say = Callable[[str], None]


class _StoppedError(Exception):
    """Recording ends; what was begun is begun again."""


class Packer:
    """Packs hours in a thread of its own while it is entered: a slow store delays nothing else.

    Args:
        recordings: of any number of cameras.
        bucket: where to.
        say: told what was packed, and what could not be.
    """

    def __init__(self, recordings: Recordings, bucket: HourBucket, say: Say) -> None:
        self._recordings, self._bucket, self._say = recordings, bucket, say
        self._told = ""
        #: Folders of hours that are not what they were closed with: they stay as they are.
        self._changed: set[Path] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._rounds, daemon=True)

    def round(self) -> int:
        """Pack, tidy and delete all that is due; gives how many hours it could not do."""
        undone, why, away = 0, "", False
        for camera in self._recordings.ids():
            for place in self._recordings.hours(camera):
                try:
                    if not _due(place):
                        continue
                    if away or (place in self._changed and not packs.ended(place)):
                        undone += 1
                        continue
                    self._settle(camera, place)
                except (HabeasError, OSError) as error:
                    undone += 1
                    told = f"{camera} {hour_of(place)} is not packed: {error}"
                    if isinstance(error, HourChangedError):
                        self._changed.add(place)
                        self._say(told)
                        continue
                    why = told
                    # A store that does not answer is not asked for each hour.
                    away = away or isinstance(error, BucketError)
        if why and why != self._told:
            self._say(why)
        self._told = why
        storage.note_unpacked(self._recordings.folder, undone)
        return undone

    def _settle(self, camera: str, place: Path) -> None:
        with _alone(place) as mine:
            hour = read_hour(place)
            if not mine or hour is None:
                return
            if not hour.deleted and hour.packed is None:
                try:
                    packed = self._upload(hour, place)
                except HourChangedError:
                    # Files that went because the hour was deleted meanwhile: its object goes next.
                    if (read_hour(place) or hour).deleted:
                        return
                    raise
                with durable.locked(self._recordings.place(camera)):
                    hour = read_hour(place) or hour
                    if not hour.deleted:
                        hour = hour.model_copy(update={"packed": packed})
                        write_hour(place, hour)
                self._say(f"packed {camera} {hour.hour}")
            if hour.deleted:
                self._retire(camera, hour, place)
            else:
                for each in place.glob("*.mp4"):
                    each.unlink(missing_ok=True)
                durable.sync(place)

    def _retire(self, camera: str, hour: Hour, place: Path) -> None:
        """The hour was deleted: its object goes too."""
        self._bucket.delete(packs.name_of(hour))
        with durable.locked(self._recordings.place(camera)):
            hour = read_hour(place) or hour
            write_hour(place, hour.model_copy(update={"packed": None}))
        durable.remove(place / packs.MARK)

    def _upload(self, hour: Hour, place: Path) -> Packed:
        """Put the object, and read it back.

        Raises:
            HourChangedError: the files are not those that the hour was closed with.
            BucketError: the store does not take it, or gives back something else.
        """
        there = {each.name for each in place.glob("*.mp4")}
        if added := sorted(there - {each.name for each in hour.segments}):
            raise HourChangedError(f"The segment {added[0]} was added to the hour {hour.hour}.")
        name, made = packs.name_of(hour), list[Packed]()

        def pieces() -> Iterator[bytes]:
            for each in packs.pack(hour, place):
                self._go_on()
                if isinstance(each, Packed):
                    made.append(each)
                elif each:
                    yield each

        self._bucket.put(name, pieces())
        (packed,) = made
        read = hashlib.sha256()
        for begin in range(0, packed.size, _PIECE):
            self._go_on()
            length = min(_PIECE, packed.size - begin)
            read.update(self._bucket.get(name, begin, length) or b"")
        whole = hmac.compare_digest(read.hexdigest(), packed.sha256)
        if not whole or self._bucket.size(name) != packed.size:
            raise BucketError("The store of recordings gives back something else.")
        return packed

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise _StoppedError

    def _rounds(self) -> None:
        while not self._stopped.is_set():
            try:
                self.round()
            except _StoppedError:
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round may do better
                # The round broke off before it had counted: what waits is not known to be nothing.
                with contextlib.suppress(HabeasError, OSError):
                    storage.note_unpacked(self._recordings.folder, 1)
                self._say(f"hours could not be packed: {str(error) or type(error).__name__}")
            self._stopped.wait(_ROUND_SECONDS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(_ENDING_SECONDS)


def _due(place: Path) -> bool:
    """Whether something may be to do in an hour's folder; of all that are done, nothing is read."""
    closed = (place / "hour.json").exists()
    return closed and (packs.ended(place) or any(place.glob("*.mp4")))


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[bool]:
    """Whether nobody else works on this hour's object; for as long as the block lasts, then."""
    with (place / packs.MARK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        durable.sync(place)
        yield True


def verify_store(recordings: Recordings) -> None:
    """Raise unless packed hours play: a segment of a newest one is asked for, as a viewer's is.

    Args:
        recordings: with the store, where one was named.

    Raises:
        HabeasError: hours are packed and no store was named, or it does not answer, or gives
            something else.
    """
    for camera in recordings.ids():
        for place in reversed(recordings.hours(camera)):
            hour = read_hour(place)
            if hour is None or hour.packed is None or hour.deleted or not hour.segments:
                continue
            name = hour.segments[0].name
            verify(hour, name, hashlib.sha256(recordings.packed(hour, name) or b"").hexdigest())
            return
    if recordings.bucket is not None:
        recordings.bucket.size(_ASKED)
