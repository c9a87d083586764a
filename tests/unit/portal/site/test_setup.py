"""What keeps a portal from serving is said, each with its remedy."""

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from habeas.portal.site import setup
from habeas.portal.site.folder import FolderError
from tests.unit.protocol import world


def causes():
    return [str(error) for error in setup.problems()]


def test_a_portal_that_can_serve(city):
    assert causes() == []


def test_tables_of_another_release(city, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one"])
    (problem,) = setup.problems()
    assert (problem.code, problem.remedy) == (
        "portal-tables", "Bring them up to date: habeas portal migrate",
    )  # fmt: skip


def test_tables_of_a_newer_release_are_refused_in_words(city):
    MigrationRecorder(connection).record_applied("vault", "0999_from_tomorrow")
    (problem,) = setup.problems()
    assert "newer release: this one does not know vault.0999_from_tomorrow" in problem.cause
    assert "habeas portal migrate --back" in problem.remedy
    with pytest.raises(setup.TablesError, match=r"vault\.0999_from_tomorrow"):
        setup.verify_tables()
    MigrationRecorder(connection).record_unapplied("vault", "0999_from_tomorrow")
    setup.verify_tables()


def test_a_circle_with_another_custodian(city, data):
    (data / "custodian.key").write_text(world.note_signer("another.example/custodian").private)
    (problem,) = setup.problems()
    assert problem.cause == "The circle has another custodian than this portal."


def test_a_service_whose_office_the_circle_lacks(city, data):
    (data / "circle.txt").write_text(world.circle_note())
    (cause,) = causes()
    assert "names the office parks-department, which the circle lacks" in cause


def test_a_circle_that_is_gone_or_no_circle(city, data):
    (data / "circle.txt").write_text("no circle")
    assert len(causes()) == 1
    (data / "circle.txt").unlink()
    (problem,) = setup.problems()
    assert "circle.txt" in problem.cause
    assert problem.remedy


def test_several_problems_are_said_at_once(city, data, monkeypatch):
    monkeypatch.setattr(setup, "_tables", lambda: iter([setup.TablesError("Old tables.")]))
    (data / "circle.txt").unlink()
    assert len(causes()) == 2


def test_it_has_to_be_said_which_portal_is_meant(monkeypatch):
    monkeypatch.delenv("HABEAS_DATA", raising=False)
    with pytest.raises(FolderError, match="not said which portal"):
        setup.start()


def test_tables_that_cannot_be_made(city, monkeypatch, tmp_path):
    from django.db import connection

    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "no folder" / "db"))
    with pytest.raises(setup.TablesError, match="could not be made") as caught:
        setup.migrate()
    assert str(settings.DATA) in caught.value.remedy
