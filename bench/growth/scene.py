"""A log, four trustees, and a portal in this very process: nothing but its work is timed."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx

from bench.growth import rows
from bench.growth.pages import pages
from habeas.cameras.declaration import Camera
from habeas.cameras.house import HouseKept, keep_house
from habeas.cameras.recordings import Recordings
from habeas.foundation.database import Database
from habeas.portal.site import setup
from habeas.protocol import Chain, Purpose, writer_id
from habeas.register import monitor
from habeas.tlog.monitor import Monitor
from habeas.tlog.server import open_storage
from tests.media.video.segments import CAMERA
from tests.waiting import until
from tests.world.city import ANSWERS, City
from tests.world.world import PHOTO

#: How often an act is tried: at least, within so many seconds, and at most.
_LEAST, _SECONDS, _MOST = 9, 0.5, 100
#: How long a look at the other threads takes.
_LOOK_SECONDS = 0.3
#: Lives of photos.
_LIVES = 20


@dataclass(frozen=True)
class Sample:
    """A real application: its sealed parts, and the receipt."""

    reference: str
    answers: bytes
    pointer: bytes
    promise: bytes
    receipt: str


class _Quiet(City):
    """A city whose portal nobody serves."""

    def start_portal(self) -> None:
        """Nothing: it runs here."""


class Scene:
    """See the module. Use it once in a process: Django reads its settings once."""

    def __init__(self, folder: Path) -> None:
        (folder / "monitor").mkdir()
        self._city = _Quiet(folder, poll_seconds=0.5, retry_seconds=0.5)
        setup.start(self._city.data)
        from habeas.portal.site.worker import Worker  # noqa: PLC0415 - needs Django started
        from habeas.portal.site.wsgi import application  # noqa: PLC0415

        self._worker = Worker()
        self._http = httpx.Client(
            transport=httpx.WSGITransport(app=application), base_url=self._city.url, timeout=600
        )
        self._size = 0
        self._open_case = ""
        self._recordings = recordings = Recordings(self._city.data / "recordings")
        (folder / "camera.toml").write_text(CAMERA)
        today = datetime.now(UTC).date()
        recordings.write_camera(
            Camera.load(folder / "camera.toml").public(), today, self._city.recorder
        )
        chain = Chain.start(self._city.circle_note, 0)
        self._monitor = Monitor(
            Database(folder / "monitor" / "monitor.sqlite3"), self._city.log,
            self._city.circle.acting_policy(), monitor.rules(chain),
        )  # fmt: skip
        self._worker.round()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()
        self._city.close()

    # Filling ------------------------------------------------------------------------------

    def fill(self, size: int) -> None:
        """Have so many rows of each kind, everywhere, and everybody follow the log."""
        more = size - self._size
        rows.fill_recorder(self._recordings.place("north-gate"), self._size, more)
        self._size = size
        written = list(rows.entries(self._city, more))
        begin = self._append(written)
        sample = self._apply()
        rows.fill_portal(
            begin, written, writer_id(self._city.custodian.verifier.public_key), more, sample
        )
        for trustee in self._city.trustees.values():
            trustee._store.run(lambda connection: rows.fill_trustee(connection, more))  # noqa: SLF001
        until(lambda: self._caught_up(begin + more), "all follow the log", pause=1.0)
        self._worker.round()
        self._monitor.look()

    def _caught_up(self, size: int) -> bool:
        trustees = self._city.trustees.values()
        return all(each.follower.size >= size for each in trustees)

    def _append(self, written: list[bytes]) -> int:
        """Put entries on the log, past its door; gives the first one's index."""
        self._city.log_server.stop()
        storage = open_storage(self._city.folder / "log")
        begin = storage.tree.size
        for at in range(0, len(written), 8192):
            storage.restore(written[at : at + 8192])
            storage.lay_out()
        storage.make_durable()
        storage.close()
        self._city.restart_log()
        return int(begin)

    # People -------------------------------------------------------------------------------

    def _apply(self, photo: bytes = PHOTO) -> Sample:
        from habeas.portal.apply.sending import sending  # noqa: PLC0415 - needs Django started
        from habeas.portal.cases.models import Case  # noqa: PLC0415
        from habeas.portal.catalogue import services  # noqa: PLC0415

        with sending(services()["hunting-licence"], ANSWERS, photo) as sent:
            pass
        case = Case.objects.get(reference=sent.reference)
        receipt = sent.receipt
        return Sample(
            sent.reference, bytes(case.answers), bytes(case.pointer or b""),
            receipt.promise.encode() if receipt else b"",
            receipt.encode().decode() if receipt else "",
        )  # fmt: skip

    @contextmanager
    def _officer(self) -> Iterator[Any]:
        client = self._city.officer_client()
        client._http = self._http  # noqa: SLF001 - it asks the portal in this process
        try:
            client.sign_in()
            yield client
        finally:
            self._http.headers.pop("Authorization", None)

    # Measuring ----------------------------------------------------------------------------

    def measure(self) -> dict[str, float]:
        """Seconds of each act, the least of some."""
        found: dict[str, float] = {}
        for name, act in self._acts().items():
            act()  # what is loaded once is loaded
            _wait_for_quiet()
            found[name] = _least(act)
        found |= self._lives()
        return found

    def _acts(self) -> dict[str, Callable[[], object]]:
        """What can be repeated as it is."""
        from habeas.portal.cases.models import Case  # noqa: PLC0415 - needs Django started
        from habeas.portal.vault.custodian import custody  # noqa: PLC0415

        middle = self._city.size() // 2
        acts: dict[str, Callable[[], object]] = {
            f"page {name}": lambda path=path: self._get(path)  # type: ignore[misc]
            for name, path in pages(middle, self._city.clock.today()).items()
        }
        cases = Case.objects.filter(office="licensing-office", state="open")
        late = cases.order_by("day", "reference")[cases.count() // 2].reference
        acts |= {
            "desk: first page of cases": lambda: self._desk("cases?state=open"),
            "desk: a later page of cases": lambda: self._desk(f"cases?state=open&after={late}"),
            "desk: decided cases": lambda: self._desk("cases?state=approved"),
            "desk: one case": lambda: self._desk(f"cases/{late}"),
            "an application without a photo": self._send,
            "portal: custody's sweep": lambda: custody().sweep(),
            "portal: a round of the worker": self._worker.round,
            "log: an entry": lambda: self._city.log.append(secrets.token_bytes(64)),
        }
        trustee = self._city.trustees[self._city.names[0]]
        acts |= {
            "recorder: a round of its house": self._keep_house,
            "trustee: health": trustee.health,
            "trustee: a sweep": trustee.sweep,
            "trustee: a deposit": self._deposit,
            "trustee: an entry followed": self._followed(trustee.follower.tail),
            "portal: an entry followed": self._followed(self._copy().catch_up),
            "monitor: an entry followed": self._followed(self._monitor.look),
        }
        return acts

    def _keep_house(self) -> None:
        kept = keep_house(self._recordings, self._city.recorder, self._city.log, datetime.now(UTC))
        assert kept == HouseKept(told=True), kept

    def _copy(self) -> Any:
        from habeas.portal.register.log import log_copy  # noqa: PLC0415 - needs Django started

        return log_copy()

    def _followed(self, follow: Callable[[], object]) -> Callable[[], object]:
        def act() -> None:
            follow()

        act.before = lambda: self._city.log.append(secrets.token_bytes(64))  # type: ignore[attr-defined]
        return act

    def _get(self, path: str) -> None:
        answer = self._http.get(path)
        # The loops of a process that was just started are not all green yet.
        assert answer.status_code == 200 or path == "/readyz", (path, answer.text[-500:])

    def _desk(self, path: str) -> None:
        if "Authorization" not in self._http.headers:
            client = self._city.officer_client()
            client._http = self._http  # noqa: SLF001 - it asks the portal in this process
            client.sign_in()
        answer = self._http.get(f"/api/{path}")
        assert answer.status_code == 200, answer.text

    def _send(self) -> None:
        form = {"service": "hunting-licence", "fields": json.dumps(ANSWERS)}
        answer = self._http.post("/api/applications", data=form)
        assert answer.status_code == 201, answer.text

    def _deposit(self) -> None:
        self._city.deposit(self._city.prepare(), 0)

    def _lives(self) -> dict[str, float]:
        """A photo's life, some times: what each act of it takes at least."""
        took: dict[str, list[float]] = {}

        def timed(name: str, act: Callable[[], Any]) -> Any:
            begun = time.perf_counter()
            result = act()
            took.setdefault(name, []).append(time.perf_counter() - begun)
            return result

        def life() -> None:
            sample = timed("sealing a photo", self._apply)
            reference = sample.reference
            with self._officer() as officer:
                purpose, reason = Purpose.DECIDE_APPLICATION, "To decide."
                timed("opening a photo", lambda: officer.open(reference, purpose, reason))
                timed("what happened to a photo", lambda: self._history(sample))
                timed("desk: deciding", lambda: officer.decide(reference, "approved"))
            timed("withdrawing a photo", lambda: self._withdraw(sample))

        for _ in range(_LIVES):
            _wait_for_quiet()
            life()
        return {name: min(each) for name, each in took.items()}

    def _history(self, sample: Sample) -> None:
        self._form("/receipt/", receipt=sample.receipt)

    def _withdraw(self, sample: Sample) -> None:
        receipt = json.loads(sample.receipt)
        path = f"/api/photos/{receipt['promise']['seal_id']}/withdrawal"
        answer = self._http.post(path, json={"secret": receipt["withdraw_secret"]})
        assert answer.status_code == 200, answer.text

    def _form(self, path: str, **fields: str) -> None:
        if "csrftoken" not in self._http.cookies:
            self._http.get("/receipt/")
        fields["csrfmiddlewaretoken"] = self._http.cookies["csrftoken"]
        answer = self._http.post(path, data=fields, headers={"Referer": self._city.url})
        assert answer.status_code == 200, answer.text[-500:]


def _wait_for_quiet() -> None:
    """Until no thread of the log or of a trustee works: one would hold this one up."""

    def is_quiet() -> bool:
        before = time.process_time()
        time.sleep(_LOOK_SECONDS)
        return time.process_time() - before < _LOOK_SECONDS / 5

    until(is_quiet, "the other threads rest")


def _least(act: Callable[[], object]) -> float:
    """Quick acts are tried more often: whatever else the machine does disturbs them more."""
    tried = [_timed(act)]
    while len(tried) < _LEAST or (sum(tried) < _SECONDS and len(tried) < _MOST):
        tried.append(_timed(act))
    return min(tried)


def _timed(act: Callable[[], object]) -> float:
    before = getattr(act, "before", None)
    if before is not None:
        before()
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
