"""Estate card: every sentence that judges one residential area, with its arithmetic, clause and pooled sources."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from exhibits.screen.estates import READINGS, Reading, judgement_of, square_metres, verdict_word
from exhibits.screen.place import facts
from exhibits.screen.verdict_map import sources
from exhibits.style import VERDICT_LOOKS
from exhibits.wording import metres_text
from exhibits.workbook.sheets_rules import trace
from geodata.words import Lang, say
from planning.rules.estates import OWN_ROOM, EstateVerdict, finding
from planning.rules.findings import Finding
from planning.rules.judge import Judgement
from scenarios.outcome import Outcome


@dataclass(frozen=True)
class Sentence:
    """One judgement in words: what it is, its verdict, the arithmetic, and where the rule is written."""

    title: str
    verdict: str  # met, below ...
    verdict_text: str
    colour: str
    text: str
    clause: str
    reading: str  # our reading of the clause


@dataclass(frozen=True)
class EstateCard:
    """Everything the rules say of one residential area."""

    place_id: str
    name: str
    facts: tuple[tuple[str, str], ...]
    governing: tuple[Sentence, ...]  # by the rule of the permit day, and by today's
    each: tuple[Sentence, ...]  # every rule that speaks of it, city and province alike
    served: tuple[tuple[str, str], ...]  # facility or room -> m2 and walk
    serves: tuple[tuple[str, str], ...]  # residential area that its own room serves -> m2 and walk


def estate_card(outcome: Outcome, place_id: str, lang: Lang) -> EstateCard:
    """Return what the rules say of one residential area."""
    judgement = judgement_of(outcome)
    return EstateCard(
        place_id=place_id,
        name=judgement.case.name("residential", place_id),
        facts=estate_facts(outcome, place_id, lang),
        governing=governing(judgement, place_id, lang),
        each=tuple(sentence(one, lang) for one in judgement.of(place_id)),
        served=pairs(sources(outcome, place_id), "site_name", lang),
        serves=pairs(taken_from(judgement, OWN_ROOM + place_id), "place_name", lang),
    )


def estate_facts(outcome: Outcome, place_id: str, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return the plain facts of a residential area, with its class, permit day and existing area."""
    table = judgement_of(outcome).estates
    row = table.loc[table["place_id"] == place_id].to_dict("records")[0]
    known = row["class"] if pd.notna(row["class"]) else "unknown"
    permit = row["permit_date"]
    return (
        *facts(outcome, place_id, lang),
        (
            say("fact_class", lang),
            say(
                "fact_class_value",
                lang,
                name=say(f"estate_class_{known}", lang),
                source=say(f"estate_class_from_{row['class_source']}", lang),
            ),
        ),
        (say("fact_permit", lang), say("no_figure", lang) if pd.isna(permit) else f"{permit:%Y-%m-%d}"),
        (say("fact_existing", lang), square_metres(row["existing_m2"], lang)),
    )


def governing(judgement: Judgement, place_id: str, lang: Lang) -> tuple[Sentence, ...]:
    """Return the verdicts by the rule of the permit day and by today's; one sentence where both say the same."""
    held: Mapping[Reading, EstateVerdict | None] = {
        "permit": judgement.attained.permit.verdicts.get(place_id),
        "today": judgement.attained.today.verdicts.get(place_id),
    }
    found = {name: None if held[name] is None else finding(judgement.case, held[name]) for name in READINGS}  # type: ignore[arg-type]  # None is caught
    then, now = found["permit"], found["today"]
    if then is not None and now is not None and then.sentence(lang) == now.sentence(lang):
        return (sentence(now, lang, title=say("card_both", lang)),)
    return tuple(
        no_rule(say(f"card_{name}", lang), lang)
        if one is None
        else sentence(one, lang, title=say(f"card_{name}", lang))
        for name, one in found.items()
    )


def sentence(one: Finding, lang: Lang, *, title: str = "") -> Sentence:
    """Return a finding as a card says it."""
    return Sentence(
        title=title or one.rule.id,
        verdict=one.verdict,
        verdict_text=verdict_word(one.verdict, lang),
        colour=VERDICT_LOOKS[one.verdict].fill,
        text=one.sentence(lang),
        clause=trace(one.rule, lang),
        reading=one.rule.reading(lang),
    )


def no_rule(title: str, lang: Lang) -> Sentence:
    """Say that no rule speaks of a residential area."""
    return Sentence(
        title=title,
        verdict="no_rule",
        verdict_text=verdict_word("no_rule", lang),
        colour=VERDICT_LOOKS["no_rule"].fill,
        text=say("card_no_rule", lang),
        clause="",
        reading="",
    )


def taken_from(judgement: Judgement, site_id: str) -> pd.DataFrame:
    """Return which residential areas a facility or a room serves through pooling, nearest first."""
    table = judgement.pooled
    return table[table["site_id"] == site_id].sort_values("seconds", kind="stable")


def pairs(rows: pd.DataFrame, name: str, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return rows of pooling as pairs of name and "m2, walk"."""
    given = zip(rows[name], rows["area_m2"], rows["flat_m"], strict=True)
    return tuple(
        (str(called), say("card_pooled", lang, area=square_metres(area, lang), walk=metres_text(metres, lang)))
        for called, area, metres in given
    )


def rule_sentences(outcome: Outcome, object_id: str, layer: str, lang: Lang) -> tuple[Sentence, ...]:
    """Return what the rules say of any object, such as a facility."""
    return tuple(sentence(one, lang) for one in judgement_of(outcome).of(object_id, layer=layer))
