"""What people do in a city on machines of its own."""

from habeas.cli.verify import verify_live
from habeas.faces import assets
from habeas.protocol import Purpose
from tests.waiting import until

PORTRAIT = assets.path("astronaut.png").read_bytes()


def opened(place, reference):
    """The photo, as an officer sees it."""
    with place.officer() as officer:
        return officer.open(reference, Purpose.DECIDE_APPLICATION, "To decide.").photo


def complete(place, receipt):
    """Its history, once all that was just done stands on the log."""
    return until(
        lambda: (found := verify_live(receipt, place.pins)).outcome == "complete" and found,
        "the history is complete", pause=0.5,
    )  # fmt: skip


def withdraw(place, receipt):
    """Until all trustees have confirmed it."""
    path = f"/api/photos/{receipt.promise.seal_id}/withdrawal"

    def confirmed():
        answer = place.http.post(path, json={"secret": receipt.withdraw_secret})
        assert answer.status_code == 200, answer.text
        return answer.json()["complete"]

    until(confirmed, "all trustees confirm", pause=0.3)
