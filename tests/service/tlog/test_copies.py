"""Mirrors, and logs that are made whole, from copies that are read over HTTP."""

import hashlib
import shutil

import httpx

from habeas import tlog
from habeas.tlog.client import LogClient
from habeas.tlog.server import make_app
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.server.mirror_app import mirror_app
from habeas.tlog.server.rebuild import rebuild
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog.flaky import Flaky
from tests.service.tlog.running import policy_of, served
from tests.unit.tlog.server.test_copies import DATABASE, KEY, ORIGIN, SIZE, folder, lose, made
from tests.waiting import until

__all__ = ["folder", "made"]


def test_a_log_is_made_whole_from_one_that_fails_now_and_then(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "other")
    app = Flaky(make_app(tmp_path / "other", interval=0.01), 5)
    with served(app) as url, LogClient(url, sleep=lambda _: None) as client:
        lose(folder, "public", *DATABASE)
        rebuild(folder, client, policy_of(folder))
    assert verify_log(Folder(folder / "public"), policy_of(folder)).checkpoint.size == SIZE


def test_a_mirror_keeps_and_serves_a_verified_copy(folder, tmp_path):
    place = tmp_path / "mirror"
    prefix = hashlib.sha256(ORIGIN.encode()).hexdigest()
    policy = policy_of(folder)
    with served(make_app(folder, interval=0.01)) as url, LogClient(url) as log:
        app = mirror_app(Mirror(place, log, policy, KEY), every=0.05)
        with served(app) as copy, LogClient(f"{copy}/{prefix}") as mirror:
            until(lambda: httpx.get(f"{copy}/readyz").json()["size"] == SIZE, "the copy")
            log.append(b"one more")
            until(lambda: httpx.get(f"{copy}/readyz").json()["size"] == SIZE + 1, "the new entry")
            verified = verify_log(mirror, policy)
            assert verified.checkpoint.size == SIZE + 1
            opened = tlog.open_note(mirror.checkpoint(), [KEY.verifier])
            assert len(opened.verified) == 1
            answer = httpx.get(f"{copy}/{prefix}/tile/0/000")
            assert answer.headers["access-control-allow-origin"] == "*"
            assert "immutable" in answer.headers["cache-control"]
            assert httpx.get(f"{copy}/checkpoint").status_code == 404
    # What the log itself loses, its mirror gives back.
    lose(folder, "public", *DATABASE)
    rebuild(folder, Folder(place / "public"), policy)
    assert verify_log(Folder(folder / "public"), policy).checkpoint.size == SIZE + 1


def test_a_mirror_of_a_log_that_fails_now_and_then_arrives(folder, tmp_path):
    app = Flaky(make_app(folder, interval=0.01), 5)
    with served(app) as url, LogClient(url, sleep=lambda _: None) as client:
        mirror = Mirror(tmp_path / "mirror", client, policy_of(folder), KEY)
        assert mirror.catch_up().checkpoint.size == SIZE
        mirror.close()
    assert app.failed
