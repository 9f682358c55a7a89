"""The background layer: read by kind, drawn by kind, in the fingerprint, and nothing of it lost in silence."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import geodata
from exhibits.background import background_of
from exhibits.onefile.grounds import grounds
from exhibits.screen.basemap import all_names, base_tiles
from geodata.city import City, fingerprint_of
from geodata.faults import InputError
from geodata.schema import Background
from geodata.study import read_study
from tests.exhibits import handed


def with_rows(rows: list[tuple[str, str | None, object]]) -> City:
    """The demo city with a background of (kind, name, shape)."""
    city = handed.outcome().city
    columns = {"kind": [kind for kind, _, _ in rows], "name": [name for _, name, _ in rows]}
    table = gpd.GeoDataFrame(columns, geometry=[shape for _, _, shape in rows], crs=city.crs_m)
    return replace(city, background=Background(table))


def test_every_object_is_drawn_by_its_kind_or_counted() -> None:
    square, line, point = shapely.box(0, 0, 10, 10), shapely.LineString([(0, 0), (9, 9)]), shapely.Point(3, 4)
    city = with_rows(
        [
            ("water", "湖", square),
            ("water", "渠", line),
            ("green", None, square),
            ("rail", None, line),
            ("rail", "站场", square),  # an area of rails is drawn by its edge
            ("name", "南山", point),
            ("name", None, point),  # nothing to write
            ("green", None, line),  # no area to fill
            ("other", "墙", line),
            ("water", "无", None),
        ]
    )
    found = background_of(city)
    assert [len(part) for part in (found.water, found.streams, found.green, found.railways)] == [1, 1, 1, 2]
    assert set(shapely.get_dimensions(found.railways)) == {1}
    assert found.names == ("南山",)
    assert shapely.get_coordinates(found.name_points).tolist() == [[3.0, 4.0]]
    assert found.undrawn == 4


def test_screen_and_file_show_the_river_and_its_name() -> None:
    city = handed.outcome().city
    assert set(city.background["kind"]) == {"water", "green", "rail", "name"}
    areas = base_tiles(city)[0]
    assert areas.kind == "area"
    assert len(np.unique(areas.shape_pen)) == 2
    assert "澄河" in [one["properties"]["t"] for one in all_names(city)["features"]]
    shown = {one["key"]: one for one in grounds(handed.outcome(), "zh")}
    assert {"water", "green", "rail", "streets", "names"} <= set(shown)
    assert "streams" not in shown


def test_the_background_is_an_input_like_any_other(tmp_path: Path) -> None:
    study = handed.outcome().city.study
    before = fingerprint_of(study)
    source = study.layers["background"]
    copy = tmp_path / source.path.name
    table = gpd.read_file(source.path)
    table.iloc[:-1].to_file(copy)
    other = replace(study, layers={**study.layers, "background": replace(source, path=copy)})
    assert fingerprint_of(other) != before
    assert "background" in set(handed.outcome().city.sources["layer"])


def test_a_background_without_kinds_is_refused_and_points_out_what_to_add(tmp_path: Path) -> None:
    folder = handed.outcome().city.study.folder
    text = (folder / "study.toml").read_text(encoding="utf-8")
    gpd.read_file(folder / "background.gpkg").drop(columns="类型").to_file(tmp_path / "bare.gpkg")
    study = folder / "bare.toml"
    study.write_text(text.replace('"background.gpkg"', f'"{(tmp_path / "bare.gpkg").as_posix()}"'), encoding="utf-8")
    try:
        assert read_study(study).layers["background"].path == tmp_path / "bare.gpkg"
        with pytest.raises(InputError) as refused:
            geodata.read_city(study, cached=False)
    finally:
        study.unlink()
    assert [(fault.code, fault.layer, fault.column) for fault in refused.value.faults] == [
        ("column_needed", "background", "kind")
    ]
