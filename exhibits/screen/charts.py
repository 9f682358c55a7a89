"""Charts of an outcome for the screen, as Altair objects; they need no internet and carry the map's colours."""

import math
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from exhibits import style
from exhibits.classes import limits_min, of_group, place_classes
from exhibits.screen import headline
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from planning.coverage import State
from planning.totals import NO_DISTRICT, minutes
from scenarios.outcome import Outcome

MOST_DISTRICTS = 24
Chart = alt.Chart | alt.LayerChart


def times_table(outcome: Outcome, group: str) -> pd.DataFrame:
    """Return elders by whole minute of walking and class: ``minute`` (the bin ends there), ``class``, ``elders``.

    Walks longer than twice the longest limit, and places without a way, share the last bin. Unknown places and places
    whose elders are not known are left out.
    """
    rows = of_group(outcome, group)
    rows = rows[rows["state"] != State.UNKNOWN]
    seconds = rows["seconds"].astype("float64").fillna(np.inf).to_numpy()  # no way: with the longest walks
    minute = np.maximum(1, np.ceil(np.minimum(seconds / 60, last_minute(outcome) + 1))).astype(np.int64)
    table = pd.DataFrame(
        {
            "minute": minute,
            "class": place_classes(outcome, group).loc[rows.index].to_numpy(),
            "elders": outcome.city.residential.loc[rows.index, "elders"].to_numpy(dtype=np.float64, na_value=np.nan),
        }
    )
    return table.groupby(["minute", "class"]).agg(elders=("elders", "sum")).reset_index()


def last_minute(outcome: Outcome) -> int:
    """Return the last minute that a chart of walking times shows: twice the longest limit."""
    return 2 * math.ceil(limits_min(outcome)[-1])


def times_chart(outcome: Outcome, group: str, lang: Lang) -> Chart:
    """Draw how many elders walk how long to the nearest site of ``group``."""
    table = times_table(outcome, group)
    last = last_minute(outcome)
    beyond = say("chart_beyond", lang, most=last)
    order = [*[str(minute) for minute in range(1, last + 1)], beyond]
    table = table.assign(
        minute_text=[str(minute) if minute <= last else beyond for minute in table["minute"]],
        label=class_labels(outcome, table["class"], lang),
        elders_text=[grouped(elders) for elders in table["elders"]],
    )
    minute_axis = alt.X(
        "minute_text:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=say("chart_minutes", lang),
        axis=alt.Axis(labelAngle=0),
    )
    shown = [tip("minute_text", "chart_minutes", lang), tip("label", "chart_class", lang), elders_tip(lang)]
    drawn = alt.Chart(table).mark_bar(size=14)
    encoded = drawn.encode(
        x=minute_axis,
        y=alt.Y("elders:Q", title=say("chart_elders", lang), axis=spaced_axis()),
        color=colour(outcome, lang),
        tooltip=shown,
    )
    return finished(encoded, 260)


def district_table(outcome: Outcome, group: str, level: str, lang: Lang) -> pd.DataFrame:
    """Return elders by district and class: ``district``, ``class``, ``elders``, ``order``, ``missed`` (of the whole).

    A name that two districts share is followed by the id.
    """
    table = outcome.districts
    table = table[(table["level"] == level) & (table["group"] == group)]
    twice = table["name"].duplicated(keep=False)
    names = table["name"].where(~twice, table["name"] + " " + table["district_id"].astype("str"))
    names = names.where(table["district_id"] != NO_DISTRICT, say("no_district", lang))
    edges = [table[f"elders_within_{minutes(limit_s)}"] for limit_s in outcome.limits_s]
    bands = [edges[0], *(longer - shorter for shorter, longer in pairwise(edges))]
    classes = [style.class_of_band(limit) for limit in limits_min(outcome)]
    found = [*zip(classes, bands, strict=True), *((name, table[f"elders_{name}"]) for name in style.STATE_LOOKS)]
    missed = table["elders_out"] + table["elders_full"]
    parts = [
        pd.DataFrame({"district": names, "class": name, "elders": elders, "missed": missed, "order": order})
        for order, (name, elders) in enumerate(found)
    ]
    return pd.concat(parts, ignore_index=True)


