"""What a backup says of itself: ``backup.json``, read before Django is started."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from habeas.portal.site.sums import SumsError

FILE = "backup.json"
#: What a portal signs, serves and appends with.
KEYS = ("custodian.key", "secret-key", "log-token")
#: Told what is being done, how many bytes of it are, and how many there are; 0 if not known.
Say = Callable[[str, int, int], object]


class BackupRecord(BaseModel):
    """``backup.json``.

    Attributes:
        v: of this format.
        made: POSIX seconds.
        release: of the portal that made it.
        installation: the portal's installation id.
        epoch: of the tables.
        database: Django's name for where the tables were: sqlite or postgresql.
        keys: names of the key files that it has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: Literal[1] = 1
    made: int
    release: str
    installation: str
    epoch: int
    database: Literal["sqlite", "postgresql"]
    keys: tuple[str, ...]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read it from a backup's *folder*.

        Raises:
            SumsError: there is none that this release understands.
        """
        try:
            return cls.model_validate_json((folder / FILE).read_bytes())
        except OSError as error:
            raise SumsError(f"{folder} is no backup of a portal: it has no {FILE}.") from error
        except ValidationError as error:
            raise SumsError(
                f"{folder / FILE} is not what this release writes.",
                "Restore it with the release that made it, then upgrade.",
            ) from error
