"""Siting headline: what the suggested sites change, with numerator and denominator, and how far that is proven."""

from dataclasses import dataclass

import numpy as np

from exhibits import style
from exhibits.classes import of_group
from exhibits.screen import rule_headline
from exhibits.screen.headline import Figure, Piece
from exhibits.screen.siting_tables import not_usable, sited_of
from geodata.words import Lang, say
from planning.coverage import State
from planning.totals import counted, minutes, share_text, weights
from scenarios.outcome import Outcome
from scenarios.siting_request import COVER_GOALS

YUAN = 10_000  # costs are read in units of ten thousand
LEAST_GOALS = ("all", "mean_walk", "worst_walk")  # the least is sought, so the bound lies below


@dataclass(frozen=True)
class Change:
    """What is within the limit before and after, in one weight; only areas whose state and weight are known."""

    weight: str
    before: float
    newly: float
    known: float
    total: float  # with the weight of areas whose state is not known
    left_out: int  # areas that are not known
    lost: float = 0.0  # what closes and isn't made up for

    @property
    def after(self) -> float:
        """Return what is within the limit with the plan."""
        return self.before + self.newly - self.lost


def change(outcome: Outcome, weight: str) -> Change:
    """Return the coverage of the group within the limit of the plan, before and after."""
    sited = sited_of(outcome)
    rows = of_group(outcome, sited.request.group).reindex(outcome.city.residential.index)
    state = rows["state"].to_numpy()
    heavy = weights(outcome.city)[weight].to_numpy(dtype=float)
    known = (state != State.UNKNOWN) & ~np.isnan(heavy)
    near = rows["seconds"].to_numpy(dtype=float, na_value=np.inf) <= sited.limit_s
    before = known & near & (state != State.FULL)
    newly = known & ~before & sited.newly.reindex(rows.index).to_numpy(dtype=bool)
    return Change(
        weight,
        float(heavy[before].sum()),
        float(heavy[newly].sum()),
        float(heavy[known].sum()),
        float(np.nansum(heavy)),
        int((~known).sum()),
        float(heavy[before & sited.lost.reindex(rows.index).to_numpy(dtype=bool)].sum()),
    )


def figures(outcome: Outcome, lang: Lang) -> tuple[Figure, ...]:
    """Return the headline: sites, newly covered elders, rate before and after, proof, quota gap closed."""
    return (
        sites_figure(outcome, lang),
        newly_figure(outcome, lang),
        rate_figure(outcome, lang),
        proof_figure(outcome, lang),
        gap_figure(outcome, lang),
    )


def _figure(group: str, title: str, big: str, within: str, made_of: str, last: str) -> Figure:
    return Figure(group, title, big, within, made_of, last, (), ())


def sites_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return how many sites are suggested, of how many candidates, and their area and cost."""
    sited = sited_of(outcome)
    every, barred = len(outcome.city.candidates), len(not_usable(outcome))
    unpriced = int(sited.sites["cost_yuan"].isna().sum())
    return _figure(
        "sites",
        say("sit_figure_sites", lang),
        counted(len(sited.sites)),
        say("sit_figure_sites_unit", lang),
        say(
            "sit_figure_sites_made_of",
            lang,
            all=counted(every),
            usable=counted(every - barred),
            excluded=counted(barred),
        ),
        say(
            "sit_figure_sites_unpriced" if unpriced else "sit_figure_sites_cost",
            lang,
            area=counted(float(sited.sites["floor_area_m2"].astype(float).sum())),
            cost=counted(float(sited.sites["cost_yuan"].astype(float).sum()) / YUAN),
            n=unpriced,
        ),
    )


def newly_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return the elders newly covered, with areas and households."""
    sited = sited_of(outcome)
    homes = change(outcome, "households").newly
    out = len(sited.plan.left_out)
    code = "sit_figure_newly_out" if out else "sit_figure_newly_all"
    if sited.request.goal in {"mean_walk", "worst_walk"}:  # their searches leave such areas aside without a list
        code = ""
    return _figure(
        "newly",
        say("sit_figure_newly", lang),
        counted(float(sited.sites["newly_covered_elders"].sum())),
        say("sit_figure_newly_unit", lang),
        say("sit_figure_newly_made_of", lang, places=counted(float(sited.newly.sum())), households=counted(homes)),
        say(code, lang, n=counted(out)) if code else "",
    )


