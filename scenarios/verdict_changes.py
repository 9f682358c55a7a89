"""Verdict changes: which findings of two judgements differ, and who meets the quota in each."""

import pandas as pd

from planning.rules.judge import Judgement

KEYS = ("rule_id", "part", "layer", "object_id")
SHOWN = ("verdict", "measured", "threshold", "gap")
COLUMNS = (
    "rule_id",
    "part",
    "layer",
    "object_id",
    "object_name",
    "unit",
    "change",
    *(f"{name}_{side}" for name in SHOWN for side in "ab"),
    "sentence_a",
    "sentence_b",
)
RATES = ("passed", "judged", "unknown", "pooled", "passed_households", "judged_households")
# from bad to good; other verdicts can't be ranked
RANKS = {"below_minimum": 0, "below": 1, "met_pooled": 2, "met": 2}


def verdict_changes(a: Judgement | None, b: Judgement | None) -> pd.DataFrame:
    """Return the findings that differ between two judgements, rules and objects in A's order, then B's.

    ``change``: "better" or "worse" (below_minimum < below < met, pooled or not), "other" where a verdict can't be
    ranked or is met otherwise, "figure" where the verdict stays and a figure differs, "added" or "removed" where only
    one judgement has the finding.
    """
    if a is None and b is None:
        return pd.DataFrame(columns=list(COLUMNS))
    sides = [_table(one) for one in (a, b)]
    both = sides[0].add_suffix("_a").join(sides[1].add_suffix("_b"), how="outer")
    order = sides[0].index.append(sides[1].index.difference(sides[0].index, sort=False))
    both = both.loc[order]
    alone = [both[f"verdict_{side}"].isna() for side in "ab"]
    differs = {name: ~_same(both[f"{name}_a"], both[f"{name}_b"]) for name in SHOWN}
    rank_a, rank_b = (both[f"verdict_{side}"].map(RANKS) for side in "ab")
    change = pd.Series("figure", index=both.index, dtype=object)
    change = change.mask(differs["verdict"], "other")
    change = change.mask(rank_b > rank_a, "better").mask(rank_b < rank_a, "worse")
    change = change.mask(alone[0], "added").mask(alone[1], "removed")
    found = both.assign(
        change=change,
        object_name=both["object_name_b"].fillna(both["object_name_a"]),
        unit=both["unit_b"].fillna(both["unit_a"]),
    )
    found = found[pd.DataFrame(differs).any(axis=1)].reset_index()
    return found[list(COLUMNS)]


def rates(a: Judgement | None, b: Judgement | None) -> pd.DataFrame:
    """Return who meets the quota, by the rules of the permit day and of today: numerator, denominator, unknown.

    One row per reading ("permit", "today"), each figure of ``Judgement.totals`` as ``figure_a``, ``figure_b`` and
    ``figure_change``; <NA> where a side was not judged.
    """
    totals = [None if one is None else one.totals() for one in (a, b)]
    if totals == [None, None]:
        return pd.DataFrame(columns=["reading"])
    rows = []
    for reading in ("permit", "today"):
        row: dict[str, object] = {"reading": reading}
        for name in RATES:
            before, after = (pd.NA if one is None else int(one[reading][name]) for one in totals)
            row |= {f"{name}_a": before, f"{name}_b": after}
            row[f"{name}_change"] = pd.NA if before is pd.NA or after is pd.NA else after - before  # type: ignore[operator]
        rows.append(row)
    found = pd.DataFrame(rows)
    return found.astype(dict.fromkeys(found.columns.drop("reading"), "Int64"))


def _table(judgement: Judgement | None) -> pd.DataFrame:
    """Return the findings by rule, part and object; those that share all of these are numbered."""
    names = [*KEYS, "object_name", "unit", *SHOWN, "sentence"]
    rows = pd.DataFrame(columns=names) if judgement is None else judgement.rules("zh")[names]
    rows = rows.assign(**{name: rows[name].astype("string").fillna("") for name in KEYS})
    return rows.assign(nth=rows.groupby(list(KEYS)).cumcount()).set_index([*KEYS, "nth"])


def _same(before: pd.Series, after: pd.Series) -> pd.Series:
    """Mark equal values; two missing ones are equal."""
    both = before.isna() & after.isna()
    equal = before.astype(object).eq(after.astype(object)).fillna(value=False)
    return equal.astype(bool) | both
