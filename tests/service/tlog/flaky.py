"""An ASGI application in front of a log that fails now and then, as servers and networks do."""

import itertools


class Flaky:
    """Fails one answer in *every*, in turn with each of the ways in which answers fail."""

    def __init__(self, app, every):
        self._app = app
        self._every = every
        self._count = itertools.count(1)
        self._ways = itertools.cycle(["429", "503", "500", "502", "reset", "cut"])
        self.failed = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or next(self._count) % self._every:
            await self._app(scope, receive, send)
            return
        self.failed += 1
        way = next(self._ways)
        if way.isdigit():
            headers = [(b"retry-after", b"1")] if way in ("429", "503") else []
            await send({"type": "http.response.start", "status": int(way), "headers": headers})
            await send({"type": "http.response.body", "body": b"not now"})
            return
        if way == "cut":
            headers = [(b"content-length", b"100000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"x" * 100, "more_body": True})
        raise ConnectionResetError
