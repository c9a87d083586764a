"""Pictures of which something was lost on the way: what may be a smear is covered whole."""

import av
import numpy as np
import pytest

from habeas import cover
from habeas.cover._damage import Damage, is_sound
from habeas.cover._losses import Losses
from tests.media.video import films, small

SETTINGS = cover.Settings(detector="centerface", quality="fast")
#: Frames from one key frame to the next.
GROUP = 12
X265 = {"x265-params": f"keyint={GROUP}:min-keyint={GROUP}:log-level=none"}
KINDS = {
    "h264 in mp4": ("a.mp4", "libx264", {"g": str(GROUP)}),
    "h264 in ts": ("a.ts", "libx264", {"g": str(GROUP)}),
    "h264, no B-frames": ("b.ts", "libx264", {"g": str(GROUP), "bf": "0"}),
    "h264, refreshed in parts": (
        "c.ts", "libx264", {"g": str(GROUP), "x264-params": "intra-refresh=1"},
    ),
    "h265": ("d.ts", "libx265", X265),
}  # fmt: skip


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def film(request, tmp_path_factory):
    name, codec, options = request.param
    path = tmp_path_factory.mktemp("film") / name
    return films.write(path, films.pictures(72, step=3), codec=codec, options=options)


def decoded(path, lost=frozenset(), torn=frozenset()):
    """Frames by the stamp of their packet, with what is known of them; some packets are lost."""
    found, losses = {}, Losses()
    with losses.opening():
        container = av.open(str(path))
    with container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        damage = Damage(stream)

        def take(frames):
            for frame in frames:
                damage.check(frame)
                found[frame.pts] = next(films.planes(frame)).astype(int), is_sound(frame)

        number = -1
        for packet, missing in losses.packets(container.demux(stream)):
            if not packet.size:
                continue
            number += 1
            if number in lost:
                continue
            sent = without_its_middle(packet) if number in torn else packet
            damage.packet(sent, torn=missing or number in torn)
            try:
                take(sent.decode())
            except av.error.InvalidDataError:
                damage.failed()
        take(stream.decode(None))
    return found


def test_each_frame_keeps_its_own_mark_when_others_have_gone(tmp_path):
    path = films.write(tmp_path / "film.ts", films.pictures(24), options={"g": str(GROUP)})
    for damaged in (False, True):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            damage, frames = Damage(stream), []
            for packet in container.demux(stream):
                damage.packet(packet, torn=damaged)
                for frame in packet.decode():
                    damage.check(frame)
                    frames.append(frame)
        frame = None
        del frames[::2]
        marks = [is_sound(each.reformat(format="yuv444p")) for each in frames]
        assert marks == [not damaged] * 12


def test_a_frame_that_nobody_checked_is_not_sound():
    assert not is_sound(av.VideoFrame(64, 48, "yuv420p"))


