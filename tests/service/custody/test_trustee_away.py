"""One trustee away, for a minute and for a day: applicants notice nothing, and nothing is lost.

A real log, real trustees and the portal's own tables; the clock of all is moved. The one that is
away refuses calls, or takes them and says nothing: the harder case, as whoever asks would wait.
"""

import contextlib
import secrets
import time
from datetime import timedelta

import pytest

from habeas.custody import Context, Custody, FileBlobs
from habeas.protocol import Pins
from habeas.protocol.seal import Wishes
from habeas.register.verifying import verify_photo
from habeas.tlog.client import LogClient
from tests.service.custody.silence import silent
from tests.unit.portal.conftest import _database, _tables  # noqa: F401 - fixtures; starts Django
from tests.waiting import until
from tests.world.world import OFFICE, PHOTO, World

from habeas.portal.vault import models  # isort: skip - Django has to be started
from habeas.portal.vault.ledger import DjangoLedger  # isort: skip - the same

pytestmark = pytest.mark.slow
AWAY = 1
AT_ONCE = 4


class Portal:
    """A custodian over the portal's own tables, and who applies there."""

    def __init__(self, world, folder):
        self.world = world
        self.context = Context(
            ledger=DjangoLedger(), blobs=FileBlobs(folder / "blobs"), log=world.log,
            signer=world.custodian, chain=lambda: world.chain, panel=lambda _: world.panel,
            witnessed=lambda: world.clock().timestamp(), now=world.clock, months_ahead=3,
        )  # fmt: skip
        self.custody = Custody(self.context)
        self.custody.learn_keys()

    def apply(self):
        """Seal a photo; gives its receipt."""
        until_day = (self.world.clock() + timedelta(days=40)).date().isoformat()
        wishes = Wishes(
            service="hunting-licence", recipients=(OFFICE,), purposes=("decide-application",),
            opens_until=until_day, openings_max=6, openings_a_day=3, closed_days=30,
            reference=secrets.token_hex(4), sealed_by="server", app=None,
        )  # fmt: skip
        with self.custody.sealing(PHOTO, wishes) as sealed:
            pass
        return sealed.receipt

    def verify(self, receipt):
        pins = Pins(circles=frozenset({self.world.circle.digest().hex()}))
        with LogClient(self.world.log_url) as log:
            return verify_photo(receipt, pins, log, self.world.clock(), secrets.token_bytes)


@pytest.fixture
def portal(tmp_path):
    world = World(tmp_path / "world")
    yield Portal(world, tmp_path)
    world.close()


@contextlib.contextmanager
def _away(world, name, how):
    """A trustee that is away, in that way, until the block ends."""
    port = int(world.panel[name].identity.url.rpartition(":")[2])
    world.stop(name)
    with silent(port) if how == "hangs" else contextlib.nullcontext():
        yield
    world.start(name)


@pytest.mark.parametrize("how", ["refuses", "hangs"])
@pytest.mark.parametrize("away", [timedelta(minutes=1), timedelta(days=1)], ids=["minute", "day"])
def test_a_trustee_away(portal, how, away, record_property):
    world, name = portal.world, portal.world.names[AWAY]
    before = portal.apply()
    pending = models.PendingDepositRow.objects
    until(lambda: portal.custody.sweep() and not pending.exists(), "all hold it", pause=0.2)
    waits = []
    with _away(world, name, how):
        held = []
        for at in range(2 * AT_ONCE):
            if at == AT_ONCE:
                world.clock.move(seconds=away.total_seconds())
            begun = time.monotonic()  # noqa: TID251 - a figure for people
            held.append(portal.apply())
            waits.append(time.monotonic() - begun)  # noqa: TID251 - the same
        # The first learns that it is away; nobody after that gives it a moment.
        record_property("seconds", [round(each, 3) for each in waits])
        assert all(receipt.pending == (name,) for receipt in held)
        waiting = models.PendingDepositRow.objects.filter(trustee=name)
        assert waiting.count() == len(held)
        assert portal.custody.sweep().delivered == 0
        gone = portal.custody.withdraw(held[0].promise.seal_id, _secret(held[0]), held[0].pending)
        assert name in gone.owed
    until(lambda: portal.custody.sweep() and not waiting.exists(), "all was delivered", pause=0.2)
    for receipt in [before, *held[1:]]:
        notes = portal.custody.acknowledgements(receipt.promise.seal_id)
        assert set(notes) == set(world.names)
        found = until(
            lambda receipt=receipt: (said := portal.verify(receipt)).never_opened and said,
            "the history is complete", pause=0.3,
        )  # fmt: skip
        assert all(each.held for each in found.verdicts.values())
    # What was withdrawn while it was away is not brought to it, and it says so.
    until(lambda: _withdrawn(portal, held[0]), "the withdrawal is complete", pause=0.3)


def _secret(receipt):
    return bytes.fromhex(receipt.withdraw_secret)


def _withdrawn(portal, receipt):
    seal_id = receipt.promise.seal_id
    return portal.custody.withdraw(seal_id, _secret(receipt), receipt.pending).complete
