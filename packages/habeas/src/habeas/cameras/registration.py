"""The register of cameras on disk: what is in force, and what the log has still to hear."""

from __future__ import annotations

import json
import re
import secrets
from datetime import date
from pathlib import Path
from typing import Literal

from habeas.cameras.declaration import CameraError
from habeas.foundation import durable
from habeas.protocol import Entry, MalformedError, Signer, canonical
from habeas.protocol.footage import CameraDetails, PublicCamera, details_of, entry_of

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class RegisteredCameras:
    """All cameras of a folder of recordings.

    Args:
        folder: need not exist: then there are no cameras.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._owed_nothing: dict[str, tuple[int, int]] = {}

    def cameras(self) -> list[PublicCamera]:
        """All registered cameras, by id.

        Raises:
            CameraError: a camera.json cannot be used.
        """
        return [self.camera(each) for each in self.ids()]

    def ids(self) -> list[str]:
        """Of all registered cameras, in order, whatever their entries say."""
        if not self.folder.is_dir():
            return []
        files = sorted(self.folder.glob("*/camera.json"))
        return [each.parent.name for each in files if ID.fullmatch(each.parent.name)]

    def camera(self, camera: str) -> PublicCamera:
        """One camera.

        Raises:
            CameraError: it is not registered, or its camera.json cannot be used.
        """
        file = self.place(camera) / "camera.json"
        try:
            found = PublicCamera.read(json.loads(file.read_text()))
        except FileNotFoundError as error:
            raise CameraError(f"No camera {camera} is registered.") from error
        except (OSError, ValueError, MalformedError) as error:
            raise CameraError(f"The register entry of camera {camera} cannot be read.") from error
        if found.id != camera:
            raise CameraError(f"The folder {camera} holds the register entry of {found.id}.")
        return found

    def write_camera(self, camera: PublicCamera, today: date, signer: Signer) -> bool:
        """Register or change a camera, and owe that to the log; tells if anything changed.

        With `until` set, the camera is taken away: its recordings stay for the announced
        days.
        """
        place = self.place(camera.id)
        durable.make(place)
        with durable.locked(place):
            current = self._in_force(place)
            if current == camera:
                return False
            owed = sorted(place.glob("owed-*.json"))
            if owed and _camera_in(owed[-1]) != current:
                # Its writer was killed before the register had it: it was never in force.
                owed.pop().unlink()
            if current is None:
                act: Literal["registered", "changed", "removed"] = "registered"
            elif bool(camera.until) == bool(current.until):
                act = "changed"
            else:
                act = "removed" if camera.until else "registered"
            details = CameraDetails(act=act, camera=camera.id, entry=camera)
            entry = entry_of(details, today, signer, secrets.token_bytes(32))
            number = int(owed[-1].stem.removeprefix("owed-")) + 1 if owed else 0
            durable.write(place / f"owed-{number:08d}.json", entry.encode())
            durable.write(place / "camera.json", canonical.encode(camera.fields()) + b"\n")
        return True

    def _in_force(self, place: Path) -> PublicCamera | None:
        return self.camera(place.name) if (place / "camera.json").exists() else None

    def write_sample(self, camera: str, picture: bytes) -> None:
        """Keep *picture* (a covered JPEG) as the camera's sample."""
        durable.make(self.place(camera))
        durable.write(self.place(camera) / "sample.jpg", picture)

    def sample(self, camera: str) -> bytes | None:
        """The camera's covered sample picture (JPEG), if there is one."""
        file = self.place(camera) / "sample.jpg"
        return file.read_bytes() if file.is_file() else None

    def owed_entries(self, camera: str) -> list[Path]:
        """Files of the camera's entries that are not on the log yet, oldest first.

        They lie among all the days that were ever recorded. Those are not listed again while the
        register has the file that it had before nothing was found: `write_camera` replaces it
        after it has owed something, and nothing else does.
        """
        place = self.place(camera)
        registered = _mark(place / "camera.json")
        if registered is not None and registered == self._owed_nothing.get(camera):
            return []
        owed = sorted(place.glob("owed-*.json"))
        if not owed and registered is not None:
            self._owed_nothing[camera] = registered
        if owed and _camera_in(owed[-1]) != self._in_force(place):
            owed.pop()  # never in force: see write_camera
        return owed

    def place(self, camera: str) -> Path:
        """The camera's folder; raises `CameraError` for what is no id."""
        if not ID.fullmatch(camera):
            raise CameraError(f"{camera!r} is no camera's id.", "Ids are like north-gate.")
        return self.folder / camera


def _mark(file: Path) -> tuple[int, int] | None:
    """What tells *file* from any other that takes its name; None where there is none."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def _camera_in(owed: Path) -> PublicCamera | None:
    details = details_of(Entry.decode(owed.read_bytes()))
    return details.entry if isinstance(details, CameraDetails) else None
