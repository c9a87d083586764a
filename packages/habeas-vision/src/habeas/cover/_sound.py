"""The sound beside a covered picture: none, as it was, or distorted.

Voices identify people as faces do, so sound is left out unless it is asked for. Where it is
kept, it is copied packet by packet as far as the container can hold it; its language tag stays,
and nothing else that the file says of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, cast

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from habeas.cover._source import Source, mend, open_file, pictures, timeline_of
from habeas.cover._voice import Distortion, Vocoder
from habeas.cover.settings import Sound

#: Seconds by which sound that is encoded anew may stray from its stamps before they count again.
_STRAY = 0.1
#: Samples a second of Opus, which knows few rates.
_OPUS = 48_000


@dataclass
class Heard:
    """What was written of one track: the first stamp and the end of the last packet, seconds."""

    start: Fraction | None = None
    end: Fraction = Fraction(0)

    def add(self, packet: av.Packet[AudioStream]) -> None:
        """Count a packet that is written."""
        base = packet.time_base
        stamp = packet.pts if packet.pts is not None else packet.dts
        if stamp is None or base is None:
            return
        self.start = stamp * base if self.start is None else min(self.start, stamp * base)
        self.end = max(self.end, (stamp + (packet.duration or 0)) * base)


class _Track(Protocol):
    """One track of sound on its way."""

    stream: AudioStream

    def packets(self, packet: av.Packet[AudioStream]) -> Iterator[av.Packet[AudioStream]]:
        """What is written for a packet of the source, whose stamps count from the start."""

    def rest(self) -> Iterator[av.Packet[AudioStream]]:
        """What is written at the end."""


class Soundtrack:
    """All sound of a file, written in step with its picture, from a reader of its own.

    Sound that is damaged is left out: it is no reason to refuse the picture.

    Args:
        source: the file, opened for its picture; nothing was read yet.
        out: where to.
        ending: of the result's name; chooses codecs.
        how: what becomes of the sound.

    Attributes:
        heard: what was written of each track, by its number in the result.
    """

    def __init__(self, source: Source, out: OutputContainer, ending: str, how: Sound) -> None:
        self._origin = source.start
        self._out = out
        self._tracks: dict[int, _Track] = {}
        self._reader: InputContainer | None = None
        self.heard: dict[int, Heard] = {}
        known = [
            each
            for each in source.container.streams.audio
            if getattr(each, "codec_context", None) is not None
        ]
        if known and how == "none":
            source.left_out.add("sound")
        elif known:
            self._reader = open_file(source.path)
            # Stamps of sound in an AVI are counted from its bytes: true only where every
            # packet has as many. Its samples are counted instead.
            counted = source.container.format.name == "avi"
            for each in self._reader.streams.audio:
                if getattr(each, "codec_context", None) is not None:
                    self._add(each, ending, how, copied=not counted)
        self._packets = self._demux()
        self._next = next(self._packets, None)

    def _add(self, stream: AudioStream, ending: str, how: Sound, *, copied: bool) -> None:
        track: _Track
        if how == "distort":
            track = _Encoded(stream, self._out, ending, distorted=True)
        elif copied and stream.codec_context.name in self._out.supported_codecs:
            track = _Copied(stream, self._out)
        else:
            track = _Encoded(stream, self._out, ending, distorted=False)
        if stream.language:
            track.stream.metadata["language"] = stream.language
        self._tracks[stream.index] = track
        self.heard[track.stream.index] = Heard()

    def _demux(self) -> Iterator[av.Packet[AudioStream]]:
        if self._reader is None:
            return
        # The picture's packets are read too: its clock is the one that leads.
        picture = pictures(self._reader)[0]
        timeline = timeline_of(self._reader, picture)
        wanted = [each for each in self._reader.streams.audio if each.index in self._tracks]
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            for packet in self._reader.demux([picture, *wanted]):
                mend(packet, timeline)
                if packet.stream_index in self._tracks:
                    yield cast("av.Packet[AudioStream]", packet)

    def until(self, dts: int | None, base: Fraction | None) -> None:
        """Write the sound up to a picture's time; all of it for None."""
        end = None if dts is None or base is None else dts * base
        while (packet := self._next) is not None:
            if (
                end is not None and packet.dts is not None and packet.time_base is not None
                and packet.dts * packet.time_base - self._origin > end
            ):  # fmt: skip
                return
            self._write(packet)
            self._next = next(self._packets, None)

    def _write(self, packet: av.Packet[AudioStream]) -> None:
        track = self._tracks[packet.stream_index]
        if packet.dts is not None and packet.time_base is not None:
            origin = int(self._origin / packet.time_base)
            packet.dts -= origin
            if packet.pts is not None:
                packet.pts -= origin
        self._mux(track, lambda: track.packets(packet))

    def _mux(self, track: _Track, packets: Callable[[], Iterator[av.Packet[AudioStream]]]) -> None:
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            for each in packets():
                self.heard[track.stream.index].add(each)
                self._out.mux(each)

    def flush(self) -> None:
        """Write the rest, and what the encoders still hold."""
        self.until(None, None)
        for track in self._tracks.values():
            self._mux(track, track.rest)

    def spans(self) -> dict[int, tuple[Fraction, Fraction]]:
        """First stamp and end of what was written of each track, seconds, by its number."""
        return {
            number: (each.start, each.end)
            for number, each in self.heard.items()
            if each.start is not None
        }

    def close(self) -> None:
        """Close the reader."""
        if self._reader is not None:
            self._reader.close()


