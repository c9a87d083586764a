"""Watching a camera live: for a promised purpose, on the public log first, and not for long.

    watching = Watching(telling)
    act = watching.begin(viewer, camera, wish)           # on the log, then pictures
    watching.picture(watching.current(viewer, act.key), 0)
    watching.end(act)                                    # on the log, too

An officer watches one camera at a time. It ends when the officer says so, when another look
begins, and by itself after the minutes that were promised: `sweep` tells the log then.
"""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from habeas.cameras import grants
from habeas.cameras.acts import CameraAct, Telling, moment
from habeas.cameras.grants import Grant, NoGrantError
from habeas.cameras.live_address import FILE, read
from habeas.cameras.live_port import AT, NUMBER
from habeas.cameras.quota import Allowance
from habeas.cameras.viewers import NOT_NAMED, Viewer, may_view
from habeas.cameras.window import NoPictureError, Picture
from habeas.foundation.errors import HabeasError
from habeas.protocol import commitment
from habeas.protocol.footage import PublicCamera, hour_name
from habeas.protocol.looks import LiveDetails, LiveEndedDetails, ViewingPurpose
from habeas.tlog.note import Verifier

#: Seconds that the recorder is waited for; it answers within one.
_PATIENCE = 5.0
#: Bytes of a picture.
_MOST = 8 * 1024 * 1024


class NoLiveError(HabeasError):
    """Nobody watches here, or not any more."""

    code = "no-live"
    status = 403
    remedy = "Ask to watch: it goes on the public log, then pictures come."


class RecorderAwayError(NoLiveError):
    """The recorder does not answer."""

    code = "recorder-away"
    status = 503
    remedy = "Look at the camera’s health, and try again."


@dataclass(frozen=True)
class LiveWish:
    """Why a camera is to be watched. The purpose is as sent."""

    purpose: str
    case_number: str
    reason: str


