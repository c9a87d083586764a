"""Entries and statements: what is signed, and what is foreign."""

from __future__ import annotations

from typing import Any

from habeas import tlog
from habeas.protocol import Kind, canonical, footage, keys
from habeas.protocol.app import (
    AppDetails,
    AppDiffersDetails,
    AppManifest,
    AppRebuilt,
    AppSeenDetails,
)
from habeas.protocol.details import (
    AnchoredDetails,
    CircleDetails,
    ClaimedDetails,
    ClosedDetails,
    ErasedDetails,
    KeyDetails,
    PausedDetails,
    RecoveryDetails,
    RefusedDetails,
    ReleasedDetails,
    SealedDetails,
    SuspendedDetails,
    WithdrawnDetails,
)
from habeas.protocol.document import Document
from habeas.protocol.entry import commitment, sign_entry
from habeas.protocol.recovery import binding
from habeas.protocol.statements import (
    Acknowledgement,
    ErasedStatement,
    KeyDestroyedStatement,
    Order,
    RefusedStatement,
    ReleasedStatement,
    StreamEndStatement,
    sign_statement,
)
from habeas.protocol.stream import CUSTODIAN, closing_tag, slot, stream_key
from habeas.tlog import NoteSigner
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.vectors.circles import NEWCOMER, chain, second_note
from tests.unit.protocol.vectors.files import Case, bad, flipped
from tests.unit.protocol.vectors.offices import rosters
from tests.unit.protocol.vectors.photos import requested
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    HOURS,
    MONTH,
    NAMES,
    OFFICE,
    RECORDER_KEY,
    ROOT_KEY,
    SERVICE,
    TRUSTEES,
    manifest_fields,
    note_signer,
    random,
    rebuilt,
    release_fields,
)
from tests.unit.protocol.world import Case as Photo

_TRUSTEE = TRUSTEES[0].statement
_HOUR = "2027-01-15T20Z"
_TEXTS = {"en": "Bridge, north", "ru": "Мост, север"}
CAMERA = footage.PublicCamera.read(
    {
        "id": "bridge-north", "name": _TEXTS, "where": _TEXTS, "why": _TEXTS,
        "latitude_e6": 55_751_244, "longitude_e6": -37_618_423, "viewers": [OFFICE],
        "keep_days": 7, "since": DAY, "detector": "centerface", "quality": "high",
        "miss_rate": {"per_million": 9400, "source": _TEXTS},
        "zones": {"always": [{"left": 0, "top": 0, "width": 2500, "height": 10_000}],
                  "never": [{"left": 9999, "top": 5050, "width": 1, "height": 275}]},
        "hours": {"begin": "22:00", "end": "05:30", "time_zone": "Europe/Moscow"},
    }
)  # fmt: skip


def _manifest() -> str:
    return AppManifest.read(manifest_fields()).digest().hex()


