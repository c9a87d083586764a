"""What checking a photo costs, of what merely opening it costs."""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from habeas import portrait
from habeas.faces import assets
from habeas.faces._litert import Model

_ROUNDS = 15
_FOLDER = 40


def photo(width: int, height: int) -> bytes:
    """A phone's photo of that size: the sample portrait, with a sensor's noise."""
    face = Image.open(assets.path("astronaut.png")).convert("RGB").crop((40, 0, 440, 400))
    side = min(width, height)
    whole = Image.new("RGB", (width, height), (190, 192, 195))
    whole.paste(face.resize((side, side), Image.Resampling.LANCZOS), ((width - side) // 2, 0))
    noise = np.random.default_rng(1).normal(0, 3, (height, width, 1))
    noisy = np.clip(np.asarray(whole, np.float32) + noise, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=90)
    return out.getvalue()


def in_turn(*works: Callable[[], object], rounds: int = _ROUNDS) -> list[float]:
    """Median seconds of each, measured alternately so that a busy moment hits all."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, spent in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            spent.append(time.perf_counter() - start)
    return [statistics.median(each) for each in times]


def _open(content: bytes) -> None:
    Image.open(io.BytesIO(content)).load()


def _memory(pool: portrait.CheckPool) -> int:
    """Peak resident memory of the pool's worker, bytes."""
    worker = pool._free.get()  # noqa: SLF001 - the worker's process is nobody else's business
    pool._free.put(worker)  # noqa: SLF001
    if worker is None:
        return 0
    status = Path(f"/proc/{worker.pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _cold_start(content: bytes) -> float:
    program = (
        "import sys; from habeas import portrait; "
        "print(portrait.check(sys.stdin.buffer.read(), keep='one').verdict)"
    )
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], input=content, check=True,
                       capture_output=True)  # fmt: skip
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)


#: The models that every photo with one face of a sixth of its side needs: side of the input,
#: and how often.
_MODELS = {
    "face_detection_short_range.tflite": (128, 1),
    "face_detection_full_range_sparse.tflite": (192, 1),
    "face_landmark.tflite": (192, 1),
    "iris_landmark.tflite": (64, 2),
}


def _models() -> list[Callable[[], object]]:
    """Each model's run on nothing: what no way of calling them can go below."""
    runs: list[Callable[[], object]] = []
    for name, (side, times) in _MODELS.items():
        model, nothing = Model(name), np.zeros((1, side, side, 3), np.float32)
        runs += [lambda model=model, nothing=nothing: model(nothing)] * times  # type: ignore[misc]
    return runs


def _floor(content: bytes) -> str:
    """What models, one decoding and one encoding cost together, of Pillow's plain decode."""
    image = Image.open(io.BytesIO(content))
    kept = image.crop((0, 0, image.height * 35 // 45, image.height))
    encode = lambda: kept.save(io.BytesIO(), "JPEG", quality=90, subsampling="4:2:0")  # noqa: E731
    plain, encoding, *models = in_turn(lambda: _open(content), encode, *_models())
    return (
        f"1 MP, no less than: decode {1000 * plain:.1f} ms, models {1000 * sum(models):.1f} ms, "
        f"encode {1000 * encoding:.1f} ms = {(plain + encoding + sum(models)) / plain:.2f} x"
    )


def _folder(content: bytes, workers: int) -> float:
    """Seconds for a folder of photos."""
    with portrait.CheckPool(workers) as pool, ThreadPoolExecutor(workers) as threads:
        ask = lambda _: pool.check(content, keep="one")  # noqa: E731
        list(threads.map(ask, range(workers)))  # all workers are up
        start = time.perf_counter()
        list(threads.map(ask, range(_FOLDER)))
        return time.perf_counter() - start


def run() -> None:
    """Print the figures."""
    console = Console()
    table = Table(
        title="From bytes to verdict and the picture that is kept, in the confined worker, "
        "over Pillow's plain decode of the same file in the same run"
    )
    for name in ("", "decode", "verdict alone", "and what is kept", "ratio", "goal", "and both"):
        table.add_column(name, justify="left" if not name else "right")
    large, usual = photo(4000, 3000), photo(1155, 866)
    with portrait.CheckPool(1) as pool:
        for name, content, goal in (("12 MP JPEG", large, 1.2), ("1 MP JPEG", usual, 5.0)):
            plain, verdict, kept, both = in_turn(
                lambda content=content: _open(content),  # type: ignore[misc]
                lambda content=content: pool.check(content, keep="none"),  # type: ignore[misc]
                lambda content=content: pool.check(content, keep="one"),  # type: ignore[misc]
                lambda content=content: pool.check(content, keep="both"),  # type: ignore[misc]
            )
            table.add_row(name, f"{1000 * plain:.1f} ms", f"{1000 * verdict:.1f} ms",
                          f"{1000 * kept:.1f} ms", f"{kept / plain:.2f}", f"{goal}",
                          f"{1000 * both:.1f} ms")  # fmt: skip
        memory = _memory(pool)
    console.print(table)
    for name, content in (("12 MP", large), ("1 MP", usual)):
        stages = portrait.check(content, keep="one").ms.items()
        console.print(f"{name}: " + ", ".join(f"{stage} {ms:.1f} ms" for stage, ms in stages))
    console.print(_floor(usual))
    console.print(f"Peak memory of the worker: {memory / 1e6:.0f} MB (goal 200)")
    console.print(f"Cold start to the first verdict: {_cold_start(usual):.2f} s (goal 1.0)")
    pairs = [(_folder(usual, 1), _folder(usual, 2)) for _ in range(3)]
    gain = statistics.median(one / two for one, two in pairs)
    console.print(f"Two workers over one: {gain:.2f} x (goal 1.8)")
