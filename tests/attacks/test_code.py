"""The operator, with all its keys, against the code that people's devices run."""

import base64
import json
import random
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from habeas.foundation.errors import HabeasError
from habeas.protocol import Foreign, Kind, read_entry, sign_entry
from habeas.protocol.app import AppDetails, AppManifest, AppSeenDetails
from habeas.protocol.app.manifest import manifest_of
from habeas.protocol.app.release import origins_of, sign_rebuilt
from habeas.protocol.app.site import Visitor, differences
from habeas.protocol.details import ClosedDetails, SealedDetails
from habeas.protocol.statements import sign_statement
from habeas.protocol.terms import AppReference
from habeas.register.admission import CircleAdmission
from habeas.tlog import NotAdmittedError, NoteSigner
from habeas.trustee import watching
from habeas.trustee.apps import verify_newer
from habeas.trustee.watching import EVIDENCE, MOST_A_DAY
from tests.attacks.test_names import findings
from tests.waiting import until

STEP = "/apply/hunting-licence/seal/"
SERVED = {
    "csp": "default-src 'none'", "policies": {}, "headers": {"referrer-policy": "same-origin"},
}  # fmt: skip
SCRIPT = "/static/photo/photo.js"


class Site:
    """A portal that serves the app; whatever it is told to swap, it swaps."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        #: Path -> other bytes, for whoever sends the cookie, or for everybody (None).
        self.swapped: dict[str, tuple[str | None, bytes]] = {}
        self.policy = SERVED["csp"]
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.files.get(self.path)
                cookie, other = site.swapped.get(self.path, ("", b""))
                if cookie is None or (cookie and cookie in self.headers.get("Cookie", "")):
                    body = other
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Security-Policy", site.policy)
                self.send_header("Referrer-Policy", "same-origin")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    try:
        yield site
    finally:
        site.close()


@pytest.fixture
def place(new_world, tmp_path):
    """A world whose portal is a `Site`, with the app that it serves, and no release yet."""
    with serving() as site:
        yield Place(new_world(portal=site.url), site, tmp_path / "built")


class Place:
    def __init__(self, world, site, built) -> None:
        self.world, self.site, self.built = world, site, built
        #: Trustees at whose addresses the app is served too.
        self.hosts: list[str] = []
        for path, content in (
            ("portal/static/photo/index.html", b"<html>{circle}</html>"),
            ("portal/static/photo/photo.js", b"seal()"),
            ("portal/static/photo/face.tflite", b"model"),
            ("office/desk/index.html", b"desk"),
        ):
            file = built / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        for name in ("portal", "office"):
            (built / name / "served.json").write_text(json.dumps(SERVED))
        digest = world.circle.digest().hex()
        site.files = {
            STEP: f"<html>{digest}</html>".encode(), "/static/photo/photo.js": b"seal()",
            "/static/photo/face.tflite": b"model",
        }  # fmt: skip

    def manifest(self, number=1, **changes) -> AppManifest:
        made = manifest_of(
            self.built, self.world.circle, number=number, version="0.1", source="ab" * 32
        )
        return made.model_copy(update=changes)

    def word(self, manifest, index) -> str:
        name = self.world.names[index]
        signer = self.world.keys[name].statement
        return sign_rebuilt(
            manifest, name, "rebuilt", self.world.clock.today(),
            lambda said: sign_statement(signer, said),
        )  # fmt: skip

    def details(self, manifest, words) -> AppDetails:
        pages = {STEP: "photo/index.html"}
        portal = origins_of(self.world.circle, pages, self.hosts)[: 1 + len(self.hosts)]
        return AppDetails(manifest=manifest, origins=portal, signatures=tuple(words))

    def append(self, manifest, words) -> bytes:
        """What the operator puts on the log with its own key; gives the entry."""
        entry = sign_entry(
            self.world.custodian, Kind.APP, self.world.clock.today(),
            self.details(manifest, words), secrets.token_bytes(32),
        )  # fmt: skip
        self.world.log.append(entry.encode())
        self.world.followed()
        return entry.encode()

    def release(self, number=1) -> AppManifest:
        manifest = self.manifest(number)
        self.append(manifest, [self.word(manifest, index) for index in (0, 1)])
        return manifest

    def seal(self, manifest, **changed):
        """A device seals, and names this manifest; gives the trustees' refusals, by code."""
        app = AppReference(origin=changed.pop("origin", self.site.url),
                           manifest=manifest.digest().hex())  # fmt: skip
        held = self.world.prepare(sealed_by="browser", app=app, **changed)
        codes = set()
        for index in range(4):
            try:
                self.world.deposit(held, index)
            except HabeasError as error:
                codes.add(error.code)
        return codes

    def round(self, index=0):
        return self.world.trustees[self.world.names[index]].watch.round()

    def told(self) -> list[dict]:
        """All differences on the log."""
        self.world.settled()
        read = (read_entry(each, self.world.chain) for each in self.entries())
        return [each.details for each in read if getattr(each, "kind", None) is Kind.APP_DIFFERS]

    def entries(self):
        return list(self.world.log.entries(0, self.world.size()))


