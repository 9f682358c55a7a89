"""The one-file map: shapes decode to what went in, figures agree, nothing is fetched, no name becomes markup."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from exhibits import onefile
from exhibits.classes import class_counts, shown_groups
from exhibits.onefile.shapes import UNIT, code, codes
from exhibits.style import class_looks
from planning.totals import counted
from tests.exhibits import handed


@pytest.fixture(scope="module")
def page() -> str:
    return onefile.page(handed.sited(), "zh")


@pytest.fixture(scope="module")
def data(page: str) -> dict[str, Any]:
    return read(page)


def read(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="one-data">(.*?)</script>', page, re.DOTALL)
    assert found
    assert "<" not in found[1]
    content: dict[str, Any] = json.loads(found[1])
    return content


def decoded(one: Any) -> Any:
    """The same steps as the page takes."""

    def ring(steps: list[int]) -> np.ndarray:
        return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / UNIT

    if "p" in one:
        return shapely.Point(ring(one["p"])[0])
    if "l" in one:
        return shapely.MultiLineString([ring(line) for line in one["l"]])
    return shapely.MultiPolygon(
        [shapely.Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in one["a"]]
    )


def test_shapes_decode_to_what_went_in(data: dict[str, Any]) -> None:
    places = handed.sited().city.residential
    degrees = gpd.GeoSeries(places.geometry).to_crs(4326)
    for shape, one in zip(degrees, data["tables"]["places"]["shapes"], strict=True):
        assert shapely.hausdorff_distance(shapely.boundary(shape), shapely.boundary(decoded(one))) < 1e-6


def test_holes_points_lines_and_nothing() -> None:
    ring = shapely.Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2)]])
    assert decoded(code(ring)).equals(shapely.MultiPolygon([ring]))
    assert decoded(code(shapely.Point(116.5, -1.25))) == shapely.Point(116.5, -1.25)
    line = shapely.LineString([(0, 0), (1, 0.5)])
    assert decoded(code(line)) == shapely.MultiLineString([line])
    assert code(None) is None
    assert code(shapely.Polygon()) is None
    assert codes(np.array([None, shapely.Point()], dtype=object), handed.outcome().city.crs_m) == [None, None]


def test_classes_and_legends_are_those_of_the_outcome(data: dict[str, Any]) -> None:
    outcome = handed.sited()
    by_key = {theme["key"]: theme for theme in data["themes"]}
    for group in shown_groups(outcome):
        expected = list(class_counts(outcome, group).values())
        view = by_key[group]["now"]
        drawn = Counter(view["classes"])
        assert [drawn.get(at, 0) for at in range(len(expected))] == expected
        rows = [row["count"] for row in view["legend"]["rows"] if "count" in row]
        assert rows[: len(expected)] == [counted(number) for number in expected]
        assert sum(by_key[group]["sites"]) == int(rows[-1])
        assert len(view["styles"]) == len(class_looks([limit / 60 for limit in outcome.limits_s]))
    judgement = outcome.judgement
    assert judgement is not None
    verdicts = judgement.estates["today_verdict"].value_counts()
    assert sorted(Counter(by_key["quota"]["now"]["classes"]).values()) == sorted(verdicts)


def test_before_and_after_differ_by_what_the_plan_newly_covers(data: dict[str, Any]) -> None:
    sited = handed.sited().sited  # type: ignore[attr-defined]
    theme = next(theme for theme in data["themes"] if theme["key"] == sited.request.group)
    now, after = (np.array(theme[view]["classes"]) for view in ("now", "after"))
    last = list(class_looks([limit / 60 for limit in handed.sited().limits_s])).index("out")
    assert ((now == last) & (after != last)).sum() == sited.newly.sum() > 0
    assert [theme["key"] for theme in data["themes"] if "after" in theme] == [sited.request.group]


def test_nothing_is_fetched(page: str) -> None:
    head = page.split('<script type="application/json"', maxsplit=1)[0]
    assert not re.search(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=""", page)
    assert "@import" not in head
    assert "url(http" not in head
    assert "default-src 'none'" in head


def test_a_name_is_never_markup() -> None:
    page = onefile.page(handed.nasty(), "zh")
    assert "<script>document" not in page
    assert handed.NASTY[4] in read(page)["tables"]["places"]["names"]


def test_no_count_of_disabled_elders_is_in_the_file(page: str) -> None:
    assert "disabled" not in page.split('id="one-data">')[1].split("</script>", maxsplit=1)[0]


def test_five_thousand_areas_would_fit_into_15_mb(page: str) -> None:
    fixed = sum(path.stat().st_size for path in (*onefile.SCRIPTS, *onefile.STYLES))
    each = (len(page.encode()) - fixed) / len(handed.sited().city.residential)
    assert fixed + 5000 * each < 15e6


@pytest.mark.browser
def test_in_a_browser_without_a_network(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    onefile.make(handed.nasty(), path)
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 800})
    shown = context.new_page()
    asked: list[str] = []
    troubles: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("pageerror", lambda error: troubles.append(str(error)))
    shown.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    shown.goto(path.as_uri())
    shown.wait_for_selector("body[data-one-shown]")
    shown.fill("#one-search", "<script>")
    shown.press("#one-search", "Enter")
    shown.wait_for_selector(".one-popup")
    assert shown.text_content(".one-popup h2") == handed.NASTY[4]
    assert shown.title() == handed.nasty().city.study.name
    last = shown.evaluate("document.querySelectorAll('#one-theme option').length") - 1
    shown.select_option("#one-theme", index=last)
    assert shown.get_attribute("body", "data-one-shown") == "quota now"
    tick = shown.locator("[data-plan-layer=places]")
    tick.uncheck()
    assert "places" not in shown.get_attribute("#one-map", "data-plan-shown").split() or not tick.is_checked()
    assert troubles == []
    assert asked == [path.as_uri()]
    context.close()
