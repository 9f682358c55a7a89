"""Themes of the one-file map: what residential areas are coloured by, now and with the suggested sites."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from exhibits import style
from exhibits.classes import limits_min, of_group, place_classes, shown_groups
from exhibits.screen.layers import Ink
from exhibits.screen.webmap import site_mask
from exhibits.style import VERDICT_LOOKS, Look, label
from exhibits.suggested import walks_after
from exhibits.wording import walk_text
from geodata.words import Lang, say
from planning.rules.findings import word
from planning.totals import counted
from scenarios.outcome import Outcome

QUOTA = "quota"


def themes(outcome: Outcome, lang: Lang) -> list[dict[str, Any]]:
    """Return what residential areas can be coloured by: the walk to each group, and the quota."""
    found = [group_theme(outcome, group, lang) for group in shown_groups(outcome)]
    if outcome.judgement is not None:
        found.append(quota_theme(outcome, lang))
    return found or [plain_theme(outcome, lang)]


def group_theme(outcome: Outcome, group: str, lang: Lang) -> dict[str, Any]:
    """Return the colours by the walk to one group, now and with the suggested sites."""
    mark = style.mark_of(group)
    rows = of_group(outcome, group).reindex(outcome.city.residential.index)
    shown: dict[str, Any] = {
        "key": group,
        "title": say("one_theme_group", lang, group=label("group", group, lang)),
        "sites": site_mask(outcome, group).astype(int).tolist(),
        "sitesTitle": say("layer_sites", lang, group=label("group", group, lang)),
        "mark": asdict(Ink(mark.fill, mark.edge, 1.2, fillOpacity=1, shape=mark.shape, radius=5.5)),
        "now": walk_view(outcome, group, place_classes(outcome, group), rows, lang),
    }
    later = walks_after(outcome, group)
    if later is not None:
        shown["after"] = walk_view(outcome, group, later["class"], later, lang)
        newly = (later["state"] != rows["state"]).tolist()
        texts = shown["after"]["texts"]
        shown["after"]["texts"] = [
            say("one_newly", lang, walk=text) if new else text for new, text in zip(newly, texts, strict=True)
        ]
    return shown


def walk_view(outcome: Outcome, group: str, classes: pd.Series, rows: pd.DataFrame, lang: Lang) -> dict[str, Any]:
    """Return one colouring: a class and a line for each residential area, and the legend with its counts."""
    looks = style.class_looks(limits_min(outcome))
    title = label("group", group, lang)
    texts = [
        say("tip_walk", lang, group=title, walk=walk_text(str(state), seconds, lang))
        for state, seconds in zip(rows["state"], rows["seconds"], strict=True)
    ]
    counts = classes.value_counts()
    mark = style.mark_of(group)
    lines: list[Mapping[str, Any]] = [{"head": True, "label": say("legend_places", lang)}]
    lines += [
        {
            **legend_area(look),
            "label": style.class_label(name, limits_min(outcome), lang),
            "count": counted(int(counts.get(name, 0))),
        }
        for name, look in looks.items()
    ]
    lines.append({"head": True, "label": say("legend_sites", lang)})
    opened = counted(float(site_mask(outcome, group).sum()))
    lines.append({"fill": mark.fill, "edge": mark.fill, "shape": mark.shape, "label": title, "count": opened})
    return {
        "classes": numbers(classes, looks),
        "texts": texts,
        "styles": inks(looks),
        "legend": {
            "title": say("legend_title", lang, group=title),
            "rows": lines,
            "notes": [speed_note(outcome, lang)],
        },
    }


def speed_note(outcome: Outcome, lang: Lang) -> str:
    """Say who walks how fast."""
    walker = outcome.profile
    return say("legend_parameters", lang, walker=walker.label(lang), speed=f"{walker.speed_m_s:g}")


def quota_theme(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Return the colours by the quota verdict under today's rules."""
    assert outcome.judgement is not None
    estates = outcome.judgement.estates.set_index("place_id")["today_verdict"].astype("object")
    verdicts = estates.reindex(outcome.city.residential.index, fill_value="no_rule")
    counts = verdicts.value_counts()
    rows: list[Mapping[str, Any]] = [
        {**legend_area(look), "label": word(f"verdict_{name}", lang), "count": counted(int(counts[name]))}
        for name, look in VERDICT_LOOKS.items()
        if counts.get(name)
    ]
    title = say("st_legend_quota", lang)
    return {
        "key": QUOTA,
        "title": say("one_theme_quota", lang),
        "sites": [0] * len(outcome.sites),
        "sitesTitle": "",
        "mark": asdict(Ink("#ffffff", "#7a7a7a")),
        "now": {
            "classes": numbers(verdicts, VERDICT_LOOKS),
            "texts": [word(f"verdict_{verdict}", lang) for verdict in verdicts],
            "styles": inks(VERDICT_LOOKS),
            "legend": {"title": title, "rows": rows, "notes": [outcome.judgement.profile.title(lang)]},
        },
    }


def plain_theme(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Return one colour for all where nothing was judged."""
    looks = {"all": Look("#e3ecf2", "#6f8696")}
    size = len(outcome.city.residential)
    title = say("layer_word_residential", lang)
    return {
        "key": "plain",
        "title": title,
        "sites": [0] * len(outcome.sites),
        "sitesTitle": "",
        "mark": asdict(Ink()),
        "now": {
            "classes": [0] * size,
            "texts": [""] * size,
            "styles": inks(looks),
            "legend": {
                "title": title,
                "rows": [{**legend_area(looks["all"]), "label": title, "count": counted(size)}],
                "notes": [],
            },
        },
    }


def numbers(classes: pd.Series, looks: Mapping[str, Look]) -> list[int]:
    """Return classes as their position in the legend."""
    at = {name: number for number, name in enumerate(looks)}
    return [at[str(name)] for name in classes]


def inks(looks: Mapping[str, Look]) -> list[dict[str, Any]]:
    """Return looks as the map script draws them."""
    return [
        asdict(Ink(look.fill, look.edge, hatch=look.hatch, hatchColour=look.hatch_colour, radius=5.5))
        for look in looks.values()
    ]


def legend_area(look: Look) -> dict[str, Any]:
    """Return the swatch of a class of areas."""
    return {"fill": look.fill, "edge": look.edge, "hatch": look.hatch, "hatchColour": look.hatch_colour}
