"""`mobility-footprint` on lines and trips whose answer is known by hand, and on what it must never keep."""

import json
import logging
import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from estran.assessments.mobility import assess_mobility_footprint, masked_stretches
from estran.assessments.mobility_inputs import MobilityFootprintRequest
from estran.assessments.request import read_request
from estran.carbon.errors import EstranError, InvalidInput, TooLarge
from estran.processes.mobility_footprint import MobilityFootprint

ROAD = [[-1.151, 46.160], [-1.140, 46.172], [-1.118, 46.183], [-1.086, 46.197]]
TIMES = ["2026-05-04T08:00:00Z", "2026-05-04T08:03:00Z", "2026-05-04T08:07:00Z", "2026-05-04T08:12:00Z"]


def line(coordinates=ROAD, times=TIMES, **properties):
    if times is not None:
        properties["times"] = times
    geometry = {"type": "LineString", "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture(scope="session")
def travel(tiny):
    return lambda **inputs: assess_mobility_footprint(read_request(MobilityFootprintRequest, inputs), tiny)


def total(envelope):
    return envelope.indicator("total").value


def km(envelope):
    return envelope.indicator("distance").value


def geodesic_km(coordinates):
    return Geod(ellps="WGS84").line_length(*zip(*coordinates, strict=True)) / 1000.0


def codes(envelope):
    return {notice.code for notice in envelope.warnings}


def test_a_car_alone_by_hand(travel):
    # Impact CO2, July 2026: 0.1423 kgCO2e per vehicle-km; 12 km there, 220 days, one person.
    answer = travel(trips=[{"distance_km": 12, "mode": "car", "occupancy": 1, "count": 220}])
    assert total(answer) == pytest.approx(12 * 220 * 0.1423)
    assert answer.indicator("total").unit == "kgCO2e"
    assert km(answer) == pytest.approx(2640.0)


def test_cars_are_shared_and_buses_are_not(travel):
    # A car of three: 0.1423 / 3. A bus is per passenger: its 0.12242 is not divided by 30.
    car = travel(trips=[{"distance_km": 10, "mode": "car", "occupancy": 3}])
    assert total(car) == pytest.approx(10 * 0.1423 / 3)
    bus = travel(trips=[{"distance_km": 10, "mode": "bus", "occupancy": 9}])
    assert total(bus) == pytest.approx(1.2242)
    assert "occupancy-not-used" in codes(bus)
    assert "occupancy-not-used" not in codes(car)


def test_a_car_takes_the_mean_occupancy(travel):
    assert total(travel(trips=[{"distance_km": 10, "mode": "car"}])) == pytest.approx(1.423 / 1.6)


def test_the_factor_of_today_is_used_not_that_of_2024(travel):
    # METHODS, section 9: 0.218 is the old factor.
    (factor,) = [
        each
        for each in travel(trips=[{"distance_km": 1, "mode": "car"}]).factors
        if each.id.startswith("mobility.car")
    ]
    assert (factor.value, factor.year) == (0.1423, 2026)


def test_walking_and_standing_still_emit_nothing(travel):
    walk = travel(trips=[{"distance_km": 10, "mode": "walking"}])
    assert (total(walk), walk.indicator("total").high, km(walk)) == (0.0, 0.0, 10.0)
    still = travel(geometry=line([[-1.15, 46.16]] * 4, mode="car"))
    assert (total(still), km(still)) == (0.0, 0.0)


def test_a_trace_is_as_long_as_its_geodesics(travel):
    answer = travel(geometry=line(mode="car", occupancy=1))
    assert km(answer) == pytest.approx(geodesic_km(ROAD), rel=1e-12)
    assert total(answer) == pytest.approx(geodesic_km(ROAD) * 0.1423)
    assert km(answer) >= geodesic_km([ROAD[0], ROAD[-1]])
    # In degrees, the length would be 0.08.
    assert km(answer) > 6.0


def test_a_trace_read_backwards_is_the_same(travel):
    forward = travel(geometry=line(mode="car"))
    backward = travel(geometry=line(ROAD[::-1], TIMES[::-1], mode="car"))
    returned = travel(geometry=line(ROAD[::-1], TIMES, mode="car"))
    assert km(backward) == km(forward)
    assert km(returned) == pytest.approx(km(forward), rel=1e-12)
    assert total(backward) == total(forward)


@given(share=st.floats(0.1, 0.9))
def test_a_point_on_the_geodesic_changes_nothing(travel, share):
    geod = Geod(ellps="WGS84")
    azimuth, _, metres = geod.inv(*ROAD[1], *ROAD[2])
    longitude, latitude, _ = geod.fwd(*ROAD[1], azimuth, share * metres)
    more = [*ROAD[:2], [longitude, latitude], *ROAD[2:]]
    seconds = [0, 180, 180 + 240 * share, 420, 720]
    answer = travel(geometry=line(more, seconds, mode="car"))
    assert km(answer) == pytest.approx(geodesic_km(ROAD), rel=1e-9)


@given(
    st.permutations(
        [{"distance_km": d, "mode": m} for d, m in [(3, "car"), (8, "bus"), (5, "car"), (400, "tgv")]]
    )
)
def test_the_order_of_trips_does_not_matter(travel, trips):
    answer = travel(trips=trips)
    assert total(answer) == pytest.approx(8 * 0.1423 / 1.6 + 8 * 0.12242 + 400 * 0.00293)
    assert [row.item for row in answer.breakdown[::2]] == ["bus.trip", "car.trip", "tgv.trip"]


def test_rows_add_up(travel):
    answer = travel(geometry=line(mode="car"), trips=[{"distance_km": 3, "mode": "bicycle"}])
    for indicator in ("total", "distance"):
        rows = [row.value for row in answer.breakdown if indicator in row.indicators]
        assert sum(rows) == pytest.approx(answer.indicator(indicator).value, rel=1e-12)


def test_times_may_stand_in_three_places(travel):
    expected = km(travel(geometry=line(mode="car")))
    nested = line(times=None, mode="car", coordinateProperties={"times": TIMES})
    fourth = line([[*point, 0.0, 180.0 * rank] for rank, point in enumerate(ROAD)], None, mode="car")
    multi = {
        "type": "Feature",
        "properties": {"times": [TIMES], "mode": "car"},
        "geometry": {"type": "MultiLineString", "coordinates": [ROAD]},
    }
    for geometry in (nested, fourth, multi, {"type": "FeatureCollection", "features": [line(mode="car")]}):
        assert km(travel(geometry=geometry)) == pytest.approx(expected, rel=1e-12)


def test_a_trace_in_lambert_is_measured_on_the_ellipsoid(travel):
    # Two points of Lambert-93 1,000 m apart near La Rochelle: 1,000 m times the inverse scale, about 0.9991.
    answer = travel(
        geometry=line([[380_000.0, 6_570_000.0], [381_000.0, 6_570_000.0]], [0, 60], mode="car"), crs=2154
    )
    assert km(answer) == pytest.approx(1.0, abs=2e-3)
    assert km(answer) != 1.0


def test_the_speed_gives_the_mode_and_says_so(travel):
    # 0.01° of latitude is 1.11 km: in 15 min, 4.4 km/h; in 4 min, 17 km/h; in 1 min, 67 km/h.
    def at(minutes):
        return travel(geometry=line([[-1.15, 46.16], [-1.15, 46.17]], [0, 60 * minutes]), interpolate=True)

    assert [at(minutes).breakdown[0].item for minutes in (15, 4, 1)] == [
        "walking.inferred",
        "bicycle.inferred",
        "car.inferred",
    ]
    assert at(1).fitness.verdict == "order-of-magnitude"
    told = travel(geometry=line([[-1.15, 46.16], [-1.15, 46.17]], [0, 60], mode="car"))
    assert told.fitness.verdict == "fit"
    width = at(1).indicator("total").high - at(1).indicator("total").low
    assert width > told.indicator("total").high - told.indicator("total").low
    assert total(at(1)) == total(told)


def test_a_silence_is_not_invented(travel):
    points = [[-1.15, 46.16], [-1.15, 46.17], [-1.15, 46.27], [-1.15, 46.28]]
    seconds = [0, 60, 60 + 601, 60 + 661]
    split, crossed = (
        travel(geometry=line(points, seconds, mode="car"), interpolate=choice) for choice in (False, True)
    )
    step = geodesic_km(points[:2])
    assert km(split) == pytest.approx(step + geodesic_km(points[2:]))
    assert "gaps" in codes(split)
    assert km(crossed) == pytest.approx(geodesic_km(points))
    assert "gaps" not in codes(crossed)


def test_wrong_points_are_dropped_and_counted(travel):
    points = [ROAD[0], [-1.1505, 46.1605], [3.0, 50.0], ROAD[1], [-1.14, 46.18], ROAD[2]]
    times = [0, 60, 90, 180, 200, 420]
    answer = travel(geometry=line(points, times, mode="car", accuracies=[5, 5, 5, 5, 250, None]))
    assert km(answer) == pytest.approx(geodesic_km([points[0], points[1], ROAD[1], ROAD[2]]))
    (notice,) = [each for each in answer.warnings if each.code == "points-dropped"]
    assert notice.message.en == "points dropped: 2, of which 0 of the same time, 1 inaccurate, 1 too fast"


def test_a_plane_may_fly(travel):
    paris = [[-1.195, 46.179], [2.55, 49.01]]
    flown = travel(geometry=line(paris, [0, 3600], mode="plane_short"), interpolate=True)
    assert total(flown) == pytest.approx(geodesic_km(paris) * 0.224572)
    # 422 km in an hour: not by car.
    assert km(travel(geometry=line(paris, [0, 3600], mode="car"), interpolate=True)) == 0.0


def test_uncertainty_by_hand(travel):
    # 10 km told (10 %), factor 20 %, occupancy given: √(0.1² + 0.2²) = 22.36 % of 1.423.
    indicator = travel(trips=[{"distance_km": 10, "mode": "car", "occupancy": 1}]).indicator("total")
    assert indicator.high - indicator.value == pytest.approx(1.6448536 * 0.2236068 * 1.423, rel=1e-6)
    drawn = travel(
        trips=[{"distance_km": 10, "mode": "car", "occupancy": 1}], method="monte-carlo", seed=3
    ).indicator("total")
    assert drawn.value == indicator.value
    assert drawn.high - drawn.low == pytest.approx(indicator.high - indicator.low, rel=0.05)


@pytest.mark.parametrize(
    ("inputs", "en", "fr"),
    [
        ({}, "give a trace", "donnez une trace"),
        ({"trips": [{"distance_km": 1, "mode": "carr"}]}, "did you mean 'car'", "vouliez-vous dire 'car'"),
        ({"trips": [{"distance_km": -1, "mode": "car"}]}, "at least 0", "au moins 0"),
        ({"trips": [{"distance_km": 1, "mode": "car", "occupancy": 0}]}, "at least 1", "au moins 1"),
        ({"geometry": line(times=None)}, "say the `mode`", "dites le `mode`"),
        ({"geometry": line(times=TIMES[:3])}, "3 values for 4 positions", "3 valeurs pour 4 positions"),
        ({"geometry": line(times=["noon", *TIMES[1:]])}, "times[0] is not a time", "n'est pas un temps"),
        (
            {"geometry": line([[46.16, -121.0], [46.17, -121.1]], [0, 1])},
            "longitude first",
            "longitude d'abord",
        ),
        ({"geometry": {"type": "Point", "coordinates": [0, 0]}}, "made of lines", "faite de lignes"),
        ({"geometry": {"type": "LineString", "coordinates": [[0, 0]]}}, "two positions", "deux positions"),
        ({"geometry": line([[0, float("nan")], [0, 1]], [0, 1])}, "not finite", "pas finie"),
        ({"geometry": line(mode="rocket")}, "unknown mode", "mode inconnu"),
    ],
)
def test_bad_inputs_are_explained_in_both_languages(travel, inputs, en, fr):
    with pytest.raises(EstranError) as caught:
        travel(**inputs)
    assert isinstance(caught.value, InvalidInput)
    assert en in caught.value.en
    assert fr in caught.value.fr


def test_too_many_positions_are_refused(configure, tmp_path, tiny_directory):
    from estran.layers.territory import read_territory

    small = read_territory(configure(tmp_path, vertices=3, features=1))
    with pytest.raises(TooLarge):
        assess_mobility_footprint(read_request(MobilityFootprintRequest, {"geometry": line()}), small)
    trips = [{"distance_km": 1, "mode": "car"}] * 2
    with pytest.raises(TooLarge):
        assess_mobility_footprint(read_request(MobilityFootprintRequest, {"trips": trips}), small)


class TestPrivacy:
    """Nothing of a trace may be found anywhere afterwards."""

    MARKS = re.compile(r"1\.1234567|46\.7654321|2031-07-09|04:17:23")
    """A place and a time that occur nowhere else."""

    SECRET = line(
        [[-1.1234567, 46.7654321], [-1.12, 46.77], [-1.10, 46.78], [-1.1234567, 46.7654321]],
        ["2031-07-09T04:17:23Z", "2031-07-09T04:19:00Z", "2031-07-09T04:22:00Z", "2031-07-09T04:26:00Z"],
    )

    def test_the_answer_holds_neither_place_nor_time(self, travel):
        answer = travel(geometry=self.SECRET)
        assert not self.MARKS.search(answer.model_dump_json())
        assert answer.receipt.replay is None
        assert "private" in codes(answer)

    def test_the_receipt_follows_from_the_lengths_alone(self, travel):
        # The same lengths elsewhere on the same parallel give the same receipt: it does not know the place.
        moved = json.loads(json.dumps(self.SECRET))
        for point in moved["geometry"]["coordinates"]:
            point[0] += 0.25
        there, here = travel(geometry=moved), travel(geometry=self.SECRET)
        assert km(there) == pytest.approx(km(here), rel=1e-9)
        assert travel(geometry=self.SECRET).receipt == here.receipt
        longer = travel(geometry=line(mode="car"))
        assert longer.receipt.hash != here.receipt.hash

    def test_nothing_is_logged_or_written(self, travel, caplog, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with caplog.at_level(logging.DEBUG):
            travel(geometry=self.SECRET)
        assert not self.MARKS.search(caplog.text)
        assert list(tmp_path.iterdir()) == []

    def test_errors_do_not_repeat_the_trace(self, travel):
        wrong = json.loads(json.dumps(self.SECRET))
        wrong["geometry"]["coordinates"][1] = [-1.1234567, 460.7654321]
        late = json.loads(json.dumps(self.SECRET))
        late["properties"]["times"][0] = "2031-07-09 at 04:17:23"
        far = {**self.SECRET, "properties": {**self.SECRET["properties"], "mode": "2031-07-09"}}
        for geometry in (wrong, late, far):
            with pytest.raises(EstranError) as caught:
                travel(geometry=geometry)
            assert not self.MARKS.search(f"{caught.value.en} {caught.value.fr} {caught.value.where}")

    def test_a_job_keeps_nothing_of_it(self, tiny, tmp_path, caplog):
        from estran.jobs.store import JobStore

        process = MobilityFootprint({"name": "x", "config": str(tiny.config_path)})
        store = JobStore(tmp_path / "jobs" / "jobs.sqlite")
        with caplog.at_level(logging.DEBUG):
            for rank, media_type in enumerate(("application/json", "text/csv", "application/geo+json")):
                wish = {"result": {"format": {"mediaType": media_type}}}
                _, content = process.execute({"geometry": self.SECRET}, wish)
                body = content if isinstance(content, str) else json.dumps(content)
                store.add(f"job-{rank}", process.identifier)
                store.start(f"job-{rank}")
                store.succeed(f"job-{rank}", media_type=media_type, result=body.encode())
        store.close()
        with sqlite3.connect(tmp_path / "jobs" / "jobs.sqlite") as connection:
            assert connection.execute("SELECT count(*) FROM jobs").fetchone() == (3,)
        connection.close()
        for path in (tmp_path / "jobs").iterdir():
            assert not self.MARKS.search(path.read_bytes().decode("latin-1"))
        assert not self.MARKS.search(caplog.text)

    def test_the_ends_of_what_is_shown_are_masked(self, tiny):
        request = read_request(MobilityFootprintRequest, {"geometry": line(mode="car")})
        (stretch,) = masked_stretches(request, tiny)
        geod = Geod(ellps="WGS84")
        for shown, end in ((stretch.lonlat[0], ROAD[0]), (stretch.lonlat[-1], ROAD[-1])):
            assert geod.inv(*shown, *end)[2] == pytest.approx(200.0, abs=0.1)
        assert stretch.km == pytest.approx(geodesic_km(ROAD) - 0.4)

    def test_a_stop_is_masked_like_an_end(self, tiny):
        # Twenty minutes at one place split the trace: 200 m go on both sides of it too.
        points = [[-1.15, 46.16], [-1.15, 46.20], [-1.15, 46.2001], [-1.15, 46.24]]
        trace = line(points, [0, 240, 1500, 1800], mode="car")
        first, second = masked_stretches(read_request(MobilityFootprintRequest, {"geometry": trace}), tiny)
        assert first.lonlat[-1, 1] < 46.1983
        assert second.lonlat[0, 1] > 46.2017

    def test_only_an_answer_that_is_not_kept_shows_lines(self, tiny):
        process = MobilityFootprint({"name": "x", "config": str(tiny.config_path)})
        wish = {"result": {"format": {"mediaType": "application/geo+json"}}}
        assert process.execute({"geometry": line(mode="car")}, wish)[1]["features"] == []
        process.set_kept(False)
        (feature,) = process.execute({"geometry": line(mode="car")}, wish)[1]["features"]
        assert feature["geometry"]["coordinates"][0] != ROAD[0]
        assert "2026-05-04" not in json.dumps(feature)


def test_the_process_runs_its_examples(tiny):
    process = MobilityFootprint({"name": "x", "config": str(tiny.config_path)})
    for example in process.metadata["examples"]:
        process.validate(example["inputs"])
        _, answer = process.execute(example["inputs"])
        values = {each["id"]: each["value"] for each in answer["indicators"]}
        assert values["total"] > 0.0
    for described in process.metadata["inputs"].values():
        assert described["title"]["fr"]
        assert described["description"]["fr"]
