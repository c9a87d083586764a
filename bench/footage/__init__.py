"""How well faces in video are covered, and how fast: on generated video with exact boxes."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Pictures and videos for evaluation lie beside the project, never in it.
DATA = ROOT.parent / "shared" / "data"
#: Clips, answers and the other program's environment; git ignores it.
BUILD = ROOT / "build" / "footage"
