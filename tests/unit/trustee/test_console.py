"""The console: who is let in, what it shows of a trustee's acts, and the pause on the log."""

import asyncio
import re
import sqlite3
from datetime import date, timedelta

import httpx
import pytest

from habeas.foundation.doors import NotSignedInError
from habeas.protocol import Kind
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.lost import LostReceipt
from habeas.protocol.seal import pointer_of
from habeas.trustee.console import Doors, figures, make_console
from habeas.trustee.console.words import LANGUAGES, words_for
from habeas.trustee.store import TABLES
from tests.unit.trustee.quiet import quiet

KEY = bytes(range(32))


@pytest.fixture
def world(tmp_path):
    with quiet(tmp_path) as made:
        yield made


class Visitor:
    """A browser on the trustee's machine; it keeps cookies and follows redirects."""

    def __init__(self, console):
        self._console = console
        self._cookies = httpx.Cookies()

    def _request(self, method, path, **more):
        async def ask():
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self._console), base_url="http://127.0.0.1:8201",
                cookies=self._cookies, follow_redirects=True,
            ) as client:  # fmt: skip
                answer = await client.request(method, path, **more)
                self._cookies = client.cookies
                return answer

        return asyncio.run(ask())

    def get(self, path, **more):
        return self._request("GET", path, **more)

    def post(self, path, **more):
        return self._request("POST", path, **more)


def visitor(world):
    return Visitor(make_console(world.trustee(1), Doors(KEY, world.clock_seconds)))


@pytest.fixture
def clerk(world):
    """Somebody who has signed in."""
    world.clock_seconds = lambda: 1_000
    client = visitor(world)
    answer = client.get(f"/sign-in?link={Doors(KEY, world.clock_seconds).link()}")
    assert answer.status_code == 200
    return client


def form_of(page):
    return re.search(r'name="form" value="([0-9a-f]+)"', page)[1]


def test_the_console_tells_what_was_asked_and_what_was_answered(world, clerk):
    held = world.seal()
    world.followed()
    world.show(held, world.request(held))
    shown = world.request(held)
    world.close_photo(held)
    with pytest.raises(TrusteeRefusedError):
        world.show(held, shown)
    world.settled()
    page = clerk.get("/").text
    assert "licensing-office" in page
    assert "gave its share" in page
    assert "refused: The case is closed (closed)" in page
    history = clerk.get("/history").text
    assert "<td>The case is closed</td><td>closed</td><td>1</td>" in history
    assert held.promise.seal_id not in page + history
    assert "opens" in clerk.get("/keys").text
    assert "All is well." in clerk.get("/health").text or "needs you" in clerk.get("/health").text


def test_a_claim_is_shown_with_what_follows_from_it(world, clerk):
    assert "None." in clerk.get("/claims").text
    held = world.seal()
    pointer = pointer_of(held.promise, held.reference, held.secrets)
    world.trustee(1).claim(LostReceipt.of(pointer, "licensing-office"), "destroy")
    world.settled()
    world.followed()
    page = clerk.get("/claims").text
    today = date.fromisoformat(world.trustee(1).today())
    assert f"{held.digest.hex()[:16]}…" in page
    assert str(today + timedelta(days=7)) in page
    assert str(today + timedelta(days=30)) in page
    assert held.reference not in page
    world.trustee(1).claim(LostReceipt.of(pointer, "licensing-office"), "lift")
    world.settled()
    world.followed()
    assert held.digest.hex()[:16] not in clerk.get("/claims").text


def test_a_pause_refuses_all_and_stands_on_the_log_once(world, clerk):
    held = world.seal()
    world.followed()
    shown = world.request(held)
    clerk.post("/pause", data={"form": form_of(clerk.get("/").text)})
    assert "This trustee is paused" in clerk.get("/").text
    with pytest.raises(TrusteeRefusedError) as refused:
        world.show(held, shown)
    assert refused.value.code == "paused"
    world.trustee(1).pause()  # again: nothing changes, and nothing more is told
    clerk.post("/resume", data={"form": form_of(clerk.get("/").text)})
    world.settled()
    said = [each for each in world.settled() if each.kind is Kind.PAUSED]
    assert [each.details["lifted"] for each in said] == [False, True]
    assert world.show(held, shown).index == 0


