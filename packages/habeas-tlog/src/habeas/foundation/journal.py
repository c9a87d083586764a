"""What services say of themselves on standard error: a line for each event, for the journal.

A line names what happened in the program's own words, and for a fault its type and where in the
code. It never has the message of an exception that is not ours, an address, a path of a request
or a value that somebody sent: any of these may be about a person, and a log is read by many.
"""

from __future__ import annotations

import json
import logging
import socket
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from habeas.foundation.errors import HabeasError

#: Fields that our own calls add (``extra=``), and that are words of the program; and who of a
#: party's own people it was, where it has chosen to say so (docs/adr/0159).
_FIELDS = ("event", "how", "because", "officer", "office")
#: On which machine: of several nodes, each has lines of its own.
_HOST = socket.gethostname()
#: Calls that are shown of a fault, the innermost last.
_FRAMES = 8


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, machine, process, level, logger, message; a fault's place."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of *record*."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "host": _HOST,
            "process": record.process,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
        }
        said |= {name: vars(record)[name] for name in _FIELDS if vars(record).get(name)}
        said |= fault_of(record)
        return json.dumps(said, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """The same for people, on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of *record*; control characters are written as escapes."""
        fault = fault_of(record)
        where = f" ({fault['fault']} at {' < '.join(fault['at'])})" if fault else ""
        line = f"{record.levelname.lower()} {record.name}: {message_of(record)}{where}"
        return "".join(each if each.isprintable() else repr(each)[1:-1] for each in line)


def message_of(record: logging.LogRecord) -> str:
    """The message of *record*; of a request, only which page it was for and how it ended."""
    request = getattr(record, "request", None)
    if request is None:
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    route = getattr(match, "route", "") or "no page"
    return f"{getattr(request, 'method', '')} {route}: {getattr(record, 'status_code', '')}".strip()


def fault_of(record: logging.LogRecord) -> dict[str, Any]:
    """The type of a record's exception, and its calls by file, function and line."""
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    kind, error, trace = record.exc_info
    code = {"code": error.code} if isinstance(error, HabeasError) else {}
    return {"fault": kind.__qualname__, **code, "at": _calls(trace)}


def _calls(trace: TracebackType | None) -> list[str]:
    found = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{_short(each.filename)}:{each.lineno} {each.name}" for each in reversed(found)]


def _short(file: str) -> str:
    """A file by its place in its package, not on this machine."""
    for mark in ("/site-packages/", "/src/"):
        if mark in file:
            return file.rpartition(mark)[2]
    return file.rpartition("/")[2]


def configure(style: str, level: str) -> None:
    """Have this process say so from now on.

    Args:
        style: ``json`` or ``text``.
        level: what is said: this and what is graver.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Clients would tell of each request, with an address that names a photo.
    for client in ("httpx", "httpcore", "urllib3"):
        logging.getLogger(client).setLevel(logging.WARNING)
