"""Guided by coverage: `python -m fuzz --guided`, where the package `atheris` is installed.

It follows which lines of Pillow's and pi-heif's readers a file reaches, and keeps the files
that reach new ones. It runs without the sandbox, in a process of its own: there a crash, a
hang, a refusal that is none, or memory beyond the limit ends it, and its file is kept.
"""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_MEMORY_MB = 2048
_SECONDS = 10


def available() -> bool:
    """Whether the engine is installed."""
    return importlib.util.find_spec("atheris") is not None


@dataclass(frozen=True)
class Guided:
    """What a guided run came to.

    Attributes:
        tried: files that were decoded.
        kept: those that reached something new.
        findings: those that ended it; none is good.
    """

    tried: int
    kept: int
    findings: tuple[Path, ...]


def run(kind: str, corpus: list[bytes], seconds: float, number: int, folder: Path) -> Guided:
    """Fuzz the decoder of one format in a process of its own.

    Args:
        kind: of file.
        corpus: seeds; the files found on the way are kept beside them, in *folder*.
        seconds: how long.
        number: of the random generator.
        folder: for corpus and findings.
    """
    grown = folder / "corpus" / kind
    grown.mkdir(parents=True, exist_ok=True)
    for at, content in enumerate(corpus):
        (grown / f"seed-{at}").write_bytes(content)
    before = set(folder.glob("*"))
    options = [
        f"-max_total_time={seconds:.0f}", f"-seed={number % (1 << 31) or 1}", "-max_len=200000",
        "-print_final_stats=1",
        f"-timeout={_SECONDS}", f"-rss_limit_mb={_MEMORY_MB}",
        f"-artifact_prefix={folder}/{kind}-guided-",
    ]  # fmt: skip
    command = [sys.executable, "-m", "fuzz.guided", *options, str(grown)]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=told, start_new_session=True
        )
        try:
            process.wait(seconds + 120)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        told.seek(0)
        units = re.findall(r"number_of_executed_units: (\d+)", told.read())
    found = {each for each in set(folder.glob("*")) - before if "-guided-" in each.name}
    kept = len(list(grown.iterdir())) - len(corpus)
    return Guided(int(units[-1]) if units else 0, kept, tuple(sorted(found)))


def main() -> None:
    """The process itself."""
    import atheris  # type: ignore[import-untyped]  # noqa: PLC0415 - before what it follows

    with atheris.instrument_imports(include=["PIL", "pi_heif"]):
        import pi_heif  # noqa: F401, PLC0415
        from PIL import (  # noqa: F401, PLC0415
            AvifImagePlugin,
            JpegImagePlugin,
            MpoImagePlugin,
            PngImagePlugin,
            WebPImagePlugin,
        )
    from habeas.portrait import _decode  # noqa: PLC0415
    from habeas.portrait.errors import PhotoError  # noqa: PLC0415

    def decode(content: bytes) -> None:
        try:
            kept = _decode.encode(_decode.decode(content).image)
        except PhotoError:
            return
        assert kept.endswith(b"\xff\xd9")

    atheris.Setup(sys.argv, decode)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
