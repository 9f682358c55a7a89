"""Site card: what there is to say about one facility or clinic, and who has it as the nearest."""

from dataclasses import dataclass

import pandas as pd

from exhibits.classes import limits_min, shown_groups
from exhibits.screen.estates import judgement_of, square_metres
from exhibits.screen.verdict_map import counting
from exhibits.style import label
from exhibits.wording import count_text
from geodata.words import Lang, say
from planning.coverage import State
from planning.groups import members
from planning.totals import counted
from scenarios.outcome import Outcome

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SiteCard:
    """Everything said about one facility or clinic."""

    site_id: str
    name: str
    facts: Rows
    nearest: Rows  # facility group -> who has it as the nearest of that group


def site_card(outcome: Outcome, site_id: str, lang: Lang) -> SiteCard:
    """Return what there is to say about a facility or clinic, by its label in ``outcome.sites``."""
    site = outcome.sites.loc[site_id]
    opens: str = "" if pd.isna(site["open"]) else "open" if site["open"] else "closed"
    status = str(site["status"]) if pd.notna(site["status"]) else opens
    facts = (
        (say("fact_id", lang), str(site["id"])),
        (say("fact_kind", lang), label("kind", str(site["kind"]), lang)),
        (say("fact_status", lang), label("status", status, lang) if status else say("no_figure", lang)),
        (say("fact_beds", lang), count_text(site["beds"], lang)),
        (say("fact_area", lang), square_metres(site["floor_area_m2"], lang)),
    )
    return SiteCard(site_id, str(site["name"]), facts, nearest_rows(outcome, site_id, lang))


def nearest_rows(outcome: Outcome, site_id: str, lang: Lang) -> Rows:
    """Say for each group that an open site is of: how many areas and elders have it as their nearest."""
    site = outcome.sites.loc[[site_id]]
    if not bool(site["open"].fillna(value=False).iloc[0]):
        return ((say("site_not_open", lang), say("no_figure", lang)),)
    found = []
    for group in shown_groups(outcome):
        if not members(site, outcome.groups[group])[0]:
            continue
        rows = outcome.coverage
        rows = rows[(rows["group"] == group) & (rows["nearest_id"] == site["id"].iloc[0])].set_index("place_id")
        elders = outcome.city.residential.loc[rows.index, "elders"]
        text = say(
            "site_nearest",
            lang,
            places=counted(len(rows)),
            elders=counted(elders.sum()),
            served=counted(elders[(rows["state"] == State.SERVED).to_numpy(dtype=bool)].sum()),
            most=f"{limits_min(outcome)[-1]:g}",
        )
        if missing := int(elders.isna().sum()):
            text += say("site_nearest_unknown", lang, n=counted(missing))
        found.append((label("group", group, lang), text))
    return tuple(found)


def counts_row(outcome: Outcome, site_id: str, lang: Lang) -> Rows:
    """Say whether a facility's area counts to the quota; nothing of clinics."""
    index = judgement_of(outcome).case.facilities.index
    if site_id not in index:
        return ()
    counts = bool(counting(outcome)[index.get_loc(site_id)])
    return ((say("fact_counts", lang), say("counts_yes" if counts else "counts_no", lang)),)