def rate_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return the rate with the plan beside today's, in the weight that the goal counts; areas where none is known."""
    sited = sited_of(outcome)
    found = change(outcome, sited.request.weight)
    if not found.known:
        found = change(outcome, "places")
    now, then = (share_text(part, found.known, found.left_out, lang) for part in (found.before, found.after))
    return Figure(
        group="rate",
        title=say(
            "sit_figure_rate",
            lang,
            minutes=minutes(sited.limit_s),
            unit=say(f"weight_{found.weight}", lang),
        ),
        percent=rule_headline.big(then),
        within=say("sit_figure_rate_before", lang, rate=rule_headline.big(now)),
        made_of=say(
            "sit_figure_rate_made_of",
            lang,
            before=counted(found.before),
            after=counted(found.after),
            known=counted(found.known),
        ),
        unknown=say("sit_figure_rate_unknown", lang, n=counted(found.left_out)),
        pieces=pieces(found, lang),
        lines=(),
    )


def pieces(found: Change, lang: Lang) -> tuple[Piece, ...]:
    """Return the stretches of a bar of everybody: covered now, newly, still not, not known."""
    parts = {
        "before": (style.band_fills(1)[0], found.before - found.lost),
        "newly": (style.NEWLY_LOOK.fill, found.newly),
        "out": (style.STATE_LOOKS["out"].fill, found.known - found.after),
        "unknown": (style.STATE_LOOKS["unknown"].fill, found.total - found.known),
    }
    return tuple(
        Piece(
            name,
            colour,
            number / found.total,
            say("piece", lang, label=say(f"sit_piece_{name}", lang), number=counted(number)),
        )
        for name, (colour, number) in parts.items()
        if found.total and number > 0
    )


def proof_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return in words how good the plan is proven to be."""
    sited = sited_of(outcome)
    plan, asked = sited.plan, sited.request
    proven = plan.status == "optimal"
    code = "optimal" if proven else "least" if asked.goal in LEAST_GOALS else "most"
    return _figure(
        "proof",
        say("sit_figure_proof", lang),
        say(f"sit_proof_{code}", lang, gap=gap_text(plan.gap)),
        "",
        bound_text(outcome, lang),
        say(f"sit_stopped_{plan.stopped_by}", lang, seconds=f"{asked.seconds:g}"),
    )


def status_line(outcome: Outcome, lang: Lang) -> str:
    """Say in one line how the search ended: status, worth, bound, the distance of the two, seconds, and why."""
    sited = sited_of(outcome)
    plan = sited.plan
    return say(
        "sit_status_line",
        lang,
        status=say(f"sit_status_{plan.status}", lang),
        bound=bound_text(outcome, lang),
        gap=gap_text(plan.gap),
        seconds=f"{plan.seconds:.1f}",
        stopped=say(f"sit_stopped_{plan.stopped_by}", lang, seconds=f"{sited.request.seconds:g}"),
    )


def gap_text(gap: float) -> str:
    """Print a distance to the bound, rounded up, so that it is never called smaller than it is."""
    return f"{max(0.0, np.ceil(gap * 10_000 - 1e-9)) / 100:.2f} %"


def bound_text(outcome: Outcome, lang: Lang) -> str:
    """Say what the plan is worth and what no plan can better, in the unit of the goal."""
    sited = sited_of(outcome)
    plan, goal = sited.plan, sited.request.goal
    worth = (plan.objective, plan.bound)
    if goal in COVER_GOALS:  # what is open today covers the rest of the objective
        newly = change(outcome, goal).newly
        worth = (newly, newly + plan.bound - plan.objective)
    by = {"mean_walk": 3600, "worst_walk": 60, "fairest": 0.01}.get(goal, 1)
    texts = [f"{one / by:.1f}" if goal in {"worst_walk", "fairest"} else counted(one / by) for one in worth]
    code = "cover" if goal in COVER_GOALS else goal
    return say(f"sit_bound_{code}", lang, objective=texts[0], bound=texts[1])


def gap_figure(outcome: Outcome, lang: Lang) -> Figure:
    """Return how much of the missing quota area the sites can make up under today's rules."""
    if outcome.judgement is None:
        none = say("no_figure", lang)
        return _figure("gap", say("sit_figure_gap", lang), none, "", say("sit_figure_gap_none", lang), "")
    closed = float(sited_of(outcome).sites["closes_gap_m2"].sum())
    whole = rule_headline.gap_m2(outcome, "today")
    return _figure(
        "gap",
        say("sit_figure_gap", lang),
        counted(closed),
        "m²",
        say("sit_figure_gap_made_of", lang, gap=counted(whole)),
        say("sit_figure_gap_note", lang),
    )
