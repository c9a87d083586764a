"""Viewing recordings, for officers whose office a camera's public entry names."""
