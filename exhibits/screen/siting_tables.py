"""Tables of a siting plan: the suggested sites, whom they newly cover, and which candidates were left out."""

import io

import pandas as pd

from exhibits.screen.estates import square_metres
from exhibits.style import label
from exhibits.wording import count_text
from geodata.words import Lang, say
from geodata.words.numbers import trimmed
from planning.totals import minutes
from scenarios.outcome import Outcome
from scenarios.siting import Sited
from scenarios.siting.figures import CONTRACT
from scenarios.tables import harmless, site_tables, write_csv

SHOWN = ("street", "capacity", "assigned", "kept_elders", "lost_without", "next_best_name", "worse_by")
IF_ANY = ("street", "capacity", "assigned", "kept_elders", "lost_without", "next_best_name", "worse_by", "cost_yuan")
COUNTS = ("newly_covered_elders", "newly_covered_places", "closes_gap_m2", "nearest_medical_m")


def sited_of(outcome: Outcome) -> Sited:
    """Return the plan of an outcome that has one."""
    if outcome.sited is None:
        raise ValueError("the outcome has no plan: ask scenarios.siting.site for one first")
    return outcome.sited


def asked_line(outcome: Outcome, lang: Lang) -> str:
    """Say in one line what was asked."""
    sited = sited_of(outcome)
    asked = sited.request
    more = say("sit_line_area", lang, area=f"{asked.min_area_m2:g}") if asked.min_area_m2 else ""
    for name in ("forced", "forbidden"):
        if given := getattr(asked, name):
            more += say(f"sit_line_{name}", lang, n=len(given))
    if asked.closing:
        more += say("sit_line_closing", lang, n=len(asked.closing))
    if asked.phases:
        money = [one.budget_yuan for one in asked.phases if one.budget_yuan is not None]
        code = "sit_line_phases_money" if money else "sit_line_phases"
        more += say(code, lang, n=len(asked.phases), cost=trimmed(sum(money) / 10_000, 1))
    if asked.budget_yuan is not None:
        more += say("sit_line_budget", lang, cost=trimmed(asked.budget_yuan / 10_000, 1))
    if asked.points:
        more += say("sit_line_points", lang, n=len(asked.points))
    if (made := int((~sited.sites["origin"].isin(["layer", "own"])).sum())) > 0:
        more += say("sit_line_generated", lang, n=made)
    sites = (
        say("sit_line_share", lang, share=f"{100 * asked.share:g} %")
        if asked.goal == "all"
        else say("sit_line_sites", lang, n=asked.sites or len(sited.sites))
    )
    return say(
        "sit_line",
        lang,
        goal=label("goal", asked.goal, lang),
        sites=sites,
        group=label("group", asked.group, lang),
        minutes=minutes(sited.limit_s),
        more=more,
        speed=f"{outcome.profile.speed_m_s:g}",
        fingerprint=outcome.fingerprint[:8],
    )


def not_usable(outcome: Outcome) -> dict[str, str]:
    """Return the code of the reason for every candidate that could not be chosen, or was forbidden."""
    sited = sited_of(outcome)
    found = dict(zip(sited.excluded["candidate_id"].astype(str), sited.excluded["code"].astype(str), strict=True))
    return {**dict.fromkeys(sited.request.forbidden, "sit_forbidden"), **found}