def _acts(photo: Photo) -> list[tuple[str, NoteSigner, Kind, Document, dict[str, str]]]:
    """One entry of each kind, and of each form of it."""
    digest = photo.digest
    leaf = tlog.leaf_hash(requested(photo).encode()).hex()
    service = {"service": SERVICE}
    asked = {**service, "office": OFFICE, "purpose": "decide-application"}
    own = [photo.tag(1, number) for number in range(3)]
    closing = closing_tag(stream_key(photo.secrets.track_key, CUSTODIAN))
    request = photo.request(OFFICERS[0].credential().id)
    officer_slot = slot(OFFICERS[0].slot_key, DAY, 1)
    key = TRUSTEES[0].key()
    destroyed = KeyDestroyedStatement(trustee=NAMES[0], month=MONTH, key=key.key_id(), day=DAY)
    recorded = footage.RecordedDetails(
        camera="bridge-north",
        hour=_HOUR,
        segments=900,
        seconds=3598,
        frames=89_950,
        lost=25,
        whole=50,
        root=random("root").hex(),
    )
    viewed = footage.ViewedDetails.read(
        {"v": 2, "act": "viewed", "camera": "bridge-north", "office": OFFICE,
         "purpose": "investigation", "hour": _HOUR, "minutes": 5, "commit": random("v").hex()}
    )  # fmt: skip
    root = keys.writer_id(ROOT_KEY.verifier.public_key)
    return [
        ("sealed", CUSTODIAN_KEY, Kind.SEALED, SealedDetails(promise=digest),
         {**service, "tag": photo.tag(0, 0)}),
        ("requested", CUSTODIAN_KEY, Kind.REQUESTED, request,
         {**asked, "tag": photo.tag(0, 1), "slot": officer_slot}),
        ("closed", CUSTODIAN_KEY, Kind.CLOSED, ClosedDetails(promise=digest, because="decided"),
         {**service, "tag": closing}),
        ("released", _TRUSTEE, Kind.RELEASED, ReleasedDetails(promise=digest, request=leaf),
         {**asked, "tag": own[0]}),
        ("refused", _TRUSTEE, Kind.REFUSED, RefusedDetails.read(
            {"v": 2, "code": "quota-office", "office": OFFICE, "purpose": "decide-application",
             "request": leaf}), {**asked, "code": "quota-office", "tag": own[1]}),
        ("refused, the stream's key gone", _TRUSTEE, Kind.REFUSED, RefusedDetails.read(
            {"v": 2, "code": "withdrawn", "office": OFFICE, "purpose": "decide-application",
             "request": leaf}), {**asked, "code": "withdrawn"}),
        ("erased", _TRUSTEE, Kind.ERASED, ErasedDetails(promise=digest, because="withdrawn"),
         {**service, "tag": own[2]}),
        ("withdrawn", _TRUSTEE, Kind.WITHDRAWN, WithdrawnDetails(
            promise=digest, secret=photo.secrets.withdraw_secret.hex()), {}),
        ("withdrawn, by the custodian", CUSTODIAN_KEY, Kind.WITHDRAWN, WithdrawnDetails(
            promise=digest, secret=photo.secrets.withdraw_secret.hex()), {}),
        ("key", _TRUSTEE, Kind.KEY, KeyDetails(
            trustee=NAMES[0], month=MONTH, key=key.key_id(),
            statement=sign_statement(_TRUSTEE, key)), {}),
        ("key-destroyed", _TRUSTEE, Kind.KEY_DESTROYED, KeyDetails(
            trustee=NAMES[0], month=MONTH, key=key.key_id(),
            statement=sign_statement(_TRUSTEE, destroyed)), {}),
        ("circle", _TRUSTEE, Kind.CIRCLE, CircleDetails(circle=photo.note), {}),
        ("circle, by its newcomer", NEWCOMER.statement, Kind.CIRCLE,
         CircleDetails(circle=second_note(photo.circle)), {}),
        ("roster", ROOT_KEY, Kind.ROSTER, rosters()[0], {"office": OFFICE}),
        ("suspended", _TRUSTEE, Kind.SUSPENDED,
         SuspendedDetails(office=OFFICE, root=root, lifted=False), {"office": OFFICE}),
        ("paused", _TRUSTEE, Kind.PAUSED, PausedDetails(trustee=NAMES[0], lifted=False), {}),
        ("recovery", _TRUSTEE, Kind.RECOVERY, RecoveryDetails(
            trustee=NAMES[0], newcomer=random("newcomer").hex(), helpers=NAMES[:3], photos=12),
         {}),
        ("claimed", _TRUSTEE, Kind.CLAIMED, ClaimedDetails(
            trustee=NAMES[0], promise=photo.digest, act="destroy"), {}),
        ("claimed, in the own stream", _TRUSTEE, Kind.CLAIMED, ClaimedDetails(
            trustee=NAMES[0], promise=photo.digest, act="lift"),
         {"tag": photo.tag(1, 3)}),
        ("camera", RECORDER_KEY, Kind.CAMERA, footage.CameraDetails(
            act="registered", camera="bridge-north", entry=CAMERA), {}),
        ("footage, recorded", RECORDER_KEY, Kind.FOOTAGE, recorded, {}),
        ("anchored", CUSTODIAN_KEY, Kind.ANCHORED, AnchoredDetails(
            origin=HOURS, size=12_345, root=random("hours").hex(), hour=_HOUR), {}),
        ("footage, viewed", CUSTODIAN_KEY, Kind.FOOTAGE, viewed, {"office": OFFICE}),
        ("app", CUSTODIAN_KEY, Kind.APP, AppDetails.read(release_fields()), {}),
        ("app-seen", _TRUSTEE, Kind.APP_SEEN, AppSeenDetails(
            trustee=NAMES[0], origin="https://portal.example", manifest=_manifest(), count=23), {}),
        ("app-differs", _TRUSTEE, Kind.APP_DIFFERS, AppDiffersDetails(
            trustee=NAMES[0], origin="https://portal.example", path="/static/photo/photo.js",
            manifest=_manifest(), what="content", expected=random("photo.js").hex(),
            got=random("another").hex()), {}),
        ("app-differs, a header", _TRUSTEE, Kind.APP_DIFFERS, AppDiffersDetails(
            trustee=NAMES[0], origin="https://portal.example", path="/apply/hunting-licence/seal/",
            manifest=_manifest(), what="header", header="content-security-policy",
            expected=random("policy").hex()), {}),
    ]  # fmt: skip


