"""No way from a person to a photo: the database and the folder, walked as a thief would.

From everything that names a person, a case or an account, all equal values are followed
through every column of every table, transitively. Nothing that belongs to a photo may be
reached: no seal id, tag, track key, blob or promise.
"""

import base64
import json
import re
import sqlite3

import pytest

from habeas.cli._portal import PortalError
from tests.journey.conftest import FIELDS

pytestmark = pytest.mark.slow


def _tables(file):
    """{table: [row as {column: value}]}"""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        names = [
            row[0] for row in database.execute("select name from sqlite_master where type='table'")
        ]
        tables = {}
        for name in names:
            cursor = database.execute(f'select * from "{name}"')  # noqa: S608
            columns = [each[0] for each in cursor.description]
            tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor]
    return tables


def _pieces(value):
    """A value and everything inside it that could be an equal value elsewhere."""
    if value is None or isinstance(value, float) or (isinstance(value, int) and value < 10**6):
        return set()  # small numbers are counts and row numbers of every table
    if isinstance(value, bytes):
        found = {value, value.hex(), base64.b64encode(value).decode()}
        try:
            return found | _pieces(value.decode())
        except UnicodeDecodeError:
            return found
    text = str(value)
    found = {text}
    try:
        inside = json.loads(text)
    except ValueError:
        inside = None
    if isinstance(inside, dict | list):
        stack = [inside]
        while stack:
            each = stack.pop()
            if isinstance(each, dict):
                stack += each.values()
            elif isinstance(each, list):
                stack += each
            elif isinstance(each, str):
                found.add(each)
    found |= set(re.findall(r"[0-9a-f]{32,}", text))
    # What many rows share connects nothing: days, services, offices, trustees. (On a day
    # with one application the day does; the decision record says so.)
    return {
        each for each in found if len(each) > 7 and each not in COMMON and not DAY.match(str(each))
    }


DAY = re.compile(r"\A\d{4}-\d\d-\d\d\Z")


COMMON = {
    "hunting-licence", "licensing-office", "decide-application", "applicant-copy",
    "city-it.example", "ombudsman.example", "open-city-association.example", "withdrawn",
    "habeas-1", "image/jpeg", "habeas.example/log", "requested", "2026-11",
}  # fmt: skip


def _common(tables):
    """Values in rows of three and more photos: they single out none."""
    seen = {}
    for row in tables["vault_line"] + tables["vault_sealedphoto"]:
        for piece in {p for value in row.values() for p in _pieces(value)}:
            seen[piece] = seen.get(piece, 0) + 1
    return {piece for piece, count in seen.items() if count >= 3 and len(piece) < 80}


def _reach(tables, start):
    """All rows that equal values lead to, from the values *start*."""
    rows = [
        (name, row, {p for v in row.values() for p in _pieces(v)})
        for name in tables
        for row in tables[name]
    ]
    known, reached, grew = set(start), [], True
    while grew:
        grew = False
        for entry in list(rows):
            name, row, pieces = entry
            if pieces & known:
                rows.remove(entry)
                reached.append((name, row))
                known |= pieces
                grew = True
    return reached, known


@pytest.fixture(scope="module")
def walked(city):
    """Applications with photos; one decided, one withdrawn, one asked for and refused."""
    made = [city.apply() for _ in range(4)]
    with city.officer() as officer:
        officer.open(made[0][0], "decide-application", "Opened once")
        with pytest.raises(PortalError):
            officer.open(made[1][0], "appeal", "Refused")
    with city.applicant() as applicant:
        applicant.withdraw(made[2][1])
    folder = city.place.folder / "portal"
    return folder, made, _tables(folder / "portal.sqlite3")


def test_people_cases_and_accounts_lead_to_no_photo(walked):
    _, made, tables = walked
    common = _common(tables) | {receipt.promise.service for _, receipt, _ in made}
    start = {*FIELDS.values(), *(reference for reference, _, _ in made)}
    for row in tables["officers_officer"] + tables["cases_case"]:
        start |= {piece for value in row.values() for piece in _pieces(value)}
    reached, known = _reach(tables, start - common - COMMON)
    assert {name for name, _ in reached} >= {"cases_case", "officers_officer"}
    assert not {name for name, _ in reached if name.startswith("vault_")}
    for _, receipt, _ in made:
        secrets = {receipt.promise.seal_id, receipt.track_key, receipt.sealed_entry().tag}
        assert not secrets & known


def test_the_walk_would_find_a_way(walked):
    _, made, tables = walked
    leaking = dict(tables)
    first = dict(tables["cases_case"][0])
    first["pointer"] = bytes.fromhex(made[0][1].promise.seal_id)
    leaking["cases_case"] = [first]
    reached, _ = _reach(leaking, {FIELDS["full_name"]})
    assert {name for name, _ in reached if name.startswith("vault_")}


def test_no_foreign_key_leads_to_the_custodians_tables(walked):
    folder, _, tables = walked
    with sqlite3.connect(folder / "portal.sqlite3") as database:
        for name in tables:
            keys = database.execute(f'pragma foreign_key_list("{name}")').fetchall()
            targets = {row[2] for row in keys}
            vault = name.startswith("vault_")
            assert not (vault and targets)
            assert not any(target.startswith("vault_") for target in targets)


def test_no_file_is_named_after_a_person_a_case_or_a_photo(walked):
    folder, made, _ = walked
    names = " ".join(str(path.relative_to(folder)) for path in folder.rglob("*"))
    for reference, receipt, _ in made:
        assert reference not in names
        assert receipt.promise.seal_id not in names
        assert receipt.track_key not in names
        assert (receipt.sealed_entry().tag or "") not in names
    assert "Anna" not in names


def test_a_decided_case_has_let_go_of_its_photo(city, walked):
    _, made, _ = walked
    import httpx

    from habeas.deploy import installation

    reference = made[3][0]
    user, password = installation.sign_ins(city.place)["licensing-office"]
    with httpx.Client(base_url=city.place.portal_url, follow_redirects=True) as browser:
        page = browser.get("/desk/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        form = {"username": user, "password": password, "csrfmiddlewaretoken": token}
        page = browser.post("/desk/sign-in/", data=form, headers={"Referer": str(page.url)})
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        decided = browser.post(
            f"/desk/case/{reference}/decide/",
            data={"decision": "approved", "csrfmiddlewaretoken": token},
        )
        assert decided.status_code == 200
    tables = _tables(city.place.folder / "portal" / "portal.sqlite3")
    rows = {row["reference"]: row for row in tables["cases_case"]}
    assert rows[reference]["state"] == "approved"
    assert rows[reference]["pointer"] is None
    with city.officer() as officer, pytest.raises(PortalError) as refused:
        officer.open(reference, "decide-application", "After the decision")
    assert refused.value.code == "no-photo"
