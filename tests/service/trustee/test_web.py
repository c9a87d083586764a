"""What arrives over HTTP is bounded, closed and answered in words."""

import httpx
import pytest

from tests.service.trustee import openapi


@pytest.fixture(scope="module")
def http(world):
    with httpx.Client(base_url=world.identities[0].url, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/deposits", {}),
        ("/v1/deposits", {"promise": "{}", "index": 0, "deposit": ""}),
        ("/v1/deposits", {"promise": "{}", "index": 0, "deposit": "*"}),
        ("/v1/deposits", {"promise": "{}", "index": 0, "deposit": "", "more": 1}),
        ("/v1/deposits", {"promise": "{}", "index": "0", "deposit": ""}),
        ("/v1/withdrawals", {"promise": "00" * 32, "secret": "short"}),
        ("/v1/withdrawals", {"promise": "00" * 32, "secret": "00" * 32 + "\n"}),
        ("/v1/history", {"promise": "00" * 32}),
        ("/v1/releases", {"promise": "00" * 32, "entry": "x", "details": {}, "salt": "00" * 32,
                          "proof": ""}),
    ],
)  # fmt: skip
def test_malformed_requests_are_named(http, path, body):
    answer = http.post(path, json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"
    assert answer.json()["detail"]


def test_no_json_at_all(http):
    answer = http.post("/v1/deposits", content=b"\xff\xfe")
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_large_bodies_are_not_read(http):
    assert http.post("/v1/deposits", content=b"x" * 300_000).status_code == 413

    def chunks():
        for _ in range(300):
            yield b"x" * 1000

    assert http.post("/v1/deposits", content=chunks()).status_code == 413


@pytest.mark.parametrize("month", ["2027-13", "2027", "2027-05-01", "x", "..%2f"])
def test_a_month_is_written_in_one_way(http, month):
    answer = http.get(f"/v1/keys/{month}")
    assert answer.status_code in (400, 404)


def test_unknown_photos(http):
    nothing = "00" * 32
    for path, body in (
        ("/v1/withdrawals", {"promise": nothing, "secret": nothing}),
        ("/v1/history", {"promise": nothing, "mac": nothing}),
    ):
        answer = http.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-photo")


def test_it_describes_itself(http):
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/v1/identity", "/v1/deposits", "/v1/releases", "/v1/withdrawals"} <= set(paths)
    assert openapi.FILE.read_text() == openapi.description()


def test_it_is_a_witness(http, world):
    assert http.post("/add-checkpoint", content=b"nonsense").status_code == 400
    world.seal()
    note = world.log.checkpoint()
    assert all(name in note for name in (f"{n}/witness" for n in world.names[:1]))


def test_it_can_be_watched(http, world):
    state = http.get("/health").json()
    assert state["ok"] is True
    assert state["view"] >= 0
    assert f"habeas_trustee_photos {state['photos']}" in http.get("/metrics").text