def entries(photo: Photo) -> Any:
    good = []
    for name, signer, kind, details, fields in _acts(photo):
        salt = random(f"salt of {name}")
        entry = sign_entry(signer, kind, DAY, details, salt, **fields)
        unsigned = {n: v for n, v in entry.fields().items() if n != "signature"}
        good.append(
            {
                "name": name,
                "private_key": signer.private,
                "details": details.fields(),
                "salt": salt.hex(),
                "unsigned": canonical.encode(unsigned).decode(),
                "entry": entry.encode().decode(),
                "leaf_hash": tlog.leaf_hash(entry.encode()).hex(),
            }
        )
    return {
        "chain": [link.note for link in chain(photo).links],
        "good": good,
        "bad": [*_changed(good), *_foreign(photo), *_releases(good)],
    }


def resigned(signer: NoteSigner, text: str, **changes: Any) -> str:
    """An entry with other fields (None takes one away), signed again by *signer*."""
    fields = canonical.decode(text.encode()) | {
        "writer": keys.writer_id(signer.verifier.public_key), **changes
    }  # fmt: skip
    if "details" in changes and changes["details"] is not None:
        fields["commit"] = commitment(bytes.fromhex(fields["salt"]), changes["details"])
    kept = {n: v for n, v in fields.items() if v is not None and n != "signature"}
    kept["signature"] = keys.sign(signer, canonical.encode(kept))
    return canonical.encode(kept).decode()


def with_null(text: str) -> str:
    """The entry with `"slot":null`, signed again."""
    fields = {**canonical.decode(text.encode()), "slot": None}
    del fields["signature"]
    signature = keys.sign(CUSTODIAN_KEY, canonical.encode(fields))
    return canonical.encode({**fields, "signature": signature}).decode()