def test_the_operator_alone_swaps_a_file_and_trustees_say_so_within_one_round(place):
    manifest = place.release()
    assert place.seal(manifest) == set()
    (look,) = place.round()
    assert look.unchanged
    place.site.swapped[SCRIPT] = (None, b"steal()")
    place.round()
    (told,) = place.told()
    assert (told["what"], told["path"], told["origin"]) == ("content", SCRIPT, place.site.url)
    assert told["expected"] == manifest.portal.files["photo/photo.js"]
    # The bytes are kept, and whoever has the log's hash gets them.
    trustee = place.world.seats[0]
    answer = httpx.get(f"{trustee.url}/v2/app-evidence/{told['got']}", trust_env=False)
    kept = answer.json()
    assert (base64.b64decode(kept["body"]), kept["url"]) == (
        b"steal()", f"{place.site.url}{SCRIPT}",
    )  # fmt: skip
    assert "app-differs" in findings(place.world)
    # Said once a day; and that it is as it was again, at once.
    place.round()
    assert len(place.told()) == 1
    place.site.swapped.clear()
    place.round()
    place.world.settled()
    kinds = [read_entry(each, place.world.chain).kind for each in place.entries()]
    assert kinds[-1] is Kind.APP_SEEN


def test_attack_a_site_that_answers_anew_each_time_fills_no_disk(place, monkeypatch):
    """What stands on the log of a day is little, and no more than that is kept of it."""
    place.release()
    evidence = place.world.folder / place.world.names[0] / EVIDENCE
    for number in range(MOST_A_DAY + 4):
        place.site.swapped[SCRIPT] = (None, f"steal({number})".encode())
        place.round()
    assert len(place.told()) == MOST_A_DAY
    assert len(list(evidence.iterdir())) == MOST_A_DAY
    place.world.clock.move(days=1)
    monkeypatch.setattr(watching, "MOST_KEPT", 0)
    place.round()
    assert len(place.told()) == MOST_A_DAY + 1
    assert len(list(evidence.iterdir())) == MOST_A_DAY


def test_a_header_that_is_left_out_is_a_difference(place):
    place.release()
    place.site.policy = "default-src * 'unsafe-eval'"
    place.round()
    (told,) = place.told()
    assert (told["what"], told["header"], told["path"]) == (
        "header", "content-security-policy", STEP,
    )  # fmt: skip


def test_a_file_that_is_taken_away_is_a_difference_and_an_outage_is_none(place):
    place.release()
    del place.site.files[SCRIPT]
    place.round()
    assert [each["what"] for each in place.told()] == ["missing"]
    place.site.close()
    (look,) = place.round()
    assert look.silent
    assert not look.differences


def test_a_file_changed_for_one_cookie_alone_is_not_found_but_by_that_person_s_own_client(place):
    """What watchers cannot see: they are served what they are served. Documented, not wished."""
    place.release()
    place.site.swapped[SCRIPT] = ("application=one-person", b"steal()")
    for index in range(4):
        assert all(each.unchanged for each in place.round(index))
    assert place.told() == []
    # A client that enforces compares what *its* user gets, before it runs.
    releases = place.world.trustees[place.world.names[0]].apps.releases()
    cookie = ("Cookie", "application=one-person")
    with Visitor(random.Random(1), [cookie]) as own:
        origin = releases.newest.origins[0]
        (found,) = differences(releases.newest, origin, SCRIPT, own(f"{place.site.url}{SCRIPT}"))
    assert (found.what, found.answer.body) == ("content", b"steal()")


def test_a_manifest_with_the_word_of_one_trustee_too_few_is_no_release(place):
    manifest = place.manifest()
    for words in ([place.word(manifest, 0)], [place.word(manifest, 0)] * 2, []):
        entry = place.append(manifest, words)
        read = read_entry(entry, place.world.chain)
        assert isinstance(read, Foreign)
        assert read.code == "app-signatures"
        with pytest.raises(NotAdmittedError) as refused:
            CircleAdmission(place.world.chain, place.world.clock).admit(entry)
        assert refused.value.code == "app-signatures"
    assert place.seal(manifest) == {"app-unknown"}
    assert place.round() == []


def test_a_release_for_another_circle_is_refused_by_name(place):
    manifest = place.manifest(circle="ab" * 32)
    words = [place.word(manifest, index) for index in range(4)]
    read = read_entry(place.append(manifest, words), place.world.chain)
    assert isinstance(read, Foreign)
    assert read.code == "app-circle"
    assert place.seal(manifest) == {"app-unknown"}


def test_words_on_one_manifest_make_no_other_a_release(place):
    """The operator has two trustees' words on one manifest, and puts them under another."""
    good, evil = place.manifest(), place.manifest(version="0.1.1")
    words = [place.word(good, index) for index in (0, 1)]
    read = read_entry(place.append(evil, words), place.world.chain)
    assert isinstance(read, Foreign)
    assert read.code == "app-signatures"
    # Nor do the operator's own keys, under the trustees' names.
    forged = [
        sign_rebuilt(
            evil, name, "rebuilt", place.world.clock.today(),
            lambda said, name=name: sign_statement(
                NoteSigner.generate(f"{name}/statements"), said
            ),
        )
        for name in place.world.names
    ]  # fmt: skip
    read = read_entry(place.append(evil, forged), place.world.chain)
    assert isinstance(read, Foreign)
    assert read.code == "app-signatures"


