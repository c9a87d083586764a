"""A whole trustee at work, among its like: what it takes, gives, refuses, destroys, and says."""

import pytest

from habeas.protocol import Kind
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.statements import RefusedStatement, read_statement
from habeas.tlog import NoteSigner
from habeas.trustee import photos
from tests.unit.trustee.quiet import quiet
from tests.world.world import PHOTO


@pytest.fixture
def world(tmp_path):
    with quiet(tmp_path) as made:
        yield made


def refused(act, *arguments, **options):
    with pytest.raises(TrusteeRefusedError) as error:
        act(*arguments, **options)
    return error.value


def test_what_was_sealed_is_opened_and_both_releases_stand_on_the_log(world):
    held = world.seal()
    world.followed()
    assert world.open(held) == PHOTO
    world.settled()
    assert world.acts(held) == [
        ("sealed", 0), ("requested", 0), ("released", 1), ("released", 2)
    ]  # fmt: skip


def test_the_same_request_gets_the_same_answer_and_one_entry(world):
    held = world.seal()
    shown = world.request(held)
    world.followed()
    first = world.show(held, shown)
    world.settled()
    assert world.show(held, shown) == first or first.index == 0
    world.settled()
    assert world.acts(held).count(("released", 1)) == 1


def test_a_refusal_is_signed_and_that_of_a_proven_request_stands_on_the_log(world):
    held = world.seal(purposes=("decide-application",))
    shown = world.request(held, purpose="applicant-copy")
    world.followed()
    error = refused(world.show, held, shown)
    assert (error.code, error.status) == ("purpose", 403)
    verifier = world.panel.clients[0].verifiers
    said = read_statement(error.statement, world.names[0], verifier, RefusedStatement)
    assert (said.code, said.day) == ("purpose", world.clock.today())
    (entry,) = _refusals(world)
    assert (entry.code, entry.office) == ("purpose", "licensing-office")
    assert entry.purpose == "applicant-copy", "who asks for what was not promised is named"


def test_a_request_that_proves_nothing_fills_no_log(world):
    held = world.seal()
    shown = world.request(held)
    world.followed()
    shown.body["salt"] = "00" * 32
    assert refused(world.show, held, shown).code == "commitment"
    assert not _refusals(world)


def _refusals(world):
    return [each for each in world.settled() if each.kind is Kind.REFUSED]


def test_a_request_that_is_not_in_the_own_view_waits(world):
    held = world.seal()
    world.followed()
    shown = world.request(held)
    world.show(held, shown)  # it reads the log before it refuses
    world.settled()
    assert ("released", 1) in world.acts(held)


def test_a_withdrawal_destroys_and_is_told_once_the_log_has_it(world):
    held = world.seal()
    world.followed()
    client = world.client(0)
    assert client.withdraw(held.digest, held.secrets.withdraw_secret) is None, "it is owed"
    world.settled()
    erased = client.withdraw(held.digest, held.secrets.withdraw_secret)
    assert erased.statement.because == "withdrawn"
    assert ("erased", 1) in world.acts(held)
    shown = world.request(held)
    world.followed()
    assert refused(world.show, held, shown).code == "withdrawn"
    # Whoever reads the log knows the secret, and the others destroy as well.
    assert any(each.kind is Kind.WITHDRAWN for each in world.entries())
    assert refused(world.show, held, shown, 1).code == "withdrawn"


def test_of_an_erased_photo_no_promise_stays_in_memory(world):
    held = world.seal()
    world.followed()
    world.open(held)
    assert photos._promise.cache_info().currsize
    world.client(0).withdraw(held.digest, held.secrets.withdraw_secret)
    assert not photos._promise.cache_info().currsize


def test_another_secret_destroys_nothing(world):
    held, other = world.seal(), world.seal()
    world.followed()
    error = refused(world.client(0).withdraw, held.digest, other.secrets.withdraw_secret)
    assert error.status in (400, 403)
    assert world.open(held) == PHOTO


def test_deposits_that_nobody_ordered_or_that_are_of_another(world):
    held = world.prepare()
    stranger = NoteSigner.generate("portal.test/custodian")
    unordered = world.order(held.promise, stranger)
    assert refused(world.deposit, held, 0, order=unordered).status in (400, 403)
    other = world.prepare()
    assert refused(world.deposit, held, 0, order=world.order(other.promise)).status in (400, 403)
    swapped = held.sealed.deposits[1]
    assert refused(world.deposit, held, 0, deposit=swapped).code == "deposit"
    assert world.trustee(1).health()["photos"] == 0
    note = world.deposit(held, 0)
    assert world.deposit(held, 0) == note or world.trustee(1).health()["photos"] == 1


