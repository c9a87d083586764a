"""Accounts of officers who view recordings: made by whoever runs the portal, and nobody else."""

import pytest
from django.core.management import CommandError, call_command

from habeas.portal.officers import accounts
from habeas.portal.officers.accounts import OfficerError
from habeas.portal.officers.models import Officer
from tests.unit.portal.conftest import PASSWORD


def _sign_in(browser, name, password=PASSWORD):
    form = {"username": name, "password": password, "next": ""}
    return browser.post("/desk/sign-in/", form)


def test_an_officer_signs_in_and_sees_the_cameras_of_their_office(city, browser):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    assert browser.get("/desk/cameras/").headers["location"].startswith("/desk/sign-in/")
    assert _sign_in(browser, "o.petrova").headers["location"] == "/desk/cameras/"
    page = browser.get("/desk/cameras/").content.decode()
    assert "o.petrova" in page
    assert "Licensing Office" in page


def test_an_account_opens_no_case(city, browser):
    browser.force_login(accounts.add("o.petrova", "licensing-office", PASSWORD))
    assert browser.get("/api/cases").status_code == 401


def test_a_disabled_officer_is_out_with_the_next_request(city, browser):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    _sign_in(browser, "o.petrova")
    accounts.disable("o.petrova")
    assert browser.get("/desk/cameras/").status_code == 302
    assert _sign_in(browser, "o.petrova").status_code == 200
    with pytest.raises(OfficerError, match="already"):
        accounts.add("o.petrova", "parks-department", PASSWORD)
    accounts.enable("o.petrova")
    assert _sign_in(browser, "o.petrova").status_code == 302


def test_another_password_ends_the_sessions_of_the_old_one(city, browser):
    accounts.add("o.petrova", "licensing-office", PASSWORD)
    _sign_in(browser, "o.petrova")
    accounts.set_password("o.petrova", "quite-another-password")
    assert browser.get("/desk/cameras/").status_code == 302
    assert not accounts.holds("o.petrova", PASSWORD)
    assert accounts.holds("o.petrova", "quite-another-password")


def test_an_officer_of_an_office_that_the_catalogue_let_go_sees_nothing(browser):
    officer = accounts.add("o.petrova", "licensing-office", PASSWORD)
    Officer.objects.update(office="no-such-office")
    browser.force_login(officer)
    assert browser.get("/desk/cameras/").status_code == 404


@pytest.mark.parametrize(
    ("name", "office", "password", "said"),
    [
        ("o.petrova", "no-such-office", PASSWORD, "There is no office"),
        ("", "licensing-office", PASSWORD, "is no name"),
        ("two words", "licensing-office", PASSWORD, "is no name"),
        ("x" * 129, "licensing-office", PASSWORD, "is no name"),
        ("o.petrova", "licensing-office", "short", "too weak"),
        ("o.petrova", "licensing-office", "password1234", "too weak"),
        ("olga.petrova.at", "licensing-office", "olga.petrova.at", "too weak"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(name, office, password, said):
    with pytest.raises(OfficerError, match=said) as refused:
        accounts.add(name, office, password)
    assert refused.value.remedy
    assert not Officer.objects.exists()


def test_nothing_is_known_about_an_officer_but_name_and_office(browser):
    officer = accounts.add("o.petrova", "licensing-office", PASSWORD)
    _sign_in(browser, "o.petrova")
    officer.refresh_from_db()
    assert {field.name for field in Officer._meta.fields} == {
        "id", "password", "name", "office", "is_active",
    }  # fmt: skip
    assert PASSWORD not in officer.password


def test_the_management_command_adds_disables_and_lists(monkeypatch, capsys):
    monkeypatch.setenv("HABEAS_PASSWORD", PASSWORD)
    call_command("officers", "add", "o.petrova", office="parks-department")
    call_command("officers", "add", "a.first", office="licensing-office")
    call_command("officers", "disable", "o.petrova")
    call_command("officers", "list")
    assert capsys.readouterr().out.splitlines() == [
        "licensing-office  a.first",
        "parks-department  o.petrova  (disabled)",
    ]
    call_command("officers", "enable", "o.petrova")
    monkeypatch.setenv("HABEAS_PASSWORD", "quite-another-password")
    call_command("officers", "password", "o.petrova")
    assert accounts.holds("o.petrova", "quite-another-password")
    call_command("officers", "list", office="parks-department")
    assert capsys.readouterr().out == "parks-department  o.petrova\n"
    with pytest.raises(CommandError, match="There is no officer"):
        call_command("officers", "disable", "nobody")
