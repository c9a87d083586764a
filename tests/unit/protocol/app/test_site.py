"""What counts as a difference: who may frame a document is each portal's own, and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace

import httpx
import pytest

from habeas.protocol import Chain
from habeas.protocol.app import AppDetails, AppReleases, site
from habeas.protocol.app.site import Answer, Visitor, differences
from tests.unit.protocol.world import DAY, circle_note, release_fields

PLACE = "/apply/hunting-licence/seal/"
OPEN = "default-src 'none'; script-src 'self'"


def found(policy: str, served: str) -> list[str]:
    """What differs where the manifest has *policy*, and the answer carries *served*."""
    chain = Chain.start(circle_note(), 0)
    details = AppDetails.read(release_fields((0, 1)))
    release = AppReleases().extend(details, chain, 7, DAY).newest
    assert release is not None
    part = release.manifest.portal
    own = {"photo/index.html": policy}
    manifest = release.manifest.model_copy(
        update={"portal": part.model_copy(update={"policies": own})}
    )
    release = replace(release, manifest=manifest)
    headers = {**part.headers, "content-security-policy": served}
    answer = Answer(200, headers, b"another content")
    (origin,) = [each for each in release.origins if PLACE in each.pages]
    return [each.header or each.what for each in differences(release, origin, PLACE, answer)]


@pytest.mark.parametrize(
    "who", ["'none'", "https://forms.city.example", "https://a.example http://127.0.0.1:8000"]
)
def test_who_may_frame_is_added_where_the_manifest_leaves_it_open(who):
    assert found(OPEN, f"{OPEN}; frame-ancestors {who}") == ["content"]


@pytest.mark.parametrize(
    "served",
    [
        f"{OPEN}; frame-ancestors https://a.example; script-src *",
        f"{OPEN}; frame-ancestors https://a.example, script-src *",
        f"{OPEN} https://evil.example; frame-ancestors 'none'",
        f"{OPEN}; script-src-elem https://evil.example",
        "frame-ancestors 'none'",
        "",
    ],
)
def test_nothing_else_may_be_added(served):
    assert found(OPEN, served) == ["content", "content-security-policy"]


def test_a_policy_that_says_who_frames_is_compared_whole():
    closed = f"{OPEN}; frame-ancestors 'none'"
    assert found(closed, closed) == ["content"]
    other = f"{OPEN}; frame-ancestors https://a.example"
    assert found(closed, other) == ["content", "content-security-policy"]
    assert found(closed, f"{closed}; frame-ancestors https://a.example") == [
        "content", "content-security-policy",
    ]  # fmt: skip


def test_a_site_that_serves_without_end_fills_nobody_s_memory(monkeypatch):
    """What was not read is not said to differ: nothing is said of it."""
    monkeypatch.setattr(site, "MOST_BYTES", 1000)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 400))
    with Visitor(random.Random(1), transport=transport) as fetch:
        answers = [fetch(f"https://portal.example/{number}") for number in range(4)]
    assert [None if each is None else len(each.body) for each in answers] == [400, 400, None, None]
