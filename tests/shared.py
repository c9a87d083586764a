"""Vectors and pictures of others, kept beside the project and never in it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _find(kind: str, name: str) -> Path:
    path = SHARED / kind / name
    if not path.exists():
        pytest.skip(f"{kind}/{name} is not beside this checkout (../shared)")
    return path


def vectors(name: str = "") -> Path:
    """A file or folder of test vectors; skips the test where it is absent."""
    return _find("vectors", name)


def data(name: str = "") -> Path:
    """A file or folder of evaluation data; skips the test where it is absent."""
    return _find("data", name)


def models(name: str = "") -> Path:
    """A model file for measuring; skips the test where it is absent."""
    return _find("models", name)