class Watching:
    """The use cases, over `Telling`.

    Args:
        telling: see there.
        recorders: keys that the circle names for a camera, by its id.
        allowance: how many looks a day; without one, as many as are asked for.
    """

    def __init__(
        self,
        telling: Telling,
        recorders: Callable[[str], Iterable[Verifier]],
        allowance: Allowance | None = None,
    ) -> None:
        self._telling, self._recorders, self._allowance = telling, recorders, allowance

    def verify(self, viewer: Viewer, camera: PublicCamera, wish: LiveWish) -> None:
        """Raise unless *viewer* may watch *camera* for that.

        Raises:
            NoLiveError: with the code of the rule.
        """
        if not may_view(viewer.office, camera):
            raise _refused("viewer-not-named", NOT_NAMED)
        if camera.live is None:
            raise _refused("live-not-promised", "This camera is watched live by nobody.")
        if wish.purpose not in [each.value for each in camera.live.purposes]:
            raise _refused("purpose", "This camera is not watched live for that.")

    def begin(self, viewer: Viewer, camera: PublicCamera, wish: LiveWish) -> CameraAct:
        """Put the look on the log; what the officer watched before ends.

        Raises:
            NoLiveError: see `verify`.
            LookQuotaError: enough for today.
            TlogError: the log does not take it: nobody watches.
        """
        self.verify(viewer, camera, wish)
        assert camera.live is not None  # noqa: S101 - verified
        if self._allowance is not None:
            self._allowance.verify(viewer.office, viewer.officer, self._telling.clock())
        for each in self._telling.store.going_on(viewer.officer, "live"):
            self.end(each)
        now, minutes = self._telling.clock(), camera.live.minutes
        end = now + timedelta(minutes=minutes)
        secret = self._telling.random(32)
        grant = Grant(
            officer=viewer.officer, case_number=wish.case_number, reason=wish.reason,
            # Of this look alone: whoever sees two pictures learns nothing of one person's work.
            pseudonym=hashlib.sha256(secret + viewer.officer.encode()).hexdigest()[:8],
            begin=moment(now), end=moment(end),
        )  # fmt: skip
        return self._telling.tell(
            self._telling.new(
                viewer,
                lambda commit: LiveDetails(
                    camera=camera.id, office=viewer.office, purpose=ViewingPurpose(wish.purpose),
                    hour=hour_name(now), minutes=minutes, commit=commit,
                ),
                lambda salt: commitment(salt, grant.fields()),
                grant.fields(),
                expires=datetime.fromisoformat(grant.end),
            )
        )  # fmt: skip

    def current(self, viewer: Viewer, key: str | None) -> CameraAct:
        """The look of this key, if *viewer* may still watch.

        Raises:
            NoLiveError: there is none, it is over, or the office may not any more.
        """
        store = self._telling.store
        found = store.find(key) if key else None
        if (
            found is None or found.act != "live" or found.viewer != viewer or found.index is None
            or found.expires is None or found.expires <= self._telling.clock()
            or store.end_of(found.key) is not None
        ):  # fmt: skip
            raise NoLiveError("You watch no camera live.")
        camera = self._telling.recordings.camera(found.camera)
        said = found.details
        purpose = said.purpose.value if isinstance(said, LiveDetails) else ""
        self.verify(viewer, camera, LiveWish(purpose, "", ""))
        return found

    def picture(self, act: CameraAct, after: int) -> Picture:
        """The newest marked picture after number *after*, from the recorder.

        Raises:
            NoPictureError: none came; ask again.
            RecorderAwayError: the recorder does not answer.
            NoLiveError: the recorder lets nothing out.
        """
        content = grants.request(act.entry, act.proof, act.salt, Grant.read(dict(act.private)))
        place = self._telling.recordings.place(act.camera)
        try:
            note = (place / FILE).read_bytes()
            where, context = read(note, act.camera, self._recorders(act.camera))
            connection = http.client.HTTPSConnection(
                where.host, where.port, timeout=_PATIENCE, context=context
            )
            try:
                connection.request("POST", f"/live/{act.camera}?after={after}", content)
                answer = connection.getresponse()
                body = answer.read(_MOST)
                number, at = answer.headers.get(NUMBER), answer.headers.get(AT)
            finally:
                connection.close()
            if answer.status == NoPictureError.status:
                raise NoPictureError("The camera has sent no newer picture.")
            if answer.status == NoGrantError.status:
                raise NoLiveError(str(json.loads(body)["cause"])[:500])
            return Picture(int(number or ""), datetime.fromisoformat(at or ""), body)
        except (NoGrantError, NoLiveError):
            raise
        except (
            HabeasError, OSError, ValueError, KeyError, TypeError, http.client.HTTPException,
        ) as error:  # fmt: skip
            raise RecorderAwayError("The camera’s recorder does not answer.") from error

    def end(self, act: CameraAct) -> None:
        """End a look, now; and tell the log, now or later."""
        if act.index is None or self._telling.store.end_of(act.key) is not None:
            return
        now = self._telling.clock()
        over = min(now, act.expires or now)
        ending = self._telling.new(
            act.viewer,
            lambda _: LiveEndedDetails(
                camera=act.camera, office=act.viewer.office, live=act.index or 0,
                seconds=max(0, round((over - act.at).total_seconds())),
            ),
            lambda _: "",
            {"v": 1, "officer": act.viewer.officer},
            of=act.key,
        )  # fmt: skip
        try:
            self._telling.tell(ending)
        except HabeasError as error:
            # Kept: it has ended, and the log hears of it in a later round.
            self._telling.say(str(error))

    def sweep(self) -> None:
        """End looks whose time is over; tells the log."""
        for each in self._telling.store.over("live", self._telling.clock()):
            self.end(each)


def _refused(code: str, cause: str) -> NoLiveError:
    error = NoLiveError(cause, "What a camera is watched for stands in its public entry.")
    error.code = code
    return error
