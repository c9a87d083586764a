"""An office's root key and an officer's key on PKCS #11 tokens: real commands, SoftHSM's tokens."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from habeas.faces import assets
from habeas.office.folder import OfficeFolder
from habeas.office.publish import person_file
from tests.commands import habeas
from tests.world.city import City

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("softhsm2-util"), reason="needs softhsm2"),
]
MODULE = next(
    (str(each) for each in Path("/usr/lib").rglob("libsofthsm2.so")), "/usr/lib/libsofthsm2.so"
)
PINS = {"Office": "101010", "Officer": "202020", "Other": "303030"}
OFFICE, LABEL = "licensing-office", "O. Petrova"
PASSPHRASE = "a-long-enough-passphrase"


def uri(token, query="", path=""):
    return f"pkcs11:token={token}{path}?module-path={MODULE}{query}"


class Tokens(City):
    """A city whose licensing office has its root key on a token."""

    def _make_office(self, folder, name, called, origin):
        if name != OFFICE:
            super()._make_office(folder, name, called, origin)
            return
        self.told = json.loads(
            self.habeas(
                "office", "init", "--data", folder / name, "--office", name, "--name", called.en,
                "--name-ru", called.ru, "--origin", origin, "--portal", self.url,
                "--root-token", uri("Office"),
            ).stdout
        )  # fmt: skip
        self.offices[name] = OfficeFolder(folder / name)
        self.office_keys[name] = Told(self.told)

    def publish_roster(self):
        self.enrol("Officer 1", office="parks-department")
        self.added = self.habeas(
            "office", "roster", "add", LABEL, *self.at_office, "--root-token", uri("Office"),
            "--token", uri("Officer"),
        )  # fmt: skip
        self.followed()

    @property
    def at_office(self):
        return "--data", self.offices[OFFICE].folder, "--log", self.log_url

    def habeas(self, *arguments, ok=True, **environment):
        """Run the command as a user would."""
        secrets = {
            "HABEAS_OFFICE_PASSPHRASE": PASSPHRASE, "HABEAS_OFFICER_PASSPHRASE": PASSPHRASE,
            "HABEAS_OFFICE_PIN": PINS["Office"], "HABEAS_OFFICER_PIN": PINS["Officer"],
        }  # fmt: skip
        done = habeas(*arguments, **{**secrets, **environment})
        assert (done.returncode == 0) is ok, done.stderr + done.stdout
        return done


class Told:
    """What a circle needs of keys that only the office's commands have."""

    def __init__(self, entry):
        self.encryption_key = entry["encryption_key"]
        self.root = self.verifier = self
        self.vkey = entry["root_vkey"]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(conf))
        for label, pin in PINS.items():
            subprocess.run(
                ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", pin,
                 "--so-pin", "99999999"], check=True, capture_output=True,
            )  # fmt: skip
        made = Tokens(folder)
        yield made
        made.close()


@pytest.fixture(scope="module")
def reference(city):
    """Of an application with a photo."""
    return city.apply(assets.path("astronaut.png").read_bytes())[0]


def open_(city, reference, out, *more, officer=LABEL, ok=True, **environment):
    """`habeas open`, with the officer's file as the office publishes it now."""
    file = out.with_name("officer.json")
    file.write_text(json.dumps(person_file(city.offices[OFFICE], officer)))
    return city.habeas(
        "open", reference, "--key", file, "--portal", city.url, "--purpose", "decide-application",
        "--reason", "Is this the applicant?", "--out", out, *more, ok=ok, **environment,
    )  # fmt: skip


def test_an_officer_opens_a_photo_with_the_key_on_a_token(city, reference, tmp_path):
    out = tmp_path / "photo.jpg"
    done = open_(city, reference, out, "--token", uri("Officer"))
    assert "Opened; your request is entry" in done.stdout
    with Image.open(out) as picture:
        assert picture.format == "JPEG"
    fields = person_file(city.offices[OFFICE], LABEL)
    assert "software_key" not in fields
    assert (fields["credential"]["type"], fields["credential"]["algorithm"]) == ("key", -8)


def test_the_pin_may_lie_in_a_file(city, reference, tmp_path):
    import pkcs11

    # Another test may have given a wrong PIN before; then none from a file is tried.
    pkcs11.lib(MODULE).get_token(token_label="Officer").open(user_pin=PINS["Officer"]).close()
    file = tmp_path / "pin"
    file.write_text(PINS["Officer"] + "\n")
    token = uri("Officer", f"&pin-source=file:{file}")
    open_(city, reference, tmp_path / "photo.jpg", "--token", token, HABEAS_OFFICER_PIN="")