def without_its_middle(packet):
    """As a packet comes of which a part was lost on the way, as RTP divides it."""
    content = bytes(packet)
    torn = av.Packet(content[: len(content) // 3] + content[len(content) * 2 // 3 :])
    torn.pts, torn.dts, torn.time_base = packet.pts, packet.dts, packet.time_base
    torn.stream = packet.stream
    return torn


def bare(whole, some):
    """Stamps of frames that show something else, and are not marked."""
    return [
        at for at, (picture, sound) in some.items()
        if sound and abs(picture - whole[at][0]).max() > 12
    ]  # fmt: skip


def test_what_is_whole_is_sound(film):
    assert all(sound for _, sound in decoded(film).values())


@pytest.mark.parametrize("how", ["lost", "torn"])
def test_nothing_that_may_be_a_smear_is_taken_for_sound(film, how):
    """Each packet of a group in its turn; the last groups are whole."""
    whole, unsound = decoded(film), 0
    for number in range(1, GROUP + 3):
        some = decoded(film, **{how: {number}})
        assert bare(whole, some) == []
        marked = [at for at, (_, sound) in some.items() if not sound]
        unsound += len(marked)
        # Nothing stays marked for longer than it takes to a picture that needs no other, or to
        # three turns of those that are refreshed in parts.
        last = sorted(whole)[-GROUP // 2 :]
        assert not set(marked) & set(last), number
    assert unsound or how == "lost"


def test_many_losses_at_random(film):
    whole, rng = decoded(film), np.random.default_rng(7)
    for _ in range(6):
        lost = {number for number in range(72) if rng.random() < 0.1}
        torn = {number for number in range(72) if rng.random() < 0.1} - lost
        assert bare(whole, decoded(film, lost=lost, torn=torn)) == []


#: Bytes of a packet of MPEG-2 systems.
PACKET = 188


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg2video"])
def test_a_transport_stream_counts_its_packets(tmp_path, codec):
    """Whatever the codec: something is missing where the continuity counter leaps."""
    options = X265 if codec == "libx265" else {"g": str(GROUP)}
    source = films.write(tmp_path / "a.ts", films.pictures(48), codec=codec, options=options)
    whole, content, unsound = decoded(source), source.read_bytes(), 0
    picture = [
        at for at in range(0, len(content), PACKET)
        if content[at + 1] & 0x1F == 1 and content[at + 2] == 0 and not content[at + 1] & 0x40
    ]  # fmt: skip
    assert len(picture) > 40, "packets of the picture's stream, 0x100, and not its beginnings"
    for number in range(5, 40, 5):
        lossy = tmp_path / "lossy.ts"
        lossy.write_bytes(content[: picture[number]] + content[picture[number] + PACKET :])
        some = decoded(lossy)
        assert bare(whole, some) == []
        unsound += sum(not sound for _, sound in some.values())
    assert unsound


def without_packets(source, target, lost):
    """Copy a video but for some of its packets."""
    with av.open(str(source)) as video, av.open(str(target), "w") as out:
        stream = video.streams.video[0]
        written = out.add_stream_from_template(stream)
        for number, packet in enumerate(video.demux(stream)):
            if packet.size and number not in lost:
                packet.stream = written
                out.mux(packet)
    return target


@pytest.mark.parametrize("quality", ["fast", "balanced"])
def test_a_file_that_lost_pictures_is_covered_whole_until_the_next_key_frame(tmp_path, quality):
    source = films.write(
        tmp_path / "a.mp4", films.pictures(36, step=3), options={"g": str(GROUP), "bf": "0"}
    )
    lossy = without_packets(source, tmp_path / "lossy.mp4", {14})
    report = cover.redact(
        lossy, tmp_path / "out.mp4", cover.Settings(detector="centerface", quality=quality)
    )
    shown = films.read(tmp_path / "out.mp4")
    whole = [bool(films.dark(frame).all()) for frame in shown]
    assert whole == [14 <= number < 23 for number in range(35)]
    assert report.whole == report.damaged == 9
    assert report.covered == 35


def test_a_preview_shows_no_picture_that_was_covered_whole(tmp_path):
    source = films.write(
        tmp_path / "a.mp4", films.pictures(36, step=3), options={"g": str(GROUP), "bf": "0"}
    )
    lossy = without_packets(source, tmp_path / "lossy.mp4", {1})
    cover.write_preview(lossy, tmp_path / "shown.jpg", SETTINGS, at=0.2)
    from PIL import Image

    assert np.asarray(Image.open(tmp_path / "shown.jpg")).mean() > 60


def test_streams_without_groups_of_pictures_are_whole(tmp_path):
    for name, codec, form in (("a.avi", "mjpeg", "yuvj420p"), ("b.mkv", "ffv1", "yuv420p"),
                              ("c.webm", "libvpx-vp9", "yuv420p")):  # fmt: skip
        source = small.write(tmp_path / name, 12, codec=codec, pix_fmt=form, options={})
        assert all(sound for _, sound in decoded(source).values()), name
