"""A log and four trustees in this process: their own code, without sockets, loops or a real clock.

Requests reach the trustees' application as they do over HTTP. What their loops do by and by
happens when a test says so: `Quiet.round`.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Circle, Entry, stream
from habeas.protocol.client import TrusteeClient
from habeas.protocol.panel import Panel
from habeas.tlog import NoteSigner
from habeas.tlog.client import Appended
from habeas.trustee import Settings, Trustee, keyring
from habeas.trustee.notices import MailServer
from habeas.trustee.web import make_app
from tests.unit.tlog.serving import InProcess
from tests.world.officer import Office, Officer
from tests.world.world import OFFICE, ORIGIN, Held, World


class QuietClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2027, 1, 15, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **ahead: float) -> None:
        self.now += timedelta(**ahead)

    def today(self) -> str:
        return self.now.date().isoformat()


class QuietLog:
    """The log: its entries, and checkpoints that its witnesses have cosigned, if they do."""

    def __init__(self) -> None:
        self.signer = NoteSigner.generate(ORIGIN)
        self.leaves: list[bytes] = []
        self.witnesses: dict[str, Trustee] = {}
        self.down = False
        self._known: dict[str, int] = {}

    def _node(self, level: int, index: int) -> bytes:
        if level == 0:
            return tlog.leaf_hash(self.leaves[index])
        return tlog.node_hash(
            self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1)
        )

    def _answering(self) -> None:
        if self.down:
            raise tlog.LogUnavailableError("The log does not answer.")

    def checkpoint(self) -> str:
        self._answering()
        size = len(self.leaves)
        root = tlog.Frontier().extend([tlog.leaf_hash(leaf) for leaf in self.leaves]).root()
        note = self.signer.sign(tlog.Checkpoint(ORIGIN, size, root).text())
        lines = ""
        for name, witness in self.witnesses.items():
            old = self._known.get(name, 0)
            proof = tlog.consistency_path(old, size, self._node) if old else []
            head = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
            try:
                answer = witness.add_checkpoint(f"old {old}\n{head}\n{note}".encode())
            except HabeasError:
                continue  # it may not act now
            if answer.status == 200:
                lines += answer.body
                self._known[name] = size
        return note + lines

    def append(self, entry: bytes) -> Appended:
        self._answering()
        if entry not in self.leaves:
            self.leaves.append(entry)
        index = self.leaves.index(entry)
        path = tlog.inclusion_path(index, len(self.leaves), self._node)
        return Appended(index, tlog.TlogProof(index, tuple(path), self.checkpoint()).format())

    def append_many(self, entries: Sequence[bytes]) -> list[int]:
        return [self.append(entry).index for entry in entries]

    def entries(self, begin: int, end: int) -> Iterable[bytes]:
        self._answering()
        return self.leaves[begin:end]

    def tile(self, tile: tlog.Tile) -> bytes:
        raise AssertionError(f"so few entries need no tile {tile}")

    def close(self) -> None:
        pass


class Quiet(World):
    """As `World` acts, over these parts."""

    clock: QuietClock
    log: QuietLog

    def __init__(
        self,
        folder: Path,
        portal: BlockingPortal,
        *,
        mail: MailServer | None = None,
        circle: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.folder, self.clock, self.log = folder, QuietClock(), QuietLog()
        self.log_url, self.log_vkey = "https://log.test", self.log.signer.vkey
        self.names = [f"trustee-{number}.test" for number in range(1, 5)]
        self.custodian = NoteSigner.generate("portal.test/custodian")
        self.recorder = NoteSigner.generate("portal.test/recorder")
        self.office = Office.make(OFFICE)
        self.officer = Officer(OFFICE, self.clock.today())
        self.office.officers.append(self.officer)
        self.keys, self.seats = {}, []
        for name in self.names:
            made = Settings.model_validate({"name": name, "url": f"https://{name}", **settings})
            (folder / name).mkdir()
            self.keys[name] = keyring.create(folder / name, made)
            made.save(folder / name)
            self.seats.append(self.keys[name].identity(made))
        self.circle = Circle.read(self.circle_fields(**(circle or {})))
        self.circle_note = self.sign_circle(self.circle)
        self.chain = Chain.start(self.circle_note, 0)
        self.trustees = {}
        for name in self.names:
            (folder / name / "circle.txt").write_text(self.circle_note)
            self.trustees[name] = Trustee(folder / name, now=self.clock, log=self.log, mail=mail)
        self.log.witnesses = self.trustees
        self.panel = Panel(
            TrusteeClient(seat, transport=InProcess(make_app(self.trustees[seat.name]), portal))
            for seat in self.circle.trustees
        )
        self.publish_roster()

    def close(self) -> None:
        self.panel.close()
        for each in self.trustees.values():
            each.close()

    def trustee(self, number: int) -> Trustee:
        return self.trustees[self.names[number - 1]]

    def round(self) -> None:
        """What the loops of all trustees do by and by: deliver what is owed, and read it."""
        for each in self.trustees.values():
            each.outbox.deliver()
        for each in self.trustees.values():
            each.follower.tail()

    def followed(self) -> None:
        self.round()

    def settled(self) -> list[Entry]:
        """Rounds until nobody owes: what one reads may be a reason for an entry of its own."""
        for _ in range(5):
            self.round()
            if not any(each.health()["owed"] for each in self.trustees.values()):
                return self.entries()
        raise AssertionError("a trustee still owes entries")

    def later(self, **ahead: float) -> None:
        """Move the clock, and have witnesses see the log's end at that time."""
        self.settled()
        self.clock.move(**ahead)
        self.round()

    def acts(self, held: Held) -> list[tuple[str, int]]:
        """The acts that stand on the log about a photo, with the number of the writer's stream."""
        tags = {
            stream.tag(held.stream_key(writer), number): writer
            for writer in range(5)
            for number in range(9)
        }
        tags[stream.closing_tag(held.stream_key())] = 0
        return [(each.kind.value, tags[each.tag]) for each in self.entries() if each.tag in tags]


@contextlib.contextmanager
def quiet(folder: Path, **settings: Any) -> Iterator[Quiet]:
    """Such a world, and its end."""
    with start_blocking_portal() as portal:
        made = Quiet(folder, portal, **settings)
        try:
            yield made
        finally:
            made.close()
