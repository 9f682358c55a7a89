"""Comparison headline: every figure before and after, with numerator and denominator, and what it is due to."""

from collections.abc import Mapping
from typing import Any

from exhibits.screen.comparison_map import CHANGE_LOOKS, change_counts
from exhibits.screen.headline import Figure, Piece
from exhibits.screen.rule_headline import big
from exhibits.style import label
from geodata.words import Lang, say
from planning.totals import counted, share_text
from planning.walking.profile import PRESETS
from scenarios.compare import CITY, Comparison
from scenarios.rulings import policy_title

SIDES = ("a", "b")


def groups(found: Comparison) -> tuple[str, ...]:
    """Return the facility groups that can be compared."""
    return tuple(str(group) for group in found.places["group"].unique())


def figures(found: Comparison, lang: Lang) -> tuple[Figure, ...]:
    """Return one figure per facility group at the longest limit, then the quota by today's rules where both judge."""
    rates = [rate_figure(row, lang) for row in found.rates.dropna().to_dict("records") if row["reading"] == "today"]
    return (*(coverage_figure(found, group, lang) for group in groups(found)), *rates)


def city_row(found: Comparison, group: str) -> Mapping[Any, Any]:
    """Return the figures of the whole city for one group at the longest limit."""
    rows = found.covered
    limit_min = found.places.loc[found.places["group"] == group, "limit_min"].iloc[0]
    mine = (rows["level"] == CITY) & (rows["group"] == group) & (rows["limit_min"] == limit_min)
    row: Mapping[Any, Any] = rows[mine].to_dict("records")[0]
    return row


def coverage_figure(found: Comparison, group: str, lang: Lang) -> Figure:
    """Return the rate of one group after and before; elders first, areas where no elders are known."""
    row = city_row(found, group)
    weight = "elders" if row["elders_known_a"] or row["elders_known_b"] else "places"
    texts = {
        side: share_text(
            row[f"{weight}_{side}"], row[f"{weight}_known_{side}"], int(row[f"{weight}_left_out_{side}"]), lang
        )
        for side in SIDES
    }
    counts = change_counts(found, group)
    return Figure(
        group=group,
        title=label("group", group, lang),
        percent=big(texts["b"]),
        within=say("change_before", lang, rate=big(texts["a"])),
        made_of=say(
            f"change_made_of_{weight}",
            lang,
            a=counted(row[f"{weight}_a"]),
            known_a=counted(row[f"{weight}_known_a"]),
            b=counted(row[f"{weight}_b"]),
            known_b=counted(row[f"{weight}_known_b"]),
            change=signed(row[f"{weight}_change"]),
        ),
        unknown=say(
            "change_places",
            lang,
            gained=counted(counts["gained"]),
            lost=counted(counts["lost"]),
            unknown=counted(counts["unknown"]),
        ),
        pieces=pieces(counts, lang),
        lines=(),
    )


def rate_figure(row: Mapping[Any, Any], lang: Lang) -> Figure:
    """Return how many residential areas meet the quota, after and before."""
    texts = {
        side: share_text(row[f"passed_{side}"], row[f"judged_{side}"], row[f"unknown_{side}"], lang) for side in SIDES
    }
    return Figure(
        group="quota",
        title=say("change_quota", lang),
        percent=big(texts["b"]),
        within=say("change_before", lang, rate=big(texts["a"])),
        made_of=say(
            "change_made_of_places",
            lang,
            a=counted(row["passed_a"]),
            known_a=counted(row["judged_a"]),
            b=counted(row["passed_b"]),
            known_b=counted(row["judged_b"]),
            change=signed(row["passed_change"]),
        ),
        unknown=say("change_quota_unknown", lang, a=counted(row["unknown_a"]), b=counted(row["unknown_b"])),
        pieces=(),
        lines=(),
    )


def pieces(counts: Mapping[str, int], lang: Lang) -> tuple[Piece, ...]:
    """Return the stretches of a bar of all residential areas, by what becomes of them."""
    whole = sum(counts.values())
    return tuple(
        Piece(
            name,
            CHANGE_LOOKS[name].fill,
            number / whole,
            say("piece", lang, label=label("change", name, lang), number=counted(number)),
        )
        for name, number in counts.items()
        if number
    )


def signed(number: float) -> str:
    """Print a difference in whole numbers with its sign; 0 where nothing changes."""
    text = counted(abs(number))
    if text == "0":
        return "0" if number == 0 else "≈0"
    return f"{'+' if number > 0 else '−'}{text}"


def names(found: Comparison) -> tuple[str, str]:
    """Return what A and B are called."""
    return found.a.city.study.name, found.b.city.study.name


def causes(found: Comparison, lang: Lang) -> tuple[tuple[str, ...], str]:
    """Return what must be warned of, and what else is to be said of where the difference comes from."""
    warnings = []
    if len(found.parameters):
        told = [
            say("change_parameter", lang, name=one, a=a or say("no_figure", lang), b=b or say("no_figure", lang))
            for one, a, b in parameters(found, lang)
        ]
        warnings.append(say("compare_parameters", lang, told=("；" if lang == "zh" else "; ").join(told)))
    if found.other_files:
        layers = ("、" if lang == "zh" else ", ").join(label("layer_word", one, lang) for one in found.other_files)
        warnings.append(say("compare_files", lang, layers=layers))
    moved = set(found.inputs["layer"])
    if moved & {"residential", "districts"}:
        warnings.append(say("change_people", lang))
    warnings += [fault.message(lang) for fault in found.not_comparable]
    if found.inputs.empty and found.parameters.empty and not found.other_files:
        return tuple(warnings), say("compare_nothing", lang)
    return tuple(warnings), say("compare_sites_alone", lang) if found.sites_alone else ""


def parameters(found: Comparison, lang: Lang) -> list[tuple[str, str, str]]:
    """Return the settings that differ in words, with their values in A and B; "" where there is none."""
    told = []
    for row in found.parameters.to_dict("records"):
        name = str(row["name"])
        a, b = (value_text(found, name, row[side], lang) for side in SIDES)
        told.append((setting_word(name, lang), a, b))
    return told


def setting_word(name: str, lang: Lang) -> str:
    """Return the word for a setting; its name in the study file where there is none."""
    key = name.replace(".", "_")
    word = label("setting", key, lang)
    return name if word == key else word


def value_text(found: Comparison, name: str, value: object, lang: Lang) -> str:
    """Return the value of a setting in words where there are any."""
    text = str(value)
    if name == "walking.profile" and text in PRESETS:
        return PRESETS[text].label(lang)
    if name == "study.policy" and text:
        return policy_title(found.a.city.study, text, lang)
    if name == "rules.counted_kinds":
        return "、".join(label("kind", one, lang) for one in text.split("、"))
    return {"True": say("edit_yes", lang), "False": say("edit_no", lang)}.get(text, text)
