"""What the footage room refuses, each with a cause and a remedy."""

from habeas.foundation.errors import HabeasError


class FootageError(HabeasError):
    """A video that cannot be covered. Nothing was written under the final name."""

    code = "footage"


class UnreadableVideoError(FootageError):
    """The file cannot be opened, or holds nothing that can be decoded."""

    code = "unreadable-video"
    remedy = "Play the file in a media player: if that fails too, it is damaged or no video."


class NoVideoError(FootageError):
    """The file has no video stream, or one without a single frame."""

    code = "no-video"
    remedy = "Check that this is the file you mean: sound alone needs no covering."


class TooLargeVideoError(FootageError):
    """More pixels in a frame than are taken."""

    code = "too-large-video"
    remedy = "Scale the video down first."


class ChangedSizeError(FootageError):
    """The picture's size changes inside the file; one video has one size."""

    code = "changed-size"
    remedy = "Cut the video where its size changes, without encoding it anew, and cover each part."


class StalledError(FootageError):
    """Decoding made no progress, and was ended."""

    code = "stalled"
    remedy = "The file is probably damaged; try a copy from the source."


class CoveringDiedError(FootageError):
    """The process that covered the video ended without an answer."""

    code = "worker-died"
    remedy = "Check free memory and disk space, and try again."


class OutputError(FootageError):
    """The covered video cannot be written."""

    code = "output"
    remedy = "Check free disk space, the folder's permissions, and the name's ending."


class SettingsError(FootageError):
    """Settings that make no sense."""

    code = "settings"
    remedy = "See `habeas redact --help`."
