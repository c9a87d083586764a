"""A trustee's machine is lost; another takes its seat, with the help of the rest."""

import json
import secrets
import shutil
import subprocess
import sys

import pytest

from habeas.protocol import Kind, sealing
from habeas.protocol.client import TrusteeAnswerError, TrusteeClient, TrusteeRefusedError
from habeas.trustee import Settings, keyring, recovery
from habeas.trustee.errors import SetupError
from tests.service.trustee.world import PHOTO

LOST = 1


def replace_machine(world):
    """Lose a trustee with all its data, and set up a newcomer under its name and address."""
    name = world.names[LOST]
    world.stop(name)
    folder = world.folder / name
    settings = Settings.load(folder)
    shutil.rmtree(folder)
    folder.mkdir()
    keys = keyring.create(folder, settings)
    settings.save(folder)
    (folder / "policy.txt").write_text(world.policy)
    identity = keys.identity(settings)
    world.circle.clients[LOST].close()
    world.circle.clients[LOST] = TrusteeClient(identity)
    world.start(name)
    return identity


def fetch(identity, month):
    client = TrusteeClient(identity)
    try:
        return client.key(month)
    finally:
        client.close()


@pytest.mark.parametrize(("n", "k"), [(3, 2), (5, 3)])
def test_lost_shares_are_restored_and_nothing_else(new_world, n, k):
    world = new_world(n=n, k=k)
    held, gone = world.seal(), world.seal()
    world.open(held, indexes=tuple(range(k)))
    helpers = [each for index, each in enumerate(world.identities) if index != LOST][: k + 1]
    world.client(0).withdraw(gone.digest, gone.withdraw_secret)
    world.settled()
    world.followed()
    newcomer = replace_machine(world)
    world.followed()
    circle = recovery.Replacement(newcomer, recovery.identities([h.fields() for h in helpers]))
    trustees = [world.trustees[each.name] for each in circle.helpers]
    offers = [note for trustee in trustees for note in trustee.recovery.offer(circle, fetch)]
    with pytest.raises(SetupError):
        trustees[-1].recovery.give(circle, [], fetch)
    given = {t.settings.name: t.recovery.give(circle, offers, fetch) for t in trustees}
    taker = world.trustees[world.names[LOST]]
    with pytest.raises(SetupError):
        taker.recovery.take(circle, dict(list(given.items())[1:]))
    assert taker.recovery.take(circle, given) == 1
    # The newcomer answers like the one that was lost, under its own new keys.
    indexes = (LOST, *(index for index in range(n) if index != LOST))[:k]
    assert world.open(held, indexes=indexes) == PHOTO
    with pytest.raises(TrusteeRefusedError) as refused:
        world.client(LOST).withdraw(gone.digest, gone.withdraw_secret)
    assert refused.value.code == "unknown-photo"
    # It goes on with the numbers of the lost one, and the log says who helped.
    entries = world.settled()
    tags = [entry.tag for entry in entries if entry.tag]
    assert len(set(tags)) == len(tags)
    told = [e.details for e in entries if e.kind is Kind.POLICY and e.details]
    assert sum(each.get("kind") == "recovery" for each in told) == len(helpers)


def test_parts_of_a_liar_are_noticed(new_world):
    world = new_world()
    world.seal()
    world.followed()
    newcomer = replace_machine(world)
    world.followed()
    helpers = [each for index, each in enumerate(world.identities) if index != LOST]
    circle = recovery.Replacement(newcomer, recovery.identities([h.fields() for h in helpers]))
    trustees = [world.trustees[each.name] for each in circle.helpers]
    offers = [note for trustee in trustees for note in trustee.recovery.offer(circle, fetch)]
    given = {t.settings.name: t.recovery.give(circle, offers, fetch) for t in trustees}
    taker = world.trustees[world.names[LOST]]
    other = trustees[0].recovery
    mask = other._store.run(lambda c: other._secret(c, newcomer.digest(), circle.helpers[1].name))
    assert mask not in json.dumps(given).encode()
    offers[0] = offers[0].replace('"v":1', '"v":2')
    with pytest.raises(TrusteeAnswerError):
        trustees[1].recovery.give(circle, offers, fetch)
    first = given[circle.helpers[0].name]
    swapped = {**given, circle.helpers[1].name: [{**first[0]}]}
    with pytest.raises(sealing.OpeningError):
        taker.recovery.take(circle, swapped)


def test_one_part_alone_says_nothing():
    """Masked by a secret of the pair, a part is uniform; the sum is the lost share."""
    shares = sealing.split(secrets.token_bytes(32), 2, 3, secrets.token_bytes)
    parts = [sealing.contribution(share, [1, 3], 2) for share in (shares[0], shares[2])]
    summed = bytes(a ^ b for a, b in zip(*parts, strict=True))
    assert summed == shares[1][:-1]
    for bad in ([1, 2], [1, 1], [0, 1], [3]):
        with pytest.raises(sealing.SharesError):
            sealing.contribution(shares[0], bad, 2)


def test_from_the_command_line(new_world, tmp_path):
    world = new_world()
    held = world.seal()
    world.followed()
    newcomer = replace_machine(world)
    world.followed()
    files = {}
    for identity in (newcomer, world.identities[0], world.identities[2]):
        files[identity.name] = tmp_path / f"{identity.name}.json"
        files[identity.name].write_text(identity.encode().decode())
    helpers = [world.names[0], world.names[2]]
    common = ["--newcomer", files[newcomer.name]]
    for name in helpers:
        common += ["--helper", files[name]]

    def habeas(command, name, *options):
        full = [sys.executable, "-m", "habeas.cli", "trustee", "recover", command,
                "--data", world.folder / name, *common, *options]  # fmt: skip
        return subprocess.run(full, capture_output=True, text=True, check=True, timeout=60)

    offers, given = [], []
    for name in helpers:
        habeas("offer", name, "--out", tmp_path / f"offer-{name}")
        offers += ["--offers", tmp_path / f"offer-{name}"]
    for name in helpers:
        habeas("give", name, *offers, "--out", tmp_path / f"give-{name}")
        given += ["--given", tmp_path / f"give-{name}"]
    assert "Restored 1 shares." in habeas("take", newcomer.name, *given).stdout
    assert world.open(held, indexes=(LOST, 0)) == PHOTO
