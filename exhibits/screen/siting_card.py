"""Siting cards: what there is to say about one candidate, and what the plan changes for one residential area."""

import pandas as pd

from exhibits.screen import siting_map
from exhibits.screen.estates import square_metres
from exhibits.screen.site_card import SiteCard
from exhibits.screen.siting_headline import YUAN
from exhibits.screen.siting_tables import not_usable, sited_of
from exhibits.wording import count_text, minutes_text
from geodata.words import Lang, say
from geodata.words.numbers import grouped
from planning.totals import counted
from scenarios.outcome import Outcome

MOST_NAMED = 12  # newly covered areas on a card


def candidate_card(outcome: Outcome, candidate_id: str, lang: Lang) -> SiteCard:
    """Return what there is to say about a candidate: its facts, why it was chosen or not, and whom it newly covers."""
    sited = sited_of(outcome)
    own = outcome.city.candidates.loc[candidate_id]
    none = say("no_figure", lang)
    facts = [(say("fact_id", lang), candidate_id)]
    if candidate_id in sited.sites.index:
        code = "sit_card_forced" if candidate_id in sited.request.forced else "sit_card_suggested"
        result = say(code, lang, rank=sited.sites.loc[candidate_id, "rank"])
    else:
        result = say(not_usable(outcome).get(candidate_id, "sit_unneeded"), lang)
    day, cost = own["available_on"], own["cost_yuan"]
    facts += [
        (say("sit_card_rank", lang), result),
        (say("fact_kind", lang), none if pd.isna(own["kind"]) else str(own["kind"])),
        (say("fact_area", lang), square_metres(own["floor_area_m2"], lang)),
        (say("sit_card_floor", lang), none if pd.isna(own["floor"]) else str(own["floor"])),
        (
            say("sit_card_cost", lang),
            none if pd.isna(cost) else say("sit_card_cost_value", lang, cost=grouped(cost / YUAN, 1)),
        ),
        (say("sit_card_available", lang), none if pd.isna(day) else str(day)[:10]),
    ]
    return SiteCard(candidate_id, str(own["name"]), tuple(facts), said(outcome, candidate_id, lang))


def said(outcome: Outcome, candidate_id: str, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return the reason of a suggested site and the areas it newly covers, each with its walk."""
    sited = sited_of(outcome)
    if candidate_id not in sited.sites.index:
        return ()
    row = sited.sites.loc[candidate_id].to_dict()
    places, n = outcome.city.residential, int(row["newly_covered_places"])
    lines = [
        say(
            "sit_card_place",
            lang,
            name=places.loc[place, "name"],
            elders=count_text(places.loc[place, "elders"], lang),
            walk=minutes_text(None if way is None else way.seconds, lang),
        )
        for place, way in siting_map.walks(outcome, candidate_id, MOST_NAMED).items()
    ]
    end = "；" if lang == "zh" else "; "
    text = end.join([*lines, *([say("sit_card_more", lang)] if n > MOST_NAMED else [])])
    return (
        (say("sit_card_reason", lang), sited.reason(row, lang)),
        (say("sit_card_covers", lang, n=counted(n)), text or say("sit_card_none", lang)),
    )


def after_row(outcome: Outcome, place_id: str, lang: Lang) -> tuple[str, str]:
    """Say what the plan changes for a residential area."""
    site = siting_map.covered_by(outcome).get(place_id)
    if site is None:
        return say("sit_card_after", lang), say("sit_card_after_not", lang)
    row = sited_of(outcome).sites.loc[site]
    way = siting_map.walk(outcome, place_id, site)
    text = minutes_text(None if way is None else way.seconds, lang)
    return say("sit_card_after", lang), say("sit_card_after_value", lang, rank=row["rank"], name=row["name"], walk=text)
