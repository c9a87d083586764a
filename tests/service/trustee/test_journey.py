"""Sealed, opened as promised, seen, withdrawn: against real trustees over HTTP."""

from tests.world import PHOTO


def test_a_photo_is_opened_by_any_two_trustees(world):
    held = world.seal()
    assert world.open(held) == PHOTO
    assert world.open(held, indexes=(3, 1)) == PHOTO
