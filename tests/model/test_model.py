"""The models of the protocol hold their claims, and each rule left out breaks one (Spin)."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "protocol"
FOLDER = DOCS / "model"
#: Seconds; a search takes some, and this bounds one that would never end.
PATIENCE = 900
#: Claims that something happens in the end suppose that nobody is passed over for ever.
FAIR = {"closes", "paid", "said"}
#: Of these the whole search takes seconds.
LARGE = {"claims", "hiding", "limits", "officers"}

#: With all rules: the model, the claim, and what is searched.
HOLD = [
    ("views", "seen"),
    ("views", "seen", "-DN=3", "-DK=2", "-DQ=2", "-DR=3"),
    ("views", "seen", "-DN=3", "-DK=2", "-DQ=3", "-DR=2"),
    ("views", "seen", "-DN=5", "-DK=3", "-DQ=4", "-DR=4"),
    ("hiding", "all"),
    ("debts", "safe", "-DCENSOR"),
    ("debts", "paid"),
    ("withdrawal", "part1"),
    ("withdrawal", "part2", "-DPART=2"),
    ("withdrawal", "closes", "-DPART=3"),
    ("limits", "part1"),
    ("limits", "part2", "-DPART=2"),
    ("officers", "safe"),
    ("circles", "safe"),
    ("claims", "safe"),
    ("crashes", "safe"),
    ("crashes", "said"),
]

#: The model, the claim that falls, what is searched, and the rules that are left out for it: one,
#: and those others that would catch the same.
FAULTS = [
    ("views", "seen", "-DQ=2", ["QUORUMS_MEET"]),
    ("views", "seen", "-DR=2", ["QUORUMS_MEET"]),
    ("views", "seen", "-DN=5 -DK=3 -DQ=3 -DR=4", ["QUORUMS_MEET"]),
    ("views", "seen", "", ["NO_QUORUM"]),
    ("views", "seen", "", ["READING_QUORUM"]),
    ("views", "seen", "", ["GROWS"]),
    ("views", "seen", "-DQ=1 -DR=4", ["NOT_IN_VIEW", "QUORUMS_MEET"]),
    ("hiding", "requested", "", ["NOT_ON_THE_LOG"]),
    ("hiding", "told", "", ["STREAM_END"]),
    ("hiding", "told", "", ["NONCE"]),
    ("hiding", "told", "", ["ASKS_ALL"]),
    ("hiding", "told", "", ["ENTRY_SIGNATURE"]),
    ("hiding", "told", "", ["NUMBERS"]),
    ("hiding", "told", "", ["ROLLED_BACK"]),
    ("hiding", "told", "", ["BEHIND"]),
    ("hiding", "told", "", ["RECENT_VIEW"]),
    ("hiding", "told", "", ["FRESH_START", "RECENT_VIEW"]),
    ("hiding", "public", "", ["OWED"]),
    ("hiding", "public", "", ["READING_QUORUM", "SAME_LOG", "HOLDS"]),
    ("hiding", "public", "", ["HOLDS"]),
    ("hiding", "named", "", ["ANSWERED", "NOT_ON_THE_LOG"]),
    ("debts", "little", "-DCENSOR", ["OWES_THE_LOG"]),
    ("debts", "vouched", "-DCENSOR", ["OWES_NO_COSIGN"]),
    ("debts", "paid", "", ["SETTLES"]),
    ("debts", "paid", "", ["SENT_AGAIN"]),
    ("withdrawal", "willed", "", ["SECRET"]),
    ("withdrawal", "willed", "", ["CLOSED_DAYS"]),
    ("withdrawal", "willed", "", ["TWO_CLOCKS"]),
    ("withdrawal", "counted", "", ["ORPHANED"]),
    ("withdrawal", "frozen", "", ["CLOSED"]),
    ("withdrawal", "frozen", "", ["EXPIRED"]),
    ("withdrawal", "final", "-DPART=2", ["WITHDRAWN"]),
    ("withdrawal", "final", "-DPART=2", ["ANCHORED"]),
    ("withdrawal", "final", "-DPART=2", ["ROLLED_BACK"]),
    ("withdrawal", "late", "-DPART=2", ["TOLD"]),
    ("withdrawal", "late", "-DPART=2", ["TOMBSTONE"]),
    ("withdrawal", "closes", "-DPART=3", ["FORWARD"]),
    ("withdrawal", "closes", "-DPART=3", ["UNTIL_CONFIRMED"]),
    ("limits", "few", "", ["NUMBER"]),
    ("limits", "few", "", ["OPENINGS_A_DAY"]),
    ("limits", "found", "", ["TAG_REUSED"]),
    ("limits", "found", "", ["TAG_GAP"]),
    ("limits", "quota", "-DPART=2", ["SLOT"]),
    ("limits", "quota", "-DPART=2", ["QUOTA"]),
    ("limits", "quota", "-DPART=2", ["LOG_ORDER"]),
    ("limits", "once", "-DPART=2", ["ONE_TIME_KEY"]),
    ("officers", "announced", "", ["OFFICER_UNKNOWN"]),
    ("officers", "announced", "", ["OFFICER_TOO_NEW"]),
    ("officers", "heeded", "", ["OFFICER_REVOKED"]),
    ("officers", "heeded", "", ["OFFICE_SUSPENDED"]),
    ("officers", "heeded", "", ["OFFICE_FORKED"]),
    ("officers", "heeded", "", ["STALE_CHECKPOINT"]),
    ("officers", "heeded", "", ["VIEW_STALE"]),
    ("circles", "forged", "", ["PINNED"]),
    ("circles", "forged", "", ["CIRCLE_SIGNATURES"]),
    ("circles", "named", "", ["ALL_MEMBERS"]),
    ("circles", "announced", "", ["ON_THE_LOG"]),
    ("circles", "announced", "", ["CIRCLE_DELAY"]),
    ("circles", "announced", "", ["SHOWN_BY_K"]),
    ("circles", "one", "", ["CIRCLE_ORDER"]),
    ("claims", "agreed", "", ["OWN_NAME"]),
    ("claims", "agreed", "", ["OWN_TRUSTEES"]),
    ("claims", "agreed", "", ["K_CLAIMS"]),
    ("claims", "waited", "", ["WEEK"]),
    ("claims", "heeded", "", ["TWO_CLOCKS"]),
    ("claims", "heeded", "", ["LIFT"]),
    ("claims", "frozen", "", ["CLAIMED"]),
    ("claims", "frozen", "", ["VIEW_STALE"]),
    ("claims", "open", "", ["OWN_TRUSTEES"]),
    ("crashes", "logged", "", ["REQUEST_FIRST"]),
    ("crashes", "remembered", "", ["RECORD_FIRST"]),
    ("crashes", "remembered", "", ["OUTBOX"]),
    ("crashes", "said", "", ["OUTBOX"]),
    ("crashes", "kept", "", ["DEPOSIT_FIRST"]),
    ("crashes", "final", "", ["ERASED_FIRST"]),
]


def errors(folder: Path, model: str, claim: str, *flags: str) -> int:
    """How many errors Spin finds when it searches all states for a break of *claim*."""
    for needed in ("spin", "cc"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed: bin/install-test-packages")

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    fair = claim in FAIR
    run("spin", *flags, "-a", str(FOLDER / f"{model}.pml"))
    # Whatever the order of search, all states are searched, or an error is found. The last process
    # is whoever attacks: where it goes first, an error is found a thousand times sooner. A search
    # that finds none has to be fast only where it is long.
    whole = model in LARGE and not any("NO_RULE" in flag for flag in flags)
    options = ["-O2"] if whole else ["-O0", "-DREVERSE"]
    run("cc", *options, "-w", "-DCOLLAPSE", *(["-DNFAIR=8"] if fair else []), "-o", "pan", "pan.c")
    said = run("./pan", "-a", "-m100000", "-N", claim, *(["-f"] if fair else []))
    assert "max search depth too small" not in said
    (line,) = (line for line in said.splitlines() if "errors:" in line)
    return int(line.rpartition("errors:")[2])


def _marks(model):
    return [pytest.mark.slow] if model in LARGE else []


@pytest.mark.parametrize(
    ("model", "claim", "flags"),
    [
        pytest.param(model, claim, flags, id="-".join([model, claim, *flags]), marks=_marks(model))
        for model, claim, *flags in HOLD
    ],
)
def test_with_all_rules_the_claim_holds(tmp_path, model, claim, flags):
    assert errors(tmp_path, model, claim, *flags) == 0


@pytest.mark.parametrize(
    ("model", "claim", "flags", "rules"),
    [
        pytest.param(
            model, claim, flags.split(), rules, marks=_marks(model),
            id="-".join([model, claim, *rules, *flags.split()]),
        )
        for model, claim, flags, rules in FAULTS
    ],
)  # fmt: skip
def test_each_rule_left_out_is_found(tmp_path, model, claim, flags, rules):
    left_out = [f"-DNO_RULE_{rule}" for rule in rules]
    assert errors(tmp_path, model, claim, *flags, *left_out) > 0


def test_a_circle_whose_quorums_do_not_meet_is_refused(tmp_path):
    with pytest.raises(AssertionError, match="is refused"):
        errors(tmp_path, "views", "seen", "-DQ=2")


# Nothing is forgotten ---------------------------------------------------------------------

_MODELS = sorted(path.stem for path in FOLDER.glob("*.pml"))


def _rules(model: str) -> set[str]:
    """The rules that a model can leave out."""
    return set(re.findall(r"NO_RULE_([A-Z_]+[A-Z])", (FOLDER / f"{model}.pml").read_text()))


@pytest.mark.parametrize("model", _MODELS)
def test_each_rule_of_a_model_is_left_out_once_and_said_at_its_head(model):
    searched = {rule for name, _, _, rules in FAULTS if name == model for rule in rules}
    assert _rules(model) == searched
    head = (FOLDER / f"{model}.pml").read_text().partition("*/")[0]
    assert set(re.findall(r"^ \*   ([A-Z_]+[A-Z]),? ", head, re.MULTILINE)) == searched


@pytest.mark.parametrize("model", _MODELS)
def test_each_claim_of_a_model_is_searched_with_all_rules_and_breaks(model):
    text = (FOLDER / f"{model}.pml").read_text()
    together = {"safe", "all", "part1", "part2"}
    claims = set(re.findall(r"^ltl (\w+)", text, re.MULTILINE))
    assert claims - together == {claim for name, claim, *_ in FAULTS if name == model}
    held = {claim for name, claim, *_ in HOLD if name == model}
    assert held == claims or claims & together <= held
    for claim in claims - together:
        assert re.search(rf"^ \*   {claim} ", text, re.MULTILINE), claim


def _table(page: Path, heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    below = page.read_text().partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in below.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_each_rule_of_the_trustee_is_modelled_or_said_why_not():
    codes = {
        code
        for first, _ in (row[:2] for row in _table(DOCS / "trustee.md", "## The rules"))
        for code in re.findall(r"`([a-z-]+)`", first)
    }
    modelled = {
        code: set(where.split(", "))
        for first, where, *_ in _table(FOLDER / "README.md", "## The rules of a release")
        for code in re.findall(r"`([a-z-]+)`", first)
    }
    assert set(modelled) == codes
    switches = {model: _rules(model) for model in _MODELS}
    for code, models in modelled.items():
        for model in models & set(_MODELS):
            found = code.upper().replace("-", "_")
            same = {"QUOTA_OFFICE": "QUOTA", "QUOTA_PURPOSE": "QUOTA"}
            assert same.get(found, found) in switches[model], (code, model)
