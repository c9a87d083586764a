"""How a job in a worker can fail."""

from habeas.foundation.errors import HabeasError


class WorkerError(HabeasError):
    """A worker gave no answer. Nothing of what it worked on is told."""

    code = "worker"


class WorkerDiedError(WorkerError):
    """The worker ended without an answer, or sent what is no answer."""

    code = "worker-died"
    remedy = "The file may be damaged. Try another one."


class WorkerStalledError(WorkerError):
    """The worker was ended because it made no progress for too long."""

    code = "worker-stalled"
    remedy = "Try again when the machine is less busy, or try another file."


class JobError(HabeasError):
    """What the worker's handler raised, as it said it.

    Args:
        code: of the `HabeasError` there.
        cause: its cause.
        remedy: its remedy.
    """

    def __init__(self, code: str, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.code = code
