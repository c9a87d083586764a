"""Keys of a trustee at work."""

import subprocess
import sys

import pytest

from habeas.protocol import Kind
from habeas.trustee import keyring
from habeas.trustee.errors import KeyringError
from tests.unit.trustee.test_keys import SETTINGS, quick_scrypt
from tests.world import PHOTO

__all__ = ["quick_scrypt"]


def test_a_command_unlocks(tmp_path):
    settings = SETTINGS.model_copy(
        update={"command": (sys.executable, "-c", "print('from a secret store')")}
    )
    made = keyring.create(tmp_path, settings, "command")
    assert keyring.load(tmp_path, settings).witness.private == made.witness.private
    for command in ((), ("/nonexistent",), (sys.executable, "-c", "raise SystemExit(1)"),
                    (sys.executable, "-c", "")):  # fmt: skip
        with pytest.raises(KeyringError):
            keyring.load(tmp_path, settings.model_copy(update={"command": command}))


def test_photos_of_an_older_key_open_after_rotation(new_world):
    world = new_world()
    held = world.seal()
    month, name = held.promise.opens_until[:7], world.names[0]
    done = subprocess.run(
        [sys.executable, "-m", "habeas.trustee", "rotate",
         "--data", world.folder / name, "--month", month],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    assert f"— {name}/statements" in done.stdout
    assert world.open(held) == PHOTO
    newer = world.seal()
    assert newer.promise.trustees.keys[0].key != held.promise.trustees.keys[0].key
    assert world.open(newer) == PHOTO
    told = [e.details for e in world.settled() if e.kind is Kind.KEY and e.details]
    announced = [each["trustee"] for each in told if each["month"] == month]
    assert sorted(announced) == sorted([*world.names, name])
