"""The faults planted in the made-up city: every kind, where the list says, and nothing else wrong."""

from pathlib import Path

import pandas as pd
import pytest

from geodata.coordinates.offsets import gcj02_to_wgs84
from scenarios.demo import write_demo
from tests.scenarios.demo_files import Demo, points, read, walkable

PLACES, SEED = 300, 1
KINDS_OF_FAULT = {
    "absurd_households",
    "blank_households",
    "blank_status",
    "duplicate_place",
    "elders_over_population",
    "empty_name",
    "negative_beds",
    "number_as_text",
    "nursing_beds_over_beds",
    "outside_study_area",
    "place_on_street_island",
    "self_crossing_polygon",
    "street_island",
    "unconnected_place",
    "unknown_kind",
    "unknown_place_served",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return read(write_demo(tmp_path_factory.mktemp("demo") / "city", PLACES, SEED).parent)


def test_every_kind_of_fault_is_planted_and_they_stay_few(demo: Demo, tmp_path: Path) -> None:
    assert set(demo.faults["fault"]) == KINDS_OF_FAULT
    larger = pd.read_csv(write_demo(tmp_path / "city", 5000, 1).parent / "faults.csv")
    assert set(larger["fault"]) == KINDS_OF_FAULT
    assert larger["layer"].eq("residential").sum() / 5000 < 0.01
    assert not larger[larger["id"].notna()].duplicated(["layer", "id"]).any()  # one fault a row


def test_the_list_of_faults_tells_what_the_files_hold(demo: Demo) -> None:
    tables = {"residential": (demo.places, 1, "小区编号"), "facilities": (demo.facilities, 2, "设施编号")}
    for fault in demo.faults.itertuples():
        if fault.layer not in tables:
            continue
        table, first_line, key = tables[fault.layer]
        row = table.iloc[fault.row - first_line]
        assert row[key] == fault.id
        if isinstance(fault.column, str):
            held = row[fault.column]
            assert pd.isna(held) if pd.isna(fault.value) else str(held).removesuffix(".0") == fault.value


def test_each_fault_is_what_it_says(demo: Demo) -> None:
    places, facilities = demo.places.set_index("小区编号"), demo.facilities.set_index("设施编号")

    def of(fault: str, layer: str) -> pd.DataFrame:
        ids = demo.rows(fault, layer)["id"]
        assert len(ids)
        return (places if layer == "residential" else facilities).loc[ids]

    for copy in of("duplicate_place", "residential").itertuples():
        assert (places["小区名称"] == copy.小区名称).sum() >= 2
        assert places.geometry.geom_equals(copy.geometry).sum() == 2
    assert of("blank_households", "residential")["户数"].isna().all()
    assert of("absurd_households", "residential")["户数"].astype(int).gt(50_000).all()
    assert not of("number_as_text", "residential")["户数"].str.fullmatch("[0-9]+").any()
    assert of("empty_name", "residential")["小区名称"].isna().all()
    assert (
        of("elders_over_population", "residential")["60岁以上"] > of("elders_over_population", "residential")["人口"]
    ).all()
    assert not of("self_crossing_polygon", "residential").is_valid.any()
    assert of("unknown_kind", "facilities")["设施类型"].isin(["怡养驿家", "托老乐园", "银发客厅"]).all()
    assert of("negative_beds", "facilities")["床位数"].lt(0).all()
    assert of("blank_status", "facilities")["运营状态"].isna().all()
    assert (
        of("nursing_beds_over_beds", "facilities")["护理型床位"] > of("nursing_beds_over_beds", "facilities")["床位数"]
    ).all()
    assert of("number_as_text", "facilities")["建筑面积"].map(lambda cell: isinstance(cell, str)).all()
    served = of("unknown_place_served", "facilities")["服务小区编号"].str.split(";")
    assert served.map(lambda ids: not set(ids) <= set(places.index)).all()


def test_faults_of_place_are_where_they_must_be(demo: Demo) -> None:
    streets = walkable(demo).geometry.union_all()
    far = demo.places.set_index("小区编号").loc[demo.rows("unconnected_place")["id"]]
    assert far.distance(streets).min() > 250  # further than the default snapping limit of 200 m
    city = demo.districts.union_all()
    outside = points(*gcj02_to_wgs84(demo.facilities["经度"], demo.facilities["纬度"])).distance(city) > 5_000
    assert set(demo.facilities["设施编号"][outside]) == set(demo.rows("outside_study_area")["id"])
    assert demo.places.geometry.make_valid().within(city.buffer(1.0)).all()


def test_without_the_planted_faults_the_tables_are_sound(demo: Demo) -> None:
    places = demo.places[~demo.places["小区编号"].isin(demo.faults["id"])]
    assert places.is_valid.all()
    assert places["户数"].str.fullmatch("[0-9]+").all()
    assert (places["80岁以上"] <= places["60岁以上"]).all()
    assert (places["60岁以上"] <= places["人口"]).all()
    facilities = demo.facilities[~demo.facilities["设施编号"].isin(demo.faults["id"])]
    assert facilities["运营状态"].isin(["已投用", "在建", "规划", "停用"]).all()
    beds = facilities.dropna(subset="床位数")
    assert (beds["护理型床位"] <= beds["床位数"]).all()
    served = facilities["服务小区编号"].dropna().str.split(";").explode()
    assert served.isin(demo.places["小区编号"]).all()
    waiting = facilities["运营状态"].isin(["在建", "规划"])
    assert facilities["投用日期"].isna().eq(waiting).all()
