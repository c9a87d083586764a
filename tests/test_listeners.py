"""A port that a test leaves open is found in its own module, by the test that opened it."""

import contextlib
import os
import socket

from tests import listeners


def test_who_still_listens_is_told_by_where_it_began():
    with contextlib.ExitStack() as open_:
        for _ in range(2):
            open_.enter_context(socket.create_server(("127.0.0.1", 0)))
        quiet = open_.enter_context(socket.socket())
        quiet.bind(("127.0.0.1", 0))
        assert listeners.left() == [os.environ["PYTEST_CURRENT_TEST"]] * 2
    assert listeners.left() == []
    listeners.verify_none_left()
