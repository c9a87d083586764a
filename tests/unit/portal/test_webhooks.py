"""Webhooks: the specification's signatures, what is told of whom, at least once, and to whom."""

from __future__ import annotations

import ipaddress
import json
import socket
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from habeas.portal.cases.models import Case
from habeas.portal.desk import cases as desk
from habeas.portal.webhooks import endpoints, tallies
from habeas.portal.webhooks.addresses import (
    ReceiverError,
    address_of,
    is_public,
    route_of,
)
from habeas.portal.webhooks.delivering import Deliveries, Pace
from habeas.portal.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookTally
from habeas.portal.webhooks.sending import GoneError, NotConfirmedError
from habeas.portal.webhooks.signing import headers, secret_of
from tests.unit.portal.test_device import ANSWERS, Device
from tests.unit.protocol import world

URL = "https://forms.city.example/webhooks"
PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    """No network: names have the addresses that stand here, literals their own."""
    known = {"forms.city.example": PUBLIC, "inside.city.example": "10.1.2.3"}

    def find(host, port, **_):
        if host in known:
            return [(2, 1, 6, "", (known[host], port))]
        try:
            return [(2, 1, 6, "", (str(ipaddress.ip_address(host)), port))]
        except ValueError:
            raise socket.gaierror(host) from None

    monkeypatch.setattr(socket, "getaddrinfo", find)


def told():
    return [json.loads(each.body) for each in WebhookMessage.objects.all()]


