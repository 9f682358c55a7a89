"""GIS files read back: figures, systems, styles that QGIS can read, shapefile names and unknowns."""

import sqlite3
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhibits import gis
from exhibits.classes import class_counts, shown_groups
from exhibits.gis.shapefile import UNKNOWN, cut, short_names
from exhibits.gis.styles import rgba
from exhibits.style import class_looks
from geodata.coordinates.offsets import gcj02_to_wgs84
from planning.totals import minutes
from tests.exhibits import handed


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("gis")
    gis.make(handed.sited(), made / "layers.gpkg", systems=("study", "gcj02"))
    return made


def layer(folder: Path, name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(folder / "layers.gpkg", layer=name)


def test_every_file_is_there(folder: Path) -> None:
    wanted = {
        f"{stem}{system}{end}"
        for stem, end in (("layers", ".gpkg"), ("layers_shp", ".zip"))
        for system in ("", "_gcj02")
    }
    wanted |= {"layers_geojson_wgs84.zip", "layers_geojson_gcj02.zip"}  # degrees say of which system they are
    assert {path.name for path in folder.iterdir()} == wanted


def test_figures_are_those_of_the_summary(folder: Path) -> None:
    outcome = handed.sited()
    places = layer(folder, "residential")
    assert places.crs == outcome.city.crs_m
    assert len(places) == len(outcome.city.residential)
    for group in shown_groups(outcome):
        counts = places[f"class_{group}"].value_counts().to_dict()
        assert {name: n for name, n in class_counts(outcome, group).items() if n} == counts
    districts = layer(folder, "districts")
    last = minutes(outcome.limits_s[-1])
    for row in outcome.summary["headline"]:
        streets = districts[districts["level"] == "street"]
        outside = outcome.districts
        outside = outside[
            (outside["name"] == "(none)") & (outside["level"] == "street") & (outside["group"] == row["group"])
        ]
        total = streets[f"elders_within_{row['group']}"].sum() + outside[f"elders_within_{last}"].sum()
        assert total == row[f"elders_within_{last}"]


def test_verdicts_and_sites_are_joined(folder: Path) -> None:
    outcome = handed.sited()
    judgement = outcome.judgement
    assert judgement is not None
    found = layer(folder, "residential").set_index("id")["today_verdict"]
    expected = judgement.estates.set_index("place_id")["today_verdict"]
    assert found.to_dict() == expected.to_dict()
    sites = layer(folder, "sites")
    assert list(sites["id"]) == [str(key) for key in outcome.sited.table()["candidate_id"]]  # type: ignore[attr-defined]
    assert not sites.geometry.is_empty.any()


def test_what_points_at_homes_of_disabled_elders_is_not_handed_out(folder: Path) -> None:
    assert "disabled_elders" not in layer(folder, "residential").columns
    for name in ("layers_shp.zip", "layers_geojson_wgs84.zip"):
        with zipfile.ZipFile(folder / name) as held:
            assert all(b"disabled" not in held.read(one) for one in held.namelist())


def test_qgis_finds_a_style_for_every_class(folder: Path) -> None:
    with sqlite3.connect(folder / "layers.gpkg") as base:
        rows = base.execute("SELECT f_table_name, styleName, styleQML, useAsDefault FROM layer_styles").fetchall()
        registered = base.execute("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'").fetchall()
        geometry = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        named = {row[0] for row in base.execute("SELECT DISTINCT f_geometry_column FROM layer_styles")}
    base.close()
    assert registered == [("attributes",)]
    assert named == set(geometry.values())
    defaults = [name for name, _, _, first in rows if first]
    assert sorted(defaults) == sorted(geometry)
    looks = class_looks([limit / 60 for limit in handed.sited().limits_s])
    for table, _, text, _ in rows:
        root = ET.fromstring(text)
        renderer = root.find("renderer-v2")
        assert renderer is not None
        symbols = {one.get("name"): one for one in renderer.iter("symbol")}
        field = renderer.get("attr")
        if field is None:
            assert set(symbols) == {"0"}
            continue
        values = {one.get("value"): one.get("symbol") for one in renderer.iter("category")}
        assert set(layer(folder, table)[field].dropna().astype(str)) <= set(values)
        assert set(values.values()) == set(symbols)
        if field.startswith("class_"):
            for name, look in looks.items():
                first = next(one for one in symbols[values[name]].iter("Option") if one.get("name") == "color")
                assert first.get("value") == rgba(look.fill)


def test_the_field_list_names_every_field(folder: Path) -> None:
    listed = pyogrio.read_dataframe(folder / "layers.gpkg", layer="fields")
    for name in ("residential", "facilities", "medical", "districts", "candidates", "sites"):
        mine = listed[listed["layer"] == name].set_index("field")["meaning"]
        assert set(mine.index) == set(layer(folder, name).columns) - {"geometry"}
        assert any("\u4e00" <= letter <= "\u9fff" for text in mine for letter in text)


def test_shapefiles_read_in_utf8_with_short_names(folder: Path) -> None:
    outcome = handed.sited()
    with zipfile.ZipFile(folder / "layers_shp.zip") as held:
        assert {held.read(name).strip() for name in held.namelist() if name.endswith(".cpg")} == {b"UTF-8"}
        listed = held.read("fields.csv").decode("utf-8-sig")
    assert "-9999" in listed.splitlines()[0]
    places = gpd.read_file(f"zip://{folder / 'layers_shp.zip'}!residential.shp")
    assert list(places["name"]) == [str(name) for name in outcome.city.residential["name"]]
    assert all(len(name.encode()) <= 10 for name in places.columns.drop("geometry"))
    assert places["dc_cls"].value_counts().to_dict() == {
        k: n for k, n in class_counts(outcome, "day_care").items() if n
    }
    assert "dc_sec" in listed
    assert places.crs.equals(outcome.city.crs_m, ignore_axis_order=True)


def test_an_unknown_number_is_never_nothing_in_a_shapefile(tmp_path: Path) -> None:
    gis.make_shapefiles(handed.nasty(), tmp_path / "shp.zip")
    places = gpd.read_file(f"zip://{tmp_path / 'shp.zip'}!residential.shp")
    assert places.loc[0, "hholds"] == UNKNOWN
    assert places.loc[0, "elders"] == UNKNOWN
    assert len(places.loc[6, "name"].encode()) <= 254
    gis.make_geopackage(handed.nasty(), tmp_path / "nasty.gpkg")
    assert pd.isna(gpd.read_file(tmp_path / "nasty.gpkg", layer="residential").loc[0, "households"])


def test_gcj02_is_shifted_and_comes_back(folder: Path) -> None:
    here = layer(folder, "facilities").to_crs(4326).geometry
    there = gpd.read_file(folder / "layers_gcj02.gpkg", layer="facilities").geometry
    assert there.crs is None or "Undefined" in there.crs.name
    moved = np.hypot((there.x - here.x) * 89_000, (there.y - here.y) * 111_000)
    assert moved.between(100, 1000).all()
    back_lon, back_lat = gcj02_to_wgs84(there.x.to_numpy(), there.y.to_numpy())
    assert np.abs(back_lon - here.x).max() < 1e-6
    assert np.abs(back_lat - here.y).max() < 1e-6


def test_geojson_is_in_degrees(folder: Path) -> None:
    places = gpd.read_file(f"zip://{folder / 'layers_geojson_wgs84.zip'}!residential.geojson")
    west, south, east, north = places.total_bounds
    assert 73 < west < east < 136
    assert 3 < south < north < 54
    assert len(places) == len(handed.sited().city.residential)


def test_the_same_outcome_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    gis.make(handed.sited(), tmp_path / "layers.gpkg")
    for name in ("layers.gpkg", "layers_shp.zip", "layers_geojson_wgs84.zip"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


@given(st.lists(st.text("abcdefg_市面", min_size=1, max_size=30), unique=True, max_size=40))
def test_short_names_fit_and_differ(names: list[str]) -> None:
    found: Mapping[str, str] = short_names(names)
    assert list(found) == names
    assert len({short.lower() for short in found.values()}) == len(names)
    assert all(len(short.encode()) <= 10 for short in found.values())


@given(st.text(max_size=40), st.integers(0, 30))
def test_a_cut_never_breaks_a_letter(text: str, most: int) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert text.startswith(cut(text, most))
    assert len(cut(text, most).encode()) <= most
