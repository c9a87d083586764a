"""Videos that are damaged or made to hurt: a clear refusal, or what can be read, covered."""

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from habeas import cover
from habeas.confined import WorkerDiedError, WorkerProcess
from tests.media.video import films

SETTINGS = cover.Settings(detector="centerface", quality="fast")
FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


def attempt(source, out, **options):
    """The report or the error; whatever happens, nothing half-written stays."""
    try:
        result = cover.redact(source, out, SETTINGS, **options)
    except cover.FootageError as error:
        result = error
    if isinstance(result, cover.FootageError):
        assert result.cause
        assert result.remedy
        assert not out.exists()
    assert not [each for each in out.parent.iterdir() if each.name.endswith(".part")]
    return result


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda path: path.name)
def test_what_fuzzing_found_is_refused_or_covered(finding, tmp_path):
    result = attempt(finding, tmp_path / f"out{finding.suffix}")
    assert not isinstance(result, cover.CoveringDiedError)
    if isinstance(result, cover.Report):
        assert len(films.read(tmp_path / f"out{finding.suffix}")) == result.frames


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "plain.mkv"
    return films.write(path, films.pictures(30), options={"g": "10"})


def test_a_truncated_file_is_covered_as_far_as_it_goes(plain, tmp_path):
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(plain.read_bytes()[: plain.stat().st_size * 2 // 3])
    report = attempt(cut, tmp_path / "out.mkv")
    assert 5 < report.frames < 30
    assert report.covered == report.frames


def test_corrupt_packets_are_left_out_and_counted(plain, tmp_path):
    content = bytearray(plain.read_bytes())
    rng = np.random.default_rng(3)
    for at in rng.integers(len(content) // 3, len(content), 60):
        content[at] ^= 0xFF
    bad = tmp_path / "bad.mkv"
    bad.write_bytes(content)
    result = attempt(bad, tmp_path / "out.mkv")
    if isinstance(result, cover.Report):
        assert result.damaged > 0


def test_sound_alone_is_no_video(tmp_path):
    with av.open(str(tmp_path / "s.mp4"), "w") as out:
        stream = out.add_stream("aac", rate=48_000)
        part = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.int16), "s16", "stereo")
        part.rate = 48_000
        out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    assert attempt(tmp_path / "s.mp4", tmp_path / "out.mp4").code == "no-video"


def test_a_stream_without_a_frame_is_no_video(plain, tmp_path):
    # The header alone: everything is announced, nothing comes.
    content = plain.read_bytes()
    empty = tmp_path / "empty.mkv"
    empty.write_bytes(content[: content.index(b"\x1f\x43\xb6\x75")])
    assert attempt(empty, tmp_path / "out.mkv").code in ("no-video", "unreadable-video")


@pytest.mark.parametrize("content", [b"", b"no video at all", b"RIFF\0\0\0\0AVI LIST", bytes(5000)])
def test_what_is_no_video_is_named(tmp_path, content):
    (tmp_path / "x.mp4").write_bytes(content)
    assert attempt(tmp_path / "x.mp4", tmp_path / "out.mp4").code in (
        "unreadable-video", "no-video",
    )  # fmt: skip


def test_a_missing_file_and_a_wrong_ending_say_so(plain, tmp_path):
    assert "no file" in attempt(tmp_path / "none.mp4", tmp_path / "out.mp4").cause
    error = attempt(plain, tmp_path / "out.xyz")
    assert ".mp4" in error.remedy
    assert "overwritten" in str(attempt_same(plain))


def attempt_same(plain):
    with pytest.raises(cover.OutputError) as error:
        cover.redact(plain, plain, SETTINGS)
    return error.value


def test_huge_frames_are_refused_before_they_are_decoded(tmp_path):
    source = tmp_path / "huge.y4m"
    source.write_bytes(b"YUV4MPEG2 W8000 H6000 F25:1 C420jpeg\nFRAME\n" + bytes(9999))
    assert attempt(source, tmp_path / "out.mp4").code == "too-large-video"
    source.write_bytes(b"YUV4MPEG2 W99999 H99999 F25:1 C420jpeg\nFRAME\n" + bytes(9999))
    assert attempt(source, tmp_path / "out.mp4").code in ("too-large-video", "unreadable-video")


def test_negative_and_unordered_times_are_put_in_order(tmp_path):
    source = films.write(tmp_path / "neg.mkv", films.pictures(12), times=range(-6, 6),
                         options={"bf": "0"})  # fmt: skip
    report = attempt(source, tmp_path / "out.mkv")
    assert report.frames == 12
    found = films.times(tmp_path / "out.mkv")
    assert found == sorted(set(found))


def test_a_playlist_fetches_nothing(tmp_path):
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    assert attempt(playlist, tmp_path / "out.mp4").code in ("unreadable-video", "no-video")


@pytest.fixture
def instead(monkeypatch):
    """Has another program run in place of the worker."""
    popen = subprocess.Popen

    def put(program):
        def started(command, **options):
            return popen([sys.executable, "-c", program], **options)

        monkeypatch.setattr("habeas.confined.process.subprocess.Popen", started)

    return put


def test_a_decoder_that_hangs_is_ended(plain, tmp_path, instead):
    """The worker is stopped in the middle, as a hanging decoder would be."""
    instead(HANGING)
    error = attempt(plain, tmp_path / "out.mkv", stall=1.0)
    assert error.code == "stalled"


HANGING = """
from threading import Event
from habeas.confined import serve
serve(lambda: lambda job: Event().wait())
"""
LYING = """
from habeas.confined import Answer, Rights, serve
def handle(job):
    job.progress({said})
    job.confine(Rights(memory=2**33))
    return Answer({said})
serve(lambda: handle)
"""


@pytest.mark.parametrize("said", ["[]", "{'frames': 'many'}", "'done'", "None"])
def test_a_worker_that_was_taken_over_is_not_believed(said, plain, tmp_path, instead):
    instead(LYING.format(said=said))
    assert attempt(plain, tmp_path / "out.mkv", progress=print).code == "worker-died"
    assert attempt(plain, tmp_path / "out.mkv").code == "worker-died"


def test_a_worker_keeps_its_source_and_its_target_and_nothing_else(plain, tmp_path):
    target = tmp_path / "out.mkv"
    target.touch()
    job = {"kind": "cover", "source": str(plain), "target": str(target), "ending": ".mkv",
           "settings": SETTINGS.to_json()}  # fmt: skip
    with WorkerProcess("habeas.cover._worker") as worker:
        report = worker.run(job, stall=60.0, progress=print).value
        assert worker.confinement.open_doors == ()
    assert report["frames"] == 30
    with WorkerProcess("habeas.cover._worker") as worker, pytest.raises(WorkerDiedError):
        worker.run(job | {"target": str(tmp_path / "elsewhere.mkv")}, stall=60.0, progress=print)
    assert not (tmp_path / "elsewhere.mkv").exists()


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    """No file may grow beyond 20,000 bytes, as if the disk were full there."""
    random = [np.random.default_rng(number) for number in range(20)]
    noise = (each.integers(0, 255, (240, 320, 3), np.uint8) for each in random)
    source = films.write(tmp_path / "noise.mkv", noise)
    command = ["prlimit", "--fsize=20000", sys.executable, "-m", "habeas.cli", "redact",
               str(source), str(tmp_path / "out" / "o.mkv"),
               "--detector", "centerface"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stdout
    assert "disk space" in done.stdout
    assert not list((tmp_path / "out").iterdir())


def test_a_failing_detector_shows_nothing(plain, monkeypatch):
    """Live, a frame that could not be checked is covered whole; a file is refused."""
    from habeas.cover._pipeline import Pipeline
    from habeas.cover._source import Source

    class Failing:
        name = "failing"
        parallel = 2
        gpu = False
        calls = 0

        def find(self, _picture, _threshold):
            self.calls += 1
            if self.calls > 3:
                raise RuntimeError("out of order")
            return []

    source = Source(plain, SETTINGS)
    shown = list(Pipeline(Failing(), SETTINGS, 25, fail_closed=True).run(source.frames()))
    assert len(shown) == 30
    assert not shown[-1].checked
    for item in shown:
        if not item.checked:
            assert films.dark(item.frame).all()
    with pytest.raises(RuntimeError):
        list(Pipeline(Failing(), SETTINGS, 25).run(Source(plain, SETTINGS).frames()))
