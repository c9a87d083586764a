"""Sound of which only the loudness of a few bands is left: a noise vocoder.

R. V. Shannon et al., "Speech recognition with primarily temporal cues", Science 270 (1995):
noise in four bands that follows the loudness of speech in them can be understood with some
effort, while the pitch of the voice and the fine shape of its spectrum are gone. What is left
is four numbers sixty times a second; nothing that was thrown away can be computed back.

Pure: samples in, samples out. The noise is the same for the same seed, so that the same file
gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Vocoder:
    """How sound is distorted.

    Attributes:
        rate: samples a second; what is above half of it is gone.
        window: samples that are measured at once: 32 ms, longer than two periods of any voice,
            so that no pitch is left in how loudness changes.
        edges: of the bands, Hz: Shannon's four.
        most: loudest sample that is written.
    """

    rate: int = 16_000
    window: int = 512
    edges: tuple[float, ...] = (50.0, 800.0, 1500.0, 2500.0, 4000.0)
    most: float = 0.99


class Distortion:
    """Distorts one channel of sound, piece by piece.

    Args:
        how: bands and rate.
        seed: of the noise.
    """

    def __init__(self, how: Vocoder | None = None, seed: int = 1) -> None:
        self.how = how or Vocoder()
        self._random = np.random.default_rng(seed)
        self._hop = self.how.window // 2
        # Square roots of Hann windows, whose overlapping squares add up to one.
        self._window = np.sqrt(np.hanning(self.how.window + 1)[:-1]).astype(np.float32)
        frequencies = np.fft.rfftfreq(self.how.window, 1 / self.how.rate)
        self._bands = [
            np.flatnonzero((frequencies >= low) & (frequencies < high))
            for low, high in zip(self.how.edges, self.how.edges[1:], strict=False)
        ]
        # Half a window of silence before the first sample, so that it is whole in two windows.
        self._waiting: Samples = np.zeros(self._hop, np.float32)
        self._overlap: Samples = np.zeros(self._hop, np.float32)
        self._skip = self._hop
        self._taken = self._given = 0

    def add(self, samples: Samples) -> Samples:
        """Take *samples* (-1 to 1); give what is finished: half a window less at first."""
        self._taken += len(samples)
        self._waiting = np.concatenate([self._waiting, samples])
        done = []
        while len(self._waiting) >= self.how.window:
            done.append(self._next(self._waiting[: self.how.window]))
            self._waiting = self._waiting[self._hop :]
        out = np.concatenate(done) if done else np.zeros(0, np.float32)
        skipped = min(self._skip, len(out))
        self._skip -= skipped
        self._given += len(out) - skipped
        return out[skipped:]

    def flush(self) -> Samples:
        """The rest: after it, as many samples have come out as went in."""
        missing = self._taken - self._given
        self._taken = self._given
        rest = self.add(np.zeros(missing + 2 * self.how.window, np.float32))
        return rest[:missing]

    def _next(self, samples: Samples) -> Samples:
        spectrum = np.abs(np.fft.rfft(samples * self._window))
        noise = np.zeros(len(spectrum), np.complex64)
        for band in self._bands:
            loudness = np.sqrt(np.mean(np.square(spectrum[band])))
            noise[band] = loudness * np.exp(2j * np.pi * self._random.random(len(band)))
        made = np.fft.irfft(noise, self.how.window).astype(np.float32) * self._window
        done = self._overlap + made[: self._hop]
        self._overlap = made[self._hop :]
        return np.clip(done, -self.how.most, self.how.most)
