"""What every store must do when features are changed, whatever holds the data."""

import threading
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from layers.conftest import PARAMETERS
from layers.feature_stores import STORES, X, Y, box, sample
from sqlalchemy import create_engine, make_url

from estran.carbon.errors import InvalidInput, NotFound, Unavailable
from estran.layers.features.editor import FeatureEditor, IdentifierTaken
from estran.layers.features.query import FeatureQuery, FeatureStore
from estran.layers.features.stores import open_feature_editor, open_feature_store


class Place:
    """Where a table is; opened anew each time, as each request does."""

    def __init__(self, kind: str, folder: Path, database: str) -> None:
        self.kind = kind
        self.folder = folder
        self.location = database if kind == "postgis" else str(folder / "features.gpkg")

    def write(self, frame: gpd.GeoDataFrame) -> None:
        STORES[self.kind](self.folder, self.location, frame)

    def store(self) -> FeatureStore:
        return open_feature_store(self.location, "parking-areas", "code")

    def edit(self, *changes: Callable[[FeatureEditor], object]) -> list[object]:
        with open_feature_editor(self.location, "parking-areas", "code") as editor:
            return [change(editor) for change in changes]

    def ids(self, **asked: object) -> str:
        page = self.store().query(FeatureQuery(**asked))  # type: ignore[arg-type]
        assert page.number_matched == len(page.features)
        return "".join(feature.id for feature in page.features)


@pytest.fixture(params=PARAMETERS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    database = request.getfixturevalue("postgis") if request.param == "postgis" else ""
    made = Place(request.param, tmp_path, database)
    made.write(sample())
    return made


def test_a_feature_is_added_with_its_values(place: Place) -> None:
    given = {
        "code": "é",
        "name": "L'Houmeau",
        "places": 2**40,
        "share": 2.5,
        "open": False,
        "day": "2024-02-29",
        "seen": "2024-02-29T12:00:00.250+02:00",
    }
    assert place.edit(lambda editor: editor.insert(box(300, 0, 310, 10), given)) == ["é"]
    found = place.store().get("é").feature
    assert found.properties == {**given, "seen": "2024-02-29T10:00:00.250Z"}
    assert found.geometry is not None
    assert found.geometry.equals(box(300, 0, 310, 10))
    assert place.ids(region=box(305, 5, 306, 6)) == "é"


def test_a_feature_without_identifier_gets_one(place: Place) -> None:
    first, second = place.edit(*[lambda editor: editor.insert(None, {"places": 1})] * 2)
    assert first != second
    assert place.store().get(str(first)).feature.properties["places"] == 1


def test_whole_numbers_go_on_where_they_end(place: Place) -> None:
    place.write(gpd.GeoDataFrame({"code": [7, 41]}, geometry=[shapely.Point(X, Y)] * 2, crs=2154))
    assert place.edit(*[lambda editor: editor.insert(None, {})] * 2) == ["42", "43"]
    with pytest.raises(NotFound):
        place.edit(lambda editor: editor.read("x"))


def test_a_feature_is_read_replaced_and_removed(place: Place) -> None:
    before, *_ = place.edit(
        lambda editor: editor.read("a"),
        lambda editor: editor.replace("a", shapely.Point(X + 500, Y), {"places": 9}),
        lambda editor: editor.delete("b"),
    )
    assert before.properties["name"] == "Périgny"  # type: ignore[attr-defined]
    after = place.store().get("a").feature
    assert after.properties == dict.fromkeys(after.properties) | {"code": "a", "places": 9}
    assert place.ids(region=box(-1, -1, 35, 35)) == ""
    assert place.ids(region=box(499, -1, 501, 1)) == "a"


def test_readers_see_each_change(place: Place) -> None:
    before = place.store().version
    assert place.store().query(FeatureQuery()).number_matched == 8
    assert place.store().field_range("places").maximum == 2**40
    place.edit(lambda editor: editor.delete("d"))
    assert place.store().version != before
    assert place.store().query(FeatureQuery()).number_matched == 7
    assert place.store().field_range("places").maximum == 6


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda editor: editor.insert(None, {"code": "a"}), IdentifierTaken),
        (lambda editor: editor.insert(None, {"code": "z", "colour": 1}), InvalidInput),
        (lambda editor: editor.insert(None, {"code": "z", "day": "someday"}), InvalidInput),
        (lambda editor: editor.replace("a", None, {"places": "many"}), InvalidInput),
        (lambda editor: editor.read("z"), NotFound),
        (lambda editor: editor.replace("z", None, {}), NotFound),
        (lambda editor: editor.delete("z"), NotFound),
    ],
)
def test_an_error_leaves_everything_as_it_was(
    place: Place, change: Callable[[FeatureEditor], object], error: type[Exception]
) -> None:
    version = place.store().version
    with pytest.raises(error):
        place.edit(lambda editor: editor.delete("b"), change)
    assert place.store().version == version
    assert place.ids() == "abcdefgh"


