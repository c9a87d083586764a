"""Whom a trustee tells of a photo, of what, and how little a disk or a mail shows of it."""

import email
import re
from datetime import UTC, datetime
from email.policy import SMTP

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from habeas.protocol.exchange import MailAddress, NoticeBody
from habeas.protocol.lost import LostReceipt
from habeas.protocol.seal import pointer_of
from habeas.trustee.notices import LIMITS, MailServer
from habeas.trustee.notices.mails import CATALOGUE, MailWriter, compose
from habeas.trustee.notices.values import Addressed, Mail
from habeas.trustee.store import Store
from tests.unit.tlog.serving import InProcess
from tests.unit.trustee.quiet import quiet

ADDRESS = "anna@applicant.test"
SERVER = MailServer("mail.test", 465, "tls", "notices@trustee-1.test")


@pytest.fixture
def world(tmp_path):
    with quiet(tmp_path, mail=SERVER) as made:
        yield made


def wish(world, held, act, address=None, *, key=None, number=1, **changed):
    """The body of a holder's wish, of trustee *number*."""
    name = world.names[number - 1]
    said = {"address": address, "language": "en"} if address else {}
    fields = {"promise": held.digest.hex(), "act": act, "mac": "00" * 32, **said, **changed}
    mac = NoticeBody.read(fields).mac_of(key or held.stream_key(number), name)
    return {**fields, "mac": mac}


def ask(world, held, act, address=None, **more):
    """The answer to a holder's wish."""
    return post(world, wish(world, held, act, address, **more), more.get("number", 1))


def post(world, body, number=1):
    client = world.panel.clients[number - 1]
    seat = world.circle.trustees[number - 1]
    assert isinstance(client._wire._http._transport, InProcess)
    with httpx.Client(transport=client._wire._http._transport, base_url=seat.url) as http:
        return http.post("/v2/notices", json=body)


def link(world, token, act="", *, method="POST", number=1):
    client = world.panel.clients[number - 1]
    with httpx.Client(
        transport=client._wire._http._transport, base_url=world.circle.trustees[number - 1].url
    ) as http:
        return http.request(method, f"/notices/{token}{act and f'/{act}'}")


def owed(world, number=1):
    """The mails that a trustee owes, and takes none of."""
    trustee = world.trustee(number)
    with trustee.reading() as connection:
        return trustee.delivery._notices.due(connection, 500)


def sent(world, number=1):
    """The same, and they are sent."""
    found = owed(world, number)
    world.trustee(number)._store.run(lambda connection: connection.execute("DELETE FROM mails"))
    return found


def told(world, held, address=ADDRESS, number=1):
    """Somebody who has confirmed; gives the token of their mails."""
    assert ask(world, held, "tell", address, number=number).status_code == 200
    (mail,) = sent(world, number)
    assert link(world, mail.to.token, "confirm", number=number).status_code == 200
    return mail.to.token


def acts(mails):
    return [each.act for each in mails]


def test_nobody_is_told_before_they_have_confirmed(world):
    held = world.seal()
    assert ask(world, held, "tell", ADDRESS).json() == {"told": 0, "waiting": 1}
    assert acts(sent(world)) == ["confirm"]
    world.request(held)
    world.followed()
    assert owed(world) == []


def test_each_act_is_told_once_and_the_end_is_the_last(world):
    held = world.seal()
    world.followed()
    token = told(world, held)
    assert ask(world, held, "look").json() == {"told": 1, "waiting": 0}
    for _ in range(2):
        world.request(held)
        world.settled()
    assert acts(sent(world)) == ["asked", "asked"]
    world.settled()
    assert owed(world) == [], "nothing is told twice"
    world.close_photo(held)
    world.settled()
    assert acts(sent(world)) == ["closed"]
    world.panel.clients[1].withdraw(held.digest, held.secrets.withdraw_secret)
    world.settled()
    (last,) = sent(world)
    assert (last.act, last.to.address) == ("ended", ADDRESS)
    assert link(world, token, method="GET").status_code == 404
    assert ask(world, held, "look").json()["code"] == "erased"
    with world.trustee(1).reading() as connection:
        assert connection.execute("SELECT count(*) FROM notices").fetchone() == (0,)


