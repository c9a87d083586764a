"""RFC 9116: every portal says where to report a problem, and until when that holds."""

from datetime import UTC, datetime

from django.conf import settings
from django.test import Client


def fields():
    answer = Client().get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return [line.split(": ", 1) for line in answer.content.decode().splitlines()]


def test_the_operators_contact_comes_first(monkeypatch):
    site = settings.SITE.model_copy(update={"security_contact": "mailto:it@city.example"})
    monkeypatch.setattr(settings, "SITE", site)
    contacts = [value for name, value in fields() if name == "Contact"]
    assert contacts == ["mailto:it@city.example", "mailto:security@habeas.example"]


def test_it_is_out_of_date_in_less_than_a_year():
    (until,) = [value for name, value in fields() if name == "Expires"]
    left = datetime.fromisoformat(until) - datetime.now(UTC)
    assert 0 < left.days < 365
