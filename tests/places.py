"""Where things lie in this repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "packages"
#: Known answers: ours in `protocol`, those of others in folders of their own.
VECTORS = ROOT / "vectors"
PORTAL = PACKAGES / "habeas" / "src" / "habeas" / "portal"
