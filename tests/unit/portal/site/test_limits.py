"""What comes too often waits; what others send takes nothing from it."""

import hashlib
import itertools
import json

import pytest
from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from habeas.portal.site import moment
from habeas.portal.site.address import address_of
from habeas.portal.site.buckets import Rate
from habeas.portal.site.limits import Limited, Limits

FEW = Limits(
    page=Rate(6, 1), act=Rate(3, 1), ask=Rate(2, 1), ask_all=Rate(3, 10),
    sign_in=Rate(2, 1), sign_in_all=Rate(100, 1), account=Rate(3, 60),
)  # fmt: skip
SIGN_IN = "/desk/sign-in/"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def send(clock):
    limited, make = Limited(lambda _: HttpResponse("taken"), FEW, clock), RequestFactory()

    def send(path, address="203.0.113.7", data=None, method="post", **headers):
        request = getattr(make, method)(path, data or {}, REMOTE_ADDR=address, **headers)
        # The language of a request is chosen before the limits come; here, by nobody.
        with translation.override("en"):
            return limited(request)

    return send


def statuses(answers):
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("path", "taken"),
    [("/apply/hunting-licence/details/", 3), ("/receipt/", 2), ("/api/photos/ab/withdrawal", 2),
     (SIGN_IN, 2), ("/api/officers/sessions", 2), ("/api/applications", 3)],
)  # fmt: skip
def test_each_kind_has_its_limit(send, path, taken):
    assert statuses(send(path) for _ in range(taken + 1)) == [200] * taken + [429]
    assert send(path, "203.0.113.8").status_code == 200, "another address"


def test_pages_have_one_too(send, clock):
    assert statuses(send("/", method="get") for _ in range(7)) == [200] * 6 + [429]
    clock.now += 1
    assert send("/", method="get").status_code == 200


def test_the_refusal_says_when_and_loses_nothing(send):
    for _ in range(2):
        send(SIGN_IN)
    refused = send(SIGN_IN)
    assert refused["Retry-After"] == "1"
    page = refused.content.decode()
    assert "wait 1 second, and go back" in page
    said = [send("/api/officers/sessions", "203.0.113.9") for _ in range(3)][-1]
    assert json.loads(said.content)["code"] == "too-many-requests"
    assert said["Retry-After"] == "1"


def test_tries_for_one_account_are_counted_from_wherever_they_come(send, clock):
    tried = [send(SIGN_IN, f"203.0.113.{n}", {"username": "a@office"}) for n in range(4)]
    assert statuses(tried) == [200, 200, 200, 429]
    assert tried[-1]["Retry-After"] == "60"
    spelled = send(SIGN_IN, "203.0.113.60", {"username": "A@Office"})
    assert spelled.status_code == 429
    assert send(SIGN_IN, "203.0.113.61", {"username": "b@office"}).status_code == 200
    clock.now += 60
    assert send(SIGN_IN, "203.0.113.62", {"username": "a@office"}).status_code == 200


def test_who_has_the_password_was_not_trying(clock):
    limited = Limited(lambda _: HttpResponse(status=302), FEW, clock)
    make = RequestFactory()
    for n in range(20):
        request = make.post(SIGN_IN, {"username": "a@office"}, REMOTE_ADDR=f"203.0.113.{n}")
        assert limited(request).status_code == 302


def test_who_is_refused_takes_nothing_from_what_all_have(send):
    assert statuses(send("/receipt/") for _ in range(50)) == [200] * 2 + [429] * 48
    assert send("/receipt/", "203.0.113.8").status_code == 200
    assert send("/receipt/", "203.0.113.9").status_code == 429, "that was all of it"


def test_this_machine_itself_is_limited_only_with_all(send):
    assert statuses(send("/apply/x/details/", "127.0.0.1") for _ in range(20)) == [200] * 20
    assert statuses(send("/receipt/", "::1") for _ in range(4)) == [200] * 3 + [429]


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("192.0.2.9", "10.0.0.1, 198.51.100.1, 192.0.2.9", "198.51.100.1"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "nonsense", "unreadable"),
        ("127.0.0.1", "198.51.100.1, <script>", "unreadable"),
        ("127.0.0.1", None, None),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", None, "198.51.100.1"),
    ],
)
def test_whose_request_it_is(monkeypatch, remote, forwarded, found):
    monkeypatch.setattr(settings, "PROXIES", frozenset({"192.0.2.9"}))
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, **headers)
    assert address_of(request) == found


