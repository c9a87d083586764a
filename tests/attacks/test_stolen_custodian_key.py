"""Finding 7, the stolen portal: who has the custodian's key too opens nothing, and is noticed."""

from __future__ import annotations

import pytest

from habeas.faces import assets
from habeas.protocol import Kind, Request, sign_entry, stream
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.exchange import ReleaseBody
from habeas.tlog import NoteSigner
from tests.waiting import until
from tests.world.city import LABEL, City
from tests.world.officer import Officer
from tests.world.world import OFFICE, OneTimeKey

pytestmark = pytest.mark.slow


# What is written in the custodian's name halts its portal: this city is nobody else's.
@pytest.fixture
def city(tmp_path):
    city = City(tmp_path)
    yield city
    city.close()


def test_with_the_custodian_s_key_and_an_invented_officer_nothing_opens(city):
    """The thief even knows the pointer, and shows that a real officer is on the roster."""
    _, receipt = city.apply(assets.path("astronaut.png").read_bytes())
    office = city.offices[OFFICE]
    thief = Officer(OFFICE, city.clock.today())
    moment = city.clock()
    request = Request.read(
        {
            "v": 2, "kind": "request", "promise": receipt.promise.digest().hex(),
            "seal_id": receipt.promise.seal_id, "office": OFFICE,
            "credential": thief.credential.id, "purpose": "decide-application",
            "reason": "To decide.", "one_time_key": OneTimeKey().text(), "number": 1, "nth": 1,
            "at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )  # fmt: skip
    salt = b"\x07" * 32
    entry = sign_entry(
        NoteSigner.parse((city.data / "custodian.key").read_text().strip()), Kind.REQUESTED,
        request.day, request, salt, service=receipt.promise.service, office=OFFICE,
        purpose="decide-application",
        tag=stream.tag(receipt.stream_key(stream.CUSTODIAN), 1),
        slot=stream.slot(bytes.fromhex(thief.credential.slot_key), request.day, 1),
    )  # fmt: skip
    appended = city.log.append(entry.encode())
    city.followed()
    member = office.memberships(office.person(LABEL).credential)["newest"]
    body = ReleaseBody.read(
        {
            "promise": request.promise, "entry": entry.encode().decode(),
            "request": request.fields(), "salt": salt.hex(), "proof": appended.proof,
            "assertion": thief.sign(request), "credential": thief.credential.fields(),
            "membership": {"newest": member.fields()},
        }
    )  # fmt: skip
    for trustee in city.panel.clients:
        with pytest.raises(TrusteeRefusedError) as refused:
            trustee.release(body)
        assert refused.value.code == "officer-unknown"
    # The portal reads in the log what it never wrote, and stops until a person has looked.
    until(lambda: "rolled-back" in city.http.get("/readyz").text, "the portal to halt", pause=0.2)
    assert city.http.get("/readyz").status_code == 503
