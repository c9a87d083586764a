"""A city: the world's log and trustees, offices as they run themselves, and a portal's processes.

Everything is real: the portal is served as in production, with its worker beside it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from habeas.deploy.release import release
from habeas.office import keys as office_keys
from habeas.office import publish
from habeas.office.client import OfficerClient
from habeas.office.folder import OfficeFolder, Settings
from habeas.portal.site import folder as portal_folder
from habeas.protocol import Receipt
from habeas.protocol.parties import OfficeName
from habeas.protocol.receipt_file import read_receipt
from tests.waiting import PATIENCE_SECONDS, until
from tests.world.world import World, listening

NAMES = {
    "licensing-office": OfficeName(en="Licensing Office", ru="Лицензионный отдел"),
    "parks-department": OfficeName(en="Parks Department", ru="Отдел парков"),
}
LABEL, PASSPHRASE = "Officer 1", "верный конь é"
ANSWERS = {
    "full_name": "Анна Example", "date_of_birth": "1979-03-21", "address": "1 Forest Lane",
}  # fmt: skip
#: Runs with the portal's Django, in a process of its own.
_START = "import sys; from habeas.portal.site import setup; setup.start()\n"


class City(World):
    """See the module.

    Args:
        folder: for everybody's files.
        origin: of the licensing office's desk.
        settings: of the world.
    """

    def __init__(
        self, folder: Path, *, origin: str = "http://licensing.localhost:8010", **settings: Any
    ) -> None:
        self.offices: dict[str, OfficeFolder] = {}
        self.office_keys: dict[str, office_keys.OfficeKeys] = {}
        self.data = folder / "portal"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        with contextlib.ExitStack() as begun:
            self._portal_socket = begun.enter_context(listening())
            self.url = f"http://localhost:{self._portal_socket.getsockname()[1]}"
            for name, called in NAMES.items():
                self._make_office(folder, name, called, origin)
            entries = [
                office.circle_entry(self.office_keys[name]) for name, office in self.offices.items()
            ]
            super().__init__(folder, circle={"offices": entries}, portal=self.url, **settings)
            begun.callback(super().close)
            begun.callback(self._portal_socket.close)
            begun.callback(self.stop_portal)
            self.http = begun.enter_context(
                httpx.Client(base_url=self.url, timeout=600, trust_env=False)
            )
            self._make_portal()
            self.release()
            self.start_portal()
            self._city = begun.pop_all()

    def _make_office(self, folder: Path, name: str, called: OfficeName, origin: str) -> None:
        settings = Settings(
            office=name, name=called, rp_id="localhost", origins=(origin,), portal=self.url
        )
        self.offices[name] = office = OfficeFolder.create(folder / name, settings)
        self.office_keys[name] = office_keys.create(
            office.folder, name, PASSPHRASE, secrets.token_bytes
        )

    def publish_roster(self) -> None:
        """Each office's first roster, with one officer on it."""
        for name in self.offices:
            self.enrol(LABEL, office=name)

    def enrol(self, label: str, *, office: str = "licensing-office") -> None:
        """Put an officer with a key in software on an office's roster."""
        _, entry = publish.enrol(
            self.offices[office], self.office_keys[office], label, PASSPHRASE,
            self.clock.today(), secrets.token_bytes,
        )  # fmt: skip
        self.put(entry.encode())
        self.followed()

    def revoke(self, label: str, *, office: str = "licensing-office") -> None:
        """Take an officer off the roster."""
        entry = publish.revoke(
            self.offices[office], self.office_keys[office], label, self.clock.today(),
            secrets.token_bytes,
        )  # fmt: skip
        self.put(entry.encode())
        self.followed()

    # The portal ---------------------------------------------------------------------------

    def _make_portal(self) -> None:
        portal_folder.create(
            self.data, portal_folder.Site(portal=self.url), name="portal.test",
            catalogue=portal_folder.SAMPLE_CATALOGUE,
        )  # fmt: skip
        # The world has made the custodian's key, and the circle names it.
        (self.data / "custodian.key").write_text(self.custodian.private + "\n")
        portal_folder.adopt(self.data, self.circle_note)
        self.manage("setup.migrate(); assert not [print(each) for each in setup.problems()]")

    def release(self) -> None:
        """Have two trustees vouch for the app as it is installed here."""
        vouching = [self.folder / name for name in self.names[:2]]
        release(self.log, self.chain, vouching, self.data)

    def until_released(self) -> None:
        """Wait until the portal serves the photo step."""
        step = "/apply/hunting-licence/seal/"
        until(lambda: self.http.get(step).status_code == 200, "no release", pause=0.1)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "HABEAS_DATA": str(self.data)}

    def manage(self, code: str, *arguments: str) -> str:
        """Run *code* with the portal's Django, in a process of its own; gives what it prints."""
        command = [sys.executable, "-c", _START + code, *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False,
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-500:]
        return done.stdout

    def start_portal(self) -> None:
        """Serve, with a worker beside it."""
        number = self._portal_socket.fileno()
        serve = [sys.executable, "-m", "gunicorn", "habeas.portal.site.wsgi:application"]
        serve += ["--bind", f"fd://{number}", "--workers", "1", "--threads", "8"]
        serve += ["--worker-class", "gthread", "--log-level", "warning", "--no-control-socket"]
        work = [sys.executable, "-c", _START + "from habeas.portal.site import worker; "]
        work[-1] += "worker.main()"
        self._run("portal", serve, (number,))
        self._run("worker", work)

        def healthy() -> bool:
            assert self._processes["portal"].poll() is None, "the portal has ended"
            try:
                return self.http.get("/livez").status_code == 200
            except httpx.HTTPError:
                return False

        until(healthy, "the portal", pause=0.1)

    def _run(self, name: str, command: Sequence[str], descriptors: tuple[int, ...] = ()) -> None:
        with (self.folder / f"{name}.output").open("ab") as output:
            self._processes[name] = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, pass_fds=descriptors,
            )  # fmt: skip

    def stop_portal(self, *names: str) -> None:
        """End the portal's processes, or those alone: `portal`, `worker`."""
        ended = [self._processes.pop(name) for name in names or tuple(self._processes)]
        for process in ended:
            process.terminate()
        with contextlib.ExitStack() as each:
            for process in ended:
                # Killed where it has not ended by then; one that has is not sent anything.
                each.callback(process.wait)
                each.callback(process.kill)
                each.callback(process.wait, timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        self._city.close()

    # People -------------------------------------------------------------------------------

    def apply(self, photo: bytes, service: str = "hunting-licence") -> tuple[str, Receipt | None]:
        """Apply; gives the reference, and the receipt where there is a photo."""
        files = {"photo": ("photo.jpg", photo)} if photo else None
        form = {"service": service, "fields": json.dumps(ANSWERS)}
        answer = self.http.post("/api/applications", data=form, files=files)
        assert answer.status_code == 201, answer.text
        receipt = answer.json()["receipt"]
        whole = None if receipt is None else self.whole(Receipt.read(receipt))
        return answer.json()["reference"], whole

    def whole(self, receipt: Receipt) -> Receipt:
        """The receipt with the word of every trustee that runs: a busy one may be late."""

        def acknowledged() -> Receipt | None:
            asked = read_receipt(self.page("/receipt/complete/", receipt).encode())
            return None if self.servers.keys() & set(asked.pending) else asked

        if not self.servers.keys() & set(receipt.pending):
            return receipt
        done = until(acknowledged, "the share of a trustee that was busy", pause=0.5)
        assert done is not None
        return done

    def officer_client(
        self, label: str = LABEL, *, office: str = "licensing-office"
    ) -> OfficerClient:
        """An officer's program, not signed in yet."""
        place = self.offices[office]
        person = place.person(label)
        shown = place.memberships(person.credential)
        return OfficerClient(self.url, person, shown, PASSPHRASE)

    def page(self, path: str, receipt: Receipt, **fields: str) -> str:
        """A page that a receipt is shown to."""
        return self.form(path, receipt=receipt.encode().decode(), **fields)

    def form(self, path: str, *, files: Any = None, **fields: str) -> str:
        """Send a page's form; gives the page that follows."""
        # Django's own protection of forms: the token of the page that shows the form.
        self.http.get("/receipt/")
        fields["csrfmiddlewaretoken"] = self.http.cookies["csrftoken"]
        answer = self.http.post(
            path, data=fields, files=files, headers={"Referer": self.url}, follow_redirects=True
        )
        return answer.text
