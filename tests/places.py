"""Where things lie in this repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "packages"
#: Known answers: ours in `protocol`, those of others in folders of their own.
VECTORS = ROOT / "vectors"
PORTAL = PACKAGES / "habeas" / "src" / "habeas" / "portal"
STATIC = PORTAL / "static"


def built(path: str) -> Path:
    """A file of the front end below ``static``, which is built with its hash before its ending."""
    folder, name = (STATIC / path).parent, Path(path)
    (found,) = folder.glob(f"{name.stem}.*{name.suffix}")
    return found
