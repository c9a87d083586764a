"""What may be appended: nothing, until somebody has said what."""

from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.tlog.admission import (
    AdmitAnything,
    AdmitNothing,
    AdmitSigned,
    InWorkers,
    refusals,
)

WRITER = tlog.NoteSigner("writer.example", bytes(range(32)))
STRANGER = tlog.NoteSigner("stranger.example", bytes(32))


def signed(text, signer=WRITER):
    return signer.sign(text + "\n").encode()


def test_a_new_log_is_closed():
    with pytest.raises(tlog.NotAdmittedError) as caught:
        AdmitNothing().admit(b"entry")
    assert (caught.value.code, caught.value.status) == ("log-closed", 403)
    assert "habeas-tlog allow" in caught.value.remedy


def test_signed_notes_of_named_writers():
    admission = AdmitSigned([WRITER.verifier])
    admission.admit(signed("one"))
    for entry, status in ((b"no note", 400), (b"\xff", 400), (signed("x", STRANGER), 403)):
        with pytest.raises(tlog.NotAdmittedError) as caught:
            admission.admit(entry)
        assert caught.value.status == status
    with pytest.raises(tlog.NotAdmittedError):
        admission.admit(signed("one").replace(b"one", b"two"))


def test_anything():
    assert refusals(AdmitAnything(), [b"", b"\xff"]) == [None, None]


def test_a_check_that_breaks_lets_nothing_in(caplog):
    class Broken:
        def admit(self, _):
            raise ZeroDivisionError

    (refusal,) = refusals(Broken(), [b"entry"])
    assert refusal.status == 500
    assert "ZeroDivisionError" in caplog.text


def test_other_errors_of_the_application_are_answered_as_they_are():
    class Away:
        def admit(self, _):
            raise tlog.LogUnavailableError("The list of writers cannot be read.")

    (refusal,) = refusals(Away(), [b"entry"])
    assert isinstance(refusal, HabeasError)
    assert refusal.status == 503


def test_many_entries_are_asked_side_by_side_and_answered_in_order():
    entries = [signed(str(n), WRITER if n % 3 else STRANGER) for n in range(200)]
    with ThreadPoolExecutor(3) as pool:
        admission = InWorkers(AdmitSigned([WRITER.verifier]), pool)
        said = refusals(admission, entries)
        assert [each is None for each in said] == [bool(n % 3) for n in range(200)]
        assert refusals(admission, entries[:2])[1] is None
        admission.admit(entries[1])


@pytest.mark.parametrize("late", [False, True])
def test_workers_that_are_gone_do_not_stop_a_log(late, caplog):
    class Gone(Executor):
        def submit(self, *_, **__):
            if not late:
                raise BrokenExecutor("killed")
            future = Future()
            future.set_exception(BrokenExecutor("killed"))
            return future

    entries = [signed(str(n), WRITER if n % 3 else STRANGER) for n in range(20)]
    with Gone() as pool:
        said = refusals(InWorkers(AdmitSigned([WRITER.verifier]), pool), entries)
    assert [each is None for each in said] == [bool(n % 3) for n in range(20)]
    assert "workers failed" in caplog.text
