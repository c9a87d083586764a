"""RFC 9457, problem details: what every HTTP service of Habeas answers when it cannot or will not.

The members of the RFC say it for any client: ``type``, ``title``, ``status``, ``detail``.
Two extension members (section 3.2) say it as Habeas does everywhere: ``code``, the stable
name for programs, and ``remedy``, what the reader can do about it. This module knows bytes
and numbers only; each service has its own framework.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from habeas.foundation.errors import HabeasError

MEDIA_TYPE = "application/problem+json"
#: Problem types are identified by URI (section 3.1.1); nothing has to be found there.
TYPES = "https://habeas.example/problems/"
#: Of each text that is taken over from somebody else's answer, characters.
_MAX_TEXT = 500


class ProblemFormatError(HabeasError):
    """Bytes that are no problem details."""

    code = "problem-format"
    remedy = "Look at the address: something else than a service of Habeas may answer there."


@dataclass(frozen=True)
class Problem:
    """One problem.

    Attributes:
        status: the HTTP status of the answer (RFC 9110).
        code: the stable, hyphenated name of the problem's type.
        detail: one sentence; what happened.
        remedy: one sentence; what the reader can do about it; may be empty.
        more: further extension members, such as a signed statement.
    """

    status: int
    code: str
    detail: str
    remedy: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: HabeasError, status: int | None = None, **more: Any) -> Self:
        """The problem that *error* is; its own status unless the service knows better."""
        return cls(
            error.status if status is None else status, error.code, error.cause, error.remedy, more
        )

    @classmethod
    def decode(cls, content: bytes, status: int) -> Self:
        """Read the problem in somebody else's answer.

        Args:
            content: the body; hostile bytes are fine.
            status: that of the answer; the body's own is only advice (section 3.1.3).

        Raises:
            ProblemFormatError: these are no problem details of Habeas.
        """
        try:
            members = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ProblemFormatError(f"An answer with status {status} is no JSON.") from error
        if not isinstance(members, dict):
            raise ProblemFormatError(f"An answer with status {status} is no JSON object.")
        code, detail, remedy = (
            members.pop(name, default)
            for name, default in (("code", None), ("detail", None), ("remedy", ""))
        )
        if not (isinstance(code, str) and isinstance(detail, str) and isinstance(remedy, str)):
            raise ProblemFormatError(f"An answer with status {status} has no code and detail.")
        for name in ("type", "title", "status"):
            members.pop(name, None)
        return cls(status, code[:_MAX_TEXT], detail[:_MAX_TEXT], remedy[:_MAX_TEXT], members)

    def members(self) -> dict[str, Any]:
        """The JSON object, the RFC's members first."""
        return {
            "type": TYPES + self.code,
            "title": self.code.replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "remedy": self.remedy,
            **self.more,
        }

    def encode(self) -> bytes:
        """The body of the answer, of `MEDIA_TYPE`."""
        return json.dumps(self.members(), ensure_ascii=False).encode()