def test_a_stale_release_does_not_come_back(place):
    first = place.release(1)
    assert place.seal(first) == set()
    second = place.release(2)
    # Its words are genuine, and it stood on the log: the operator puts it there once more.
    place.append(first, [place.word(first, index) for index in (0, 1)])
    assert "app-stale" in findings(place.world)
    for trustee in place.world.trustees.values():
        assert trustee.apps.releases().newest.manifest == second
    # Pages that are open may go on for a day, and no longer.
    assert place.seal(first) == set()
    place.world.clock.move(days=2)
    assert place.seal(first) == {"app-stale"}
    with pytest.raises(HabeasError) as refused:
        verify_newer(place.manifest(2, version="0"), trustee.apps.releases())
    assert refused.value.code == "app-stale"


def prepared(place, manifest):
    app = AppReference(origin=place.site.url, manifest=manifest.digest().hex())
    return place.world.prepare(sealed_by="browser", app=app)


def refused(place, held, index):
    with pytest.raises(HabeasError) as error:
        place.world.deposit(held, index)
    return error.value.code


def tell_sealed(place, held, day):
    """The custodian says that a photo was sealed on *day*, whenever that is."""
    details = SealedDetails(promise=held.digest.hex())
    entry, _ = place.world.entry(
        held, Kind.SEALED, details, service=held.promise.service, day=day, number=0
    )
    place.world.log.append(entry.encode())
    place.world.followed()


def test_who_was_away_takes_what_was_sealed_while_its_release_counted(place):
    """For three days, in which another release came: its deposits were not refused for good."""
    world, away = place.world, place.world.names[3]
    first = place.release(1)
    before, on_the_day, late = (prepared(place, first) for _ in range(3))
    world.stop(away)
    world.seal(prepared=before, only=(0, 1, 2))
    place.release(2)
    world.seal(prepared=on_the_day, only=(0, 1, 2))
    world.clock.move(days=3)
    tell_sealed(place, late, world.clock.today())
    world.start(away)
    world.followed()
    for held in (before, on_the_day):
        world.deposit(held, 3)
    assert refused(place, late, 3) == "app-stale"
    assert refused(place, late, 0) == "app-stale"


def test_a_replaced_release_is_not_used_for_new_photos_under_an_older_day(place):
    """The operator, with an entry that it has dated back to when the release still counted."""
    world = place.world
    day = world.clock.today()
    first = place.release(1)
    place.release(2)
    world.clock.move(days=2)
    world.publish_roster()  # a quorum has seen the log on this day
    until(
        lambda: all(
            each.follower.followed_at > (world.clock() - timedelta(days=1)).timestamp()
            for each in world.trustees.values()
        ),
        "all have followed the log of this day",
    )
    held = prepared(place, first)
    tell_sealed(place, held, day)
    assert {refused(place, held, index) for index in range(4)} == {"app-stale"}
    # Nor with the entry of another photo, or with none that says so.
    assert refused(place, prepared(place, first), 0) == "app-stale"


def test_an_entry_of_somebody_else_makes_no_deposit_late(place):
    """Who knows the track key but is not the custodian, and another kind under the first tag."""
    world = place.world
    first = place.release(1)
    day = world.clock.today()
    held, other = prepared(place, first), prepared(place, first)
    details = SealedDetails(promise=held.digest.hex())
    entry, _ = world.entry(
        held, Kind.SEALED, details, service=held.promise.service, signer=world.recorder,
        day=day, number=0,
    )  # fmt: skip
    world.log.append(entry.encode())
    closed = ClosedDetails(promise=other.digest.hex(), because="decided")
    entry, _ = world.entry(other, Kind.CLOSED, closed, service=other.promise.service, number=0)
    world.log.append(entry.encode())
    place.release(2)
    world.clock.move(days=3)
    world.followed()
    assert refused(place, held, 0) == "app-stale"
    assert refused(place, other, 0) == "app-stale"


def test_a_photo_that_names_a_release_where_it_is_not_served_is_refused(place):
    manifest = place.release()
    assert place.seal(manifest, origin="https://look-alike.example") == {"app-origin"}


def test_nobody_says_in_a_trustee_s_name_that_all_is_well(place):
    manifest = place.release()
    seen = AppSeenDetails(
        trustee=place.world.names[0], origin=place.site.url, manifest=manifest.digest().hex(),
        count=1,
    )  # fmt: skip
    for signer in (place.world.custodian, place.world.keys[place.world.names[1]].statement):
        entry = sign_entry(
            signer, Kind.APP_SEEN, place.world.clock.today(), seen, secrets.token_bytes(32)
        )
        read = read_entry(entry.encode(), place.world.chain)
        assert isinstance(read, Foreign)
        assert read.code == "writer"
