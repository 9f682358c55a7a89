"""Rule headline: how many residential areas meet their quota, with numerator, denominator and what is not known."""

import pandas as pd

from exhibits.screen.estates import FAILS, READINGS, Filter, Reading, counts, judgement_of, verdict_word
from exhibits.screen.headline import Figure, Piece
from exhibits.style import VERDICT_LOOKS
from geodata.words import Lang, say
from planning.rules.findings import CITY, Finding, Phrase, figure, said
from planning.rules.judge import Judgement
from planning.totals import counted, share_text
from scenarios.outcome import Outcome

PRESENCE = "unit_presence"


def figures(outcome: Outcome, own: Outcome | None, lang: Lang) -> tuple[Figure, ...]:
    """Return the pass rates by both readings, what pooling adds, what the naive reading would add, and one presence.

    ``own`` is the outcome under the study's own ruling, where this one is another: its rate stands beside the new one.
    """
    found = [rate_figure(outcome, own, reading, lang) for reading in READINGS]
    found.append(pooled_figure(outcome, lang))
    if has_walks(judgement_of(outcome)):
        found.append(naive_figure(outcome, lang))
    found += [presence_figure(one, lang) for one in presences(judgement_of(outcome))[:1]]
    return tuple(found)


def has_walks(judgement: Judgement) -> bool:
    """Tell whether anything was known of the walk to facilities."""
    return judgement.case.walks is not None and bool(len(judgement.case.facilities))


def big(text: str) -> str:
    """Return what stands before the bracket of a rate."""
    return text.partition("（")[0].partition("(")[0].strip()


def rate_text(outcome: Outcome, reading: Reading, lang: Lang) -> str:
    """Return the pass rate of residential areas, with numerator, denominator and unknown."""
    one = judgement_of(outcome).totals()[reading]
    return share_text(one["passed"], one["judged"], one["unknown"], lang)


def rate_figure(outcome: Outcome, own: Outcome | None, reading: Reading, lang: Lang) -> Figure:
    """Return the pass rate of one reading; areas first, households below."""
    one = judgement_of(outcome).totals()[reading]
    number = counts(outcome, Filter(reading))
    bare = number["no_rule"] + number["not_applicable"]
    homes = share_text(one["passed_households"], one["judged_households"], one["unknown"], lang)
    last = (
        say("quota_own", lang, rate=big(rate_text(own, reading, lang)))
        if own is not None and own.judgement is not None
        else say("quota_unknown", lang, unknown=counted(one["unknown"]), bare=counted(bare))
    )
    return Figure(
        group=reading,
        title=say(f"quota_title_{reading}", lang),
        percent=big(rate_text(outcome, reading, lang)),
        within="",
        made_of=say("quota_made_of", lang, n=counted(one["passed"]), of=counted(one["judged"]), homes=big(homes)),
        unknown=last,
        pieces=pieces(outcome, reading, lang),
        lines=(
            (say("weight_places", lang), rate_text(outcome, reading, lang)),
            (say("weight_households", lang), homes),
            (say("quota_bare", lang), counted(bare)),
        ),
    )


def pieces(outcome: Outcome, reading: Reading, lang: Lang) -> tuple[Piece, ...]:
    """Return the stretches of a bar of all residential areas by verdict; empty ones are left out."""
    whole = len(outcome.city.residential)
    return tuple(
        Piece(
            name,
            VERDICT_LOOKS[name].fill,
            number / whole,
            say("piece", lang, label=verdict_word(name, lang), number=counted(number)),
        )
        for name, number in counts(outcome, Filter(reading)).items()
        if number
    )


def pooled_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return how many areas pass by pooling today, and how good that choice is proven to be."""
    judgement = judgement_of(outcome)
    ended = judgement.pooling
    return Figure(
        group="pooled",
        title=say("quota_title_pooled", lang),
        percent=counted(ended["passed"]),
        within=say("quota_areas", lang),
        made_of=say(f"quota_pool_{ended['status']}", lang, bound=counted(ended["bound"])),
        unknown=say(
            "quota_pool_reach", lang, metres=figure(judgement.profile["pool_m"]), same=same_street(judgement, lang)
        ),
        pieces=(),
        lines=(),
    )


def same_street(judgement: Judgement, lang: Lang) -> str:
    """Say whether pooling stays within a street."""
    return say("quota_same_street" if judgement.profile["pool_same_street"] else "quota_any_street", lang)


def naive_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return by how many areas "any facility within the pooling walk" overstates."""
    judgement = judgement_of(outcome)
    naive = judgement.pooling
    return Figure(
        group="naive",
        title=say("quota_title_naive", lang, metres=figure(judgement.profile["pool_m"])),
        percent=f"{naive['overstated']:+,}".replace(",", " "),
        within=say("quota_areas", lang),
        made_of=say("quota_naive", lang, naive=counted(naive["any_facility"]), flow=counted(naive["flow"])),
        unknown=say("quota_naive_area", lang, counted=counted(naive["counted_m2"]), there=counted(naive["there_m2"])),
        pieces=(),
        lines=(),
    )


def presences(judgement: Judgement) -> list[Finding]:
    """Return the findings that count districts with a facility (建有率), in the profile's order."""
    return [one for one in judgement.found if one.target.measure == PRESENCE and one.object_id == CITY]


def presence_figure(one: Finding, lang: Lang) -> Figure:
    """Return a presence rate: districts that have what they must, never to be mixed with who can walk there."""
    text = presence_text(one, lang)
    what = one.details.get("what")
    return Figure(
        group="presence",
        title=say("quota_title_presence", lang),
        percent=big(text),
        within="",
        made_of=said(what, lang) if what is not None else "",
        unknown=say("quota_presence_note", lang, made_of=text.removeprefix(big(text)).strip("（）() ")),
        pieces=(),
        lines=(),
    )


def presence_text(one: Finding, lang: Lang) -> str:
    """Return a presence rate with numerator, denominator and unknown; what the finding says where there is none."""
    details = one.details
    if "part" not in details:
        return verdict_word(one.verdict, lang)
    part, whole = (float(str(details[name])) for name in ("part", "whole"))
    open_ = details["unknown"]  # a phrase that says how many, or says nothing
    unknown = open_.details.get("n", 0) if isinstance(open_, Phrase) else open_
    return share_text(part, whole, int(str(unknown)), lang, of="districts")


def rules_line(outcome: Outcome, lang: Lang) -> str:
    """Say in one line what was judged by: profile, day, household size, what counts, pooling, fingerprint."""
    judgement = judgement_of(outcome)
    profile = judgement.profile
    comma = "、" if lang == "zh" else ", "
    return say(
        "rules_line",
        lang,
        title=profile.title(lang),
        day=judgement.case.day,
        household=figure(profile["household_size"]),
        kinds=comma.join(say(f"kind_{kind}", lang) for kind in profile["counted_kinds"]),
        metres=figure(profile["pool_m"]),
        same=same_street(judgement, lang),
        speed=f"{outcome.profile.speed_m_s:g}",
        fingerprint=outcome.fingerprint[:8],
    )


def gap_m2(outcome: Outcome, reading: Reading) -> float:
    """Return what the failing residential areas lack together, in square metres."""
    table: pd.DataFrame = judgement_of(outcome).estates
    return float(table.loc[table[f"{reading}_verdict"].isin(FAILS), f"{reading}_gap_m2"].sum())
