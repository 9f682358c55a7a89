"""The table of one's own candidates: what is typed is judged, what is left open is not known, what is gone is gone."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from scenarios.outcome import Outcome
from scenarios.siting_parts import Point
from scenarios.siting_request import Request
from tests.ui.test_page import content
from tests.ui.test_siting_page import named, page_of, settled
from ui import siting_plan, siting_points

ONE = Point(id="P1", lon_deg=118.0, lat_deg=35.0, name="图上点 1")
TWO = Point(id="P2", lon_deg=118.1, lat_deg=35.1, floor_area_m2=333.333333333333, cost_yuan=705_000.0)


def typed(points: tuple[Point, ...], *cells: tuple[int, str, object]) -> siting_points.Entered:
    """Read the table after some cells were filled in: row, column, what was typed."""
    table = siting_points.frame_of(points).astype("object")
    for row, column, value in cells:
        table.loc[row, column] = value
    return siting_points.points_from(table, points, "zh")


def test_a_table_that_nobody_touched_gives_the_very_same_points() -> None:
    """333.333333333333 m² is shown shorter than it is, and stays as it is all the same."""
    table = siting_points.frame_of((ONE, TWO))
    assert table["name"].tolist() == ["图上点 1", "P2"]
    assert table["area"].isna().tolist() == [True, False]
    assert table["cost"].tolist()[1] == "70.5"
    assert typed((ONE, TWO)) == siting_points.Entered((ONE, TWO), ())


def test_what_is_typed_is_taken_and_what_is_emptied_is_not_known() -> None:
    found = typed(
        (ONE, TWO),
        (0, "name", " 老粮站 "),
        (0, "area", "1,200"),
        (0, "cost", "70.1"),
        (1, "area", ""),
        (1, "cost", None),
    )
    assert not found.faults
    one, two = found.points
    assert (one.name, one.floor_area_m2, one.cost_yuan) == ("老粮站", 1200.0, 701_000.0)
    assert (two.floor_area_m2, two.cost_yuan) == (None, None)
    assert (one.id, one.lon_deg, one.lat_deg) == (ONE.id, ONE.lon_deg, ONE.lat_deg)


def test_a_row_that_is_ticked_goes_and_is_not_judged() -> None:
    found = typed((ONE, TWO), (0, "remove", True), (0, "area", "?"))
    assert found == siting_points.Entered((TWO,), ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("350", 350.0),
        (" 350.5 ", 350.5),
        ("３５０", 350.0),
        ("12,000.5", 12_000.5),
        ("1，200", 1200.0),
        ("未知", None),
        ("", None),
    ],
)
def test_numbers_as_planners_write_them(text: str, value: float | None) -> None:
    assert siting_points.number_in(text, 1e5, zero=False) == ("", value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("约三百", "ui_sit_points_text"),
        ("350m²", "ui_sit_points_text"),
        ("1,2", "ui_sit_points_text"),
        ("1_000", "ui_sit_points_text"),
        ("nan", "ui_sit_points_text"),
        ("inf", "ui_sit_points_text"),
        ("-0.1", "ui_sit_points_negative"),
        ("0", "ui_sit_points_zero"),
        ("100000.1", "ui_sit_points_much"),
    ],
)
def test_what_is_no_area_is_refused_in_words_that_name_it(text: str, code: str) -> None:
    assert siting_points.number_in(text, 1e5, zero=False) == (code, None)
    (said,) = typed((ONE,), (0, "area", text)).faults
    assert "P1" in said
    assert "建筑面积" in said
    assert text in said or code == "ui_sit_points_zero"


def test_limits_themselves_are_allowed() -> None:
    assert siting_points.number_in("100000", 1e5, zero=False) == ("", 1e5)
    assert siting_points.number_in("0", 1e8, zero=True) == ("", 0.0)  # premises that are given for nothing
    assert not typed((ONE,), (0, "name", "名" * siting_points.MOST_NAME)).faults
    assert typed((ONE,), (0, "name", "名" * (siting_points.MOST_NAME + 1))).faults


@given(text=some.text(max_size=8))
def test_whatever_is_typed_is_a_number_unknown_or_refused(text: str) -> None:
    code, value = siting_points.number_in(text, 1e5, zero=True)
    assert value is None or (not code and 0 <= value <= 1e5)
    assert code or value is not None or text.strip().casefold() in siting_points.UNKNOWN


def test_marks_go_with_the_points_that_go() -> None:
    now = Request(sites=3, points=(ONE, TWO), forced=("C1", "P1"), forbidden=("P2",))
    found = siting_plan.with_points(now, (TWO,))
    assert (found.points, found.forced, found.forbidden) == ((TWO,), ("C1",), ("P2",))
    assert siting_plan.with_points(now, ()).forbidden == ()


# ---- on the page


def test_points_are_named_priced_and_removed_on_the_page(
    study: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    spots = outcome.city.residential.geometry.to_crs(4326).representative_point().iloc[:2]
    points = tuple(
        Point(id=f"P{n}", lon_deg=round(one.x, 6), lat_deg=round(one.y, 6), name=f"图上点 {n}")
        for n, one in enumerate(spots, 1)
    )
    cells: list[tuple[int, int, object]] = []  # what the table of both points is edited to: row, column, value

    def editor(data: pd.DataFrame, **given: Any) -> pd.DataFrame:
        shown.append((list(data.columns), given["column_config"]["编号"]["disabled"]))
        edited = data.astype("object")
        for row, column, value in cells if len(data) == len(points) else ():
            edited.iloc[row, column] = value
        return edited

    shown: list[tuple[list[str], bool]] = []
    monkeypatch.setattr("streamlit.data_editor", editor)
    app = page_of(study, monkeypatch)
    assert not shown  # nothing to enter before a point was added
    app.session_state["siting_request"] = Request(sites=3, points=points, forced=("P1",), forbidden=("P2",))
    settled(app.run())
    assert shown[-1] == (["编号", "名称", "建筑面积（m²）", "造价（万元）", "删除"], True)
    assert "图上添加的候选点（2 个）" in content(app)
    assert named(app.button, "按此表重新求解").disabled

    cells[:] = [(0, 2, "-5"), (0, 3, "若干")]
    app.run()
    assert [one.value for one in app.error] == [
        "P1 的建筑面积（m²）“-5”是负数；请填正数，不知道就空着。",
        "P1 的造价（万元）“若干”不是数；请只填数字，不知道就空着。",
    ]
    assert named(app.button, "按此表重新求解").disabled

    cells[:] = [(0, 1, "老粮站"), (0, 2, "600"), (0, 3, "120.5"), (1, 4, True)]
    app.run()
    assert "表中有修改，尚未用于求解" in content(app)
    settled(named(app.button, "按此表重新求解").click().run())
    asked = app.session_state["siting_request"]
    assert (asked.forced, asked.forbidden) == (("P1",), ())
    (one,) = asked.points
    assert (one.name, one.floor_area_m2, one.cost_yuan) == ("老粮站", 600.0, 1_205_000.0)
    sited = app.session_state["siting_last"][1]
    row = sited.city.candidates.loc["P1"]
    assert (row["name"], row["floor_area_m2"], row["cost_yuan"]) == ("老粮站", 600.0, 1_205_000.0)
    assert "P2" not in sited.city.candidates.index


def test_a_point_off_the_streets_can_be_taken_away_where_it_is_refused(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_of(study, monkeypatch)
    app.session_state["siting_request"] = Request(sites=3, points=(ONE,))  # far from the city
    settled(app.run())
    assert any("处错误" in error.value for error in app.error)
    assert "图上添加的候选点（1 个）" in content(app)
    assert named(app.button, "按此表重新求解").disabled
