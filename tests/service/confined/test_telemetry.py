"""Libraries that tell their makers what they see are kept from it."""

import os
import subprocess
import sys

LOADED = """
import os
from habeas import faces
faces.load_detectors()
import onnxruntime
print(len(os.listdir("/proc/self/task")))
"""


def test_detectors_leave_nothing_in_the_home_and_start_no_thread(tmp_path):
    """ONNX Runtime would open a database for its maker there, and a thread that sends it."""
    quiet = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "", "OPENBLAS_NUM_THREADS": "1"}
    named = os.environ | quiet | {"OMP_NUM_THREADS": "1"}
    named.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=named, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "1"
    assert list(tmp_path.iterdir()) == []
