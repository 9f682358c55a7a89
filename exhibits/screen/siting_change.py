"""Siting change: coverage before and after by street, who stays uncovered and why, phases, and how firm a choice is."""

import numpy as np
import pandas as pd

from exhibits.screen.siting_tables import sited_of
from exhibits.style import label
from exhibits.wording import count_text
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from planning.totals import NO_DISTRICT, WEIGHTS, share_text
from scenarios.outcome import Outcome

YUAN = 10_000


def levels(outcome: Outcome) -> tuple[str, ...]:
    """Return the levels of districts that the plan is told by, the smallest last; the city alone is none."""
    found = sited_of(outcome).before_after["level"].drop_duplicates()
    return tuple(str(one) for one in found if one != "city")


def weights_known(outcome: Outcome) -> tuple[str, ...]:
    """Return what can be counted: the weights that any area has."""
    rows = sited_of(outcome).before_after
    return tuple(one for one in ("elders", *(w for w in WEIGHTS if w != "elders")) if rows[f"{one}_total"].sum() > 0)


def before_after_table(outcome: Outcome, level: str, weight: str, lang: Lang) -> pd.DataFrame:
    """Return one row per district and the whole city last: what is covered before and after at every limit."""
    table = sited_of(outcome).before_after
    table = pd.concat([table[table["level"] == level], table[table["level"] == "city"]])
    limits = sorted(table["limit_min"].unique())
    keys = ["level", "district_id"]
    first = table[table["limit_min"] == limits[-1]].set_index(keys)
    names = [whole_or(str(name), lang) for name in first["name"]]
    shown = {
        say("sit_col_district", lang): names,
        say(f"sit_col_{weight}_all", lang): first[f"{weight}_total"].round(0),
    }
    for limit in limits:
        rows = table[table["limit_min"] == limit].set_index(keys).reindex(first.index)
        for name in ("before", "after"):
            column = rows[f"{weight}_{name}"].round(0)
            shown[say(f"sit_col_within_{name}", lang, minutes=f"{limit:g}")] = column
    last = f"{limits[-1]:g}"
    for name in ("gained", "cleared", "lost"):
        if name == "gained" or first[f"{weight}_{name}"].any():
            shown[say(f"sit_col_{name}", lang, minutes=last)] = first[f"{weight}_{name}"].round(0)
    for name in ("before", "after"):
        share = first[f"{weight}_{name}"] / first[f"{weight}_total"].where(first[f"{weight}_total"] > 0)
        shown[say(f"sit_col_share_{name}", lang, minutes=last)] = (100 * share).round(1)
    return pd.DataFrame({name: np.asarray(column) for name, column in shown.items()})


def whole_or(name: str, lang: Lang) -> str:
    """Return the name of a district; "" is the whole city."""
    return {"": say("sit_whole", lang), NO_DISTRICT: say("no_district", lang)}.get(name, name)


def before_after_note(outcome: Outcome, weight: str, lang: Lang) -> str:
    """Say the rate of the whole city before and after, with what is not known left in the denominator."""
    rows = sited_of(outcome).before_after
    last = rows[rows["level"] == "city"].iloc[-1]
    parts = [share_text(last[f"{weight}_{name}"], last[f"{weight}_total"], 0, lang) for name in ("before", "after")]
    return say("sit_whole_note", lang, minutes=f"{last['limit_min']:g}", before=parts[0], after=parts[1])


def uncovered_table(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return siting_uncovered.csv as people read it, indexed by id."""
    sited = sited_of(outcome)
    table = sited.uncovered_table(lang)
    names = sited.city.candidates["name"].astype(str).to_dict()
    nearest = [
        say("no_figure", lang) if pd.isna(one) else names.get(one, str(one)) for one in table["nearest_candidate_id"]
    ]
    return pd.DataFrame(
        {
            say("sit_col_place", lang): table["name"].astype(str).to_numpy(),
            say("sit_col_street", lang): table["street"].astype(str).to_numpy(),
            say("sit_col_elders", lang): [count_text(one, lang) for one in table["elders"]],
            say("sit_col_households", lang): [count_text(one, lang) for one in table["households"]],
            say("sit_col_left", lang): table["reason"].to_numpy(),
            say("sit_col_nearest", lang): nearest,
            say("sit_col_walk", lang): (table["walk_s"].astype(float) / 60).round(1).to_numpy(),
        },
        index=pd.Index(table["place_id"], name="place_id"),
    )


def uncovered_counts(outcome: Outcome, lang: Lang) -> str:
    """Say how many areas stay uncovered, reason by reason."""
    table = sited_of(outcome).uncovered_table(lang)
    counts = table.groupby("reason", sort=False).agg(n=("place_id", "size"), elders=("elders", "sum"))
    counts = counts.sort_values("n", ascending=False, kind="stable")
    parts = [
        say("sit_left_part", lang, why=why, n=grouped(n), elders=grouped(elders))
        for why, n, elders in zip(counts.index, counts["n"].tolist(), counts["elders"].tolist(), strict=True)
    ]
    return say("sit_left", lang, n=grouped(len(table)), parts=("；" if lang == "zh" else "; ").join(parts))


def phases_table(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return siting_phases.csv as people read it."""
    table = sited_of(outcome).phases
    if table is None:
        raise ValueError("the plan has no phases")
    return pd.DataFrame(
        {
            say("sit_col_phase", lang): table["phase"].astype(str),
            say("sit_figure_sites", lang): table["sites"],
            say("sit_col_covered", lang): table["covered"].astype(float).round(0),
            say("sit_col_bound", lang): table["bound"].astype(float).round(0),
            say("sit_col_alone", lang): table["alone"].astype(float).round(0),
            say("sit_col_given_up", lang): table["given_up"].astype(float).round(0),
            say("sit_col_cost", lang): (table["cost_yuan"].astype(float) / YUAN).round(1),
            say("sit_col_status", lang): [
                label("sit_status", "optimal" if one else "feasible", lang) for one in table["proven"]
            ],
        }
    )


def robust_table(table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return siting_robust.csv as people read it, the shares in per cent."""
    ranks = pd.Series(table["rank"], dtype="Int64")
    return pd.DataFrame(
        {
            say("doc_col_id", lang): table["candidate_id"],
            say("doc_col_name", lang): table["name"],
            say("sit_col_own_rank", lang): ranks,
            **{
                say(f"sit_col_{name}", lang): (100 * table[name].astype(float)).round(0)
                for name in ("share", "share_speeds", "share_demand")
            },
        }
    )


def robust_note(table: pd.DataFrame, lang: Lang) -> str:
    """Say of how many choices the shares are, and how many of these are proven."""
    if table.empty:
        return ""
    return say("sit_robust_note", lang, cases=int(table["cases"].iloc[0]), proven=int(table["proven"].iloc[0]))