def _changed(good: list[Case]) -> list[Case]:
    """Entries that were changed, or were never ones."""
    sealed, asked = (good[0]["entry"], good[1]["entry"])
    signature = canonical.decode(sealed.encode())["signature"]
    writer = CUSTODIAN_KEY
    return [
        bad("changed after signing", "tlog-signature",
            entry=sealed.replace('"service":"hunting', '"service":"fishing')),
        bad("another signature", "tlog-signature",
            entry=sealed.replace(signature, flipped(signature))),
        bad("a writer of no circle", "writer",
            entry=resigned(note_signer("stranger.example"), sealed)),
        bad("a signature of 63 bytes", entry=sealed.replace(signature, signature[:-4])),
        bad("not signed", entry=sealed.replace(f'"signature":"{signature}",', "")),
        bad("protocol 1", entry=resigned(writer, sealed, v=1)),
        bad("without its version", entry=resigned(writer, sealed, v=None)),
        bad("null", entry=with_null(sealed)),
        bad("unknown kind", entry=resigned(writer, sealed, kind="opened")),
        bad("unknown field", entry=resigned(writer, sealed, note="")),
        bad("no tag", entry=resigned(writer, sealed, tag=None)),
        bad("no slot", entry=resigned(writer, asked, slot=None)),
        bad("a slot of another kind", entry=resigned(writer, sealed, slot="0" * 32)),
        bad("a code without a refusal", entry=resigned(writer, asked, code="purpose")),
        bad("a purpose that there is not", entry=resigned(writer, asked, purpose="matching")),
        bad("no such day", entry=resigned(writer, sealed, day="2027-02-30")),
        bad("a day too early", entry=resigned(writer, sealed, day="2019-12-31")),
        bad("a day too far", entry=resigned(writer, sealed, day="2200-01-01")),
        bad("details of a photo in the open",
            entry=resigned(writer, sealed, details={"v": 2}, salt="0" * 64, commit="0" * 64)),
        bad("a salt alone", entry=resigned(writer, sealed, salt="0" * 64)),
        bad("white space", entry=sealed.replace(":", ": ", 1)),
        bad("a key twice", entry=sealed.replace('"v":2', '"v":2,"v":2')),
        bad("4,097 bytes", entry=resigned(writer, sealed, service="x" * 4000)),
        bad("no JSON", entry="sealed"),
        bad("empty", entry=""),
        bad("deep", entry='{"v":' + "[" * 2000 + "]" * 2000 + "}"),
    ]  # fmt: skip


