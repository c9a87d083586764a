"""Legal holds: hours that are not deleted although their days are over, and no others.

    RECORDINGS/<camera>/holds/<index>.json    an entry `held` or `lifted`, with its proof
    RECORDINGS/<camera>/holds/judged.json     what the recorder has made of them

Whoever puts a hold leaves the entry and its proof; the recorder alone judges, once, by the
camera's own promise: how long beyond their days hours may be held, and how many at a time. What
it has taken on stands in its own file: nobody ends a hold by taking the entry's file away. A hold
ends by itself after its day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from habeas.cameras.hours import RecordingError, start_of
from habeas.cameras.witnessed import Logged, Witnessed
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import MalformedError
from habeas.protocol.document import Day, Document, Slug
from habeas.protocol.footage import PublicCamera, hour_name
from habeas.protocol.looks import HeldDetails, HoldReason, HourName, LiftedDetails

_FOLDER, _JUDGED = "holds", "judged.json"
_HOUR = timedelta(hours=1)
#: An entry's day may be ahead of a clock that is a little slow.
_SLOW = timedelta(days=1)

Say = Callable[[str], None]


class HoldRefusedError(HabeasError):
    """A hold that the camera's entry does not allow; `code` says which rule."""

    code = "hold"
    status = 403
    remedy = "What may be held stands in the camera’s public entry, and changes only there."

    def __init__(self, cause: str, *, code: str) -> None:
        super().__init__(cause)
        self.code = code


class Hold(Document):
    """One hold, as the recorder keeps it.

    Attributes:
        index: of its entry on the log.
        refused: the code of the rule that it broke; empty where it counts.
        lifted: the day on which it was lifted.
    """

    index: Annotated[int, Field(ge=0)]
    office: Slug | None = None
    reason: Annotated[HoldReason, Field(strict=False)]
    hour: HourName
    hours: Annotated[int, Field(ge=1)]
    until: Day
    refused: str = ""
    lifted: Day | None = None

    def counts(self, today: date) -> bool:
        """Whether it is in force on *today*."""
        return not self.refused and not self.lifted and self.until >= today.isoformat()

    def names(self) -> frozenset[str]:
        """The hours that it holds."""
        return span(self.hour, self.hours)


class _Judged(Document):
    v: Literal[2] = 2
    holds: tuple[Hold, ...] = ()
    #: Indexes of entries that need no second look.
    seen: tuple[int, ...] = ()


def span(hour: str, hours: int) -> frozenset[str]:
    """The names of *hours* hours from *hour* on."""
    first = start_of(hour)
    return frozenset(hour_name(first + number * _HOUR) for number in range(hours))


def verify(
    camera: PublicCamera, wish: HeldDetails, others: Iterable[Hold], today: date, now: datetime
) -> None:
    """Raise unless *camera*'s entry allows the hold *wish*.

    Args:
        camera: as it is registered now.
        wish: what is to be held.
        others: all holds of the camera.
        today: the day on which it is put.
        now: the time, UTC.

    Raises:
        HoldRefusedError: with the code of the rule.
    """
    rules = camera.holds
    if rules is None:
        raise HoldRefusedError("Nothing of this camera may be held.", code="holds-not-promised")
    last = start_of(wish.hour) + (wish.hours - 1) * _HOUR
    if last > now:
        raise HoldRefusedError("What has not been recorded yet cannot be held.", code="hold-future")
    until = date.fromisoformat(wish.until)
    if until < today:
        raise HoldRefusedError("The hold would be over already.", code="hold-over")
    longest = start_of(wish.hour).date() + timedelta(days=camera.keep_days + rules.days)
    if until > longest:
        raise HoldRefusedError(
            f"These hours may be held until {longest} at most, in however many holds.",
            code="hold-too-long",
        )
    most = rules.hours(camera.keep_days)
    held = frozenset[str]().union(*(each.names() for each in others if each.counts(today)))
    # An hour of another hold costs nothing more.
    if wish.hours > most or len(held | span(wish.hour, wish.hours)) > most:
        raise HoldRefusedError(
            f"At most {most} hours of this camera may be held at a time; {len(held)} are.",
            code="hold-too-much",
        )


def put(place: Path, index: int, entry: bytes, proof: str) -> None:
    """Leave an entry and its proof for the recorder of the camera whose folder is *place*."""
    folder = place / _FOLDER
    durable.make(folder)
    content = json.dumps({"entry": entry.decode(), "proof": proof})
    durable.write(folder / f"{index}.json", content.encode())


def read(place: Path) -> tuple[Hold, ...]:
    """What the recorder has made of the holds of a camera, refused and past ones included.

    Raises:
        RecordingError: its file cannot be read: then nothing is known to be free.
    """
    return _judged(place).holds


def held(place: Path, today: date) -> frozenset[str]:
    """Hours of a camera that are not to be deleted on *today*.

    Raises:
        RecordingError: it is not known.
    """
    return frozenset[str]().union(*(each.names() for each in read(place) if each.counts(today)))


def judge(place: Path, camera: PublicCamera, log: Witnessed, now: datetime, say: Say) -> None:
    """Take on what was left for the recorder, or refuse it, each once.

    Args:
        place: the camera's folder.
        camera: its entry.
        log: reads entries with their proofs.
        now: the time, UTC.
        say: told what was taken on, refused, or cannot be read.

    Raises:
        RecordingError: what was judged before cannot be read.
    """
    judged = _judged(place)
    files = {
        int(each.stem): each
        for each in (place / _FOLDER).glob("*.json")
        if each.stem.isdecimal() and len(each.stem) < 16
    }
    # Lower indexes first: of several that do not fit together, the log's order decides.
    for index in sorted(files.keys() - set(judged.seen)):
        try:
            fields = json.loads(files[index].read_text())
            found = log.read(fields["entry"].encode(), fields["proof"])
            if found.index != index:
                raise MalformedError("Its name is another index than its proof's.")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, HabeasError) as error:
            say(f"holds/{index}.json holds nothing: {error}")
            continue
        holds = _with(judged.holds, found, camera, now, say)
        judged = _Judged(holds=holds, seen=(*judged.seen, index))
        durable.write(place / _FOLDER / _JUDGED, judged.encode())


def _with(
    holds: tuple[Hold, ...], found: Logged, camera: PublicCamera, now: datetime, say: Say
) -> tuple[Hold, ...]:
    said = found.details
    if isinstance(said, LiftedDetails) and said.camera == camera.id:
        return tuple(
            each.model_copy(update={"lifted": found.entry.day})
            if each.index == said.hold and each.office == said.office and not each.lifted
            else each
            for each in holds
        )
    if not isinstance(said, HeldDetails) or said.camera != camera.id:
        return holds
    refused = ""
    try:
        today = min(date.fromisoformat(found.entry.day), now.date() + _SLOW)
        verify(camera, said, holds, today, now)
        say(f"held {camera.id} {said.hour}, {said.hours} hours until {said.until}: #{found.index}")
    except HoldRefusedError as error:
        refused = error.code
        say(f"not held: {error} (#{found.index})")
    made = Hold(
        index=found.index, office=said.office, reason=said.reason, hour=said.hour,
        hours=said.hours, until=said.until, refused=refused,
    )  # fmt: skip
    return (*holds, made)


def _judged(place: Path) -> _Judged:
    try:
        return _Judged.read(json.loads((place / _FOLDER / _JUDGED).read_text()))
    except FileNotFoundError:
        return _Judged()
    except (OSError, ValueError, MalformedError) as error:
        raise RecordingError(
            f"What is held of {place.name} cannot be read: nothing of it is deleted."
        ) from error
