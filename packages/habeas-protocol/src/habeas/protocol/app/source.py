"""The source archive of the app: the same bytes of the same files, in any folder, on any machine.

POSIX.1-1988 ustar, not compressed: compressors differ from machine to machine. Whoever rebuilds
takes it apart, has npm fetch the packages that its lock file names by hash, and runs its build.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from habeas.protocol.app.documents import AppError
from habeas.protocol.canonical import MalformedError

#: More than any source of this app; a larger archive is somebody's attack on whoever builds.
MAX_BYTES, MAX_FILES = 256 * 1024 * 1024, 20_000
#: How long npm, and the build, may take; seconds.
BUILD_SECONDS = 900
#: What of the environment the build sees: nothing that is secret.
_KEPT = (
    "PATH", "LANG", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "no_proxy",
    "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "npm_config_registry", "NPM_CONFIG_REGISTRY",
)  # fmt: skip


class AppBuildError(AppError):
    """A source archive that does not build."""

    code = "app-build"
    remedy = "It needs node 20.19 or newer with npm, and the package index. On Debian: nodejs, npm"


def pack(root: Path, names: Sequence[str]) -> bytes:
    """The archive of the files *names* below *root*.

    Args:
        root: of the sources.
        names: with slashes; order does not matter.

    Raises:
        MalformedError: one is no plain file.
    """
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(set(names)):
            place = root / name
            if place.is_symlink() or not place.is_file():
                raise MalformedError(f"{place} is no plain file.")
            about = tarfile.TarInfo(name)
            about.size, about.mode, about.mtime = place.stat().st_size, 0o644, 0
            with place.open("rb") as file:
                archive.addfile(about, file)
    return content.getvalue()


def hash_of(archive: bytes) -> str:
    """SHA-256 of a source archive, hex: the manifest's `source`."""
    return hashlib.sha256(archive).hexdigest()


def unpack(archive: bytes, folder: Path) -> None:
    """Write the files of an archive below *folder*.

    Raises:
        MalformedError: it is none, is too large, or has something that is no plain file.
    """
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as opened:
            for count, member in enumerate(opened):
                total += member.size
                if count >= MAX_FILES or total > MAX_BYTES:
                    raise MalformedError("The source archive is larger than any source of the app.")
                if not member.isreg():
                    raise MalformedError("The source archive has something that is no plain file.")
                opened.extract(member, folder, filter="data")
    except (tarfile.TarError, OSError, ValueError) as error:
        raise MalformedError(f"The source archive cannot be taken apart: {error}") from error


def build(archive: bytes, work: Path) -> Path:
    """Build the app from its source archive; gives the built tree.

    It runs what is in the archive: on a machine, or as a user, that has no keys to lose. The build
    itself has no network where the system can take it away; it gets no variable but the few that
    npm needs.

    Args:
        archive: the source archive.
        work: an empty folder.

    Raises:
        MalformedError: it is no source archive.
        AppBuildError: it does not build.
    """
    source, built, home = work / "source", work / "built", work / "home"
    for folder in (source, built, home):
        folder.mkdir(parents=True)
    unpack(archive, source)
    if not (source / "web" / "build.mjs").is_file():
        raise MalformedError("The source archive has no build of the app.")
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"HOME": str(home), "HABEAS_BUILT": str(built)}
    packages = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    _run(packages, source / "web", environment)
    _run([*_without_network(), "node", "build.mjs"], source / "web", environment)
    return built


def _without_network() -> list[str]:
    """The words before a command that take the network away; none where the system has none."""
    if shutil.which("unshare") is None:
        return []
    apart = ["unshare", "--map-current-user", "--net"]
    tried = subprocess.run([*apart, "true"], capture_output=True, check=False, timeout=60)
    return apart if tried.returncode == 0 else []


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    name = next(each for each in command if each in {"npm", "node"})
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True,
            errors="replace", timeout=BUILD_SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise AppBuildError(f"There is no {name} here to build the app with.") from error
    except subprocess.TimeoutExpired as error:
        raise AppBuildError(f"{name} did not come to an end.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise AppBuildError(f"{name} failed: {' '.join(said)[-500:] or 'it said nothing'}")
