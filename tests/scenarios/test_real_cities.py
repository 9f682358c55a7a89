"""Whole runs on real streets, against figures that another router gave, and against the data's own totals."""

from pathlib import Path

import pytest

from scenarios import run
from tests.realcities import jinan, porto_alegre
from tests.realdata import needs_data

pytestmark = needs_data


def people_share(
    rows: list[dict[str, object]], speed_m_s: float, limit_min: float, column: str = "people_share"
) -> float:
    found = [row[column] for row in rows if (row["speed_m_s"], row["limit_min"]) == (speed_m_s, limit_min)]
    assert len(found) == 1
    return float(str(found[0]))


def test_porto_alegre_agrees_with_another_router(tmp_path: Path) -> None:
    """Reference (hexagon centres, no slope): 74.8, 47.7, 59.9 and 85.2 % of people; circles of 900 m: 92.1 %."""
    outcome = run(porto_alegre(tmp_path))
    rows = outcome.summary["sensitivity"]
    for speed, limit, reference in [(1.0, 15, 0.748), (1.0, 10, 0.477), (0.8, 15, 0.599), (1.2, 15, 0.852)]:
        assert people_share(rows, speed, limit) == pytest.approx(reference, abs=0.01)
    assert people_share(rows, 1.0, 15, "people_straight_share") == pytest.approx(0.921, abs=0.001)
    assert outcome.summary["headline"][0]["people_total"] == pytest.approx(812_935)


def test_hills_slow_porto_alegre_down(tmp_path: Path) -> None:
    flat = run(porto_alegre(tmp_path)).summary["headline"][0]
    hilly = run(porto_alegre(tmp_path, elevation=True)).summary["headline"][0]
    assert 0.9 * flat["people_within_15"] < hilly["people_within_15"] < flat["people_within_15"]


def test_jinan_keeps_every_elder_of_its_districts(tmp_path: Path) -> None:
    outcome = run(jinan(tmp_path))
    city = outcome.city
    assert city.crs_m.to_epsg() == 4548  # CGCS2000 3-degree Gauss-Krüger, central meridian 117
    held = city.residential["county_id"].dropna().unique()
    shared = city.residential["elders"].sum()
    assert shared == pytest.approx(city.districts.loc[held, "elders_60"].sum())
    assert set(city.residential["elders_source"]) <= {"district share", "unknown"}
    assert any(fault.code == "street_islands" for fault in city.faults)
    assert not any(fault.code == "probably_gcj02" for fault in city.faults)


def test_districts_in_gcj02_that_say_wgs84_are_noticed(tmp_path: Path) -> None:
    city = run(jinan(tmp_path, districts="cnmaps_GCJ02_mislabelled.geojson", places=300)).city
    assert [fault.layer for fault in city.faults if fault.code == "probably_gcj02"] == ["districts"]
