"""`habeas models`: a file that no package index has, from a server, by its hash or not at all."""

from __future__ import annotations

import hashlib
import http.server
import threading

import pytest
from typer.testing import CliRunner

from habeas import faces
from habeas.faces import assets, command

CONTENT = b"a model of faces" * 1000


class Server:
    """A web server on this machine that has one file."""

    def __init__(self, content, *, moved=False):
        self.asked = asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                elsewhere = moved and self.path == "/model"
                self.send_response(302 if elsewhere else 404 if content is None else 200)
                if elsewhere:
                    self.send_header("Location", "/there")
                self.end_headers()
                if content is not None and not elsewhere:
                    self.wfile.write(content)

            def log_message(self, *_):
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/model"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A folder of models that has all but one, for which a small file stands in: YuNet."""
    folder = tmp_path / "models"
    folder.mkdir()
    for file in assets.folder().iterdir():
        if file.name not in ("yunet_n_dynamic.onnx", ".lock"):
            (folder / file.name).symlink_to(file.resolve())
    monkeypatch.setenv("HABEAS_ASSETS", str(folder))
    known = assets.ASSETS["yunet_n_dynamic.onnx"]
    stand_in = assets.Asset(
        known.name, hashlib.sha256(CONTENT).hexdigest(), known.licence, home=known.home,
        size=known.size,
    )  # fmt: skip
    monkeypatch.setitem(assets.ASSETS, known.name, stand_in)
    monkeypatch.setattr(command, "_derive", lambda: None)
    return folder


def install(*arguments):
    done = CliRunner().invoke(command.app, ["install", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("moved", [False, True])
def test_what_no_index_has_is_fetched_and_said(empty, moved):
    with Server(CONTENT, moved=moved) as server:
        said = install("--yunet", server.url)
        assert (empty / "yunet_n_dynamic.onnx").read_bytes() == CONTENT
        assert "found by YuNet" in said
        assert faces.choose() == "yunet"
        asked = len(server.asked)
        assert "found by YuNet" in install("--yunet", server.url)
        assert len(server.asked) == asked, "what is there is not fetched again"


WRONG = {
    "another file": CONTENT[:-1] + b"!",
    "a part of it": CONTENT[:-1],
    "too much": CONTENT + bytes(5_000_000),
    "nothing": None,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_without_it_set_up_goes_on_and_says_so(empty, wrong):
    with Server(WRONG[wrong]) as server:
        said = install("--yunet", server.url)
    assert "Going on without" in said
    assert "models add FILE" in said
    assert "found by CenterFace" in said
    assert not list(empty.glob("*yunet*"))


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:9/", "nowhere"])
def test_an_address_that_leads_nowhere_is_no_error(empty, address):
    assert "Going on without" in install("--yunet", address)


def test_it_is_not_fetched_where_that_is_not_wanted(empty):
    with Server(CONTENT) as server:
        said = install("--yunet", server.url, "--no-home")
        assert not server.asked
    assert "found by CenterFace" in said
