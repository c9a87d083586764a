"""A real log, real trustees and an office on this machine, and a custodian that tests can bend."""

from tests.world.officer import Officer
from tests.world.world import PHOTO, Clock, Held, Shown, World

__all__ = ["PHOTO", "Clock", "Held", "Officer", "Shown", "World"]
