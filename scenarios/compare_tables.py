"""Compare tables: a comparison becomes files, all of them or none, and a few lines of text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.faults import fail
from geodata.words import Lang, say
from planning.totals import counted, share_text
from scenarios import tables
from scenarios.compare import CITY, Comparison
from scenarios.summary import group_label, plain, records
from scenarios.together import write_together

FILES = ("compare.csv", "compare_districts.csv", "compare_rules.csv", "compare_changes.csv", "compare_summary.json")
MOST_SHOWN = 6  # parameters named in the headline; the file lists all
CAUSES = ("facilities", "medical", "candidates", "residential", "districts", "gates")


def write(found: Comparison, folder: Path) -> list[str]:
    """Write every table of a comparison into ``folder`` and return the file names; no input is written over."""
    makers: dict[str, Callable[[Path], None]] = {
        "compare.csv": lambda path: tables.write_csv(shown(found.places), path),
        "compare_districts.csv": lambda path: tables.write_csv(found.covered, path),
        "compare_rules.csv": lambda path: tables.write_csv(found.rules, path),
        "compare_changes.csv": lambda path: tables.write_csv(changes(found), path),
        "compare_summary.json": lambda path: tables.write_json(summary(found), path),
    }
    inputs = {source.path.resolve() for one in (found.a, found.b) for source in one.city.study.layers.values()}
    for path in (folder / name for name in makers):
        if path.resolve() in inputs:
            raise fail("cli_out_over_input", column="--out", value=str(path))
        if path.is_dir():
            raise fail("cli_out_unwritable", column="--out", value=str(folder), why=path.name)
    return write_together(makers, folder)


def shown(places: pd.DataFrame) -> pd.DataFrame:
    """Return the table of places with seconds to one decimal, blank where there is no way."""
    written = {
        name: ["" if pd.isna(value) else f"{value:.1f}" for value in places[name]]
        for name in ("seconds_a", "seconds_b")
    }
    return places.assign(**written)


def changes(found: Comparison) -> pd.DataFrame:
    """Return everything that differs between the inputs: settings first, then files, then rows and cells."""
    asked = [
        {"layer": "setting", "id": row["name"], "change": "changed", "before": row["a"], "after": row["b"]}
        for row in found.parameters.to_dict("records")
    ]
    files = [
        {"layer": row["layer"], "change": "file", "before": row["a"], "after": row["b"]}
        for row in found.data.to_dict("records")
    ]
    rows = [*asked, *files, *found.inputs.to_dict("records")]
    return pd.DataFrame(rows, columns=list(found.inputs.columns)).fillna("")


def summary(found: Comparison) -> dict[str, Any]:
    """Return the content of ``compare_summary.json``."""
    city = found.covered[found.covered["level"] == CITY].drop(columns=["level", "district_id", "name"])
    return {
        "a": _side(found.a.summary),
        "b": _side(found.b.summary),
        "limit_min": None if found.limit_s is None else plain(found.limit_s / 60),
        "sites_alone": found.sites_alone,
        "parameters_differ": records(found.parameters),
        "files_differ": records(found.data),
        "inputs_differ": counted_by(found.inputs.drop_duplicates(["layer", "id", "change"]), "layer"),
        "facilities": records(found.inputs[found.inputs["layer"] == "facilities"]),
        "covered": records(city),
        "places": counted_by(found.places, "group"),
        "rates": records(found.rates),
        "rules": counted_by(found.rules, "rule_id"),
        "not_comparable": [fault.message("zh") for fault in found.not_comparable],
    }


def counted_by(rows: pd.DataFrame, column: str) -> dict[str, dict[str, int]]:
    """Count the rows of each kind of change, by another column."""
    counts: dict[str, dict[str, int]] = {}
    for one, change in zip(rows[column], rows["change"], strict=True):
        of_one = counts.setdefault(str(one), {})
        of_one[str(change)] = of_one.get(str(change), 0) + 1
    return counts


def _side(told: Any) -> dict[str, Any]:  # noqa: ANN401 - a summary as json holds it
    return {**told["study"], "parameters": told["parameters"], "fingerprint": told["fingerprint"]}


def headline(found: Comparison, lang: Lang) -> str:
    """Say in a few lines who gains, who loses, and what the difference is due to."""
    names = {side: one.city.study.name for side, one in (("a", found.a), ("b", found.b))}
    lines = [say("compare_title", lang, **names)]
    if found.limit_s is not None:
        city = found.covered[(found.covered["level"] == CITY) & (found.covered["limit_min"] == found.limit_s / 60)]
        lines += [_covered_line(row, found, lang) for row in city.to_dict("records")]
    for row in found.rates.dropna().to_dict("records"):
        if row["reading"] == "today":
            rate = {
                side: share_text(row[f"passed_{side}"], row[f"judged_{side}"], row[f"unknown_{side}"], lang)
                for side in "ab"
            }
            lines.append(say("compare_quota", lang, **rate, change=f"{row['passed_change']:+d}"))
    lines.append(_sites_line(found, lang))
    if len(found.parameters):
        rows = found.parameters.to_dict("records")
        told = [f"{row['name']} {row['a'] or '-'} → {row['b'] or '-'}" for row in rows[:MOST_SHOWN]]
        told += ["…"] if len(rows) > MOST_SHOWN else []
        lines.append(say("compare_parameters", lang, told=("；" if lang == "zh" else "; ").join(told)))
    if found.other_files:
        lines.append(say("compare_files", lang, layers=("、" if lang == "zh" else ", ").join(found.other_files)))
    if found.sites_alone and len(found.inputs):
        lines.append(say("compare_sites_alone", lang))
    if found.inputs.empty and found.parameters.empty and not found.other_files:
        lines.append(say("compare_nothing", lang))
    return "\n".join([*lines, *(fault.message(lang) for fault in found.not_comparable)])


def _covered_line(row: dict[Any, Any], found: Comparison, lang: Lang) -> str:
    rate = {
        side: share_text(row[f"elders_{side}"], row[f"elders_known_{side}"], int(row[f"elders_left_out_{side}"]), lang)
        for side in "ab"
    }
    of_group = found.places.loc[found.places["group"] == row["group"], "change"].value_counts()
    moved = {word: counted(of_group.get(word, 0)) for word in ("gained", "lost", "unknown")}
    change = f"{row['elders_change']:+,.0f}".replace(",", " ")
    minutes = f"{row['limit_min']:g}"
    return say(
        "compare_covered", lang, group=group_label(row["group"], lang), minutes=minutes, change=change, **rate, **moved
    )


def _sites_line(found: Comparison, lang: Lang) -> str:
    """Say how many rows of each layer were added, taken away or changed."""
    counts = counted_by(found.inputs.drop_duplicates(["layer", "id", "change"]), "layer")
    parts = [
        say(
            f"compare_layer_{layer}",
            lang,
            **{word: counts[layer].get(word, 0) for word in ("added", "removed", "changed")},
        )
        for layer in CAUSES
        if layer in counts
    ]
    return (
        say("compare_inputs", lang, told=("；" if lang == "zh" else "; ").join(parts))
        if parts
        else say("compare_no_inputs", lang)
    )