def test_where_every_peer_is_a_proxy_the_peer_is_not_the_client(monkeypatch):
    monkeypatch.setattr(settings, "PROXIES", frozenset("*"))
    headers = {"HTTP_X_FORWARDED_FOR": "10.0.0.1, 198.51.100.1"}
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", **headers)
    assert address_of(request) == "198.51.100.1"


def test_it_stands_before_whatever_a_request_costs():
    order = settings.MIDDLEWARE
    at = order.index("habeas.portal.site.limits.Limited")
    assert at < order.index("django.contrib.auth.middleware.AuthenticationMiddleware")
    assert at < order.index("django.middleware.csrf.CsrfViewMiddleware")


def solved(challenge):
    """A number that solves *challenge*, as a browser finds it."""
    return next(
        answer for answer in itertools.count()
        if hashlib.sha256(f"{challenge}:{answer}".encode()).digest()[:2] == bytes(2)
    )  # fmt: skip


@pytest.fixture
def visit(clock):
    """Asks for a page or sends something; gives the answer, which is the page's puzzle."""
    limited = Limited(
        lambda request: HttpResponse(vars(request).get("moment", "")),
        Limits(page=Rate(8, 1.0), act=Rate(4, 1.0), moment=Rate(2, 60.0)), clock,
    )  # fmt: skip

    def visit(method="get", path="/help/", cookie=None):
        request = getattr(RequestFactory(), method)(path, REMOTE_ADDR="198.51.100.7")
        if cookie:
            request.COOKIES[moment.cookie_name()] = cookie
        with translation.override("en"):
            return limited(request)

    return visit


def test_a_page_has_a_puzzle_when_a_rate_comes_near_and_not_before(visit):
    found = [visit().content for _ in range(8)]
    assert found[:7] == [b""] * 7
    assert found[7]
    assert visit().status_code == 429


def test_who_has_a_pass_is_counted_alone(visit):
    for _ in range(9):
        visit()
    assert visit().status_code == 429
    own, other = (signing.dumps(each, salt=moment._PASS) for each in ("one", "two"))
    assert [visit(cookie=own).status_code for _ in range(8)] == [200] * 8
    assert visit(cookie=own).status_code == 429
    assert visit(cookie=other).status_code == 200
    assert visit(cookie="forged").status_code == 429


def test_an_address_gets_few_passes(visit):
    assert statuses(visit("post", "/moment/") for _ in range(3)) == [200, 200, 429]


def test_the_way_out_is_open_when_the_rate_of_pages_is_used_up(visit):
    assert statuses(visit("get", "/") for _ in range(9))[-1] == 429
    assert visit("post", "/moment/").status_code == 200


def test_a_solution_counts_once_and_for_its_address():
    given = moment.challenge("198.51.100.7")
    answer = solved(given)
    with pytest.raises(moment.UnsolvedError, match="not solved"):
        moment.verify(given, answer, "198.51.100.8")
    with pytest.raises(moment.UnsolvedError, match="not solved"):
        moment.verify(given, -1, "198.51.100.7")
    moment.verify(given, answer, "198.51.100.7")
    with pytest.raises(moment.UnsolvedError, match="already"):
        moment.verify(given, answer, "198.51.100.7")


@pytest.mark.parametrize("body", ["{}", "[]", '{"challenge": "x", "answer": 1}', "{"])
def test_whatever_is_no_solution_is_refused(browser, body):
    answer = browser.post("/moment/", body, content_type="application/json")
    assert answer.status_code in {400, 403}
    assert moment.cookie_name() not in answer.cookies


def test_a_solution_gives_a_pass_for_half_an_hour(browser):
    given = moment.challenge("")  # of this machine itself
    said = json.dumps({"challenge": given, "answer": solved(given)})
    answer = browser.post("/moment/", said, content_type="application/json")
    assert answer.status_code == 200
    cookie = answer.cookies[moment.cookie_name()]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 1800)
    request = RequestFactory().get("/")
    request.COOKIES[moment.cookie_name()] = cookie.value
    assert moment.pass_of(request)
