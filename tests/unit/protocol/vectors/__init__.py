"""Test vectors for every format, good and bad: `python -m tests.unit.protocol.vectors` writes them.

Everything but HPKE's own randomness is the same on every run. A sealed message that stands
in the files already, and still opens as it must, is kept as it stands.
"""
