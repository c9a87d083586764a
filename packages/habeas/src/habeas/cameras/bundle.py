"""A bundle: one ZIP file (stored, APPNOTE 6.3) with a clip, its segments, and what proves them.

    clip.mp4            the film for people; clip-2.mp4 where the camera changed its picture
    report.pdf          what it is, in words
    segments/…          as they were recorded, byte by byte
    proof.json          `habeas.protocol.clip.ClipProof`
    files.txt           a signed note of `ClipFiles`: the custodian's word for all of the above

A bundle is a stranger's file: names, number and sizes are checked before anything is read, and
nothing is taken out of it but into a folder of our own, under names of our own.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

from habeas.cameras.clips import ClipSegment, films, join, verify_same
from habeas.foundation.errors import HabeasError
from habeas.protocol import Pins, Signer
from habeas.protocol.circle import circle_of
from habeas.protocol.clip import (
    MOST_SEGMENTS,
    ClipChangedError,
    ClipError,
    ClipFiles,
    ClipProof,
    OtherProofError,
    place_of,
    start_of,
)
from habeas.protocol.clip_proof import VerifiedClip, verify_clip
from habeas.protocol.statements import read_statement, sign_statement
from habeas.tlog import NoteVerifier

PROOF, FILES, REPORT = "proof.json", "files.txt", "report.pdf"
SEGMENTS = "segments/"
#: Bytes of all files together: a quarter of an hour has some hundred millions.
_MOST_BYTES = 8 * 1024**3
_PIECE = 1024 * 1024
#: The same for every bundle: nothing tells on which machine, or when, it was put together.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_bundle(
    proof: ClipProof,
    content: Callable[[str, str], bytes],
    report: bytes,
    signer: Signer,
    out: IO[bytes],
) -> None:
    """Write the bundle of *proof* to *out*.

    Args:
        proof: complete.
        content: gives the bytes of a segment, by hour and name; verified against its hour.
        report: a PDF.
        signer: the custodian's key.
        out: a file that can be sought in.

    Raises:
        HabeasError: a segment is gone, or was changed; nothing that was written counts.
    """
    hashes: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as made, zipfile.ZipFile(out, "w") as archive:
        folder = Path(made)

        def put(name: str, data: bytes) -> None:
            hashes[name] = hashlib.sha256(data).hexdigest()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data)

        parts: list[ClipSegment] = []
        for each in proof.hours:
            for one in each.segments:
                data = content(each.hour, one.record.name)
                put(place_of(each.hour, one.record.name), data)
                path = folder / f"{len(parts)}.mp4"
                path.write_bytes(data)
                parts.append(ClipSegment(start_of(each.hour, one.record.name), path))
        for number, run in enumerate(films(parts), start=1):
            film = folder / "film.mp4"
            join(run, film)
            put(_film(number), film.read_bytes())
        put(REPORT, report)
        put(PROOF, proof.encode())
        said = ClipFiles(clip=proof.digest().hex(), files=hashes)
        archive.writestr(zipfile.ZipInfo(FILES, _EPOCH), sign_statement(signer, said))


def _film(number: int) -> str:
    return "clip.mp4" if number == 1 else f"clip-{number}.mp4"


def verify_bundle(file: Path, pins: Pins) -> VerifiedClip:
    """Raise unless the bundle in *file* is whole and proven; gives what it proves.

    Raises:
        ClipError: as named in `habeas.protocol.clip`.
        NotPinnedError: pins were given, and vouch for none of its circles.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _verify(_checked(archive), archive, pins)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ClipChangedError(f"{file.name} is no bundle that can be read: {error}") from error
    except OSError as error:
        raise ClipError(f"{file.name} cannot be read: {error.strerror}.") from error


def _checked(archive: zipfile.ZipFile) -> list[str]:
    entries = archive.infolist()
    names = [each.filename for each in entries]
    if len(names) > MOST_SEGMENTS + 16 or len(set(names)) != len(names):
        raise ClipChangedError("The bundle has too many files, or two of one name.")
    if any(each.compress_type != zipfile.ZIP_STORED or each.flag_bits & 1 for each in entries):
        raise ClipChangedError("The bundle's files are packed or encrypted; no bundle's are.")
    if sum(each.file_size for each in entries) > _MOST_BYTES:
        raise ClipChangedError("The bundle is larger than any clip.")
    for each in (PROOF, FILES):
        if each not in names:
            raise OtherProofError(f"The bundle has no {each}.")
    return names


def _verify(names: Iterable[str], archive: zipfile.ZipFile, pins: Pins) -> VerifiedClip:
    names = list(names)
    try:
        proof = ClipProof.decode(_read(archive, PROOF, ClipProof.LIMIT))
    except HabeasError as error:
        raise OtherProofError(f"{PROOF} is none: {error.cause}") from error
    hashes = {each: _sha256(archive, each) for each in names if each != FILES}
    segments = {each: sha for each, sha in hashes.items() if each.startswith(SEGMENTS)}
    verified = verify_clip(proof, segments, pins)
    _verify_files(archive, proof, hashes)
    _verify_films(archive, names, verified)
    return verified


def _verify_files(archive: zipfile.ZipFile, proof: ClipProof, hashes: Mapping[str, str]) -> None:
    keys = [NoteVerifier.parse(circle_of(note).custodian.vkey) for note in proof.circles]
    try:
        note = _read(archive, FILES, ClipFiles.LIMIT).decode()
        said = read_statement(note, "the custodian", keys, ClipFiles)
    except (HabeasError, UnicodeDecodeError) as error:
        raise ClipChangedError(f"{FILES} is not what the custodian has signed.") from error
    if said.clip != proof.digest().hex():
        raise OtherProofError(f"{FILES} is that of another clip.")
    for name in sorted({*said.files, *hashes}):
        if said.files.get(name) != hashes.get(name):
            raise ClipChangedError(f"{name} is not the file that was handed over.")


def _verify_films(archive: zipfile.ZipFile, names: Iterable[str], verified: VerifiedClip) -> None:
    """Hold the films against the segments; the custodian's word is not needed for them."""
    with tempfile.TemporaryDirectory() as made:
        parts = []
        for number, (place, start) in enumerate(verified.segments):
            path = Path(made) / f"{number}.mp4"
            with archive.open(place) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, _PIECE)
            parts.append(ClipSegment(start, path))
        runs = films(parts)
        shown = {each for each in names if each.endswith(".mp4") and not each.startswith(SEGMENTS)}
        if shown != {_film(number + 1) for number in range(len(runs))}:
            raise ClipChangedError("The bundle has other films than its segments make.")
        for number, run in enumerate(runs, start=1):
            film = Path(made) / _film(number)
            with archive.open(film.name) as source, film.open("wb") as target:
                shutil.copyfileobj(source, target, _PIECE)
            verify_same([each.path for each in run], film)


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as source:
        content = source.read(most + 1)
    if len(content) > most:
        raise ClipChangedError(f"{name} is too large.")
    return content


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as source:
        return hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