def _foreign(photo: Photo) -> list[Case]:
    """Entries of writers that may not write them."""
    made = {
        name: sign_entry(signer, kind, DAY, details, random(f"salt of {name}"), **fields)
        .encode()
        .decode()
        for name, signer, kind, details, fields in _acts(photo)
    }
    other, officer = TRUSTEES[1].statement, ROOT_KEY
    key = canonical.decode(made["key"].encode())["details"]
    camera = canonical.decode(made["camera"].encode())["details"]
    anchored = canonical.decode(made["anchored"].encode())["details"]
    forged = sign_statement(note_signer(f"{NAMES[0]}/statements-2"), TRUSTEES[0].key())
    fork = second_note(photo.circle, r=4)
    first = NEWCOMER.statement
    return [
        bad("a trustee seals", "writer", entry=resigned(_TRUSTEE, made["sealed"])),
        bad("the custodian releases", "writer", entry=resigned(CUSTODIAN_KEY, made["released"])),
        bad("the custodian refuses", "writer", entry=resigned(CUSTODIAN_KEY, made["refused"])),
        bad("the custodian erases", "writer", entry=resigned(CUSTODIAN_KEY, made["erased"])),
        bad("an office withdraws", "writer", entry=resigned(officer, made["withdrawn"])),
        bad("the custodian lists officers", "writer",
            entry=resigned(CUSTODIAN_KEY, made["roster"])),
        bad("a recorder seals", "writer", entry=resigned(RECORDER_KEY, made["sealed"])),
        bad("the custodian records", "writer",
            entry=resigned(CUSTODIAN_KEY, made["footage, recorded"])),
        bad("a recorder views", "writer", entry=resigned(RECORDER_KEY, made["footage, viewed"])),
        bad("a recorder speaks for another's camera", "writer",
            entry=resigned(RECORDER_KEY, made["camera"],
                           details={**camera, "camera": "harbour"})),
        bad("a recorder anchors", "writer", entry=resigned(RECORDER_KEY, made["anchored"])),
        bad("a log of hours that no circle has", "writer",
            entry=resigned(CUSTODIAN_KEY, made["anchored"],
                           details={**anchored, "origin": "other.example/hours"})),
        bad("an anchor of an empty log", "malformed",
            entry=resigned(CUSTODIAN_KEY, made["anchored"], details={**anchored, "size": 0})),
        bad("a trustee announces another's key", "writer", entry=resigned(other, made["key"])),
        bad("a trustee recovers in another's name", "writer",
            entry=resigned(other, made["recovery"])),
        bad("an office lists another's officers", "writer",
            entry=resigned(officer, made["roster"], office="police")),
        bad("a suspension of another office", "writer",
            entry=resigned(_TRUSTEE, made["suspended"], office="police")),
        bad("a view for another office", "writer",
            entry=resigned(CUSTODIAN_KEY, made["footage, viewed"], office="police")),
        bad("an hour recorded for an office", "writer",
            entry=resigned(RECORDER_KEY, made["footage, recorded"], office=OFFICE)),
        bad("a forged key statement", "statement",
            entry=resigned(_TRUSTEE, made["key"], details={**key, "statement": forged})),
        bad("a statement of another month", "writer",
            entry=resigned(_TRUSTEE, made["key"], details={**key, "month": "2027-06"})),
        bad("a key's end without its statement", "statement",
            entry=resigned(_TRUSTEE, made["key-destroyed"], details=key)),
        bad("open details that are none",
            entry=resigned(_TRUSTEE, made["withdrawn"], details={"v": 2})),
        bad("a commitment to other details",
            entry=resigned(_TRUSTEE, made["withdrawn"], commit="0" * 64)),
        bad("a circle that forks", "circle-order",
            entry=resigned(first, made["circle"], details={"v": 2, "circle": fork})),
        bad("a circle by none of its trustees", "writer",
            entry=resigned(CUSTODIAN_KEY, made["circle"])),
    ]  # fmt: skip


def _releases(good: list[Case]) -> list[Case]:
    """Releases that too few vouch for, or that are somebody else's."""
    made = {each["name"]: each["entry"] for each in good}
    manifest = AppManifest.read(manifest_fields())
    other = AppManifest.read(manifest_fields(number=2))
    stranger = AppRebuilt(
        trustee="stranger.example", manifest=_manifest(), source=manifest.source, how="rebuilt",
        day=DAY,
    )  # fmt: skip
    forged = AppRebuilt(
        trustee=NAMES[1], manifest=_manifest(), source=manifest.source, how="rebuilt", day=DAY
    )
    fields = release_fields()
    portal, desk = fields["origins"]

    def release(name: str, code: str, **changes: Any) -> Case:
        details = {**fields, **changes}
        return bad(name, code, entry=resigned(CUSTODIAN_KEY, made["app"], details=details))

    def signed(name: str, *notes: str) -> Case:
        return release(name, "app-signatures", signatures=list(notes))

    first = rebuilt(manifest, 0)
    elsewhere = manifest_fields(circle=random("another circle").hex())
    return [
        signed("a release by one trustee of two", first),
        signed("a release by one trustee twice", first, first),
        signed("a release by nobody"),
        signed("a release by a stranger", first,
               sign_statement(note_signer("stranger.example/statements"), stranger)),
        signed("a release in another trustee's name", first, sign_statement(_TRUSTEE, forged)),
        signed("a release whose trustees mean another", first, rebuilt(other, 1)),
        release("a release for another circle", "app-circle", manifest=elsewhere),
        release("a release on a stranger's site", "app-origin",
                origins=[portal, {**desk, "origin": "https://stranger.example"}]),
        release("a release that leaves the portal out", "app-origin", origins=[desk]),
        release("a release with a file that leads out", "malformed",
                manifest=manifest_fields(desk={
                    **manifest_fields()["desk"], "policies": {}, "files": {"../x": "0" * 64}})),
        bad("a trustee releases", "writer", entry=resigned(_TRUSTEE, made["app"])),
        bad("the custodian looks at its own site", "writer",
            entry=resigned(CUSTODIAN_KEY, made["app-seen"])),
        bad("a trustee looks in another's name", "writer",
            entry=resigned(TRUSTEES[1].statement, made["app-differs"])),
    ]  # fmt: skip


