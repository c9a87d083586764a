"""Whoever asks lets an idle connection go before whoever is asked does."""

import ast
import re

import httpx

from habeas.cli import portal
from habeas.foundation import forward
from habeas.foundation.listening import KEPT_SECONDS, server
from tests.places import ROOT

PACKAGES = ROOT / "packages"


def _calls(name):
    """Each call of a function of that name in the product: its file, and its arguments by name."""
    for file in sorted(PACKAGES.glob("*/src/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            called = getattr(getattr(node, "func", None), "attr", "")
            if isinstance(node, ast.Call) and called == name:
                yield file, {each.arg: each.value for each in node.keywords}


def test_clients_let_go_first():
    limits = [httpx.Limits(), forward._LIMITS]
    limits += [
        httpx.Limits(**{key: ast.literal_eval(value) for key, value in said.items()})
        for _, said in _calls("Limits")
    ]
    assert len(limits) > 2
    assert all(each.keepalive_expiry < KEPT_SECONDS / 2 for each in limits), limits


def test_the_server_in_front_lets_go_first():
    (kept,) = re.findall(
        r"^\s+keepalive (\d+)s$", (ROOT / "proxy/Caddyfile").read_text(), re.MULTILINE
    )
    assert int(kept) < KEPT_SECONDS / 2


def test_every_party_listens_alike():
    found = [
        file for file in PACKAGES.glob("*/src/**/*.py") if "import uvicorn" in file.read_text()
    ]
    assert [each.name for each in found] == ["listening.py"]
    assert server(None).config.timeout_keep_alive == KEPT_SECONDS


def test_a_portal_keeps_idle_connections_as_long():
    command = portal._gunicorn("module", "127.0.0.1:1", threads=1)
    assert command[command.index("--keep-alive") + 1] == str(KEPT_SECONDS)
