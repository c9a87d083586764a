"""Every call of the JSON interface with bodies of all kinds: a problem, and never a fault."""

import json
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.portal import openapi

#: What an attacker may put anywhere: every JSON value, and bytes that are none.
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
_NAMES = st.sampled_from(
    ["service", "answers", "secret", "pending", "office", "decision", "sign_in"]
)
#: What is nearly right goes farther than noise does.
_NEARLY = st.fixed_dictionaries(
    {"service": st.just("hunting-licence")},
    optional={
        "answers": st.dictionaries(st.sampled_from(["full_name", "address"]), st.text(max_size=9)),
        "more": _VALUES,
    },
)
_NOISE = st.dictionaries(_NAMES | st.text(max_size=9), _VALUES, max_size=4) | _VALUES
_BODIES = st.binary(max_size=40) | (_NEARLY | _NOISE).map(lambda value: json.dumps(value).encode())
_PARTS = st.text(min_size=1, max_size=12).filter(lambda text: "/" not in text and text.strip("."))
_CALLS = [
    (path, method)
    for path, calls in json.loads(openapi.description())["paths"].items()
    for method in calls
]


@pytest.mark.parametrize(("path", "method"), _CALLS, ids=lambda part: part)
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(content=_BODIES, part=_PARTS, token=st.text(st.characters(codec="ascii"), max_size=20))
def test_no_body_is_a_fault(city, browser, path, method, content, part, token):
    for name in ("{reference}", "{seal_id}", "{service}"):
        path = path.replace(name, part)
    headers = {"authorization": f"Bearer {token.strip()}"} if "\n" not in token else {}
    answer = browser.generic(
        method.upper(), path, content, content_type="application/json", headers=headers
    )
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, answer.content
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        kind = answer.headers.get("content-type", "")
        assert kind.startswith(("application/problem+json", "text/html")) or not answer.content


def test_attack_many_files_in_one_form_fill_no_memory(city, browser):
    """Whoever reads a form's token has read the whole form: each file of it would be held."""
    strict = Client(enforce_csrf_checks=True)
    strict.get("/apply/hunting-licence/details/")  # with its cookie, and without the token
    for address in ("/apply/hunting-licence/photo/", "/receipt/"):
        for count in (1, 2, 100):
            files = {f"photo{n}": SimpleUploadedFile("a.jpg", b"x") for n in range(count)}
            answer = strict.post(address, files)
            assert (answer.status_code == 400) == (count > 1), (address, count)
