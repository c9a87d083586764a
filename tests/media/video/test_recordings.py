"""Cameras' files and recordings on disk: nothing half, nothing lost, every change noticed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from habeas.cameras.declaration import Camera, CameraError, miss_rate
from habeas.cameras.recordings import (
    HourChangedError,
    HourClosedError,
    RecordingError,
    Recordings,
    SegmentExistsError,
    UnknownHourError,
)
from habeas.cover.errors import UnreadableVideoError
from habeas.protocol import Entry, Kind, MalformedError, canonical
from habeas.protocol.footage import (
    CameraDetails,
    RecordedDetails,
    ViewedDetails,
    ViewingPurpose,
    details_of,
    entry_of,
)
from habeas.tlog import leaf_hash, node_hash
from tests.media.video.segments import CAMERA, RECORDER, add_segment, write_segment
from tests.waiting import until

START = datetime(2026, 11, 23, 20, 0, 6, tzinfo=UTC)
HOUR, TODAY = "2026-11-23T20Z", date(2026, 11, 23)


def _load(tmp_path, text=CAMERA):
    file = tmp_path / "north-gate.toml"
    file.write_text(text)
    return Camera.load(file)


@pytest.fixture
def recordings(tmp_path):
    made = Recordings(tmp_path / "recordings")
    made.write_camera(_load(tmp_path).public(), TODAY, RECORDER)
    return made


@pytest.fixture
def hour(recordings):
    """Three segments of two seconds, 2 s apart, in one hour that is closed."""
    for number in range(3):
        add_segment(recordings, "north-gate", START + timedelta(seconds=2 * number))
    return recordings.close_hour("north-gate", HOUR, TODAY, RECORDER)


def _place(recordings):
    return recordings.folder / "north-gate" / "2026-11-23" / "20"


# Cameras


def test_what_is_public_has_all_but_the_address(tmp_path):
    camera = _load(tmp_path)
    public = camera.public().fields()
    assert public == {
        "id": "north-gate",
        "name": {"en": "North gate", "ru": "Северные ворота"},
        "where": {"en": "Park Road 1, towards the park", "ru": "Парковая, 1, в сторону парка"},
        "latitude_e6": 55_751_200,
        "longitude_e6": 37_618_400,
        "why": {"en": "Safety at the crossing", "ru": "Безопасность на переходе"},
        "viewers": ["parks-department"],
        "keep_days": 14,
        "since": "2026-11-01",
        "detector": "centerface",
        "quality": "thorough",
        "zones": {
            "always": [{"left": 0, "top": 5000, "width": 3000, "height": 5000}],
            "never": [],
        },
        "miss_rate": {
            "per_million": 12_300,
            "source": {"en": "400 counted faces", "ru": "400 сосчитанных лиц"},
        },
    }
    assert "secret" not in repr(camera)
    assert camera.url == "rtsp://user:secret@10.0.0.7/stream"
    settings = camera.cover.settings()
    assert (settings.quality, settings.detector) == ("thorough", "centerface")
    assert settings.always[0].top == 0.5


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('id = "north-gate"', 'id = "North Gate"', "id"),
        ("latitude = 55.7512", "latitude = 95", "latitude"),
        ("keep_days = 14", "keep_days = 0", "keep_days"),
        ('url = "rtsp', 'uri = "rtsp', "url"),
        ('["parks-department"]', '["parks-department", "parks-department"]', "viewers"),
        (', ru = "Северные ворота"', "", "name.ru"),
        ('quality = "thorough"', 'quality = "best"', "cover"),
        ('detector = "centerface"', 'detector = "eye"', "cover"),
        ('["0,50,30,50"]', '["0,50,30"]', "cover"),
        ("[cover]", "[cover", "TOML"),
        ("since = 2026-11-01", 'since = "soon"', "since"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_never_shows_the_address(
    tmp_path, before, after, named
):
    assert before in CAMERA
    with pytest.raises(CameraError) as refused:
        _load(tmp_path, CAMERA.replace(before, after))
    assert named in refused.value.cause
    assert "secret" not in refused.value.cause
    assert refused.value.remedy
    with pytest.raises(CameraError):
        Camera.load(tmp_path / "absent.toml")


def test_measured_shares_come_from_the_evaluation(tmp_path):
    file = tmp_path / "measured.json"
    assert miss_rate("yunet", "balanced", file) is None
    source = {"en": "generated clips", "ru": "созданные ролики"}
    file.write_text(json.dumps({"yunet": {"balanced": {"share": 0.006, "source": source}}}))
    assert miss_rate("yunet", "balanced", file).share == 0.006
    assert miss_rate("yunet", "fast", file) is None


def test_an_absent_folder_has_no_cameras(tmp_path):
    recordings = Recordings(tmp_path / "nowhere")
    assert recordings.cameras() == []
    assert list(recordings.owed()) == []
    assert recordings.delete_expired(datetime.now(UTC), RECORDER) == []


def test_each_change_of_a_camera_is_owed_to_the_log(recordings):
    camera = recordings.camera("north-gate")
    assert recordings.cameras() == [camera]
    assert not recordings.write_camera(camera, TODAY, RECORDER)
    longer = camera.model_copy(update={"keep_days": 30})
    assert recordings.write_camera(longer, TODAY, RECORDER)
    gone = longer.model_copy(update={"until": "2026-11-24"})
    assert recordings.write_camera(gone, TODAY, RECORDER)
    owed = list(recordings.owed())
    said = [details_of(Entry.decode(each.entry)) for each in owed]
    assert [each.act for each in said] == ["registered", "changed", "removed"]
    assert [each.entry for each in said] == [camera, longer, gone]
    recordings.logged(owed[0], 4)
    assert [each.entry for each in recordings.owed()] == [each.entry for each in owed[1:]]


def test_an_entry_whose_writer_was_killed_before_the_register_changed_is_not_sent(recordings):
    camera = recordings.camera("north-gate")
    file = recordings.folder / "north-gate" / "camera.json"
    before = file.read_bytes()
    recordings.write_camera(camera.model_copy(update={"keep_days": 30}), TODAY, RECORDER)
    file.write_bytes(before)  # as if killed between the two files
    assert len(list(recordings.owed())) == 1
    other = camera.model_copy(update={"keep_days": 7})
    recordings.write_camera(other, TODAY, RECORDER)
    said = [details_of(Entry.decode(each.entry)) for each in recordings.owed()]
    assert [each.entry.keep_days for each in said] == [14, 7]


@pytest.mark.parametrize("content", ["{", '{"id": "north-gate"}', ""])
def test_a_broken_register_entry_is_said(recordings, content):
    (recordings.folder / "north-gate" / "camera.json").write_text(content)
    with pytest.raises(CameraError):
        recordings.cameras()


def test_ids_lead_nowhere_else(recordings):
    for name in ("../north-gate", "", "a/b", "North", ".lock"):
        with pytest.raises(CameraError):
            recordings.camera(name)


# Segments


def test_a_segment_gets_its_name_from_its_start_in_utc(recordings):
    local = START.astimezone().replace(microsecond=250_999)
    segment = add_segment(recordings, "north-gate", local)
    assert segment.path == _place(recordings) / "200006.250Z.mp4"
    assert segment.path.is_file()
    assert segment.start.microsecond == 250_000
    assert not list((recordings.folder / "north-gate" / ".parts").iterdir())


def test_nothing_is_overwritten_and_nothing_unreadable_is_taken(recordings):
    first = add_segment(recordings, "north-gate", START)
    content = first.path.read_bytes()
    with pytest.raises(SegmentExistsError):
        add_segment(recordings, "north-gate", START, shade=10)
    assert first.path.read_bytes() == content
    part = recordings.new_part("north-gate")
    part.write_bytes(content[: len(content) // 8])
    with pytest.raises(UnreadableVideoError):
        recordings.add("north-gate", START + timedelta(seconds=9), part)
    assert recordings.sweep_parts("north-gate") == 2
    assert len(recordings.segments("north-gate", START, START + timedelta(minutes=1))) == 1


def test_a_span_has_the_segments_that_show_something_of_it(recordings):
    edge = datetime(2026, 11, 23, 20, 59, 55, tzinfo=UTC)
    starts = [edge + timedelta(seconds=2 * number) for number in range(6)]  # into the next hour
    for each in starts:
        add_segment(recordings, "north-gate", each)

    def seen(begin, end):
        found = recordings.segments(
            "north-gate", edge + timedelta(seconds=begin), edge + timedelta(seconds=end)
        )
        return [(each.start - edge).total_seconds() for each in found]

    assert seen(0, 12) == [0, 2, 4, 6, 8, 10]
    assert seen(3, 7) == [2, 4, 6]
    assert seen(4, 6) == [4]
    assert seen(5.5, 6.5) == [4, 6]
    assert seen(-90, 1) == [0]
    assert seen(12, 60) == []
    recordings.close_hour("north-gate", HOUR, TODAY, RECORDER)
    assert seen(3, 7) == [2, 4, 6]
    assert recordings.span("north-gate") == (starts[0], starts[-1])


# Hours


def test_the_root_is_the_merkle_root_over_the_segments(recordings, hour):
    leaves = [
        leaf_hash(
            canonical.encode(
                {
                    "name": each.name,
                    "sha256": each.sha256,
                    "milliseconds": each.milliseconds,
                    "frames": each.frames,
                    "lost": each.lost,
                    "whole": each.whole,
                    "moving": each.moving,
                }
            )
        )
        for each in hour.segments
    ]
    assert hour.root == node_hash(node_hash(leaves[0], leaves[1]), leaves[2]).hex()
    assert [each.name for each in hour.segments] == [
        "200006.000Z.mp4", "200008.000Z.mp4", "200010.000Z.mp4",
    ]  # fmt: skip
    assert [each.milliseconds for each in hour.segments] == [2000, 2000, 2000]
    on_disk = json.loads((_place(recordings) / "hour.json").read_text())
    assert set(on_disk) == {"v", "camera", "hour", "segments", "root"}
    recordings.verify_hour("north-gate", HOUR)
    recordings.verify_hour("north-gate", HOUR, hour.root)


def test_a_closed_hour_stays_closed(recordings, hour):
    assert recordings.close_hour("north-gate", HOUR, date(2027, 1, 1), RECORDER) == hour
    with pytest.raises(HourClosedError):
        add_segment(recordings, "north-gate", START + timedelta(minutes=3))
    with pytest.raises(UnknownHourError):
        recordings.close_hour("north-gate", "2026-11-23T19Z", TODAY, RECORDER)
    with pytest.raises(UnknownHourError):
        recordings.hour("north-gate", "yesterday")


def test_hours_that_are_over_are_found(recordings):
    add_segment(recordings, "north-gate", START)
    end = datetime(2026, 11, 23, 21, tzinfo=UTC)
    assert recordings.open_hours("north-gate", end - timedelta(seconds=1)) == []
    assert recordings.open_hours("north-gate", end) == [HOUR]
    recordings.close_hour("north-gate", HOUR, TODAY, RECORDER)
    assert recordings.open_hours("north-gate", end) == []


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _edit(place, change):
    file = place / "hour.json"
    fields = json.loads(file.read_text())
    change(fields)
    file.write_text(json.dumps(fields))


@pytest.mark.parametrize(
    "damage",
    [
        lambda place: _flip(place / "200008.000Z.mp4"),
        lambda place: (place / "200008.000Z.mp4").unlink(),
        lambda place: write_segment(place / "200012.000Z.mp4"),
        lambda place: (place / "200008.000Z.mp4").replace(place / "200009.000Z.mp4"),
        lambda place: _edit(place, lambda f: f["segments"].pop()),
        lambda place: _edit(place, lambda f: f["segments"][0].update(milliseconds=3)),
        lambda place: _edit(place, lambda f: f.update(root="00" * 32)),
    ],
    ids=["changed", "missing", "added", "renamed", "left-out", "longer", "another-root"],
)
def test_every_change_of_a_closed_hour_is_noticed(recordings, hour, damage):
    damage(_place(recordings))
    with pytest.raises(HourChangedError):
        recordings.verify_hour("north-gate", HOUR)


def test_who_changes_the_hashes_too_does_not_lead_to_the_root_on_the_log(recordings, hour):
    place = _place(recordings)
    (place / "200008.000Z.mp4").unlink()
    (place / "hour.json").unlink()
    recordings.close_hour("north-gate", HOUR, TODAY, RECORDER)
    recordings.verify_hour("north-gate", HOUR)
    with pytest.raises(HourChangedError):
        recordings.verify_hour("north-gate", HOUR, hour.root)


def test_a_changed_segment_is_not_handed_out(recordings, hour):
    assert recordings.content("north-gate", START)
    _flip(_place(recordings) / "200006.000Z.mp4")
    with pytest.raises(HourChangedError):
        recordings.content("north-gate", START)
    with pytest.raises(UnknownHourError):
        recordings.content("north-gate", START + timedelta(minutes=9))


def test_a_broken_hour_file_is_said(recordings, hour):
    (_place(recordings) / "hour.json").write_text("{}")
    with pytest.raises(RecordingError):
        recordings.hour("north-gate", HOUR)


# Deleting


def test_what_is_past_its_days_is_deleted_and_its_hashes_stay(recordings, hour):
    due = datetime(2026, 11, 23, 21, tzinfo=UTC) + timedelta(days=14)
    assert recordings.delete_expired(due - timedelta(seconds=1), RECORDER) == []
    assert recordings.delete_expired(due, RECORDER) == [("north-gate", HOUR)]
    kept = recordings.hour("north-gate", HOUR)
    assert kept.deleted == "2026-12-07"
    assert (kept.segments, kept.root) == (hour.segments, hour.root)
    assert not list(_place(recordings).glob("*.mp4"))
    recordings.verify_hour("north-gate", HOUR, hour.root)
    assert recordings.delete_expired(due, RECORDER) == []
    assert recordings.segments("north-gate", START, due) == []
    assert recordings.span("north-gate") is None
    with pytest.raises(UnknownHourError):
        recordings.content("north-gate", START)


def test_an_hour_that_was_never_closed_is_closed_before_it_is_deleted(recordings):
    add_segment(recordings, "north-gate", START)
    recordings.delete_expired(START + timedelta(days=20), RECORDER)
    assert len(recordings.hour("north-gate", HOUR).segments) == 1
    assert [each.hour for each in recordings.owed()] == [None, HOUR]


def test_who_is_killed_while_deleting_shows_nothing_and_finishes_later(recordings, hour):
    place = _place(recordings)
    _edit(place, lambda fields: fields.update(deleted="2026-12-07"))
    assert len(list(place.glob("*.mp4"))) == 3
    assert recordings.segments("north-gate", START, START + timedelta(minutes=1)) == []
    with pytest.raises(UnknownHourError):
        recordings.content("north-gate", START)
    assert recordings.delete_expired(START + timedelta(days=20), RECORDER) == [("north-gate", HOUR)]
    assert not list(place.glob("*.mp4"))


def test_a_camera_whose_days_are_unknown_does_not_keep_others_from_deleting(recordings, hour):
    (recordings.folder / "another").mkdir()
    with pytest.raises(CameraError):
        recordings.delete_expired(START + timedelta(days=20), RECORDER)
    assert recordings.hour("north-gate", HOUR).deleted


# The log


def test_a_closed_hour_is_owed_until_the_log_has_it(recordings, hour):
    owed = [each for each in recordings.owed() if each.hour]
    entry = Entry.decode(owed[0].entry)
    assert entry.kind is Kind.FOOTAGE
    assert entry.details == {
        "v": 2, "act": "recorded", "camera": "north-gate", "hour": HOUR,
        "root": hour.root, "segments": 3, "seconds": 6, "frames": 60, "lost": 0, "whole": 0,
    }  # fmt: skip
    assert owed == [each for each in recordings.owed() if each.hour]  # the same bytes again
    recordings.logged(owed[0], 17)
    assert recordings.hour("north-gate", HOUR).index == 17
    assert not [each for each in recordings.owed() if each.hour]
    recordings.logged(owed[0], 17)  # as after a kill in between
    recordings.verify_hour("north-gate", HOUR, hour.root)


def test_entries_of_each_act_go_there_and_back(tmp_path):
    camera = _load(tmp_path).public()
    said = [
        CameraDetails(act="registered", camera=camera.id, entry=camera),
        RecordedDetails(
            camera=camera.id, hour=HOUR, segments=600, seconds=3600, frames=90_000, lost=12,
            whole=3, root="ab" * 32,
        ),
        ViewedDetails(
            camera=camera.id, office="parks-department", purpose=ViewingPurpose.EMERGENCY,
            hour=HOUR, minutes=15, commit="cd" * 32,
        ),
    ]  # fmt: skip
    for each in said:
        entry = entry_of(each, TODAY, RECORDER, bytes(32))
        assert details_of(Entry.decode(entry.encode())) == each
        assert entry_of(each, TODAY, RECORDER, b"\1" * 32).encode() != entry.encode()  # salted
    viewed = entry_of(said[2], TODAY, RECORDER, bytes(32))
    assert viewed.office == "parks-department"
    with pytest.raises(MalformedError):
        details_of(viewed.model_copy(update={"details": {"act": "viewed"}}))
    for change in ({"purpose": "search"}, {"minutes": 61}, {"officer": "Anna"}):
        with pytest.raises(MalformedError):
            ViewedDetails.read({**said[2].fields(), **change})


# Killed at any moment

_WRITER = """
import sys, shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from habeas.cameras.recordings import Recordings
from tests.media.video.segments import RECORDER
folder, sample = Path(sys.argv[1]), Path(sys.argv[2])
recordings = Recordings(folder)
recordings.sweep_parts("north-gate")
print("ready", flush=True)
for hour in range(10_000):
    base = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    if (folder / "north-gate" / f"{base:%Y-%m-%d}" / f"{base:%H}" / "hour.json").exists():
        continue
    for number in range(4):
        start = base + timedelta(seconds=6 * number)
        if recordings.segments("north-gate", start, start + timedelta(milliseconds=1)):
            continue
        part = recordings.new_part("north-gate")
        shutil.copy(sample, part)
        recordings.add("north-gate", start, part)
        print(start.isoformat(), flush=True)
    recordings.close_hour("north-gate", f"{base:%Y-%m-%dT%H}Z", date(2026, 1, 1), RECORDER)
    if hour % 3 == 2:
        recordings.delete_expired(base + timedelta(days=14, hours=-1), RECORDER)
    print("closed", f"{base:%Y-%m-%dT%H}Z", flush=True)
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_nothing_and_leaves_nothing_half(recordings, tmp_path):
    sample = write_segment(tmp_path / "sample.mp4", seconds=6)
    whole = sample.read_bytes()
    output = tmp_path / "output"
    pause = random.Random(20261123)
    for number in range(12):
        before = output.read_text().count("ready") if number else 0
        with output.open("a") as file:
            writer = subprocess.Popen(
                [sys.executable, "-c", _WRITER, str(recordings.folder), str(sample)],
                stdout=file,
            )
            until(lambda before=before: output.read_text().count("ready") > before, "the writer")
            if number % 3 == 0:
                closed = output.read_text().count("closed")
                until(
                    lambda closed=closed: output.read_text().count("closed") > closed,
                    "an hour that is closed",
                )
            time.sleep(pause.uniform(0.02, 0.4))  # noqa: TID251 - killed at a moment of chance
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()
        _check(recordings, output.read_text().splitlines(), whole)
    assert output.read_text().count("closed") > 3


def _check(recordings, lines, whole):
    """All that was reported is there, whole, and no name leads to anything half."""
    owed = {each.hour for each in recordings.owed()}
    for line in lines:
        word, _, name = line.partition(" ")
        if word == "closed":
            recordings.verify_hour("north-gate", name)
            assert name in owed
        elif word != "ready":
            start = datetime.fromisoformat(word)
            try:
                assert recordings.content("north-gate", start) == whole
            except UnknownHourError:
                assert recordings.hour("north-gate", f"{start:%Y-%m-%dT%H}Z").deleted
    for path in recordings.folder.glob("*/*/*/*.mp4"):
        assert path.read_bytes() == whole
