"""A trustee's machine is lost; another takes its seat, with the help of the rest."""

import json
import secrets

import pytest

from habeas.protocol import Kind, sealing
from habeas.protocol.client import TrusteeClient, TrusteeRefusedError
from habeas.protocol.statements import StatementError
from habeas.trustee.errors import SetupError
from tests.world import PHOTO
from tests.world.successors import lose

LOST = 1


def fetch(identity, month):
    client = TrusteeClient(identity)
    try:
        return client.key(month)
    finally:
        client.close()


def runs(world, helpers):
    """Of each helper, and of the newcomer, its side of the recovery."""
    newcomer = world.names[LOST]
    names = [world.names[index] for index in helpers]
    sides = {name: world.trustees[name].recovery for name in (*names, newcomer)}
    return {name: (side, side.replacement(newcomer, names)) for name, side in sides.items()}


def offers_of(world, sides):
    helpers = [name for name in sides if name != world.names[LOST]]
    return [note for name in helpers for note in sides[name][0].offer(sides[name][1], fetch)]


def given_by(world, sides, offers):
    helpers = [name for name in sides if name != world.names[LOST]]
    return {name: sides[name][0].give(sides[name][1], offers, fetch) for name in helpers}


@pytest.mark.parametrize(
    ("n", "k", "helpers"), [(4, 2, (0, 2)), (4, 2, (0, 2, 3)), (5, 3, (0, 2, 4))]
)
def test_lost_shares_are_restored_and_nothing_else(new_world, n, k, helpers):
    world = new_world(n=n, k=k, q=n - 1, r=n - 1 if n == 4 else n)
    held, gone = world.seal(), world.seal()
    world.open(held, indexes=tuple(range(k)))
    world.withdraw(gone)
    world.settled()
    lose(world, LOST)
    sides = runs(world, helpers)
    offers = offers_of(world, sides)
    last = sides[world.names[helpers[-1]]]
    with pytest.raises(SetupError):
        last[0].give(last[1], [], fetch)
    given = given_by(world, sides, offers)
    taker, run = sides[world.names[LOST]]
    with pytest.raises(SetupError):
        taker.take(run, dict(list(given.items())[1:]))
    assert taker.take(run, given).shares == 1
    # The newcomer answers like the one that was lost, under its own new keys.
    world.followed()
    indexes = (LOST, *(index for index in range(n) if index != LOST))[:k]
    assert world.open(held, indexes=indexes) == PHOTO
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client(LOST).withdraw(gone.digest, gone.secrets.withdraw_secret)
    assert refused.value.code == "unknown-photo"
    # It goes on with the numbers of the lost one, and the log says who helped.
    entries = world.settled()
    tags = [entry.tag for entry in entries if entry.tag]
    assert len(set(tags)) == len(tags)
    told = [entry.details for entry in entries if entry.kind is Kind.RECOVERY]
    assert [each["photos"] for each in told] == [1] * len(helpers)


def test_parts_of_a_liar_are_noticed(new_world):
    world = new_world()
    world.seal()
    world.followed()
    lose(world, LOST)
    sides = runs(world, (0, 2, 3))
    offers = offers_of(world, sides)
    given = given_by(world, sides, offers)
    first, second = world.names[0], world.names[2]
    side, run = sides[first]
    mask = side._store.run(lambda c: side._secret(c, run, second))
    assert mask not in json.dumps(given).encode()
    taker, run = sides[world.names[LOST]]
    swapped = {**given, second: given[first]}
    restored = taker.take(run, swapped)
    assert restored.shares == 0
    assert len(restored.broken) == 1
    offers[0] = offers[0].replace('"v":2', '"v":3')
    with pytest.raises(StatementError):
        sides[second][0].give(sides[second][1], offers, fetch)


def test_one_part_alone_says_nothing():
    """Masked by a secret of the pair, a part is uniform; the sum is the lost share."""
    shares = sealing.split(secrets.token_bytes(32), 2, 3, secrets.token_bytes)
    parts = [sealing.contribution(share, [1, 3], 2) for share in (shares[0], shares[2])]
    summed = bytes(a ^ b for a, b in zip(*parts, strict=True))
    assert summed == shares[1][:-1]
    for bad in ([1, 2], [1, 1], [0, 1], [3]):
        with pytest.raises(sealing.SharesError):
            sealing.contribution(shares[0], bad, 2)
