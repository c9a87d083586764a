"""Formats, *The app*: the manifest, one list of all that browsers are to get.

Pure over bytes: whoever rebuilds from source, whoever serves and whoever watches makes the same
document of the same files. A file that a later release adds needs no line here: what runs and
what is data follows from the end of its name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from habeas.protocol.canonical import MalformedError
from habeas.protocol.circle import Circle
from habeas.protocol.document import Document, Hex32

#: A file's place under its part; no step begins with a dot, so none leads out.
PathName = Annotated[
    str,
    StringConstraints(
        max_length=200, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"
    ),
]
HeaderName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9-]*$")]
HeaderValue = Annotated[str, StringConstraints(max_length=2048, pattern=r"^[\x20-\x7e]+$")]
Version = Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9A-Za-z.+-]+$")]
#: The parts of the app: on the portal's origin, and on each office's.
PartName = Literal["portal", "desk"]
PARTS: tuple[PartName, ...] = ("portal", "desk")
#: Where a built tree has each part's files, and what its answers carry beside them.
FOLDERS: Mapping[PartName, str] = {"portal": "portal/static", "desk": "office/desk"}
SERVED: Mapping[PartName, str] = {"portal": "portal/served.json", "desk": "office/served.json"}
#: Where a part's files stand under its origin.
ROOTS: Mapping[PartName, str] = {"portal": "/static/", "desk": "/"}
#: What a browser runs, shows as a document or reads instructions from. All else is data.
ACTIVE = frozenset({"html", "js", "mjs", "css", "svg", "wasm", "json", "webmanifest"})
#: Ends the name of a file beside another: the same, as a content coding (RFC 9110) of it.
ENCODED = (".br", ".gz")
#: Stands in a built document for the digest of the circle.
_CIRCLE = b"{circle}"
#: More than any part needs; a larger file is somebody's attack on whoever builds.
MAX_FILE_BYTES = 32 * 1024 * 1024


class Part(Document):
    """What one origin serves.

    Attributes:
        csp: Content-Security-Policy of each document.
        policies: that of the files which have another: workers, and single documents.
        headers: what each document's answer carries besides, names in lower case.
        files: SHA-256 of what runs, or is a document, by path.
        data: the same of what checked code reads: models.
        wasm: SHA-256 of WebAssembly modules, sorted.
    """

    csp: HeaderValue
    policies: dict[PathName, HeaderValue]
    headers: dict[HeaderName, HeaderValue]
    files: dict[PathName, Hex32]
    data: dict[PathName, Hex32]
    wasm: tuple[Hex32, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.policies.keys() <= self.files.keys() or self.files.keys() & self.data.keys():
            raise ValueError("a path is in no list, or in two")
        modules = {hashed for path, hashed in self.files.items() if path.endswith(".wasm")}
        if list(self.wasm) != sorted(modules):
            raise ValueError("the WebAssembly modules are not those of the files")
        return self

    def hash_of(self, path: str) -> str | None:
        """SHA-256 (hex) of the file at *path*; None where the part has none."""
        return self.files.get(path) or self.data.get(path)

    def headers_of(self, path: str) -> dict[str, str]:
        """What the answer with this file must carry; nothing for plain scripts and data."""
        own = self.policies.get(path)
        if path.endswith(".html"):
            return {**self.headers, "content-security-policy": own or self.csp}
        return {} if own is None else {"content-security-policy": own}


class AppManifest(Document):
    """One release of the app, for one circle.

    Attributes:
        number: higher than that of each release before.
        version: of the distribution, for people.
        source: SHA-256 of the source archive; absent where nobody has one to rebuild from.
        circle: digest of the circle that the app has pinned.
    """

    LIMIT = 32_768

    v: Literal[2] = 2
    kind: Literal["app"] = "app"
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    version: Version
    source: Hex32 | None = None
    circle: Hex32
    portal: Part
    desk: Part

    def part(self, name: PartName) -> Part:
        """The part of that name."""
        return self.portal if name == "portal" else self.desk


def files_of(folder: Path) -> Iterator[tuple[str, Path]]:
    """Path under *folder*, with slashes, and place of each file in it, sorted.

    Raises:
        MalformedError: it holds something that is no plain file.
    """
    for place in sorted(folder.rglob("*")):
        if place.is_symlink() or not (place.is_file() or place.is_dir()):
            raise MalformedError(f"{place} is no plain file.")
        if place.is_file():
            yield place.relative_to(folder).as_posix(), place


def read_file(place: Path) -> bytes:
    """The bytes of a file.

    Raises:
        MalformedError: it is larger than any file of the app.
    """
    with place.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise MalformedError(f"{place.name} has more than {MAX_FILE_BYTES} bytes.")
    return content


def hash_file(place: Path) -> str:
    """SHA-256 of a file, hex.

    Raises:
        MalformedError: it is larger than any file of the app.
    """
    return hashlib.sha256(read_file(place)).hexdigest()


def filled(path: str, content: bytes, circle: str) -> bytes:
    """A file as it is served: documents have the digest of the circle where they ask for it.

    So the circle that the app has pinned is in what trustees vouch for and enforcing clients check.

    Args:
        path: of the file.
        content: as it was built.
        circle: digest, hex.
    """
    return content.replace(_CIRCLE, circle.encode()) if path.endswith(".html") else content


def read_served(content: bytes, portal: str) -> dict[str, Any]:
    """What a part's answers carry: `csp`, `policies` and `headers`, as ``served.json`` has it.

    Its `data` are the files that the part's code reads by hash and its build does not hold: models.

    Args:
        content: of that file; ``{portal}`` in a policy stands for the portal's origin.
        portal: the portal's address, of the circle.

    Raises:
        MalformedError: it is none.
    """
    address = urlsplit(portal)
    try:
        served = json.loads(content)
        fill = {"{portal}": f"{address.scheme}://{address.netloc}"}
        return {
            "csp": _filled(served["csp"], fill),
            "policies": {path: _filled(each, fill) for path, each in served["policies"].items()},
            "headers": {name: _filled(each, fill) for name, each in served["headers"].items()},
            "data": dict(served.get("data", {})),
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedError("served.json does not say what answers carry.") from error


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def part_of(built: Path, name: PartName, circle: Circle) -> Part:
    """The part *name* of a built tree, for one circle.

    Raises:
        MalformedError: the tree is none, or a file of it has no place in a manifest.
    """
    folder = built / FOLDERS[name]
    files: dict[str, str] = {}
    data: dict[str, str] = {}
    for path, place in files_of(folder):
        if path.endswith(ENCODED) and place.with_suffix("").is_file():
            continue  # no address of its own: browsers get it decoded, as the file beside it
        listed = files if path.rpartition(".")[2] in ACTIVE else data
        served_as = filled(path, read_file(place), circle.digest().hex())
        listed[path] = hashlib.sha256(served_as).hexdigest()
    try:
        served = read_served((built / SERVED[name]).read_bytes(), circle.custodian.portal)
    except OSError as error:
        raise MalformedError(f"{built} is no built app: {error.strerror}.") from error
    wasm = sorted({hashed for path, hashed in files.items() if path.endswith(".wasm")})
    data |= served.pop("data")
    return Part.read({**served, "files": files, "data": data, "wasm": wasm})


def manifest_of(
    built: Path, circle: Circle, *, number: int, version: str, source: str | None
) -> AppManifest:
    """The manifest of a built tree.

    Args:
        built: as the front end's build leaves it: ``portal/static``, ``office/desk`` and beside
            them ``portal/served.json`` and ``office/served.json``.
        circle: whose app it is.
        number: of the release.
        version: of the distribution.
        source: SHA-256 of the source archive, hex.

    Raises:
        MalformedError: the tree is none, or has too many files for one manifest.
    """
    made = AppManifest(
        number=number,
        version=version,
        source=source,
        circle=circle.digest().hex(),
        portal=part_of(built, "portal", circle),
        desk=part_of(built, "desk", circle),
    )
    made.encode()
    return made


def first_difference(built: AppManifest, said: AppManifest) -> str | None:
    """Where two manifests differ first, for people; None where they are the same."""
    for name in PARTS:
        one, other = built.part(name), said.part(name)
        for path in sorted({*one.files, *one.data, *other.files, *other.data}):
            if one.hash_of(path) != other.hash_of(path):
                return f"{name}/{path}"
        if one != other:
            return f"{name}: what its answers carry"
    return None if built == said else "circle, number, version or source"
