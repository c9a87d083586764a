"""A file's time stamps on one line that never breaks, whatever its clock did.

Streams of MPEG-2 systems (ISO/IEC 13818-1) count their time in 33 bits and may begin anew at
any packet: recordings that were joined, receivers that changed channels, clocks that were
set. A step that no picture explains is closed up, and counted; everything after it keeps its
place relative to the picture before it.

Pure: stamps in seconds in, corrections in seconds out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Limits:
    """Which steps of a clock are believed.

    Attributes:
        back: seconds that stamps of one stream may go back. Decoding times never do; what goes
            back by less is a muxer's rounding.
        ahead: seconds without a packet that are believed of a stream whose clock may jump.
            Cameras that send only when something moves pause for tens of seconds.
        together: seconds by which two streams' jumps may differ, and still be one jump. Sound and
            picture that were cut at one place differ by less than a packet of each.
    """

    back: Fraction = Fraction(1)
    ahead: Fraction = Fraction(60)
    together: Fraction = Fraction(1, 2)


@dataclass
class Timeline:
    """What to add to the stamps of each stream.

    The picture leads: its own jumps decide where it goes on, and sound that jumped about as far
    jumps exactly as far, so that both stay together.

    Args:
        picture: number of the stream that leads.
        jumpy: whether steps ahead may be jumps: in MPEG-2 systems they may.
        limits: which steps are believed.

    Attributes:
        jumps: of the picture, so far.
    """

    picture: int
    jumpy: bool
    limits: Limits = Limits()
    jumps: int = 0
    _added: dict[int, Fraction] = field(default_factory=dict)
    _last: dict[int, Fraction] = field(default_factory=dict)
    _step: dict[int, Fraction] = field(default_factory=dict)
    _of_picture: Fraction = Fraction(0)

    def correction(self, stream: int, at: Fraction, length: Fraction) -> Fraction:
        """Seconds to add to a packet's stamps.

        Args:
            stream: its number.
            at: its decoding time stamp, seconds.
            length: its duration, seconds; 0 where it is not known.
        """
        added = self._added.get(stream, Fraction(0))
        last = self._last.get(stream)
        if last is not None and self._jumped(at + added - last):
            # Where the packet does not tell, the step before tells how long pictures are shown.
            step = length or self._step.get(stream, Fraction(0))
            added = self._closed(stream, last + step - at)
        elif last is not None:
            self._step[stream] = at + added - last
        self._added[stream] = added
        self._last[stream] = at + added
        return added

    def _jumped(self, step: Fraction) -> bool:
        return step < -self.limits.back or (self.jumpy and step > self.limits.ahead)

    def _closed(self, stream: int, wanted: Fraction) -> Fraction:
        if stream == self.picture:
            self.jumps += 1
            self._of_picture = wanted
            # Sound that was first to jump goes where the picture went.
            for other, added in self._added.items():
                if other != stream and abs(added - wanted) <= self.limits.together:
                    self._added[other] = wanted
        elif abs(self._of_picture - wanted) <= self.limits.together:
            return self._of_picture
        return wanted
