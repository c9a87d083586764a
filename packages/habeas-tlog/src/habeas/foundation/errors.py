"""The one root of all errors that Habeas raises on purpose.

People read errors in three places: the page, the terminal and a log file. All
three print the same two sentences: what happened, and what to do about it.
"""


class HabeasError(Exception):
    """Something that Habeas refuses or cannot do, said for people.

    Args:
        cause: one sentence; what happened.
        remedy: one sentence; what the reader can do about it. Subclasses may
            carry a default in the class attribute of the same name.
    """

    remedy: str = ""
    #: A stable, hyphenated name for programs (JSON answers, log entries, tests).
    code: str = "error"
    #: The HTTP status (RFC 9110) of an answer with this error, where a service knows no better.
    status: int = 400

    def __init__(self, cause: str, remedy: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        if remedy is not None:
            self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}".strip()