def test_a_share_whose_sealing_never_reached_the_log_is_erased(world):
    held = world.prepare()
    world.deposit(held, 0)
    world.later(hours=23)
    assert world.trustee(1).sweep() == 0
    world.later(hours=2)
    assert world.trustee(1).sweep() == 1
    world.settled()
    assert world.acts(held) == [("erased", 1)]
    assert refused(world.deposit, held, 0).code in {"orphaned", "erased", "seal-id-reused"}


def test_at_its_last_day_a_share_goes_and_then_the_month_s_key(world):
    held = world.seal()
    world.followed()
    month = held.promise.opens_until[:7]
    world.later(days=41)
    for _ in range(30):
        world.trustee(1).sweep()
        world.later(days=1)
    kinds = [each.kind for each in world.settled()]
    assert ("erased", 1) in world.acts(held)
    assert Kind.KEY_DESTROYED in kinds
    assert world.trustee(1).health()["photos"] == 0
    assert refused(world.client(0).key, month).status in (400, 404, 410)


def test_a_closed_photo_opens_no_more_and_is_kept_for_its_days(world):
    held = world.seal()
    world.followed()
    shown = world.request(held)
    world.close_photo(held)
    assert refused(world.show, held, shown).code == "closed"
    assert world.trustee(1).health()["photos"] == 1
    world.later(days=held.promise.closed_days + 1)
    assert world.trustee(1).sweep() == 1


def test_a_trustee_that_is_paused_says_so_and_goes_on(world):
    held = world.seal()
    world.followed()
    shown = world.request(held)
    world.trustee(1).pause()
    assert refused(world.show, held, shown).code == "paused"
    assert not world.trustee(1).health()["ok"]
    world.trustee(1).pause(resume=True)
    assert world.show(held, shown).index == 0


def test_who_owes_the_log_for_long_releases_nothing(world):
    held = world.seal()
    world.followed()
    first = world.request(held)
    world.followed()
    world.show(held, first)  # its entry is owed
    second = world.request(held)
    world.clock.move(seconds=61)
    world.trustee(1).follower.tail()
    assert refused(world.show, held, second).code == "owes-the-log"
    world.settled()
    assert world.show(held, second).index == 0


def test_what_it_says_of_itself(world):
    client = world.client(0)
    assert client.answers() == world.circle.trustees[0]
    assert client.circle() == client.circle(1) == world.circle_note
    assert refused(client.circle, 2).status == 404
    assert client.checkpoint()
    month = "2027-05"
    first = client.key(month)
    assert client.key(month) == first
    world.trustee(1).rotate(month)
    assert client.key(month) != first
    kinds = [each.kind for each in world.settled()]
    assert kinds.count(Kind.KEY) >= 2
    health = world.trustee(1).health()
    assert health["ok"]
    assert health["owed"] == 0


def test_an_office_that_k_trustees_suspend(world):
    held = world.seal()
    for number in (1, 2):
        world.trustee(number).suspend("licensing-office")
    world.settled()
    shown = world.request(held)
    world.followed()
    assert refused(world.show, held, shown).code == "office-suspended"
    world.trustee(2).suspend("licensing-office", lifted=True)
    world.settled()
    later = world.request(held)
    world.followed()
    assert world.show(held, later).index == 0


def test_a_second_tree_without_a_quorum_is_followed_by_nobody(world):
    held = world.seal()
    world.followed()
    shown = world.request(held)
    world.followed()
    before, size = world.log.leaves[-1], world.trustee(1).follower.size
    world.log.leaves[-1] = b"another entry"
    world.log.leaves.append(b"more")
    world.trustee(1).follower.tail()
    assert world.trustee(1).follower.problem is not None
    assert world.trustee(1).follower.size == size
    world.log.leaves[-2:] = [before]
    assert world.show(held, shown).index == 0, "no quorum had seen the other tree"


def test_it_remembers_over_a_restart(world, tmp_path):
    from habeas.trustee import Trustee

    held = world.seal()
    world.followed()
    world.trustee(1).close()
    again = Trustee(tmp_path / world.names[0], now=world.clock, log=world.log)
    world.trustees[world.names[0]] = again
    world.log.witnesses = world.trustees
    again.follower.tail()
    assert again.health()["photos"] == 1
    assert again.follower.size == world.size()
    assert held
