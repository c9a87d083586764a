"""Docs/protocol/trustee.md, *Notices*: who may ask a trustee to tell of a photo.

The holder of the receipt alone: each wish carries a MAC under the key of this trustee's own
stream, over all that is wished. So whoever saw one wish, or what proves reading, cannot ask for
another address.
"""

from __future__ import annotations

import hmac
import sqlite3

from habeas.protocol import MalformedError, stream
from habeas.protocol.exchange import NoticeBody, NoticesAnswer
from habeas.trustee import photos
from habeas.trustee.errors import ErasedError, NoShareError, NotTheHolderError
from habeas.trustee.notices.delivery import Delivery
from habeas.trustee.notices.errors import NoNoticesError
from habeas.trustee.notices.subscriptions import Notices
from habeas.trustee.notices.values import Subscription
from habeas.trustee.records import Records
from habeas.trustee.store import Store


class Asking:
    """Takes holders' wishes.

    Args:
        name: of the trustee.
        store, records, notices, delivery: its own.
    """

    def __init__(
        self, name: str, store: Store, records: Records, notices: Notices, delivery: Delivery
    ) -> None:
        self._name = name
        self._store = store
        self._records = records
        self._notices = notices
        self._delivery = delivery

    @property
    def offered(self) -> bool:
        """Whether this trustee sends mails."""
        return self._delivery.offered

    def ask(self, body: NoticeBody) -> NoticesAnswer:
        """Do what a holder wishes. Durable when it returns; repeating it does no harm.

        Raises:
            NoNoticesError: this trustee sends no mails.
            MalformedError: an address without `tell`, or `tell` without one.
            NoShareError: no such photo is here.
            ErasedError: its share is destroyed: nothing can happen to it any more.
            NotTheHolderError: the MAC was not made with the receipt's track key for just this.
            TooManyNoticesError: see `Notices.tell`.
        """
        if not self.offered:
            raise NoNoticesError("This trustee sends no mails.")
        if (body.address is not None) != (body.act == "tell"):
            raise MalformedError("An address belongs to `tell`, and to nothing else.")
        answer = self._store.run(lambda connection: self._ask(connection, body))
        if body.act == "stop":
            self._store.scrub()
        return answer

    def _ask(self, connection: sqlite3.Connection, body: NoticeBody) -> NoticesAnswer:
        digest = bytes.fromhex(body.promise)
        photo = photos.find(connection, digest)
        if photo is None:
            raise NoShareError("This trustee holds no share of such a photo.")
        track_key = self._records.keys.of(photo)
        if photo.because is not None or track_key is None:
            raise ErasedError(f"The share of this photo is gone: {photo.because}.")
        expected = body.mac_of(stream.stream_key(track_key, photo.stream), self._name)
        if not hmac.compare_digest(expected, body.mac):
            raise NotTheHolderError("This is not the receipt of the photo.")
        if body.act == "stop":
            return self._notices.stop(connection, digest)
        if body.address is None:
            return self._notices.look(connection, digest)
        return self._notices.tell(connection, digest, body.address, body.language or "en")

    def find(self, token: str) -> Subscription | None:
        """What a mail's link leads to; None where it has ended."""
        with self._store.database.snapshot() as connection:
            return self._notices.find(connection, token)

    def confirm(self, token: str) -> None:
        """Tell the address of a mail from now on."""
        self._store.run(lambda connection: self._notices.confirm(connection, token))

    def end(self, token: str, *, never: bool = False) -> None:
        """Tell it no more; with *never*, write to it for no other photo either."""
        self._store.run(lambda connection: self._notices.end(connection, token, never=never))
        self._store.scrub()
