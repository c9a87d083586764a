"""`habeas demo`, as a stranger runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from habeas import tlog
from habeas.protocol import Receipt, verify_circle

STEPS = [
    "check", "seal", "open", "view", "verify", "refuse-purpose", "refuse-recipient",
    "refuse-recognition", "withdraw", "open-after-withdraw", "verify-after-withdraw",
]  # fmt: skip


@pytest.mark.slow
def test_the_demo_plays_the_whole_journey(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "habeas.cli", "demo", "--data", str(tmp_path / "d"), "--json"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [step["name"] for step in report["steps"]] == STEPS
    assert all(step["ok"] for step in report["steps"])
    on_the_log = {"seal", "open", "refuse-purpose"}
    assert all(
        step["log_index"] is not None for step in report["steps"] if step["name"] in on_the_log
    )
    _left_in_place(report)


def _left_in_place(report):
    receipt = Receipt.decode(Path(report["receipt_file"]).read_bytes())
    circle = verify_circle(Path(report["circle_file"]).read_text())
    policy = circle.acting_policy()
    verified = tlog.TlogProof.parse(receipt.proof).verify(receipt.entry.encode(), policy)
    assert verified.checkpoint.size >= 2
    checkpoint = (Path(report["log_dir"]) / "checkpoint").read_text()
    tree = policy.verify(checkpoint).checkpoint
    entries = []
    from habeas.tlog.tiles import bundles_of, decode_bundle

    for bundle in bundles_of(tree.size):
        content = (Path(report["log_dir"]) / bundle.path()).read_bytes()
        entries += decode_bundle(content, bundle.width)
    leaves = [tlog.leaf_hash(entry) for entry in entries]
    assert tlog.Frontier().extend(leaves).root() == tree.root
    blob = Path(report["sealed_blob"]).read_bytes()
    assert len(blob) == receipt.promise.photo.size
    assert not blob.startswith(b"\xff\xd8\xff")