@pytest.mark.parametrize("path", ["/", "/history", "/claims", "/keys", "/health"])
def test_nobody_sees_a_page_without_a_link(world, path):
    world.clock_seconds = lambda: 1_000
    answer = visitor(world).get(path)
    assert answer.status_code == 401
    assert "habeas trustee console" in answer.text
    assert "licensing-office" not in answer.text


def test_a_link_counts_for_minutes_a_session_for_hours_and_neither_for_the_other():
    time = [1_000]
    doors = Doors(KEY, lambda: time[0])
    link = doors.link()
    session = doors.let_in(link)
    doors.verify(session)
    for wrong in ("", "1000", "1000.ab", link, f"{link}0", "٣.ab", f"{'9' * 30}.ab"):
        with pytest.raises(NotSignedInError):
            doors.verify(wrong)
    time[0] += 301
    with pytest.raises(NotSignedInError):
        doors.let_in(link)
    doors.verify(session)
    time[0] += 8 * 3600
    with pytest.raises(NotSignedInError):
        doors.verify(session)
    with pytest.raises(NotSignedInError):
        Doors(bytes(32), lambda: 1_000).let_in(link)


def test_another_page_s_form_and_another_name_of_the_machine_change_nothing(world, clerk):
    mark = form_of(clerk.get("/").text)
    tries = [
        clerk.post("/pause"),
        clerk.post("/pause", data={"form": "ab" * 32}),
        clerk.post("/pause", data={"form": mark}, headers={"Origin": "https://evil.example"}),
        clerk.post("/pause", data={"form": mark}, headers={"Origin": "null"}),
        clerk.post("/pause", data={"form": mark}, headers={"Host": "evil.example"}),
        clerk.post("/pause", content=b"form=" + b"x" * 5000),
    ]
    assert {each.status_code for each in tries} == {401}
    assert not world.trustee(1).paused()
    assert clerk.get("/", headers={"Host": "evil.example"}).status_code == 401
    headers = clerk.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    # Under "no-referrer" browsers send the console's own forms from the origin "null", too.
    assert headers["referrer-policy"] == "same-origin"


def test_a_folder_makes_its_key_once_and_for_itself_alone(tmp_path):
    first = Doors.of(tmp_path, lambda: 1)
    assert Doors.of(tmp_path, lambda: 1).link() == first.link()
    assert (tmp_path / "console.key").stat().st_mode & 0o777 == 0o600


def test_every_language_has_every_word(world, clerk):
    _, english = LANGUAGES["en"]
    assert all(set(words) == set(english) for _, words in LANGUAGES.values())
    assert words_for(None, None, "de, ru;q=0.8").language == "ru"
    assert words_for("xx", None, "").language == "en"
    clerk.get("/language?to=ru")
    page = clerk.get("/").text
    assert '<html lang="ru" dir="ltr">' in page
    assert "Остановить" in page


def test_a_day_is_unusual_beside_the_days_before():
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    position = 0
    for day in range(1, 8):
        for _ in range(40 if day == 7 else 4):
            position += 1
            connection.execute(
                "INSERT INTO log_requests VALUES (?, ?, 'office', 'appeal')",
                (position, f"2027-01-0{day}"),
            )
    (found,) = figures.unusual_days(connection, "2027-01-08")
    assert (found.day, found.count, found.usual) == ("2027-01-07", 40, 4)
    assert figures.unusual_days(connection, "2027-06-01") == []
    assert sum(count for _, count in figures.days(connection, "2027-01-08")) == position
    assert figures.asked(connection, "2027-01-07") == [("office", "appeal", 40)]