def sites_table(outcome: Outcome, lang: Lang, robust: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return sites.csv as people read it; with how often each is chosen again, where ``robust`` says so."""
    sited = sited_of(outcome)
    table = sited.full_table(lang)
    table = table[
        [name for name in (*CONTRACT, *SHOWN) if name in table and not (name in IF_ANY and empty(table[name]))]
    ]
    numbers = [name for name in (*COUNTS, "lost_without", "worse_by", "capacity", "assigned") if name in table]
    table = table.assign(**{name: table[name].astype("Float64").round(1) for name in numbers})
    if "next_best_name" in table:
        table["next_best_name"] = table["next_best_name"].fillna(say("no_figure", lang))
    if robust is not None and len(robust):
        shares = robust.set_index("candidate_id")["share"].astype(float)
        again = (100 * shares.reindex(table["candidate_id"]).fillna(0.0)).round(0)
        table.insert(len(table.columns) - 1, "share", again.to_numpy())
    if not sited.request.phases:
        table = table.drop(columns="phase")
    order = [*table.columns.drop("reason"), "reason"]
    names = {"candidate_id": "doc_col_id", **{name: f"sit_col_{name}" for name in (*SHOWN, "share")}}
    return table[order].rename(columns={one: say(names.get(one, f"doc_col_{one}"), lang) for one in order})


def empty(column: pd.Series) -> bool:
    """Tell whether a column says nothing."""
    return bool((column.isna() | column.astype(str).isin(["", "0", "0.0"])).all())


def excluded_table(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return the candidates that could not be chosen, with the reason, the storey and the area."""
    found = not_usable(outcome)
    rows = outcome.city.candidates.loc[list(found)]
    return pd.DataFrame(
        {
            say("doc_col_id", lang): list(found),
            say("doc_col_name", lang): rows["name"].astype(str).to_list(),
            say("sit_col_why", lang): [say(code, lang) for code in found.values()],
            say("sit_card_floor", lang): rows["floor"].astype("object").where(rows["floor"].notna(), "").to_list(),
            say("fact_area", lang): [square_metres(area, lang) for area in rows["floor_area_m2"]],
        }
    )


def newly_table(outcome: Outcome, lang: Lang) -> pd.DataFrame:
    """Return the areas newly covered, indexed by id, each with the site that covers it, most elders first."""
    sites, places = sited_of(outcome).sites, outcome.city.residential
    covers = zip(sites["rank"], sites["name"], sites["newly_covered"], strict=True)
    given = [(place, rank, str(name)) for rank, name, newly in covers for place in newly]
    ids = [place for place, _, _ in given]
    order = places.loc[ids, "elders"].astype(float).reset_index(drop=True)
    table = pd.DataFrame(
        {
            say("sit_col_place", lang): places.loc[ids, "name"].astype(str).to_list(),
            say("sit_col_elders", lang): [count_text(one, lang) for one in places.loc[ids, "elders"]],
            say("sit_col_households", lang): [count_text(one, lang) for one in places.loc[ids, "households"]],
            say("sit_col_rank", lang): [rank for _, rank, _ in given],
            say("sit_col_site", lang): [name for _, _, name in given],
        },
        index=pd.Index(ids, dtype="object", name="place_id"),
    )
    ranked: pd.DataFrame = table.iloc[order.sort_values(ascending=False, kind="stable").index]
    return ranked


def as_csv(outcome: Outcome, table: pd.DataFrame, lang: Lang) -> bytes:
    """Return a table as CSV that Excel opens as it is; what was asked stands in the last line."""
    named = table.index.name is not None
    shown = (table.rename_axis(say("doc_col_id", lang)).reset_index() if named else table).map(harmless)
    text = io.StringIO()
    shown.to_csv(text, index=False, lineterminator="\r\n")
    last = [[asked_line(outcome, lang)]]
    pd.DataFrame(last).to_csv(text, index=False, header=False, lineterminator="\r\n")
    return text.getvalue().encode("utf-8-sig")


def run_file(outcome: Outcome, name: str, lang: Lang) -> bytes:
    """Return a file as ``run`` writes it."""
    held = io.BytesIO()
    site_tables(outcome, lang)[name](held)  # type: ignore[arg-type]  # pandas writes to either
    return held.getvalue()


def csv_of(table: pd.DataFrame) -> bytes:
    """Return a table as ``run`` would write it."""
    held = io.BytesIO()
    write_csv(table, held)  # type: ignore[arg-type]  # pandas writes to either
    return held.getvalue()
