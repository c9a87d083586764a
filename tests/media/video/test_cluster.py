"""Work on a Ray cluster: whoever dies on the way, the same bytes; and errors said as ever."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from habeas import cover
from habeas.cover import cluster
from tests.media.video import films
from tests.media.video.machines import TOO_SLOW, alone, connected, machines
from tests.media.video.test_parts import SETTINGS, film, in_parts
from tests.service.tlog.servers import free_ports
from tests.waiting import until

__all__ = ["alone", "connected", "film", "machines"]


def covers_below(process):
    """Whether a process that covers footage descends from this one."""
    with contextlib.suppress(OSError):
        for threads in Path(f"/proc/{process}/task").glob("*/children"):
            for child in threads.read_text().split():
                program = Path(f"/proc/{child}/cmdline").read_bytes()
                if b"habeas.cover._worker" in program or covers_below(child):
                    return True
    return False


def job(source, target, **part):
    part = {"number": 0, "start": None, "end": None, **part}
    return {"source": str(source), "target": str(target), "ending": ".mp4",
            "part": part, "settings": SETTINGS.to_json()}  # fmt: skip


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_machine_that_dies_in_the_middle_costs_nothing_but_time(
    film, tmp_path, machines, connected
):
    running, second, _ = machines
    _, undisturbed = in_parts(film, tmp_path / "undisturbed", 0.4)
    seen, died = [], []
    raylet = second.all_processes["raylet"][0].process.pid

    def kill():
        # It is killed with a part in hand: one that has begun, after one that is done.
        until(lambda: seen and covers_below(raylet), "a part in hand", pause=0.01)
        running.remove_node(second, allow_graceful=False)

    killer = threading.Thread(target=kill)
    lost = cluster._Work._lost

    def count(self, number, error):
        died.append(number)
        lost(self, number, error)

    def progress(frames, at, total):
        seen.append((frames, at, total))

    out = tmp_path / "one" / "out.mp4"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster._Work, "_lost", count)
        killer.start()
        report = cluster.redact_on("auto", film, out, SETTINGS, seconds=0.4, progress=progress)
    killer.join()
    assert died, "nobody was at work on the machine that died"
    assert report.frames == 60
    assert len(seen) == 5
    assert seen[-1][0] == 60
    assert seen[-1][1] == pytest.approx(seen[-1][2])
    assert out.read_bytes() == undisturbed.read_bytes()
    whole = tmp_path / "whole.mp4"
    told = cover.redact(film, whole, SETTINGS)
    assert (report.frames, report.seconds) == (told.frames, told.seconds)
    assert films.times(out) == pytest.approx(films.times(whole), abs=1e-9)
    assert [each.name for each in out.parent.iterdir()] == ["out.mp4"]
    until(
        lambda: sum(each["Alive"] for each in connected.nodes()) == 1,
        "the cluster to notice the loss",
        pause=0.2,
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_goes_wrong_on_a_machine_is_said_here(film, tmp_path, connected):
    (tmp_path / "no.mp4").write_bytes(b"no video")
    no_video = cluster._Work(connected, [job(tmp_path / "no.mp4", tmp_path / "0.mp4")], gpu=False)
    with pytest.raises(cover.UnreadableVideoError) as error:
        no_video.run(None, None)
    assert "no.mp4 cannot be opened" in error.value.cause
    unseen = cluster._Work(connected, [job("/nowhere/film.mp4", tmp_path / "0.mp4")], gpu=False)
    with pytest.raises(cluster.ClusterError, match="does not see"):
        unseen.run(None, None)

    class Dying:
        def cover(self, _job):
            os._exit(1)

    lost = cluster._Work(connected, [job(film, tmp_path / "0.mp4")], gpu=False)
    lost._kind = connected.remote(Dying)
    with pytest.raises(cluster.ClusterError, match="Part 1 of the video was lost 3 times"):
        lost.run(None, None)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("where", ["client", "local"])
def test_the_command_works_on_a_cluster(film, tmp_path, alone, where, request):
    address = "local"
    if where == "client":
        address = f"ray://127.0.0.1:{request.getfixturevalue('machines')[2]}"
    out = tmp_path / "out.mp4"
    command = [sys.executable, "-m", "habeas.cli", "redact", str(film), str(out), "--json",
               "--detector", "centerface", "--quality", "fast", "--sound", "keep",
               "--cluster", address]  # fmt: skip

    def answered():
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        return None if TOO_SLOW in done.stdout + done.stderr else done

    done = until(answered, "a cluster that starts in time")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["report"]["frames"] == 60
    _, expected = in_parts(film, tmp_path / "here", 20)
    assert out.read_bytes() == expected.read_bytes()
    assert {each.name for each in tmp_path.iterdir()} == {"out.mp4", "here"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_is_said(film, tmp_path):
    out = tmp_path / "out.mp4"
    with pytest.raises(cluster.ClusterError) as error:
        cluster.redact_on(f"ray://127.0.0.1:{free_ports(1)[0]}", film, out, SETTINGS)
    assert error.value.remedy
    assert not list(tmp_path.iterdir())


def test_the_extra_is_named_where_ray_is_missing(film, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(cluster.ClusterError) as error:
        cluster.redact_on("local", film, tmp_path / "out.mp4", SETTINGS)
    assert "pip install 'habeas[cluster]'" in error.value.remedy


def test_a_source_is_never_its_own_target(film, tmp_path):
    source = tmp_path / "film.mp4"
    source.write_bytes(Path(film).read_bytes())
    with pytest.raises(cover.OutputError):
        cluster.redact_on("local", source, source, SETTINGS)
    assert source.read_bytes() == Path(film).read_bytes()


def test_what_a_killed_run_left_is_swept_and_what_runs_is_not(tmp_path):
    host = socket.gethostname()
    names = {
        "dead": f".out.mp4.{host}-4194999.parts",
        "running": f".out.mp4.{host}-1.parts",
        "elsewhere": ".out.mp4.other-4194999.parts",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
    with cluster._folder(tmp_path / "out.mp4") as folder:
        assert folder.is_dir()
        left = {each.name for each in tmp_path.iterdir()}
    assert left == {names["running"], names["elsewhere"], folder.name}
    assert not folder.exists()
