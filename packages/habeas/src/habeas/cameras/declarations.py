"""Many cameras in one file (cameras.toml): each as in CAMERA.toml, but for its address.

[[camera]]
id = "north-gate"
address = { file = "/etc/habeas/cameras/north-gate" }    # or { credential = "north-gate" }
site = "harbour"                      # optional: the place whose machines record it first
rate = 10                             # all else as habeas.cameras.declaration shows it

Addresses hold passwords: they stand in the secret store alone, and never in this file.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from habeas.cameras.declaration import Camera, CameraError, Declaration, declared, read
from habeas.configuration import Secret
from habeas.protocol.document import Slug

#: The site of cameras that name none.
ANYWHERE = "anywhere"


class ListedCamera(Declaration):
    """A camera of a cameras.toml.

    Attributes:
        address: where its address lies.
        site: the place whose machines record it first.
    """

    address: Secret
    site: Slug = ANYWHERE

    def reached(self) -> Camera:
        """The camera with its address, out of the secret store.

        Raises:
            HabeasError: the address is not there.
        """
        fields = {name: getattr(self, name) for name in Declaration.model_fields}
        return Camera(**fields, url=self.address.read())


def load(file: Path) -> tuple[ListedCamera, ...]:
    """The cameras that *file* lists.

    Raises:
        CameraError: it cannot be read, lists none, or one twice.
    """
    listed = read(file)
    tables = listed.pop("camera", None)
    if listed or not isinstance(tables, list) or not tables:
        unknown = f": {', '.join(sorted(listed))} means nothing here" if listed else ""
        raise CameraError(
            f"{file.name} is no list of cameras{unknown}.",
            "Write one [[camera]] for each; the head of habeas.cameras.declarations shows how.",
        )
    cameras = []
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            raise CameraError(f"{file.name}: camera {number} is no table.")
        name = table.get("id")
        where = f"{file.name}: camera {name if isinstance(name, str) else number}"
        cameras.append(declared(ListedCamera, table, where))
    ids = [each.id for each in cameras]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise CameraError(f"{file.name}: {', '.join(twice)} stands there twice.")
    return tuple(cameras)


def chosen(cameras: tuple[ListedCamera, ...], ids: Collection[str]) -> tuple[ListedCamera, ...]:
    """Those of *cameras* that *ids* name; all of them where it names none.

    Raises:
        CameraError: there is no such camera.
    """
    unknown = set(ids) - {each.id for each in cameras}
    if unknown:
        raise CameraError(
            f"The file lists no camera {', '.join(sorted(unknown))}.", "Check the ids after --only."
        )
    return tuple(each for each in cameras if not ids or each.id in ids)
