"""Applications answer clients in this process: no socket, and nobody waits for a clock."""

import contextlib

from starlette.testclient import TestClient

from habeas import tlog
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app

ORIGIN = "log.example/unit"


def new_log(folder, *, anybody=True):
    init_log(folder, ORIGIN, anybody=anybody)
    return folder


def policy_of(folder):
    return tlog.Policy.parse((folder / "policy.txt").read_bytes())


@contextlib.contextmanager
def answering(app):
    """*app*, started; gives an HTTP client that reaches it."""
    with TestClient(app, base_url="http://log.example") as client:
        yield client


@contextlib.contextmanager
def served(app, token=None, **options):
    """*app*, started; gives a log's client that reaches it."""
    with (
        answering(app) as client,
        LogClient(
            "http://log.example", token, transport=client._transport,
            sleep=lambda _: None, **options,
        ) as log,
    ):  # fmt: skip
        yield log


def app_of(folder, **options):
    return make_app(folder, interval=0, **options)
