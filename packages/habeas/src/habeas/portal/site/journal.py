"""What gunicorn says of itself, in the words and by the rules of `habeas.foundation.journal`."""

from __future__ import annotations

import logging
import sys
from typing import Any

from gunicorn.glogging import Logger

from habeas.foundation.journal import JsonFormatter, TextFormatter
from habeas.portal.site.configuration import named


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's log without addresses: what it says of a request names its path."""

    def setup(self, cfg: Any) -> None:
        """Take the portal's form in place of gunicorn's."""
        super().setup(cfg)
        configured = named()
        json = configured is not None and configured.logging.format == "json"
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter() if json else TextFormatter())
        self.error_log.handlers[:] = [handler]

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A fault while a request was handled: without the request."""
        if args and "request" in str(msg):
            msg, args = "A request could not be handled.", ()
        super().exception(msg, *args, **kwargs)
