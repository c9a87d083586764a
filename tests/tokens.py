"""Tokens of SoftHSM2 for tests: real PKCS #11, in a folder of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

MODULE = next(
    (str(each) for each in Path("/usr/lib").rglob("libsofthsm2.so")), "/usr/lib/libsofthsm2.so"
)
needs_softhsm = pytest.mark.skipif(not shutil.which("softhsm2-util"), reason="needs softhsm2")
PIN = "101010"
_SIGN_IN = """
import sys, pkcs11
pkcs11.lib(sys.argv[1]).get_token(token_label=sys.argv[2]).open(user_pin=sys.argv[3]).close()
"""
_PAIR = """
import sys, pkcs11
from pkcs11 import Attribute, MechanismFlag, ObjectClass
from habeas.foundation.token import KeyKind
module, label, pin, kind, name, uses = sys.argv[1:]
uses = MechanismFlag[uses]
kind, parameters, mechanism = KeyKind[kind].value
with pkcs11.lib(module).get_token(token_label=label).open(rw=True, user_pin=pin) as session:
    domain = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: parameters}, local=True)
    def pair(name):
        return domain.generate_keypair(
            id=b"one", label=name, store=True, mechanism=mechanism, capabilities=uses
        )
    public, private = pair(name)
    if MIXED:
        private.destroy()
        pair(name + " of another")[0].destroy()
"""


@dataclass(frozen=True)
class SoftToken:
    """A token, in a file.

    Attributes:
        label: of the token.
        folder: with the PIN's file, and SoftHSM's own configuration.
    """

    label: str
    folder: Path

    @classmethod
    def create(cls, folder: Path, label: str = "Party") -> SoftToken:
        """Initialise a token."""
        made = cls(label, folder)
        (folder / "tokens").mkdir(parents=True)
        made._conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        made.write_pin(PIN)
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN,
             "--so-pin", "99999999"], env=made.environment, check=True, capture_output=True,
        )  # fmt: skip
        return made

    @property
    def _conf(self) -> Path:
        return self.folder / "softhsm.conf"

    @property
    def environment(self) -> dict[str, str]:
        """With which a process finds the token; SoftHSM reads its configuration once."""
        return {**os.environ, "SOFTHSM2_CONF": str(self._conf)}

    def write_pin(self, pin: str, mode: int = 0o600) -> None:
        """Say another PIN in the file that addresses name."""
        (self.folder / "pin").write_text(f"{pin}\n")
        (self.folder / "pin").chmod(mode)

    def sign_in(self) -> None:
        """Sign in once, as with the token's own tool."""
        self.python(_SIGN_IN, MODULE, self.label, PIN)

    def make_pair(self, kind: str, name: str, uses: str = "SIGN", *, mixed: bool = False) -> None:
        """Put a pair of keys on it, as others do.

        Args:
            kind: of `habeas.foundation.token.KeyKind`.
            name: label of the public key.
            uses: what the key may do: a flag of PKCS #11.
            mixed: whether the private key is another pair's, of the same CKA_ID.
        """
        source = _PAIR.replace("MIXED", str(mixed))
        self.python(source, MODULE, self.label, PIN, kind, name, uses)

    def address(self, path: str = "", module: str = MODULE) -> str:
        """Its address (RFC 7512), with more attributes of the path."""
        return (
            f"pkcs11:token={self.label}{path}?module-path={module}"
            f"&pin-source=file:{self.folder / 'pin'}"
        )

    def python(
        self, source: str, *arguments: object, ok: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run *source* in a process of its own, which finds this token and no other."""
        done = subprocess.run(
            [sys.executable, "-c", source, *map(str, arguments)], text=True, check=False,
            env={**self.environment, **environment}, capture_output=True,
        )  # fmt: skip
        assert (done.returncode == 0) is ok, done.stderr + done.stdout
        return done

    def habeas(
        self, *arguments: object, ok: bool = True, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command `habeas`."""
        run = "import sys; from habeas.cli import main; sys.argv[0] = 'habeas'; main()"
        return self.python(run, *arguments, ok=ok, **environment)
