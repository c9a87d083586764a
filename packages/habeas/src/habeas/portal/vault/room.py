"""Whether the database takes more than it holds, tried before somebody applies in vain.

PostgreSQL, whose disk is full, goes on changing rows in the room that dead ones leave: every loop's
success is noted, and the first row that needs a new page is an applicant's. So new pages are asked
for now and then (docs/adr/0152). SQLite says the same of itself: each change is new in its log.
"""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction

from habeas.foundation.errors import HabeasError

#: A table of this session, about 500 kB, which is gone with its transaction. Its pages are new to
#: the file system, are in no write-ahead log, and are never those of a table that was emptied.
_TRY = (
    "CREATE TEMPORARY TABLE habeas_tried ON COMMIT DROP AS"
    " SELECT md5(number::text) FROM generate_series(1, 8192) AS number"
)


class NoRoomError(HabeasError):
    """The database keeps what it has, and takes nothing new."""

    code = "tables"
    status = 503
    remedy = "Try again in a minute. For the operator: look at the room on PostgreSQL's disk."


def verify_room() -> None:
    """Raise unless the database takes new pages. Only outside a transaction.

    Raises:
        NoRoomError: it does not, or may not make a temporary table.
    """
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_TRY)
    except DatabaseError as error:
        raise NoRoomError("The database takes nothing new.") from error
