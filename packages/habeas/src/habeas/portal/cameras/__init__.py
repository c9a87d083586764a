"""The cameras: a register for everybody, and viewing by the offices that it names."""
