"""A secret that lies on a PKCS #11 token, as a data object: SoftHSM's token."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from habeas.configuration import Secret, SecretError

pytestmark = pytest.mark.skipif(not shutil.which("softhsm2-util"), reason="needs softhsm2")
MODULE = next(
    (str(each) for each in Path("/usr/lib").rglob("libsofthsm2.so")), "/usr/lib/libsofthsm2.so"
)
_WRITE = """
import sys
import pkcs11
from pkcs11 import Attribute, ObjectClass
token = pkcs11.lib(sys.argv[1]).get_token(token_label="Portal")
with token.open(user_pin="101010", rw=True) as session:
    session.create_object({
        Attribute.CLASS: ObjectClass.DATA, Attribute.TOKEN: True, Attribute.PRIVATE: True,
        Attribute.LABEL: "database", Attribute.VALUE: b"from the token",
    })
"""
_READ = """
import sys
from habeas.configuration import Secret
print(Secret(pkcs11=sys.argv[1]).read())
"""


@pytest.fixture
def token(tmp_path):
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    pin = tmp_path / "pin"
    pin.write_text("101010\n")
    pin.chmod(0o600)
    environment = {**os.environ, "SOFTHSM2_CONF": str(conf)}

    def python(source, *arguments, ok=True):
        # A process of its own: SoftHSM reads its configuration once.
        done = subprocess.run(
            [sys.executable, "-c", source, *arguments], env=environment, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert (done.returncode == 0) is ok, done.stderr
        return done

    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "Portal", "--pin", "101010",
         "--so-pin", "909090"], env=environment, check=True, capture_output=True,
    )  # fmt: skip
    python(_WRITE, MODULE)
    return python, pin


def address(label, pin):
    return f"pkcs11:token=Portal;object={label}?module-path={MODULE}&pin-source=file:{pin}"


def test_it_is_read_from_the_token(token):
    python, pin = token
    assert python(_READ, address("database", pin)).stdout == "from the token\n"


def test_another_object_and_another_pin_are_told(token):
    python, pin = token
    assert "has no data object" in python(_READ, address("nothing", pin), ok=False).stderr
    pin.write_text("000000\n")
    assert "This is not the token's" in python(_READ, address("database", pin), ok=False).stderr


def test_no_pin_file_is_told(tmp_path):
    with pytest.raises(SecretError, match="PIN"):
        Secret(pkcs11=address("database", tmp_path / "none")).read()