def statements(photo: Photo) -> Any:
    leaf = tlog.leaf_hash(requested(photo).encode()).hex()
    digest, name = photo.digest, NAMES[0]
    key = photo.promise.trustees.keys[0].key
    said: list[Document] = [
        TRUSTEES[0].key(),
        KeyDestroyedStatement(trustee=name, month=MONTH, key=key, day=DAY),
        Acknowledgement(
            trustee=name, promise=digest, index=0, key=key, circle=photo.promise.circle, day=DAY
        ),
        ReleasedStatement(trustee=name, promise=digest, request=leaf, day=DAY),
        RefusedStatement(trustee=name, request=leaf, code="quota-office", day=DAY),
        ErasedStatement(trustee=name, promise=digest, because="withdrawn", day=DAY),
        StreamEndStatement.read(
            {"v": 2, "kind": "stream-end", "trustee": name, "promise": digest,
             "nonce": random("nonce").hex(), "next": 2, "owed": 1, "closed": 7, "held": True,
             "origin": photo.promise.origin, "size": 12, "root": random("root").hex(), "day": DAY}
        ),
        AppRebuilt(
            trustee=name, manifest=_manifest(), source=random("source").hex(), how="rebuilt",
            day=DAY,
        ),
        AppRebuilt(trustee=name, manifest=_manifest(), how="compared", day=DAY),
    ]  # fmt: skip
    order = Order(promise=digest, day=DAY)
    good = [
        {"signer": name, "vkey": _TRUSTEE.vkey, "fields": each.fields(),
         "note": sign_statement(_TRUSTEE, each)}
        for each in said
    ]  # fmt: skip
    good.append(
        {"signer": "the custodian", "vkey": CUSTODIAN_KEY.vkey, "fields": order.fields(),
         "note": sign_statement(CUSTODIAN_KEY, order)}
    )  # fmt: skip
    note = str(good[2]["note"])
    context = {"signer": name, "vkey": _TRUSTEE.vkey, "kind": "acknowledged"}
    erased = sign_statement(_TRUSTEE, said[5])
    by_other = sign_statement(TRUSTEES[1].statement, said[2])
    in_its_name = {**context, "signer": NAMES[1], "vkey": TRUSTEES[1].statement.vkey}
    changed = note.replace('"index":0', '"index":1')
    without = {n: v for n, v in said[2].fields().items() if n != "kind"}
    nameless = _TRUSTEE.sign(canonical.encode(without).decode() + "\n")
    return {
        "good": good,
        "bad": [
            bad("changed", "statement", **context, note=changed),
            bad("signed by another", "statement", **context, note=by_other),
            bad("in another's name", "statement", **in_its_name, note=by_other),
            bad("without its kind", "statement", **context, note=nameless),
            bad("of another kind", "statement", **context, note=erased),
            bad("no note", "statement", **context, note=note.split("\n", 1)[0]),
            bad("empty", "statement", **context, note=""),
        ],
        "recovery": {
            "circle": photo.circle.digest().hex(), "helpers": list(NAMES[:3]),
            "newcomer": NEWCOMER.identity(),
            "binding": _binding(photo).hex(),
        },
    }  # fmt: skip


def _binding(photo: Photo) -> bytes:
    newcomer = chain(photo).newest.circle.trustees[3]
    return binding(photo.circle.digest(), NAMES[:3], newcomer)
