"""C2SP's formats, good and bad: a kit that any implementation can be held against.

``kit/`` holds proofs (with a policy and an entry), checkpoints (with the policy) and policies.
What is in a folder ``good`` must be taken; what is in ``bad`` must be refused. The name of a
bad one begins with the code of the error that this package gives; others may say it otherwise.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation.errors import HabeasError
from habeas.tlog.errors import FormatError
from habeas.tlog.policy import Policy
from habeas.tlog.proof import TlogProof

KIT = Path(__file__).with_name("kit")


@dataclass(frozen=True)
class Artefact:
    """One file of the kit: what it is, and whether it must be taken."""

    kind: str
    file: Path
    good: bool

    @property
    def code(self) -> str:
        """Of the error that it must end in here; empty for a good one."""
        return "" if self.good else self.file.name.split(".")[0]


def artefacts() -> Iterator[Artefact]:
    """All of the kit, in the order of their names."""
    for folder in sorted(each for each in KIT.iterdir() if each.is_dir()):
        for verdict in ("bad", "good"):
            for file in sorted((folder / verdict).iterdir()):
                yield Artefact(folder.name.removesuffix("s"), file, verdict == "good")


#: Raises a HabeasError for what is refused.
Judge = Callable[[Artefact], None]


def judge(artefact: Artefact) -> None:
    """This package's own verdict.

    Raises:
        TlogError: the artefact is refused.
    """
    content = artefact.file.read_bytes()
    if artefact.kind == "policie":
        Policy.parse(content)
        return
    policy = Policy.parse((KIT / "policy.txt").read_bytes())
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FormatError("This is no text.") from error
    if artefact.kind == "checkpoint":
        policy.verify(text)
    else:
        TlogProof.parse(text).verify((KIT / "entry").read_bytes(), policy)


def judged_by(command: Sequence[str]) -> Judge:
    """The verdict of another implementation: its exit status, 0 for what it takes.

    Args:
        command: gets three more arguments for a proof (policy, entry, proof), two for a
            checkpoint (policy, checkpoint), one for a policy, after the word for which it is.

    Returns:
        A judge that raises for what the program does not take.
    """

    def ask(artefact: Artefact) -> None:
        policy, entry = str(KIT / "policy.txt"), str(KIT / "entry")
        before = {"proof": [policy, entry], "checkpoint": [policy]}.get(artefact.kind, [])
        kind = "policy" if artefact.kind == "policie" else artefact.kind
        asked = [*command, kind, *before, str(artefact.file)]
        done = subprocess.run(asked, capture_output=True, check=False, timeout=60)
        if done.returncode:
            raise HabeasError(f"{artefact.file.name} is refused.")

    return ask


def differences(judge: Judge) -> Iterator[str]:
    """One sentence for each artefact that is judged wrongly."""
    for artefact in artefacts():
        try:
            judge(artefact)
        except HabeasError as error:
            if artefact.good:
                yield f"{artefact.file.relative_to(KIT)} must be taken: {error.cause}"
        else:
            if not artefact.good:
                yield f"{artefact.file.relative_to(KIT)} must be refused ({artefact.code})."
