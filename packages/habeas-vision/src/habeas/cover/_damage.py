"""Which decoded frames show what was sent.

Where packets are missing or damaged, a decoder conceals: it shows what was there before, or a
smear. Nobody can say that such a picture was looked at; and what follows is predicted from it,
up to a picture that needs no other. Only frames that nothing of this can have touched are marked
as sound; all others are covered whole.

What tells of damage: the decoder's own flags and errors, who received the packets (`_losses`), and
missing numbers of pictures (`_h264`).
"""

from __future__ import annotations

from dataclasses import dataclass

import av
from av.video.frame import PictureType
from av.video.stream import VideoStream

from habeas.cover._h264 import PictureNumbers


class _Sound:
    """The mark of a frame that nothing speaks against.

    Each frame has one of its own: PyAV keeps what hangs on frames by identity, and lets go of it
    with the first frame that it hangs on.
    """


def mark(frame: av.VideoFrame, *, sound: bool) -> None:
    """Mark the frame; whatever it is converted to stays marked."""
    frame.opaque = _Sound() if sound else None


def is_sound(frame: av.VideoFrame) -> bool:
    """Whether `Damage` has checked the frame and found nothing against it; a lost mark is a no."""
    return isinstance(frame.opaque, _Sound)


@dataclass(frozen=True)
class Sent:
    """A packet's number in its stream, and when it came, seconds."""

    number: int
    at: float


class Damage:
    """Follows one stream through its decoder.

    Frames must come with the packets that they are of (`copy_opaque`), by a decoder without
    threads: FFmpeg's conceals nothing, and flags nothing, with threads for slices, and tells of
    the damage too late with threads for frames.

    Args:
        stream: what is decoded.
    """

    def __init__(self, stream: VideoStream) -> None:
        context = stream.codec_context
        context.copy_opaque = True
        self._numbers = PictureNumbers(context.extradata) if context.name == "h264" else None
        self._packet = -1
        #: Packets that say that decoding may begin with them, and gave no frame yet.
        self._keys: set[int] = set()
        #: Packets from which on nothing is sound, until a picture that needs none before it;
        #: they rise.
        self._damaged: list[int] = []
        self._shown = False
        self._refreshed = 0

    def packet(
        self, packet: av.Packet[VideoStream], at: float = 0.0, *, torn: bool = False
    ) -> None:
        """The next packet, before it is decoded.

        Args:
            packet: as it came.
            at: when, seconds.
            torn: whether something is missing in it or before it.
        """
        self._packet += 1
        packet.opaque = Sent(self._packet, at)
        if packet.is_keyframe:
            self._keys.add(self._packet)
        missing = self._numbers is not None and self._numbers.missing(bytes(packet))
        if torn or packet.is_corrupt or missing:
            self.failed()

    def gap(self) -> None:
        """Packets are missing before the next one, which is whole."""
        self._packet += 1
        self.failed()

    def failed(self) -> None:
        """The last packet could not be decoded."""
        self._refreshed = 0
        if self._packet not in self._damaged[-1:]:
            self._damaged.append(self._packet)

    def check(self, frame: av.VideoFrame) -> float | None:
        """Mark the frame if it is sound; frames come in order of display.

        Returns:
            When its packet came; None where the decoder does not tell which it was.
        """
        sent = frame.opaque if isinstance(frame.opaque, Sent) else None
        number = self._packet if sent is None else sent.number
        if frame.key_frame or number in self._keys:
            # Those before it gave no frame, or none that tells of which packet it is.
            self._keys = {each for each in self._keys if each > number}
            self._refresh(number, whole=frame.pict_type == PictureType.I)
        if frame.is_corrupt:
            self._shown, self._refreshed = True, 0
        damaged = self._shown or bool(self._damaged and self._damaged[0] <= number)
        mark(frame, sound=not damaged)
        return None if sent is None else sent.at

    def _refresh(self, number: int, *, whole: bool) -> None:
        """A picture from which decoding may begin.

        What is decoded later and shown before it stays as damaged as it was. Streams that are
        refreshed part by part have no whole picture. Each turn ends where the next one begins; in
        the first, what is refreshed may still be predicted from what is not.
        """
        self._refreshed = self._refreshed + 1 if self._shown or self._damaged else 0
        if whole or self._refreshed > 2:
            self._shown, self._refreshed = False, 0
            self._damaged = [each for each in self._damaged if each >= number]
