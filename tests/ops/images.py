"""Commands in images, by buildah: each by its image's user, with volumes, in a network of its own.

No engine of containers runs where tests do. What a file asks of the engine alone is not tried:
restarts, limits; that a root may be read-only is looked at afterwards (`Container.written`).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.waiting import PATIENCE_SECONDS

#: Not of the image: an engine makes them anew for each container.
_ENGINE = ("proc", "sys", "dev", "run", "tmp", "etc/hosts", "etc/resolv.conf", "etc/hostname")


class Images:
    """A store of images and containers of its own.

    Args:
        folder: for it.
        archives: of OCI images, as `bin/images` writes them.
    """

    def __init__(self, folder: Path, archives: Path) -> None:
        self._folder, self._archives = folder, archives
        self._made: list[str] = []

    def command(self, *arguments: str) -> list[str]:
        """A command of buildah over this store."""
        store = ["--root", str(self._folder / "store"), "--runroot", str(self._folder / "run")]
        return ["buildah", *store, "--storage-driver", "vfs", *arguments]

    def run(self, *arguments: str) -> str:
        """Run one to its end; gives what it printed."""
        done = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, check=False,
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
        return done.stdout.strip()

    def container(self, image: str) -> Container:
        """A new container of the image that a file calls so (``habeas:0.2.0``)."""
        archive = self._archives / f"{image.partition(':')[0]}.oci.tar"
        # It is read into the store once, and found there by its name afterwards.
        known = self.run("images", "--quiet", "--filter", f"reference={image}")
        name = self.run("from", "--pull-never", known or f"oci-archive:{archive}:{image}")
        self._made.append(name)
        return Container(self, name)

    def remove(self) -> None:
        """Remove the containers that were made; the images stay."""
        while self._made:
            self.run("rm", self._made.pop())


class Container:
    """One, whose root is the image's."""

    def __init__(self, images: Images, name: str) -> None:
        self._images, self._name = images, name
        said = json.loads(images.run("inspect", name))
        self.config: dict[str, Any] = said["OCIv1"]["config"]
        if self.config.get("Volumes"):
            # buildah has a folder of its own for each volume that the image names. Which of two at
            # one place it takes, that or the one that it is given, is chance where there are more.
            images.run("config", "--volume=-", name)
        self._root = Path(images.run("mount", name))
        self._before = self._listed()

    def user(self) -> tuple[int, int]:
        """The numbers of the image's user and its group."""
        lines = (self._root / "etc" / "passwd").read_text().splitlines()
        by_name = {each.split(":")[0]: each.split(":") for each in lines}
        found = by_name[self.config["User"]]
        return int(found[2]), int(found[3])

    def inside(
        self, command: Sequence[str], *, volumes: Mapping[Path, str],
        environment: Mapping[str, str] | None = None, user: str = "",
    ) -> list[str]:  # fmt: skip
        """What runs *command* there: on this machine's network, which is that of who calls."""
        options = ["--isolation", "chroot", "--user", user or self.config["User"]]
        for name, value in (environment or {}).items():
            options += ["--env", f"{name}={value}"]
        for place, target in volumes.items():
            options += ["--volume", f"{place}:{target}"]
        return self._images.command("run", *options, self._name, "--", *command)

    def entry(self, arguments: Sequence[str] | None) -> list[str]:
        """The image's entry point with *arguments*, or with its own where none are said."""
        return [*self.config["Entrypoint"], *(arguments or self.config["Cmd"])]

    def written(self) -> set[str]:
        """Files of the root that are not the image's, or changed: with a read-only root, none."""
        return {name for name, each in self._listed().items() if self._before.get(name) != each}

    def _listed(self) -> dict[str, tuple[int, int]]:
        found = {}
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                place = str(path.relative_to(self._root))
                if not place.startswith(_ENGINE):
                    entry = path.lstat()
                    found[place] = entry.st_mtime_ns, entry.st_size
        return found