def test_writers_take_turns(place: Place) -> None:
    """Each of four adds one, ten times, to the number that it reads: none of the forty is lost."""
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(10):
                with open_feature_editor(place.location, "parking-areas", "code") as editor:
                    held = editor.read("e").properties["places"]
                    assert isinstance(held, int)
                    editor.replace("e", None, {"places": held + 1})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert place.store().get("e").feature.properties["places"] == 40


@pytest.mark.component("postgis")
def test_a_database_that_gives_no_right_to_write(postgis: str, tmp_path: Path) -> None:
    place = Place("postgis", tmp_path, postgis)
    place.write(sample())
    url = make_url(postgis)
    reader = f"{url.database}_reader"
    engine = create_engine(postgis)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {reader} LOGIN PASSWORD 'tide'")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    engine.dispose()
    place.location = url.set(username=reader, password="tide").render_as_string(hide_password=False)
    for change in (lambda editor: editor.delete("a"), lambda editor: editor.insert(None, {})):
        with pytest.raises(Unavailable, match="no right to write"):
            place.edit(change)
    assert place.ids() == "abcdefgh"


@pytest.mark.component("postgis")
def test_tables_that_others_made(postgis: str) -> None:
    """A number or a uuid that the database makes, a column that must be filled, a length and a choice."""
    engine = create_engine(postgis)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TYPE colour AS ENUM ('red', 'blue');"
            'CREATE TABLE "the trees" (number serial PRIMARY KEY, name varchar(5) NOT NULL, colour colour,'
            " kind text NOT NULL DEFAULT 'oak', shape geometry(PointZ, 2154));"
            "CREATE TABLE marks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), geom geometry(Point, 4326));"
            "CREATE VIEW seen AS SELECT id, upper('x') AS x, geom FROM marks GROUP BY id, geom"
        )
    engine.dispose()
    store = open_feature_store(postgis, "the trees", "number")
    assert (store.geometry_type, store.has_z, store.required) == ("Point", True, {"name"})
    with open_feature_editor(postgis, "the trees", "number") as editor:
        tree = shapely.Point(1, 2, 3)
        assert editor.insert(tree, {"name": "é", "colour": "red"}) == "1"
        assert editor.read("1").properties == {"number": 1, "name": "é", "colour": "red", "kind": "oak"}
        editor.replace("1", tree, {"name": "b", "kind": "ash"})
    for wrong in ({"name": None}, {"name": "too long"}, {"name": "a", "colour": "green"}):
        with pytest.raises(InvalidInput), open_feature_editor(postgis, "the trees", "number") as editor:
            editor.insert(tree, wrong)
    with pytest.raises(InvalidInput), open_feature_editor(postgis, "the trees", "number") as editor:
        editor.insert(shapely.LineString([(0, 0), (1, 1)]), {"name": "a"})
    with open_feature_editor(postgis, "marks", "id") as editor:
        made = editor.insert(shapely.Point(-1, 46), {})
        assert editor.read(made).geometry == shapely.Point(-1, 46)
        editor.delete(made)
    for identifier in ("x", made):
        with pytest.raises(NotFound), open_feature_editor(postgis, "marks", "id") as editor:
            editor.read(identifier)
    with pytest.raises((InvalidInput, Unavailable)), open_feature_editor(postgis, "seen", "id") as editor:
        editor.insert(None, {})
