"""What pages and maps say of the demo city agrees with the tables it is computed from."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from exhibits.classes import class_counts, limits_min, of_group, place_classes, shown_groups
from exhibits.quality import parameter_rows, quality_table
from exhibits.screen import basemap, charts, gaps, headline, isolayer, place, webmap
from exhibits.screen.layers import packed
from exhibits.wording import metres_text, minutes_text
from scenarios.outcome import Outcome


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 分钟"),
        (899.9, "15.0 分钟"),
        (900.0, "15.0 分钟"),
        (900.001, "15.1 分钟"),
        (math.inf, "无路可达"),
        (math.nan, "无路可达"),
    ],
)
def test_minutes_are_rounded_up(seconds: float, text: str) -> None:
    assert minutes_text(seconds, "zh") == text


@given(seconds=st.floats(0, 10_000), limit_min=st.integers(1, 120))
def test_no_walk_beyond_a_limit_is_printed_as_within(seconds: float, limit_min: int) -> None:
    printed = float(minutes_text(seconds, "en").removesuffix(" min"))
    if seconds > limit_min * 60 + 1e-6:
        assert printed > limit_min
    if seconds <= limit_min * 60:
        assert printed <= limit_min


def test_metres_are_whole_and_spaced() -> None:
    assert metres_text(1234.2, "zh") == "1 235 米"
    assert metres_text(math.nan, "zh") == "—"


def test_every_place_has_one_class_and_the_legend_counts_them(outcome: Outcome) -> None:
    for group in shown_groups(outcome):
        classes = place_classes(outcome, group)
        counts = class_counts(outcome, group)
        assert classes.index.equals(outcome.city.residential.index)
        assert sum(counts.values()) == len(classes)
        rows = of_group(outcome, group)
        assert counts["out"] == (rows["state"] == "out").sum()
        assert counts["unknown"] == (rows["state"] == "unknown").sum()
        assert counts["within_5"] == ((rows["state"] == "served") & (rows["seconds"] <= 300)).sum()
        shown = [row for row in webmap.legend(outcome, group, "zh").rows if "count" in row]
        assert sum(int(row["count"].replace(" ", "")) for row in shown[:-1]) == len(classes)


def test_places_on_the_map_carry_their_class_and_their_words(outcome: Outcome) -> None:
    layer = webmap.places_layer(outcome, "day_care", "zh")
    doc = layer.make()
    assert layer.kind == "geo"
    classes = place_classes(outcome, "day_care")
    names = ["within_5", "within_10", "within_15", "full", "out", "unknown"]
    assert len(doc["features"]) == len(outcome.city.residential)
    for feature in doc["features"]:
        given = feature["properties"]
        assert names[given["c"]] == classes[given["i"]]
        assert given["t"][0] == outcome.city.residential.loc[given["i"], "name"]
    box = basemap.bounds_deg(outcome.city)
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in doc["features"]])
    west, south, east, north = shapely.total_bounds(shapes)
    assert box[0][0] <= south < north <= box[1][0]
    assert box[0][1] <= west < east <= box[1][1]
    assert packed(doc) == packed(webmap.places_layer(outcome, "day_care", "zh").make())


def test_more_places_than_a_browser_likes_become_tiles(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webmap, "MOST_VECTORS", 10)
    layer = webmap.places_layer(outcome, "day_care", "zh")
    areas, points = layer.make()
    assert layer.kind == "tiles"
    drawn = len(areas.shape_pen) + len(points.shape_pen)
    assert drawn == len(outcome.city.residential)
    counts = list(class_counts(outcome, "day_care").values())
    assert list(np.bincount(np.append(areas.shape_pen, points.shape_pen), minlength=len(counts))) == counts


def test_sites_are_either_of_the_group_and_open_or_among_the_others(outcome: Outcome) -> None:
    mine, others = (layer.make() for layer in webmap.facility_layers(outcome, "day_care", "zh"))
    ids = [feature["properties"]["i"] for doc in (mine, others) for feature in doc["features"]]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(outcome.sites.index)
    shown = {feature["properties"]["i"] for feature in mine["features"]}
    kinds = set(outcome.sites.loc[sorted(shown), "kind"])
    assert kinds <= set(outcome.groups["day_care"])
    assert outcome.sites.loc[sorted(shown), "open"].all()
    assert all(feature["properties"]["c"] <= len(outcome.groups) for feature in others["features"])


def test_layers_change_their_version_with_group_and_walker(outcome: Outcome) -> None:
    day, meals = (webmap.places_layer(outcome, group, "zh") for group in ("day_care", "meals"))
    assert day.version != meals.version
    assert outcome.fingerprint in day.version


def test_headline_is_the_summary_with_numerator_and_denominator(outcome: Outcome) -> None:
    for figure, row in zip(headline.figures(outcome, "zh"), outcome.summary["headline"], strict=True):
        assert figure.group == row["group"]
        known = row["elders_known"]
        assert figure.made_of == f"{spaced(row['elders_within_15'])} / {spaced(known)} 位老年人"
        assert figure.percent.startswith(f"{100 * row['elders_within_15'] / known:.1f}")
        assert sum(piece.share for piece in figure.pieces) == pytest.approx(1)
        assert ("数据不足" in figure.unknown) == (row["elders_left_out"] > 0)


def spaced(number: float) -> str:
    return f"{round(number):,}".replace(",", " ")


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100.0 %"), (0.99999, "99.9 %"), (0.5, "50.0 %"), (0.0, "0.0 %"), (None, "—"), (math.nan, "—")],
)
def test_a_hundred_percent_is_whole(share: float | None, text: str) -> None:
    assert headline.percent(share, "zh") == text


def test_a_card_says_every_group_with_its_reason(outcome: Outcome) -> None:
    limit_s = outcome.limits_s[-1]
    for place_id in outcome.city.residential.index[::40]:
        card = place.card(outcome, place_id, "zh")
        rows = outcome.coverage[outcome.coverage["place_id"] == place_id].set_index("group")
        assert [walk.group for walk in card.walks] == list(rows.index)
        for walk in card.walks:
            row = rows.loc[walk.group]
            assert walk.state == row["state"]
            assert walk.minutes == minutes_text(row["seconds"], "zh")
            if row["state"] == "out" and np.isfinite(row["seconds"]):
                assert minutes_text(row["seconds"] - limit_s, "zh") in walk.reason
            if pd.notna(row["nearest_id"]):
                assert outcome.sites.loc[walk.site_id, "id"] == row["nearest_id"]
                assert walk.site_name == outcome.sites.loc[walk.site_id, "name"]


def test_an_unconnected_place_is_told_so(outcome: Outcome) -> None:
    doors = outcome.city.doors["residential"]
    lost = doors.ids[~doors.owners_connected]
    assert len(lost)  # the demo city has one on purpose
    walk = place.card(outcome, lost[0], "zh").walks[0]
    assert walk.state == "unknown"
    assert "200 米内没有可步行道路" in walk.reason


def test_the_drawn_walk_is_as_long_as_the_table_says(outcome: Outcome) -> None:
    rows = of_group(outcome, "day_care")
    place_id = rows.index[rows["state"] == "served"][3]
    order = ("meals", "day_care")
    doc = place.walks_layer(outcome, place_id, "day_care", "zh").make()
    assert max(feature["properties"]["c"] for feature in doc["features"]) < len(place.walk_inks(shown_groups(outcome)))
    doc = place.walks(outcome, place_id, order)
    by_ink = {feature["properties"]["c"]: feature["geometry"] for feature in doc["features"]}
    line = shapely.from_geojson(json.dumps(by_ink[6]))  # the second group's line
    import geopandas as gpd

    metres = gpd.GeoSeries([line], crs=4326).to_crs(outcome.city.crs_m).length.iloc[0]
    assert metres == pytest.approx(rows.loc[place_id, "metres"], rel=0.002, abs=1.0)


def test_a_click_finds_the_area_it_is_in_or_near(outcome: Outcome) -> None:
    places = outcome.city.residential
    inner = places.geometry.representative_point().to_crs(4326)
    for place_id in places.index[::50]:
        assert place.place_at(outcome.city, inner[place_id].y, inner[place_id].x, 0.0) == place_id
    (south, west), _ = basemap.bounds_deg(outcome.city)
    assert place.place_at(outcome.city, south - 0.1, west - 0.1, 500.0) == ""


def test_search_finds_by_name_and_id(outcome: Outcome) -> None:
    places = outcome.city.residential
    assert place.search(outcome.city, str(places.index[5])) == [places.index[5]]
    name = str(places["name"].iloc[7])
    assert places.index[7] in place.search(outcome.city, f" {name[:2]} ", most=1000)
    assert place.search(outcome.city, "  ") == place.search(outcome.city, "(*没有") == []


def test_gaps_sum_to_what_is_not_covered(outcome: Outcome) -> None:
    rows = of_group(outcome, "day_care")
    elders = outcome.city.residential["elders"].astype("float64")
    missed = elders[rows.index[rows["state"].isin(["out", "full"])]].sum()
    for level in gaps.levels(outcome):
        table = gaps.by_district(outcome, "day_care", level, "zh")
        assert table["未覆盖老年人（人）"].sum() == pytest.approx(missed, abs=len(table))
        assert table["未覆盖老年人（人）"].is_monotonic_decreasing
    by_place = gaps.by_place(outcome, "day_care", "zh")
    assert set(by_place.index) == set(rows.index[rows["state"] != "served"])


def test_the_file_opens_in_excel_and_names_its_parameters(outcome: Outcome) -> None:
    table = gaps.by_place(outcome, "day_care", "zh")
    lines = gaps.as_csv(outcome, table, "zh").decode("utf-8-sig").splitlines()
    assert gaps.as_csv(outcome, table, "zh").startswith(b"\xef\xbb\xbf")
    assert lines[0].startswith("编号,名称,")
    assert len(lines) == len(table) + 2
    assert "步速 1 米/秒" in lines[-1]


def test_charts_count_every_elder_once(outcome: Outcome) -> None:
    rows = of_group(outcome, "day_care")
    elders = outcome.city.residential["elders"].astype("float64")
    known = elders[rows.index[rows["state"] != "unknown"]].sum()
    assert charts.times_table(outcome, "day_care")["elders"].sum() == pytest.approx(known)
    streets = charts.district_table(outcome, "day_care", "street", "zh")
    assert streets["elders"].sum() == pytest.approx(elders.sum())
    assert (streets["elders"] >= 0).all()
    inside = charts.times_table(outcome, "day_care").query("minute <= 5")["class"]
    assert set(inside) <= {"within_5", "full"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_charts_are_drawn_without_the_internet(outcome: Outcome, lang: str) -> None:
    for chart in (
        charts.times_chart(outcome, "meals", lang),
        charts.district_chart(outcome, "meals", "street", lang),
        charts.speed_chart(outcome, "meals", lang),
    ):
        spec = chart.to_dict()
        spec.pop("$schema")
        assert "http" not in json.dumps(spec)
        assert spec["usermeta"]["embedOptions"]["actions"] is False


def test_circles_lie_in_each_other(outcome: Outcome) -> None:
    doc = isolayer.isochrone_shapes(outcome, "day_care")
    shapes = shapely.from_geojson([json.dumps(feature["geometry"]) for feature in doc["features"]])
    areas = shapely.area(shapes)
    assert len(shapes) == len(limits_min(outcome))
    assert (np.diff(areas) < 0).all()  # longest first


def test_parameters_name_speed_limits_and_snapping(outcome: Outcome) -> None:
    said = dict(parameter_rows(outcome, "zh"))
    assert said["步速"] == "1 米/秒"
    assert said["时限（含）"] == "5 / 10 / 15 分钟"
    assert said["接路上限"] == "200 米"
    assert said["数据指纹"] == outcome.fingerprint
    table = quality_table(outcome, "zh")
    assert len(table) == min(len(outcome.faults), 500)