@pytest.mark.parametrize(
    ("token", "environment", "cause", "remedy"),
    [
        (uri("Officer"), {"HABEAS_OFFICER_PIN": "999999"}, "not the token's PIN", "lock"),
        (uri("Absent"), {}, "No token fits. There: Office, Officer, Other.", "Put the token in"),
        (uri("Other"), {"HABEAS_OFFICER_PIN": PINS["Other"]}, "does not have the key", "Put in"),
        ("pkcs11:?module-path=/nowhere.so", {}, "/nowhere.so cannot be loaded", "driver"),
        (f"pkcs11:?module-path={__file__}", {}, "cannot be loaded", "driver"),
        (f"pkcs11:?module-path={MODULE}", {}, "More than one token fits.", "name it"),
        ("", {}, "signs with a token", "--token"),
    ],
)
def test_what_is_wrong_with_a_token_is_said(
    city, reference, tmp_path, token, environment, cause, remedy
):
    out = tmp_path / "photo.jpg"
    given = ("--token", token) if token else ()
    done = open_(city, reference, out, *given, ok=False, **environment)
    said = " ".join(done.stderr.split())
    assert cause in said
    assert remedy in said
    assert "Traceback" not in said
    assert not out.exists()


def test_without_the_library_it_is_said_what_to_install(city, reference, tmp_path):
    (tmp_path / "pkcs11.py").write_text("raise ImportError\n")
    done = open_(
        city, reference, tmp_path / "photo.jpg", "--token", uri("Officer"), ok=False,
        PYTHONPATH=str(tmp_path),
    )  # fmt: skip
    assert "pip install 'habeas[pkcs11]'" in " ".join(done.stderr.split())


def test_the_root_key_is_on_the_token_alone(city):
    kept = json.loads((city.offices[OFFICE].folder / "keys.json").read_bytes())
    assert set(kept) == {"encryption", "root_vkey"}
    assert kept["root_vkey"] == city.told["root_vkey"]
    done = city.habeas("office", "roster", "revoke", LABEL, *city.at_office, ok=False)
    assert "root key lies on a token" in " ".join(done.stderr.split())
    wrong = city.habeas(
        "office", "roster", "revoke", LABEL, *city.at_office, "--root-token", uri("Office"),
        ok=False, HABEAS_OFFICE_PIN="000000",
    )  # fmt: skip
    assert "not the token's PIN" in " ".join(wrong.stderr.split())
    listed = city.habeas("office", "roster", "list", "--data", city.offices[OFFICE].folder)
    assert LABEL in listed.stdout


def test_one_token_is_no_two_officers(city):
    again = (
        "office", "roster", "add", "A. Second", *city.at_office, "--root-token", uri("Office"),
    )  # fmt: skip
    taken = city.habeas(*again, "--token", uri("Officer"), ok=False)
    assert "has a key habeas/licensing-office already" in " ".join(taken.stderr.split())
    named = uri("Officer", path=f";object=habeas/{OFFICE}")
    theirs = city.habeas(*again, "--token", named, ok=False)
    assert f"is that of {LABEL}" in " ".join(theirs.stderr.split())


def test_a_key_of_p256_that_is_on_a_token_signs_es256(city, reference, tmp_path):
    import pkcs11
    from pkcs11 import Attribute, KeyType
    from pkcs11.util.ec import encode_named_curve_parameters

    token = pkcs11.lib(MODULE).get_token(token_label="Other")
    with token.open(rw=True, user_pin=PINS["Other"]) as session:
        parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        session.create_domain_parameters(KeyType.EC, parameters, local=True).generate_keypair(
            store=True, label="slot 9a", id=b"\x01"
        )
    named, pin = uri("Other", path=";object=slot%209a;id=%01"), PINS["Other"]
    city.habeas(
        "office", "roster", "add", "P. Other", *city.at_office, "--root-token", uri("Office"),
        "--token", named, HABEAS_OFFICER_PIN=pin,
    )  # fmt: skip
    city.followed()
    assert city.offices[OFFICE].person("P. Other").credential.algorithm == -7
    open_(
        city, reference, tmp_path / "photo.jpg", "--token", named, officer="P. Other",
        HABEAS_OFFICER_PIN=pin,
    )  # fmt: skip


def test_no_key_can_be_taken_from_a_token(city):
    import pkcs11
    from pkcs11 import Attribute, ObjectClass

    library = pkcs11.lib(MODULE)
    for label in ("Office", "Officer"):
        with library.get_token(token_label=label).open(user_pin=PINS[label]) as session:
            (key,) = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})
            assert key[Attribute.SENSITIVE]
            assert not key[Attribute.EXTRACTABLE]
