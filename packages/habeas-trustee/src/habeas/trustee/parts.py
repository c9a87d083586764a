"""What a trustee is put together from, each part made once, in the order of its needs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from habeas.foundation import caution
from habeas.foundation.caution import ReadClocks
from habeas.foundation.clock import utc_now
from habeas.foundation.database import Database
from habeas.protocol import writer_id
from habeas.protocol.document import Document
from habeas.protocol.statements import sign_statement
from habeas.tlog import Checkpoint
from habeas.tlog.client import LogClient
from habeas.tlog.note import split
from habeas.tlog.spans import Source
from habeas.tlog.writing import BundleWriter
from habeas.trustee import index, keyring
from habeas.trustee.announcements import Announcements
from habeas.trustee.apps import Apps
from habeas.trustee.circles import Circles
from habeas.trustee.claims import Claims
from habeas.trustee.deposits import Deposits
from habeas.trustee.erasure import Erasure
from habeas.trustee.errors import SetupError
from habeas.trustee.following import Follower
from habeas.trustee.halts import Halts
from habeas.trustee.hosting import Hosting
from habeas.trustee.loops import Loops
from habeas.trustee.months import MonthSeeds, StoredMonthKeys
from habeas.trustee.notices import Delivery, MailServer, Notices
from habeas.trustee.notices.asking import Asking
from habeas.trustee.notices.mails import MailWriter
from habeas.trustee.outbox import Outbox
from habeas.trustee.peers import Peers
from habeas.trustee.photos import Streams, TrackKeys
from habeas.trustee.readers import Readers
from habeas.trustee.records import Clock, Records
from habeas.trustee.recovery import Recovery
from habeas.trustee.releases import Releases
from habeas.trustee.settings import Settings, load_circle, load_token
from habeas.trustee.standing import Standing
from habeas.trustee.store import Store
from habeas.trustee.watching import Watch
from habeas.trustee.withdrawals import Withdrawals
from habeas.trustee.witnessing import Witnessing

#: Sending an entry again is harmless, so nothing waits long for a log that hangs; a busy log
#: has the time to answer a whole batch.
_LOG_SECONDS = 15.0


class FollowedLog(Source, BundleWriter, Protocol):
    """What a trustee needs of its log."""

    def close(self) -> None:
        """Close the connections."""


class Parts:
    """The parts of one trustee, from its folder. See `habeas.trustee.trustee.Trustee`."""

    def __init__(
        self, folder: Path, *, now: Clock = utc_now, log: FollowedLog | None = None,
        look: ReadClocks | None = None, mail: MailServer | None = None,
    ) -> None:  # fmt: skip
        self._folder = folder
        self.settings = Settings.load(folder)
        self._now = now
        self._keys = keyring.load(folder, self.settings)
        self._note = load_circle(folder)
        self._store = Store(folder / "trustee.db")
        with self._store.database.reading() as connection:
            self.circles = Circles(connection, self._note)
        self._verify_seat()
        url = self.circles.chain.links[0].circle.log.url
        self._log = log or LogClient(url, load_token(folder), timeout=_LOG_SECONDS)
        track_keys = TrackKeys(self._keys.locker)
        self._notices = Notices(self._keys.locker, now)
        self._records = Records(
            self.settings.name, self._keys.statement, track_keys, now, self._notices.ended
        )
        writer = MailWriter(self.settings.name, self.settings.url, mail.sender if mail else "")
        self.delivery = Delivery(self._store, self._notices, mail, writer, now)
        self.asking = Asking(
            self.settings.name, self._store, self._records, self._notices, self.delivery
        )
        self._months: MonthSeeds = StoredMonthKeys(
            self._store, self._keys.locker, self.settings.months_ahead
        )
        streams = Streams(track_keys, self._notices.happened)
        own = writer_id(self._keys.statement.verifier.public_key)
        self.outbox = Outbox(self._store, self._log, self._records.seconds)
        self.follower = Follower(
            self._store,
            index.Index(
                own, self._records, streams, self.circles, self.outbox.wake, self._notices.happened
            ),
            self.circles,
            self._log,
            now,
            self._reload,
            self.settings.fresh_seconds,
        )
        self._standing = Standing(
            self.settings, self._store, self._caught_up, self._records.seconds
        )
        # In a file of its own, that no backup of the deposits brings back.
        self._witness_database = Database(folder / "witness.db")
        self._witnessing = Witnessing(
            self._witness_database, self._keys.witness, self.circles, self._standing,
            self._store, self.follower, self._records.seconds,
        )  # fmt: skip
        note = self._witnessing.latest(self.circles.chain.links[0].circle.log.origin)
        self._cosigned_before = Checkpoint.parse(split(note)[0]).size if note else 0
        self.apps = Apps(self._store, self.circles, self.follower.verify_hour)
        self._deposits = Deposits(
            self.settings, self._store, self._records, streams, self._months, self.circles,
            self.apps,
        )  # fmt: skip
        self.hosting = Hosting(folder, self.apps, self.circles, self._records.now)
        self.watch = Watch(folder, self._store, self._records, self.apps, self.outbox.wake)
        self._releases = Releases(
            self.settings, self._store, self._records, self._months, self.circles, self.follower,
            self._standing, self._sign,
        )  # fmt: skip
        self._withdrawals = Withdrawals(
            self.settings.name, self._store, self._records, self.circles, self._keys.locker
        )
        clocks = look or (caution.look if now is utc_now else caution.given(now))
        self._claims = Claims(self.settings.name, self._store, self._records, self.outbox.wake)
        self._halts = Halts(self._store, clocks, self._records.today)
        self._erasure = Erasure(
            self.settings, self._store, self._records, self._months,
            lambda: self.follower.followed_at, self._halts, self._sign, self._notices,
        )  # fmt: skip
        self._announcements = Announcements(
            self._store, self._records, self._months, self.circles, self._sign,
            self.outbox.wake,
        )  # fmt: skip
        self._readers = Readers(
            self.settings.name, self._store, self._records, self.circles, self.follower,
            self._standing,
        )  # fmt: skip
        self.recovery = Recovery(
            self.settings.name, self._store, self._records, self._months, self._deposits,
            self.circles, self._keys.locker, self._sign,
        )  # fmt: skip
        self._peers = Peers(self.circles)
        self._loops = Loops(self.settings.retry_seconds)
        self._next_sweep = 0.0

    def _verify_seat(self) -> None:
        """Raise unless this trustee has a seat in one of its circles, with these keys."""
        mine = self._keys.statement.vkey
        for link in self.circles.chain.links:
            seat = link.circle.trustee(self.settings.name)
            if seat is not None and seat.statement_vkey == mine:
                return
        raise SetupError(
            f"The circle in circle.txt has no trustee {self.settings.name} with this key.",
            "Adopt a circle that this trustee has signed.",
        )

    def _caught_up(self) -> bool:
        """Whether it has read, since it started, all that it had cosigned before.

        A restored database is behind the witness's, which lies in a file of its own: what the
        trustee has said since the copy was made may stand between the two.
        """
        return self.follower.caught_up and self.follower.size >= self._cosigned_before

    def _reload(self) -> None:
        with self._store.database.reading() as connection:
            self.circles.reload(connection, self._note)

    def _sign(self, statement: Document) -> str:
        return sign_statement(self._keys.statement, statement)
