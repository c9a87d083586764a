"""Mutated files against the decoders: `python -m fuzz`, or `make fuzz`."""