def test_who_is_claimed_to_own_the_photo_is_told(world):
    held = world.seal()
    world.followed()
    told(world, held)
    pointer = pointer_of(held.promise, held.reference, held.secrets)
    lost = LostReceipt.of(pointer, "licensing-office")
    world.trustee(2).claim(lost, "destroy")
    world.settled()
    world.trustee(2).claim(lost, "lift")
    world.settled()
    assert acts(sent(world)) == ["claimed"]


def test_requests_beyond_what_was_promised_are_no_mails(world):
    held = world.seal(openings_max=1, openings_a_day=1)
    world.followed()
    told(world, held)
    for _ in range(3):
        world.request(held)
    world.settled()
    assert acts(sent(world)) == ["asked"]


def test_other_trustees_tell_nobody(world):
    held = world.seal()
    world.followed()
    told(world, held, number=3)
    world.request(held)
    world.settled()
    assert owed(world, 1) == []
    assert acts(owed(world, 3)) == ["asked"]


@pytest.mark.parametrize("act", ["end", "never"])
def test_a_link_ends_it(world, act):
    held = world.seal()
    world.followed()
    token = told(world, held)
    world.request(held)
    world.settled()
    assert link(world, token, act).status_code == 200
    assert owed(world) == [], "what waited is not sent any more"
    assert link(world, token, act).status_code == 404
    assert ask(world, held, "look").json() == {"told": 0, "waiting": 0}
    again = ask(world, held, "tell", ADDRESS.upper())
    assert again.json() == {"told": 0, "waiting": 1}, "the answer shows nothing of the address"
    assert acts(owed(world)) == (["confirm"] if act == "end" else [])


def test_looking_at_a_page_does_nothing(world):
    held = world.seal()
    world.followed()
    ask(world, held, "tell", ADDRESS)
    (mail,) = sent(world)
    for path in ("", "end"):
        assert link(world, mail.to.token, path, method="GET").status_code == 200
    for path in ("confirm", "never"):
        assert link(world, mail.to.token, path, method="GET").status_code == 405
    assert ask(world, held, "look").json() == {"told": 0, "waiting": 1}


def test_the_holder_stops_all(world):
    held = world.seal()
    world.followed()
    told(world, held)
    assert ask(world, held, "stop").json() == {"told": 0, "waiting": 0}
    world.request(held)
    world.settled()
    assert owed(world) == []


def test_one_photo_has_few_addresses_and_asks_seldom(world):
    held = world.seal()
    world.followed()
    for number in range(LIMITS.asked_photo):
        assert ask(world, held, "tell", f"victim-{number}@applicant.test").status_code == 200
    assert ask(world, held, "tell", "victim-9@applicant.test").json()["code"] == "too-many-notices"
    assert len(sent(world)) == LIMITS.asked_photo
    world.clock.move(days=1)
    assert ask(world, held, "tell", "victim-9@applicant.test").json()["code"] == "too-many-notices"
    assert ask(world, held, "stop").status_code == 200
    assert ask(world, held, "tell", "victim-9@applicant.test").status_code == 200


def test_one_address_gets_few_mails_from_however_many_photos(world):
    for _ in range(LIMITS.asked_address + 2):
        assert ask(world, world.seal(), "tell", ADDRESS).json() == {"told": 0, "waiting": 1}
    assert len(sent(world)) == LIMITS.asked_address


def test_what_was_not_confirmed_is_forgotten(world):
    held = world.seal()
    world.followed()
    ask(world, held, "tell", ADDRESS)
    world.clock.move(days=LIMITS.confirm_days + 1)
    world.round()
    world.trustee(1).sweep()
    assert ask(world, held, "look").json() == {"told": 0, "waiting": 0}


