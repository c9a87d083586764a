"""What a look into a large archive costs: the time line, and the first second of a viewing.

    python -m bench.footage.archive --segments 100000

One camera that records all the time, six seconds a segment: 100,000 segments are a week. Measured
are random moments; what the log takes is not among it. The page must not cost more with a larger
archive: the same is done with a tenth of it.

    AWS_ENDPOINT=http://127.0.0.1:8333 … python -m bench.footage.archive --bucket s3://log/bench

measures what it costs that segments come from an object store: the first hours of an archive are
played from the disk, packed there, and played again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import django
from django.conf import settings

from habeas.cameras import packs
from habeas.cameras.bucket import HourBucket
from habeas.cameras.hours import Hour, hour_of
from habeas.cameras.packing import Packer
from habeas.cameras.recordings import Recordings
from habeas.portal.viewing.archive import Moment, time_line
from habeas.protocol.footage import PublicCamera, Texts, hour_name
from habeas.protocol.segments import SegmentRecord, root_of
from habeas.tlog import NoteSigner

_CAMERA, _EVERY, _IN_HOUR = "north-gate", 6, 600
_ROUNDS = 200
#: Of 480 MB each.
_PACKED_HOURS = 2
_START = datetime(2026, 1, 5, tzinfo=UTC)
#: Bytes of a segment of 1080p at 5 frames a second, about.
_SIZE = 800_000


def fill(folder: Path, segments: int) -> Recordings:
    """An archive of closed hours; all segments are one file."""
    recordings = Recordings(folder)
    words = Texts(en="North gate", ru="Северные ворота")
    camera = PublicCamera(
        id=_CAMERA, name=words, where=words, latitude_e6=0, longitude_e6=0, why=words,
        viewers=("parks-department",), keep_days=365, since="2026-01-05", detector="yunet",
        quality="balanced",
    )  # fmt: skip
    recordings.write_camera(camera, date(2026, 1, 5), NoteSigner.generate("bench/recorder"))
    content = folder / "segment"
    content.write_bytes(random.Random(5).randbytes(_SIZE))
    sha256 = hashlib.sha256(content.read_bytes()).hexdigest()
    for number in range(segments // _IN_HOUR):
        hour = hour_name(_START + timedelta(hours=number))
        place = recordings.hour_place(_CAMERA, hour)
        place.mkdir(parents=True)
        records = []
        for second in range(0, 3600, _EVERY):
            name = f"{hour[11:13]}{second // 60:02d}{second % 60:02d}.000Z.mp4"
            os.link(content, place / name)
            records.append(
                SegmentRecord(
                    name=name, sha256=sha256, milliseconds=6000, frames=30, lost=0, whole=0,
                    moving=second % 31,
                )
            )  # fmt: skip
        said = tuple(records)
        root = root_of(said)
        made = Hour(camera=_CAMERA, hour=hour, segments=said, root=root, index=number)
        (place / "hour.json").write_bytes(made.encode())
    return recordings


def measure(act: Callable[[datetime], object], last: int) -> tuple[float, float]:
    """Median and 95th percentile of *act* at random seconds, in milliseconds."""
    spent = []
    chance = random.Random(7)
    for _ in range(_ROUNDS):
        moment = _START + timedelta(seconds=chance.randrange(3600, last - 1200))
        begin = time.perf_counter()
        act(moment)
        spent.append(1000 * (time.perf_counter() - begin))
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def run(segments: int) -> None:
    """Measure with so many segments, and print a line for each act."""
    with tempfile.TemporaryDirectory() as folder:
        recordings = fill(Path(folder), segments)
        camera = recordings.camera(_CAMERA)
        last = segments // _IN_HOUR * 3600
        now = _START + timedelta(seconds=last)

        def page(moment: datetime) -> None:
            recordings.span(_CAMERA)
            minute = moment.replace(second=0)
            time_line(recordings, camera, Moment(minute, hour=True, minute=True), now)

        def play(moment: datetime) -> None:
            found = recordings.segments(_CAMERA, moment, moment + timedelta(minutes=15))
            recordings.content(_CAMERA, found[0].start)

        for name, act in (("time line", page), ("first segment of a span", play)):
            median, p95 = measure(act, last)
            print(f"{segments:>8} segments, {name}: median {median:.1f} ms, p95 {p95:.1f} ms")


def run_packed(url: str) -> None:
    """Measure segments of the same hours as files and as ranges of objects, and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        recordings = fill(Path(folder), _PACKED_HOURS * _IN_HOUR)
        recordings.bucket = bucket = HourBucket.open(url)
        last = _PACKED_HOURS * 3600

        def play(moment: datetime) -> None:
            found = recordings.segments(_CAMERA, moment, moment + timedelta(minutes=15))
            recordings.content(_CAMERA, found[0].start)

        try:
            disk = measure(play, last)
            begin = time.perf_counter()
            undone = Packer(recordings, bucket, print).round()
            spent = time.perf_counter() - begin
            if undone:
                raise SystemExit(f"{undone} hours could not be packed.")
            packed = measure(play, last)
        finally:
            for place in recordings.hours(_CAMERA):
                bucket.delete(packs.name_of(recordings.hour(_CAMERA, hour_of(place))))
        for name, (median, p95) in (("disk", disk), ("object", packed)):
            print(f"first segment, from the {name}: median {median:.1f} ms, p95 {p95:.1f} ms")
        print(f"p95, object over disk: {packed[1] / disk[1]:.1f}")
        megabytes = _PACKED_HOURS * _IN_HOUR * _SIZE / 1e6
        print(f"packed and read back: {megabytes / spent:.0f} MB/s")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--segments", type=int, default=100_000)
    parser.add_argument("--bucket", metavar="s3://BUCKET/PREFIX")
    asked = parser.parse_args()
    if asked.bucket:
        run_packed(asked.bucket)
        return
    settings.configure(USE_I18N=False)
    django.setup()
    for segments in (max(_IN_HOUR, asked.segments // 10), asked.segments):
        run(segments)


if __name__ == "__main__":
    main()
