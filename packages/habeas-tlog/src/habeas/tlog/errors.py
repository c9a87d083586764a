"""What a log, or somebody who speaks for it, can get wrong."""

from habeas.foundation.errors import HabeasError

_DISTRUST = "Do not rely on this log until its operator has explained it; tell a monitor."


class TlogError(HabeasError):
    """Root of all errors of this room."""

    code = "tlog"


class FormatError(TlogError):
    """Text or bytes that are not what the specification says."""

    code = "tlog-format"
    remedy = "Fetch it again; if it stays so, tell whoever made it."


class SignatureError(TlogError):
    """A known key's signature does not verify, or no known key has signed."""

    code = "tlog-signature"
    remedy = _DISTRUST


class UnsignedError(SignatureError):
    """A note that none of the known keys has signed."""


class QuorumError(SignatureError):
    """Too few of the policy's witnesses have cosigned."""

    code = "tlog-quorum"
    remedy = "Wait until enough witnesses answer again; until then nothing counts as logged."


class ProofError(TlogError):
    """A proof that does not prove what it is held against."""

    code = "tlog-proof"
    remedy = _DISTRUST


class ProofLengthError(ProofError):
    """A proof with another number of hashes than index and size demand."""

    code = "tlog-proof-length"


class RootMismatchError(ProofError):
    """Hashes that lead to another root than the checkpoint's."""

    code = "tlog-root"


class CorruptLogError(ProofError):
    """A file of a log that is not what the signed root demands."""

    code = "log-corrupt"
    status = 503

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(f"{path}: {cause}")
        #: The file, below the log's prefix.
        self.path = path


class ForkedViewError(ProofError):
    """A checkpoint that is not an extension of what was seen before."""

    code = "view-forked"
    remedy = "Keep both checkpoints: together they prove that the log was forked."


class StaleViewError(TlogError):
    """The log cannot be followed far enough now."""

    code = "view-stale"
    remedy = "Try again when the log answers."


class OldViewError(TlogError):
    """A view of the log that no quorum of witnesses has confirmed lately."""

    code = "view-old"
    remedy = "Try again in an hour; if it stays so, ask a monitor and the witnesses what they see."


class ReaderClockError(TlogError):
    """The reader's clock is behind the witnesses', so that it tells no age."""

    code = "reader-clock"
    remedy = "Set the clock of this machine, and try again."


class RolledBackError(TlogError):
    """The log is older than what it has signed: signing on would make a second tree."""

    code = "log-rolled-back"
    status = 503
    remedy = (
        "Do not sign with its key. Stop it, and make it whole from a newer copy of its public "
        "tiles: habeas log rebuild MIRROR --data FOLDER (MIRROR: a mirror's address or folder); "
        "or bring back its newest folder. Witnesses cosign no shorter tree."
    )


class DamagedError(TlogError):
    """The log's own files or database are damaged."""

    code = "log-damaged"
    status = 503
    remedy = (
        "Keep the folder as it is, and make the log whole from a copy of its public tiles with "
        "`habeas-tlog rebuild`."
    )


class PlaceError(TlogError):
    """A folder or file of the log cannot be used as it must be."""

    code = "log-place"
    status = 503
    remedy = "Let the log's user write to its folder, and see that the disk is not read-only."


class NotAdmittedError(TlogError):
    """The log does not take this entry.

    Args:
        status: of the HTTP answer: 403 where the writer may not append it, 400 where nobody may.
    """

    code = "not-admitted"
    remedy = "Ask whoever runs the log what it takes, and from whom."

    def __init__(
        self, cause: str, remedy: str | None = None, *, code: str | None = None, status: int = 403
    ) -> None:
        super().__init__(cause, remedy)
        self.status = status
        if code is not None:
            self.code = code


class LogUnavailableError(TlogError):
    """The log does not answer, or cannot take entries now."""

    code = "log-unavailable"
    status = 503
    remedy = "Nothing is lost: the same entry can be sent again. Try again in a moment."