def test_the_disk_shows_no_address_and_no_two_photos_of_one(world):
    holders = [world.seal(), world.seal()]
    world.followed()
    for held in holders:
        told(world, held)
        world.request(held)
    world.settled()
    folder = world.folder / world.names[0]
    for file in folder.glob("trustee.db*"):
        assert b"applicant.test" not in file.read_bytes(), file.name
    with world.trustee(1).reading() as connection:
        marks = connection.execute("SELECT mark FROM notices").fetchall()
        assert len(set(marks)) == 2
        (count,) = connection.execute("SELECT count(*) FROM mails").fetchone()
    assert count == 2


def test_a_database_of_before_gets_the_tables(tmp_path):
    made = Store(tmp_path / "trustee.db")
    made.run(lambda connection: connection.execute("DROP TABLE notices"))
    made.close()
    again = Store(tmp_path / "trustee.db")
    assert again.run(lambda c: c.execute("SELECT count(*) FROM notices").fetchone()) == (0,)
    again.close()


def test_who_sends_no_mails_says_so(tmp_path):
    with quiet(tmp_path) as world:
        held = world.seal()
        answer = ask(world, held, "tell", ADDRESS)
        assert (answer.status_code, answer.json()["code"]) == (404, "no-notices")


WRITER = MailWriter("trustee-1.test", "https://trustee-1.test", "notices@trustee-1.test")
AT = datetime(2027, 1, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("language", sorted(CATALOGUE.languages))
@pytest.mark.parametrize("act", ["confirm", "asked", "closed", "claimed", "ended"])
def test_a_mail_is_whole_in_each_language(language, act):
    to = Addressed(ADDRESS, language, "ab" * 32, "2027-01-10")
    message = compose(WRITER, Mail(b"\1" * 32, to, act, "2027-01-15"), AT)
    read = email.message_from_bytes(message.as_bytes(), policy=SMTP)
    text = read.get_content()
    assert not re.search(r"\{\w*\}", text + read["Subject"])
    assert read["To"] == ADDRESS
    assert "notices@trustee-1.test" in read["From"]
    assert read["Auto-Submitted"] == "auto-generated"
    assert (f"https://trustee-1.test/notices/{'ab' * 32}" in text) == (act != "ended")
    assert (read["List-Unsubscribe"] is None) == (act == "ended")
    assert read["Message-ID"] == f"<{'01' * 32}@trustee-1.test>"
    assert all(len(line) <= 998 for line in message.as_bytes().split(b"\r\n"))


def test_every_language_has_the_same_words():
    english = CATALOGUE.languages["en"][1]
    for language, (_, words) in CATALOGUE.languages.items():
        assert words.keys() == english.keys(), language


ADDRESSES = TypeAdapter(MailAddress)


@given(st.text())
def test_no_text_but_an_address_is_taken(text):
    try:
        taken = ADDRESSES.validate_python(text)
    except ValidationError:
        return
    assert re.fullmatch(r"[!-~]+@[!-~]+", taken)


@pytest.mark.parametrize(
    "address",
    [
        "anna@applicant.test\nBcc: victim@applicant.test", "anna@applicant.test\n",
        "anna@applicant.test\r\n\r\nhello", "anna@applicant.test,victim@applicant.test",
        "Anna <anna@applicant.test>", "anna@", "@applicant.test", "anna@localhost",
        "anna@-applicant.test", "a..b@applicant.test", ".a@applicant.test", "anna@[127.0.0.1]",
        '"a b"@applicant.test', "анна@applicant.test", f"{'a' * 65}@applicant.test", "a@b@c.test",
        "anna@applicant.1", "",
    ],
)  # fmt: skip
def test_what_would_be_more_than_one_address_is_none(address):
    with pytest.raises(ValidationError):
        ADDRESSES.validate_python(address)


@pytest.mark.parametrize(
    "address", ["anna@applicant.test", "a.b+c@x.applicant.test", "o'neil@xn--e1afmkfd.xn--p1ai"]
)
def test_addresses_are_taken(address):
    assert ADDRESSES.validate_python(address) == address
