"""The public register of cameras: where they stand, why, who may look, and how well they cover."""