def district_chart(outcome: Outcome, group: str, level: str, lang: Lang) -> Chart:
    """Draw the elders of each district by class, the districts with most missed elders first."""
    table = district_table(outcome, group, level, lang)
    first = table[table["order"] == 0].sort_values("missed", ascending=False, kind="stable")
    chosen = list(first["district"][:MOST_DISTRICTS])
    table = table[table["district"].isin(chosen) & (table["elders"] > 0)]
    table = table.assign(
        label=class_labels(outcome, table["class"], lang), elders_text=[grouped(elders) for elders in table["elders"]]
    )
    encoded = (
        alt.Chart(table)
        .mark_bar()
        .encode(
            y=alt.Y("district:N", sort=chosen, title=None, axis=alt.Axis(labelLimit=160)),
            x=alt.X("elders:Q", title=say("chart_elders", lang), axis=spaced_axis()),
            color=colour(outcome, lang),
            order=alt.Order("order:Q"),
            tooltip=[tip("district", "column_name", lang), tip("label", "chart_class", lang), elders_tip(lang)],
        )
    )
    return finished(encoded, max(120, 24 * len(chosen)))


def speed_chart(outcome: Outcome, group: str, lang: Lang) -> Chart:
    """Draw the share of elders within the longest limit at each speed: on the streets, and by the circle on the map."""
    table = outcome.sensitivity
    table = table[(table["group"] == group) & np.isclose(table["limit_min"], limits_min(outcome)[-1])]
    weight = "elders" if table["elders_known"].sum() else "places"
    ways = {"network": f"{weight}_share", "straight": f"{weight}_straight_share"}
    parts = [
        pd.DataFrame(
            {
                "speed": [say("sensitivity_speed", lang, speed=f"{speed:g}") for speed in table["speed_m_s"]],
                "way": say(f"way_{name}", lang),
                "share": table[column].to_numpy(),
                "now": np.isclose(table["speed_m_s"], outcome.profile.speed_m_s),
                "text": [headline.percent(share, lang) for share in table[column]],
            }
        )
        for name, column in ways.items()
    ]
    both = pd.concat(parts, ignore_index=True)
    speeds, names = list(dict.fromkeys(both["speed"])), [say(f"way_{name}", lang) for name in ways]
    colours = alt.Scale(domain=names, range=[style.ACCENT, style.FAINT])
    base = alt.Chart(both).encode(
        x=alt.X("speed:N", sort=speeds, title=say("chart_speed", lang), axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("way:N", sort=names),
        y=alt.Y("share:Q", title=say("chart_share", lang), scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
    )
    bars = base.mark_bar().encode(
        color=alt.Color("way:N", scale=colours, legend=alt.Legend(orient="top", title=None)),
        opacity=alt.condition("datum.now", alt.value(1.0), alt.value(0.72)),
        tooltip=[tip("speed", "chart_speed", lang), tip("way", "chart_way", lang), tip("text", "chart_share", lang)],
    )
    return finished(bars + base.mark_text(dy=-7, color=style.INK).encode(text="text:N"), 280)


def class_labels(outcome: Outcome, classes: pd.Series, lang: Lang) -> pd.Series:
    """Return classes as a legend prints them."""
    limits = limits_min(outcome)
    return classes.map({name: style.class_label(name, limits, lang) for name in style.class_looks(limits)})


def colour(outcome: Outcome, lang: Lang) -> alt.Color:
    """Return the map's colours as a scale over the labels of the classes."""
    limits = limits_min(outcome)
    looks = style.class_looks(limits)
    labels = [style.class_label(name, limits, lang) for name in looks]
    scale = alt.Scale(domain=labels, range=[look.fill for look in looks.values()])
    legend = alt.Legend(orient="top", title=None, labelLimit=260, symbolType="square", columns=0)
    return alt.Color("label:N", scale=scale, legend=legend)


def tip(name: str, code: str, lang: Lang) -> alt.Tooltip:
    """Return a tooltip of words."""
    return alt.Tooltip(f"{name}:N", title=say(code, lang))


def elders_tip(lang: Lang) -> alt.Tooltip:
    """Return a tooltip of elders as the tables print them."""
    return alt.Tooltip("elders_text:N", title=say("chart_elders", lang))


def spaced_axis() -> alt.Axis:
    """Return an axis of whole numbers with spaces between thousands."""
    return alt.Axis(labelExpr="replace(format(datum.value, ',d'), /,/g, ' ')", tickMinStep=1)


def finished(chart: Any, height_px: int) -> Chart:  # noqa: ANN401 - Altair's kinds of charts share no usable type
    """Give a chart its height, the fonts of the screen, and no menu."""
    fonts = ", ".join(style.SCREEN_FONTS)
    found: Chart = (
        chart.properties(height=height_px, usermeta={"embedOptions": {"actions": False}})
        .configure(font=fonts)
        .configure_axis(labelColor=style.INK, titleColor=style.MUTED, gridColor="#e8ecef", domainColor=style.LINE)
        .configure_legend(labelColor=style.INK)
        .configure_view(stroke=None)
    )
    return found
