"""What a camera declares of zones and hours, and what everybody gets to know of them."""

import pytest

from habeas.cameras.declaration import Camera, CameraError
from habeas.cameras.declarations import load as load_list
from habeas.cameras.naming import TAKEN, TakenNameError

CAMERA = """
id = "north-gate"
name = { en = "North gate", ru = "Северные ворота" }
where = { en = "Park Road 1", ru = "Парковая, 1" }
latitude = 55.75
longitude = 37.61
why = { en = "Safety", ru = "Безопасность" }
url = "rtsp://user:secret@10.0.0.1/1"
viewers = []
keep_days = 14
since = 2026-11-01
"""


def load(folder, more=""):
    file = folder / "camera.toml"
    file.write_text(CAMERA + more)
    return Camera.load(file)


def test_zones_and_hours_are_for_everybody(tmp_path):
    camera = load(tmp_path, """
        [cover]
        always = ["0,0,25,100", "90,90,20,20"]
        never = ["99.99,50.5,0.01,2.75"]
        [hours]
        begin = "22:00"
        end = "05:30"
        time_zone = "Europe/Moscow"
    """)  # fmt: skip
    public = camera.public().fields()
    assert public["zones"] == {
        "always": [{"left": 0, "top": 0, "width": 2500, "height": 10_000},
                   {"left": 9000, "top": 9000, "width": 2000, "height": 2000}],
        "never": [{"left": 9999, "top": 5050, "width": 1, "height": 275}],
    }  # fmt: skip
    assert public["hours"] == {"begin": "22:00", "end": "05:30", "time_zone": "Europe/Moscow"}
    painted = camera.public().zones.always
    assert [zone.share for zone in painted] == [0.25, pytest.approx(0.01)]
    assert "secret" not in repr(public)


def test_holds_and_live_looks_are_promised_to_everybody(tmp_path):
    more = """
        [holds]
        days = 90
        percent = 5
        [live]
        minutes = 15
        purposes = ["emergency", "city-service"]
    """
    public = load(tmp_path, more).public().fields()
    assert public["holds"] == {"days": 90, "percent": 5}
    assert public["live"] == {"minutes": 15, "purposes": ["emergency", "city-service"]}
    assert not {"holds", "live"} & set(load(tmp_path).public().fields())


def test_where_nothing_is_treated_otherwise_nothing_is_said_of_it(tmp_path):
    assert not {"zones", "hours"} & set(load(tmp_path).public().fields())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[cover]\nnever = ["0,0,100,100"]', "faces would stay bare in 100% of the picture"),
        ('[cover]\nnever = ["0,0,5,60", "50,50,10,21"]', "5% are allowed"),
        ('[cover]\nalways = ["0,0,0.001,50"]', "cover.width"),
        ('[hours]\nbegin = "22:00"\nend = "24:00"\ntime_zone = "UTC"', "hours.end"),
        ("[holds]\ndays = 90\npercent = 26", "holds.percent"),
        ("[holds]\ndays = 900\npercent = 5", "holds.days"),
        ("[live]\nminutes = 90\npurposes = ['emergency']", "live.minutes"),
        ("[live]\nminutes = 9\npurposes = ['curiosity']", "live.purposes"),
        ("[live]\nminutes = 9\npurposes = []", "live.purposes"),
        ('[hours]\nbegin = "22:00"\nend = "05:00"\ntime_zone = "Europe/Atlantis"', "time zone"),
        ('[hours]\nbegin = "22:00"\nend = "05:00"\ntime_zone = "../../etc/passwd"', "time_zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(tmp_path, more, said):
    with pytest.raises(CameraError) as refused:
        load(tmp_path, more)
    assert said in refused.value.cause
    assert "secret" not in str(refused.value)


def test_a_twentieth_may_show_posters(tmp_path):
    assert load(tmp_path, '[cover]\nnever = ["0,0,5,100"]').public().zones.never


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_no_camera_has_the_address_of_another_page(tmp_path, name):
    file = tmp_path / "camera.toml"
    file.write_text(CAMERA.replace("north-gate", name))
    with pytest.raises(TakenNameError) as refused:
        Camera.load(file)
    assert name in refused.value.cause
    assert "another id" in refused.value.remedy
    listed = CAMERA.replace("north-gate", name).replace(
        'url = "rtsp://user:secret@10.0.0.1/1"', 'address = { credential = "gate" }'
    )
    file.write_text(f"[[camera]]\n{listed}")
    with pytest.raises(TakenNameError):
        load_list(file)


def test_a_name_that_only_begins_like_a_page_is_free(tmp_path):
    file = tmp_path / "camera.toml"
    file.write_text(CAMERA.replace("north-gate", "hours-gate"))
    assert Camera.load(file).id == "hours-gate"