def test_the_specification_s_known_answer():
    """Standard Webhooks: the example that its libraries share."""
    carried = headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
        '{"test": 2432232314}',
    )  # fmt: skip
    assert carried["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert carried["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert carried["webhook-timestamp"] == "1614265330"


def test_the_receiver_s_library_takes_it_and_nothing_else(city):
    _, secret = endpoints.add(URL, "", (), ())
    at = int(datetime.now(UTC).timestamp())
    body = '{"type":"ю"}'
    carried = headers(secret, "msg_1", at, body)
    assert Webhook(secret).verify(body, carried) == {"type": "ю"}
    _, other = endpoints.add(URL, "other", (), ())
    assert other != secret
    for changed, text in (
        ({}, body + " "), ({"webhook-id": "msg_2"}, body),
        ({"webhook-timestamp": str(at + 1)}, body),
    ):  # fmt: skip
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(text, {**carried, **changed})
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(body, carried)


def test_the_secret_is_in_no_table_and_changes_with_the_name_s_next_use(city):
    name, secret = endpoints.add(URL, "", (), ())
    assert name == "forms.city.example"
    row = WebhookEndpoint.objects.get()
    assert secret.removeprefix("whsec_") not in str(vars(row))
    assert secret_of(row) == secret
    endpoints.remove(name)
    assert endpoints.add(URL, "", (), ())[1] != secret


def test_an_application_is_told_by_reference_and_service_alone(city, browser):
    endpoints.add(URL, "", (), ())
    city.release()
    browser.post("/apply/hunting-licence/details/", ANSWERS)
    device = Device(browser)
    device.ask()
    device.seal()
    device.send()
    assert told() == []  # nothing counts before the applicant has the receipt
    device.keep()
    device.keep()
    case = Case.objects.get()
    today = f"{datetime.now(UTC).date().isoformat()}T00:00:00Z"
    data = {"service": "hunting-licence", "reference": case.reference}
    assert told() == [{"type": "application.received", "timestamp": today, "data": data}]
    WebhookMessage.objects.all().delete()
    chosen = desk.Chosen("approved", (), None)
    desk.decide(world.OFFICE, case.reference, chosen, "somebody", datetime.now(UTC).date())
    assert told() == [{"type": "application.decided", "timestamp": today, "data": data}]
    WebhookMessage.objects.all().delete()
    city.custody.withdraw(device.sealed.promise.seal_id, device.secrets.withdraw_secret)
    city.custody.withdraw(device.sealed.promise.seal_id, device.secrets.withdraw_secret)
    # Which application it came with is known to the office and to the applicant alone.
    (event,) = told()
    assert event == {
        "type": "photo.withdrawn", "timestamp": today, "data": {"service": "hunting-licence"},
    }  # fmt: skip


def test_only_what_is_wanted_is_told_and_what_fails_is_not(city):
    endpoints.add(URL, "decisions", ("application.decided",), ())
    from habeas.portal.apply.sending import sending
    from habeas.portal.catalogue import services

    with sending(services()["allotment-garden"], {"full_name": "Anna"}, b""):
        pass
    assert told() == []
    endpoints.add(URL, "all", (), ())
    with (
        pytest.raises(RuntimeError),
        sending(services()["allotment-garden"], {"full_name": "Anna"}, b""),
    ):
        raise RuntimeError
    assert told() == []


class Receiver:
    """What answers in place of the network, as it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.fails: BaseException | None = None
        self.now = 0.0

    def __call__(self, endpoint, identity, _body):
        self.got.append((endpoint.name, identity))
        if self.fails is not None:
            raise self.fails
        return 204

    def deliveries(self) -> Deliveries:
        return Deliveries(Pace(spread=0.0), lambda: self.now, self)


@pytest.fixture
def receiver(city):
    endpoints.add(URL, "forms", (), ())
    return Receiver()


def waiting(number: int = 1, name: str = "forms") -> None:
    endpoint = WebhookEndpoint.objects.get(name=name)
    for _ in range(number):
        WebhookMessage.objects.create(endpoint=endpoint, body="{}")


def test_what_is_confirmed_is_sent_once(receiver):
    waiting(3)
    deliveries = receiver.deliveries()
    deliveries.round()
    deliveries.round()
    assert len({identity for _, identity in receiver.got}) == len(receiver.got) == 3
    assert not WebhookMessage.objects.exists()


def test_what_is_not_confirmed_comes_again_with_its_id_ever_more_slowly(receiver):
    waiting()
    receiver.fails = NotConfirmedError("No.")
    deliveries = receiver.deliveries()
    tries = []
    for second in (*range(0, 300, 5), *range(305, 110_000, 100)):
        receiver.now = float(second)
        before = len(receiver.got)
        with suppress(NotConfirmedError):
            deliveries.round()
        if len(receiver.got) > before:
            tries.append(second)
    assert tries[:6] == [0, 5, 305, 2105, 9305, 27_305]
    assert len(tries) > 7
    assert {later - before for before, later in pairwise(tries[6:])} == {36_000}
    assert len({identity for _, identity in receiver.got}) == 1
    receiver.fails = None
    receiver.now += 36_000
    deliveries.round()
    assert not WebhookMessage.objects.exists()
    # It answers again: the next failure is the first one.
    (rest,) = deliveries._rests.values()
    assert rest.failures == 0


def test_who_is_killed_after_a_delivery_delivers_again(receiver, monkeypatch):
    waiting()

    class Killed(BaseException):
        pass

    def die(**_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(WebhookMessage.objects, "filter", die)
        with pytest.raises(Killed):
            receiver.deliveries().round()
    receiver.deliveries().round()
    assert len(receiver.got) == 2
    assert len(set(receiver.got)) == 1
    assert not WebhookMessage.objects.exists()


def test_one_receiver_that_fails_holds_up_no_other(receiver):
    endpoints.add(URL, "another", (), ())
    waiting()
    waiting(name="another")
    receiver.fails = None
    refuse = NotConfirmedError("No.")

    def deliver(endpoint, identity, body):
        if endpoint.name == "another":
            raise refuse
        return receiver(endpoint, identity, body)

    with pytest.raises(NotConfirmedError):
        Deliveries(Pace(), lambda: 0.0, deliver).round()
    assert [each.endpoint_id for each in WebhookMessage.objects.all()] == ["another"]


def test_who_is_gone_is_left_alone_until_a_test_succeeds(receiver, monkeypatch):
    waiting()
    receiver.fails = GoneError("Gone.")
    with pytest.raises(GoneError):
        receiver.deliveries().round()
    receiver.deliveries().round()
    assert len(receiver.got) == 1
    (known,) = endpoints.known()
    assert (known.gone, known.waiting) == (True, 1)
    monkeypatch.setattr(endpoints, "send", lambda *_: 204)
    assert endpoints.send_test("forms") == 204
    receiver.fails = None
    receiver.deliveries().round()
    assert not WebhookMessage.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(address):
    assert not is_public(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(ReceiverError, match="no public address"):
        address_of(f"https://{host}/x")


def test_public_ones_are_not_and_named_networks_are_allowed():
    assert is_public(ipaddress.ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))
    assert address_of(URL) == PUBLIC
    with pytest.raises(ReceiverError, match="no public address"):
        address_of("https://inside.city.example/")
    assert address_of("http://inside.city.example/", ["10.1.2.0/24"]) == "10.1.2.3"
    with pytest.raises(ReceiverError):
        address_of("https://inside.city.example/", ["10.1.3.0/24"])


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("http://forms.city.example/", "in the clear"),
        ("ftp://forms.city.example/", "no receiver"),
        ("https://user:word@forms.city.example/", "no receiver"),
        ("https:///path", "no receiver"),
        ("https://forms.city.example:99999/", "[Pp]ort"),
        ("https://nobody.example/", "no address"),
    ],
)
def test_what_is_no_address_is_no_receiver(url, match):
    with pytest.raises(ReceiverError, match=match):
        address_of(url)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ((URL, "", ("photo.opened",), ()), "no event"),
        ((URL, "A name", (), ()), "no receiver's name"),
        ((URL, "", (), ("10.1.2.3/8",)), "host bits"),
        (("https://10.0.0.1/", "", (), ()), "no public address"),
    ],
)
def test_a_receiver_that_cannot_be_one_is_refused_by_name(city, fields, match):
    with pytest.raises(ReceiverError, match=match):
        endpoints.add(*fields)
    endpoints.add(URL, "forms", (), ())
    with pytest.raises(ReceiverError, match="already"):
        endpoints.add(URL, "forms", (), ())
    with pytest.raises(ReceiverError, match="There is no receiver"):
        endpoints.remove("another")


def test_one_receiver_keeps_no_other_from_its_turn(city):
    """Whatever goes wrong with it: what no receiver should cause is its own failure alone."""
    for name in ("a", "b"):
        endpoints.add(URL, name, (), ())
        waiting(name=name)
    got = []

    def deliver(endpoint, identity, body):
        if endpoint.name == "a":
            raise RuntimeError
        got.append(endpoint.name)
        return 204

    deliveries = Deliveries(deliver=deliver)
    with pytest.raises(NotConfirmedError, match="a: RuntimeError"):
        deliveries.round()
    assert set(got) == {"b"}


def test_who_had_no_turn_has_not_got_better(receiver):
    waiting()
    receiver.fails = NotConfirmedError("Not now.")
    deliveries = receiver.deliveries()
    with suppress(NotConfirmedError):
        deliveries.round()
    receiver.now += 10
    deliveries._pace = Pace(seconds=0)
    deliveries.round()
    (rest,) = deliveries._rests.values()
    assert rest.failures == 1


@pytest.mark.parametrize("url", ["https://[bad/", "https://host/\x01", "https://", "https://a b/"])
def test_what_is_no_address_is_said(url):
    with pytest.raises(ReceiverError):
        address_of(url)


@pytest.mark.parametrize(
    "address", ["64:ff9b:1::a00:1", "fec0::1", "::ffff:0:a00:1", "::a00:1", "192.0.0.8"]
)
def test_addresses_that_only_look_public(address):
    assert not is_public(ipaddress.ip_address(address))


def test_how_tries_ended_is_counted_by_day_without_references(receiver):
    waiting(2)
    day = [date(2026, 5, 3)]
    deliveries = Deliveries(Pace(after=(0,)), lambda: 0.0, receiver, lambda: day[0])
    receiver.fails = NotConfirmedError("No.")
    for _ in range(2):
        with pytest.raises(NotConfirmedError):
            deliveries.round()
    receiver.fails = RuntimeError()
    with pytest.raises(NotConfirmedError):
        deliveries.round()
    receiver.fails = None
    deliveries.round()
    found = [(each.outcome, each.count) for each in tallies.of("forms")]
    assert sorted(found) == [("204", 2), ("fault", 1), ("silent", 2)]
    fields = {each.name for each in WebhookTally._meta.get_fields()}
    assert fields == {"row", "endpoint", "day", "event", "outcome", "count"}
    day[0] += timedelta(days=tallies.KEPT_DAYS + 1)
    deliveries.round()
    assert tallies.of("forms") == []


def test_nothing_is_counted_of_who_was_removed_meanwhile(receiver):
    endpoint = WebhookEndpoint.objects.get()
    endpoints.remove("forms")
    tallies.count(endpoint, "{}", 204, date(2026, 5, 3))
    endpoints.add(URL, "forms", (), ())
    tallies.count(endpoint, "{}", 204, date(2026, 5, 3))
    assert not WebhookTally.objects.exists()


@pytest.fixture
def proxied(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.city.example:3128")
    monkeypatch.setenv("NO_PROXY", "inside.city.example")


def test_the_proxy_is_asked_by_name_and_nobody_is_looked_up(proxied, monkeypatch):
    def find(*_, **__):
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", find)
    for url in (URL, "https://only-the-proxy-knows.example/"):
        assert route_of(url).address is None
        assert str(route_of(url).url) == url


def test_who_is_excepted_or_in_a_named_network_is_judged_and_asked_directly(proxied):
    with pytest.raises(ReceiverError, match="no public address"):
        route_of("https://inside.city.example/")
    assert route_of("https://inside.city.example/", ["10.1.2.0/24"]).address == "10.1.2.3"
    assert route_of(URL, ["10.1.2.0/24"]).address == PUBLIC
    assert route_of("http://inside.city.example/", ["10.1.2.0/24"]).address == "10.1.2.3"


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "http://a.b/"])
def test_the_proxy_is_no_way_around_what_is_refused(proxied, url):
    with pytest.raises(ReceiverError):
        route_of(url)
