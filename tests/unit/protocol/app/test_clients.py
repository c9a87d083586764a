"""WEBCAT's and WAICT's files say the same as the manifest."""

import base64
import hashlib
import json

from habeas.protocol import Chain
from habeas.protocol.app import AppDetails, AppReleases, clients
from tests.unit.protocol.world import DAY, TRUSTEES, circle_note, release_fields

CHAIN = Chain.start(circle_note(), 0)
RELEASE = AppReleases().extend(AppDetails.read(release_fields()), CHAIN, 0, DAY).newest
ORIGIN = RELEASE.origins[0]
PART, PLACES = RELEASE.manifest.portal, RELEASE.places(ORIGIN)


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_waict_names_every_address_and_its_own():
    body = clients.waict_manifest(PART, PLACES)
    manifest, proof, rest = body.decode().split("\n")
    assert (proof, rest) == ("", "")
    fields = json.loads(manifest)
    assert {a: unpadded(h).hex() for a, h in fields["hashes"].items()} == {
        address: PART.hash_of(file) for address, file in PLACES.items()
    }
    assert [unpadded(each).hex() for each in fields["wasm_hashes"]] == list(PART.wasm)
    path = clients.waict_path(body)
    name = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()[:22]
    assert path == f"/.well-known/waict/manifests/habeas_{name}"
    assert clients.waict_header(body) == f'max-age=0, mode=report, manifest="{path}"'


def test_webcat_names_the_trustees_and_the_policies():
    enrollment = clients.webcat_enrollment(CHAIN.newest.circle)
    keys = {unpadded(each) for each in enrollment["signers"]}
    assert keys == {each.statement.verifier.public_key for each in TRUSTEES}
    assert enrollment["threshold"] == 2
    about = "https://portal.example/register/code/"
    made = clients.webcat_manifest(PART, PLACES, version="0.2", app=about)
    assert made["signatures"] == {}
    manifest = made["manifest"]
    assert (manifest["app"], manifest["timestamp"]) == (about, "")
    assert manifest["default_index"] == manifest["default_fallback"]
    assert PLACES[manifest["default_index"]].endswith(".html")
    assert manifest["files"].keys() == PLACES.keys()
    assert manifest["default_csp"] == PART.csp
    step = "/apply/hunting-licence/seal/"
    assert manifest["extra_csp"] == {step: PART.policies["photo/index.html"]}
    assert unpadded(manifest["wasm"][0]).hex() == PART.wasm[0]