class _Copied:
    """Packets go as they come."""

    def __init__(self, origin: AudioStream, out: OutputContainer) -> None:
        self.stream = out.add_stream_from_template(origin)

    def packets(self, packet: av.Packet[AudioStream]) -> Iterator[av.Packet[AudioStream]]:
        if packet.dts is not None and packet.size:
            packet.stream = self.stream
            yield packet

    def rest(self) -> Iterator[av.Packet[AudioStream]]:
        return iter(())


class _Encoded:
    """Decoded, perhaps distorted, and encoded anew; stamps count samples."""

    def __init__(
        self, origin: AudioStream, out: OutputContainer, ending: str, *, distorted: bool
    ) -> None:
        opus = ending == ".webm"
        self._distortion = Distortion() if distorted else None
        self._rate = Vocoder.rate if distorted else _OPUS if opus else _rate_of(origin)
        layout = "mono" if distorted else _layout_of(origin)
        # Distorted sound is decoded to one channel of numbers; other sound to what the encoder has.
        self._resampler = AudioResampler("flt" if distorted else "fltp", layout, self._rate)
        self.stream = out.add_stream("libopus" if opus else "aac", rate=self._rate, layout=layout)
        self._at: int | None = None

    def packets(self, packet: av.Packet[AudioStream]) -> Iterator[av.Packet[AudioStream]]:
        for frame in packet.decode():
            yield from self._taken(frame)

    def _taken(self, frame: av.AudioFrame | None) -> Iterator[av.Packet[AudioStream]]:
        for each in self._resampler.resample(frame):
            told = None if each.pts is None or each.time_base is None else each.pts * each.time_base
            if self._at is None:
                self._at = round((told or Fraction(0)) * self._rate)
            if self._distortion is None:
                yield from self._encoded(each, told)
            else:
                samples = each.to_ndarray().reshape(-1).astype(np.float32)
                yield from self._noise(self._distortion.add(samples), told)

    def _noise(
        self, samples: np.ndarray[tuple[int], np.dtype[np.float32]], told: Fraction | None
    ) -> Iterator[av.Packet[AudioStream]]:
        if len(samples):
            frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
            frame.sample_rate = self._rate
            yield from self._encoded(frame, told)

    def _encoded(
        self, frame: av.AudioFrame, told: Fraction | None
    ) -> Iterator[av.Packet[AudioStream]]:
        wanted = 0 if told is None else round(told * self._rate)
        # A gap in the sound stays one.
        at = wanted if wanted - (self._at or 0) > _STRAY * self._rate else self._at or 0
        frame.pts, frame.time_base = at, Fraction(1, self._rate)
        self._at = at + frame.samples
        yield from self.stream.encode(frame)

    def rest(self) -> Iterator[av.Packet[AudioStream]]:
        yield from self._taken(None)
        if self._distortion is not None:
            yield from self._noise(self._distortion.flush(), None)
        yield from self.stream.encode(None)


def _layout_of(origin: AudioStream) -> str:
    """Where its channels are heard, by FFmpeg's name; old files do not tell."""
    name = origin.layout.name
    if name.endswith("channels"):
        return "mono" if origin.layout.nb_channels == 1 else "stereo"
    return name


def _rate_of(origin: AudioStream) -> int:
    """The sample rate, where AAC has it; else the next that it has."""
    rate = origin.codec_context.sample_rate
    return next((each for each in _AAC_RATES if each >= rate), _AAC_RATES[-1])


#: ISO/IEC 14496-3, table 1.18.
_AAC_RATES = (
    7350, 8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200,
    96_000,
)  # fmt: skip
