"""Siting curves: what each further site covers, and coverage against sites, cost or the longest walk, with proof."""

from typing import Any

import altair as alt
import pandas as pd

from exhibits import style
from exhibits.screen.charts import Chart, finished, spaced_axis, tip
from exhibits.screen.siting_headline import gap_text
from exhibits.style import label
from exhibits.wording import count_text
from geodata.words import Lang, say
from scenarios.siting_request import Request

YUAN = 10_000
PICK = "point"  # what a click on a chart is called


def unit_of(request: Request, lang: Lang) -> str:
    """Say what the goal counts."""
    return say(f"sit_counts_{request.goal}", lang)


def curve_table(table: pd.DataFrame, request: Request, lang: Lang) -> pd.DataFrame:
    """Return siting_curve.csv as people read it."""
    return pd.DataFrame(
        {
            say("sit_col_sites", lang): table["sites"],
            say("sit_col_newly", lang, unit=unit_of(request, lang)): table["newly"].astype(float).round(0),
            say("sit_col_covered", lang): table["covered"].astype(float).round(0),
            **proof_columns(table, lang),
        }
    )


def proof_columns(table: pd.DataFrame, lang: Lang) -> dict[str, Any]:
    """Return the columns that say how far each row is proven."""
    return {
        say("sit_col_bound", lang): table["bound"].astype(float).round(0),
        say("sit_col_gap", lang): [gap_text(float(one)) for one in table["gap"]],
        say("sit_col_status", lang): [label("sit_status", str(one), lang) for one in table["status"]],
    }


def curve_chart(table: pd.DataFrame, request: Request, now: int, lang: Lang) -> Chart:
    """Draw what each number of sites covers and what none can exceed; ``now``: the sites of the plan."""
    unit = unit_of(request, lang)
    shown = drawn(table, lang).assign(figure=table["sites"].astype(int))
    axis = alt.X("figure:Q", title=say("sit_col_sites", lang), axis=alt.Axis(tickMinStep=1, format="d"))
    return _lines(shown, axis, unit, lang, now=float(now))


def front_table(table: pd.DataFrame, request: Request, lang: Lang) -> pd.DataFrame:
    """Return siting_front.csv as people read it."""
    columns: dict[str, Any] = {say("sit_col_sites", lang): table["sites"]}
    if request.front == "worst_walk":
        columns[say("sit_col_longest", lang)] = (table["figure"].astype(float) / 60).round(1)
    columns[say("sit_col_cost", lang)] = [
        say("no_figure", lang) if pd.isna(one) else count_text(round(float(one) / YUAN, 1), lang)
        for one in table["cost_yuan"]
    ]
    columns[say("sit_col_covered", lang)] = table["covered"].astype(float).round(0)
    return pd.DataFrame({**columns, **proof_columns(table, lang), say("sit_col_ids", lang): table["candidate_ids"]})


def front_chart(table: pd.DataFrame, request: Request, lang: Lang) -> Chart:
    """Draw coverage against sites, cost or the longest walk; a click on a point picks its ``row``."""
    by = {"cost": YUAN, "worst_walk": 60}.get(request.front, 1)
    shown = drawn(table, lang).assign(figure=table["figure"].astype(float) / by)
    axis = alt.X(
        "figure:Q",
        title=say(f"sit_axis_{request.front}", lang),
        axis=alt.Axis(tickMinStep=1) if by == 1 else alt.Axis(),
        scale=alt.Scale(zero=False),
    )
    return _lines(shown, axis, unit_of(request, lang), lang, now=None)


def drawn(table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return the columns of a chart: ``row``, ``covered``, ``bound`` and the proof in words."""
    return pd.DataFrame(
        {
            "row": range(len(table)),
            "sites": table["sites"].astype(int),
            "covered": table["covered"].astype(float),
            "bound": table["bound"].astype(float),
            "proof": [label("sit_status", str(one), lang) for one in table["status"]],
        }
    )


def _lines(shown: pd.DataFrame, axis: alt.X, unit: str, lang: Lang, *, now: float | None) -> Chart:
    words = {"covered": say("sit_line_covered", lang), "bound": say("sit_line_bound", lang)}
    both = shown.melt(["row", "figure", "sites", "proof"], ["covered", "bound"], "kind", "value")
    both = both.assign(kind=both["kind"].map(words))
    scale = alt.Scale(domain=list(words.values()), range=[style.ACCENT, style.FAINT])
    height = alt.Y("value:Q", title=unit, axis=spaced_axis(), scale=alt.Scale(zero=False))
    base = alt.Chart(both).encode(
        x=axis, y=height, color=alt.Color("kind:N", scale=scale, legend=alt.Legend(orient="top", title=None))
    )
    pick = alt.selection_point(name=PICK, fields=["row"], on="click", empty=False)
    points = (
        alt.Chart(shown.assign(kind=words["covered"]))
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x=axis,
            y=alt.Y("covered:Q", title=unit, axis=spaced_axis(), scale=alt.Scale(zero=False)),
            color=alt.Color("kind:N", scale=scale, legend=None),
            tooltip=[
                tip("sites", "sit_col_sites", lang),
                alt.Tooltip("covered:Q", title=say("sit_col_covered", lang), format=",.0f"),
                alt.Tooltip("bound:Q", title=say("sit_col_bound", lang), format=",.0f"),
                tip("proof", "sit_col_status", lang),
            ],
        )
        .add_params(pick)
    )
    layers: Any = base.mark_line(interpolate="linear", strokeWidth=2) + points
    if now is not None and (shown["figure"] == now).any():
        rule = alt.Chart(pd.DataFrame({"figure": [now]})).mark_rule(strokeDash=[4, 3], color=style.MUTED).encode(x=axis)
        layers = layers + rule
    return finished(layers, 300)
