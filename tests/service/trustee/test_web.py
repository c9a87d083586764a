"""What arrives over HTTP is bounded, closed and answered in words."""

import hashlib
import json
import re
from unittest import mock

import httpx
import pytest
from starlette.routing import Route

from habeas import tlog
from habeas.trustee.web import make_app
from tests.service.trustee import openapi
from tests.waiting import until


@pytest.fixture(scope="module")
def http(world):
    with httpx.Client(base_url=world.circle.trustees[0].url, trust_env=False) as client:
        yield client


NOTHING = "00" * 32


def test_every_route_is_built_before_somebody_calls():
    """Those of an included router are built by the first call, in whichever thread serves it."""
    made = make_app(mock.Mock()).routes
    routes = {each.path for each in made if isinstance(each, Route)}
    assert all(isinstance(each, Route) for each in made), made
    assert routes >= {"/v2/deposits", "/v2/notices", "/notices/{token}"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v2/deposits", {}),
        ("/v2/deposits", {"promise": {}, "index": 0, "deposit": "", "order": ""}),
        ("/v2/withdrawals", {"promise": NOTHING, "secret": "short"}),
        ("/v2/withdrawals", {"promise": NOTHING, "secret": NOTHING + "\n"}),
        ("/v2/withdrawals", {"promise": NOTHING, "secret": NOTHING, "more": 1}),
        ("/v2/withdrawals", {"promise": NOTHING, "secret": None}),
        ("/v2/withdrawals", {"promise": "\ud800", "secret": NOTHING}),
        ("/v2/stream-end", {"promise": NOTHING}),
        ("/v2/stream-end", {"promise": NOTHING, "nonce": NOTHING, "mac": 1}),
        ("/v2/releases", {}),
        ("/v2/releases", {"promise": NOTHING, "entry": "x", "request": []}),
        ("/v2/releases", {"promise": "zz", "entry": "x", "request": {}}),
        ("/v2/releases", {"promise": NOTHING, "entry": "\ud800", "request": {}}),
    ],
)
def test_malformed_requests_are_named(http, path, body):
    content = json.dumps(body).encode()
    answer = http.post(path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"
    assert answer.json()["detail"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b"1", b"[" * 100_000, b'{"a":1e400}'])
def test_no_json_object_at_all(http, content):
    answer = http.post("/v2/deposits", content=content)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_large_bodies_are_not_read(http):
    assert http.post("/v2/deposits", content=b"x" * 300_000).status_code == 413

    def chunks():
        for _ in range(300):
            yield b"x" * 1000

    assert http.post("/v2/deposits", content=chunks()).status_code == 413


@pytest.mark.parametrize("month", ["2027-13", "2027", "2027-05-01", "x", "..%2f"])
def test_a_month_is_written_in_one_way(http, month):
    answer = http.get(f"/v2/keys/{month}")
    assert answer.status_code in (400, 404)


def test_unknown_photos(http):
    for path, body in (
        ("/v2/withdrawals", {"promise": NOTHING, "secret": NOTHING}),
        ("/v2/stream-end", {"promise": NOTHING, "nonce": NOTHING, "mac": NOTHING}),
    ):
        answer = http.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-photo")


def test_the_first_protocol_is_gone(http):
    for path in ("/v1/identity", "/v1/keys/2027-05"):
        assert http.get(path).status_code == 404


def test_it_describes_itself(http):
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/v2/identity", "/v2/deposits", "/v2/releases", "/v2/withdrawals"} <= set(paths)
    assert openapi.FILE.read_text() == openapi.description()


def test_it_shows_its_circle_and_how_far_it_has_read(http, world):
    assert http.get("/v2/circle").json()["circle"] == world.circle_note
    world.followed()
    note = http.get("/v2/checkpoint").json()["checkpoint"]
    assert world.circle.acting_policy().verify(note).checkpoint.size > 0


def test_it_is_a_witness(http, world):
    assert http.post("/add-checkpoint", content=b"nonsense").status_code == 400
    world.seal()
    note = world.log.checkpoint()
    assert sum(f"— {name}/witness " in note for name in world.names) >= world.circle.q


def test_feeders_of_others_go_on_from_its_exact_answers(http, world):
    """As a client without a memory talks to it: transparency-dev's compares types as strings."""
    world.seal()

    def say(old, note):
        answer = http.post("/add-checkpoint", content=f"old {old}\n\n{note}".encode())
        return answer, (answer.status_code, answer.headers["content-type"])

    def conversation():
        note = world.log.checkpoint()
        asked, said = say(0, note)
        assert said == (409, "text/x.tlog.size")
        assert re.fullmatch(r"[1-9][0-9]*\n", asked.text)
        return say(int(asked.text), note), note

    # Where the log has grown in between, a proof would be asked for: it comes to rest.
    (answer, said), note = until(
        lambda: each if (each := conversation())[0][0].status_code == 200 else None, "a quiet log"
    )
    assert said == (200, "text/plain; charset=utf-8")
    assert answer.text.startswith(f"— {world.names[0]}/witness ")
    for wrong, status in ((note[:-9], 400), (note.replace("\n\n", "x\n\n", 1), 400)):
        assert say(0, wrong)[1] == (status, "text/plain; charset=utf-8")
    stranger = tlog.NoteSigner.generate("log.example/other")
    unknown = stranger.sign(tlog.Checkpoint(stranger.name, 1, bytes(32)).text())
    assert say(0, unknown)[1] == (404, "text/plain; charset=utf-8")
    impostor = tlog.NoteSigner.generate(world.circle.log.origin)
    forged = impostor.sign(tlog.Checkpoint(impostor.name, 1, bytes(32)).text())
    assert say(0, forged)[1] == (403, "text/plain; charset=utf-8")


def test_what_it_has_cosigned_can_be_looked_at(http, world):
    """C2SP tlog-witness, monitor retrieval."""
    world.seal()
    place = hashlib.sha256(world.circle.log.origin.encode()).hexdigest()
    answer = http.get(f"/{place}/checkpoint")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert f"— {world.names[0]}/witness " in answer.text
    assert http.get(f"/{'0' * 64}/checkpoint").status_code == 404
    assert http.get("/not-a-digest/checkpoint").status_code == 404


def test_every_answer_is_open_to_pages_of_others(http, world):
    world.seal()
    place = hashlib.sha256(world.circle.log.origin.encode()).hexdigest()
    paths = (f"/{place}/checkpoint", "/v2/identity", "/v2/circle", "/readyz", "/nowhere")
    for path in (*paths, "/add-checkpoint", "/v2/stream-end"):
        asked = http.options(path, headers={"origin": "https://page.example"})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == "*"
        answer = http.get(path) if path in paths else http.post(path, content=b"nonsense")
        assert answer.headers["access-control-allow-origin"] == "*"
    large = http.post("/v2/deposits", content=b"x" * 300_000)
    assert (large.status_code, large.headers["access-control-allow-origin"]) == (413, "*")


def test_it_can_be_watched(http, world):
    world.followed()
    state = http.get("/readyz").json()
    assert (state["ok"], state["state"]) == (True, "ok")
    assert state["view"] >= 0
    assert f"habeas_trustee_photos {state['photos']}" in http.get("/metrics").text
