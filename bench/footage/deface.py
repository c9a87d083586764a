"""deface 1.5 with its defaults, in an environment of its own: never in ours."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av

from bench.footage import ROOT
from habeas.faces import Box

_HOME = ROOT / "build" / "deface"
_PYTHON = _HOME / "bin" / "python"
_COMMAND = _HOME / "bin" / "deface"
VERSION = "1.5.0"
#: With ONNX Runtime, which it takes by itself where it is: faster than OpenCV's own runner.
_PACKAGES = [
    f"deface=={VERSION}", "coloredlogs==15.0.1", "flatbuffers==25.12.19", "humanfriendly==10.0",
    "imageio==2.38.1", "imageio-ffmpeg==0.8.1", "lazy-loader==0.6", "ml_dtypes==0.6.0",
    "mpmath==1.3.0", "networkx==3.6.1", "numpy==2.4.6", "onnx==1.19.1", "onnxruntime==1.23.2",
    "opencv-python==5.0.0.93", "packaging==26.3", "pillow==13.0.0", "protobuf==7.36.2",
    "scikit-image==0.26.0", "scipy==1.17.1", "sympy==1.14.0", "tifffile==2026.3.3",
    "tqdm==4.70.1", "typing_extensions==4.16.0",
]  # fmt: skip


def install() -> bool:
    """Make the environment where it is missing; False where that is not possible."""
    if _COMMAND.is_file():
        return True
    print(f"Installing deface {VERSION} apart ...")
    try:
        subprocess.run([sys.executable, "-m", "venv", _HOME], check=True)
        pip = [str(_PYTHON), "-m", "pip", "install", "--quiet", "--no-deps", *_PACKAGES]
        subprocess.run(pip, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return _COMMAND.is_file()


def command(source: Path, target: Path) -> list[str]:
    """Its command line, defaults only."""
    return [str(_COMMAND), str(source), "-o", str(target)]


def boxes(source: Path) -> Iterator[tuple[Box, ...]]:
    """What it covers in each frame of *source*; it looks at every frame alone."""
    script = Path(__file__).with_name("deface_boxes.py")
    # Isolated: beside the script lies this module, of the same name as the package.
    started = [str(_PYTHON), "-I", str(script)]
    with (
        av.open(str(source)) as container,
        subprocess.Popen(
            started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("deface was not started.")
        stream = container.streams.video[0]
        size = {"width": stream.width, "height": stream.height}
        try:
            process.stdin.write(json.dumps(size).encode() + b"\n")
            for frame in container.decode(stream):
                process.stdin.write(frame.to_ndarray(format="rgb24").tobytes())
                process.stdin.flush()
                answer = process.stdout.readline()
                yield tuple(Box(*each) for each in json.loads(answer))
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
