"""The answer to a request: candidates, a plan by the model that fits, and everything a planner asks about it."""

from collections.abc import Iterable, Sequence

import pandas as pd

from geodata.city import City
from planning.coverage import Coverage
from planning.rules.judge import Judgement
from planning.siting.plan import Watch
from planning.totals import weights
from planning.walking.network import Network
from scenarios.progress import Report, silent
from scenarios.siting.change import after, before_after, uncovered
from scenarios.siting.demand import Ground, ground_of, joint_reach
from scenarios.siting.figures import Gains, areas_of, figures, gains_of
from scenarios.siting.firmness import coverage_curve, firm_choices, trade_off
from scenarios.siting.models import Question, solved
from scenarios.siting.opening import label_of, within
from scenarios.siting.pool import (
    check_closing,
    check_known,
    excluded_candidates,
    given_only,
    medical_walks,
    profile_of,
    with_candidates,
)
from scenarios.siting.sited import Sited
from scenarios.siting.swaps import nearer_to_medical, replaced
from scenarios.siting_request import EXTRAS, MOST_GOALS, Request


def site(
    city: City,
    paths: Network,
    covered: Coverage,
    judgement: Judgement | None,
    request: Request,
    *,
    start: Iterable[str] = (),
    watch: Watch | None = None,
    progress: Report = silent,
) -> Sited:
    """Choose among the candidates of a city; InputError where there are none, or a forced one is unknown.

    Parameters
    ----------
    start : candidate ids, optional
        An earlier choice to begin with, such as one edited by hand; ids that can't be chosen are passed over.
    watch : optional
        Called now and then while the model is solved; True ends the search with the best plan so far.
    progress : optional
        Called with the code of each stage as it begins.
    """
    progress("siting_stage_pool")
    question, medical, excluded = asked_of(city, paths, covered, judgement, request, start=start, watch=watch)
    city, ground, reach = question.city, question.ground, question.reach
    progress("siting_stage_solve")
    answer = solved(question)
    if request.prefer_medical:
        answer = nearer_to_medical(question, answer, medical)
    progress("siting_stage_figures")
    own = {label_of(one): str(one) for one in city.candidates.index}
    gains = gains_of(reach, ground, answer, own, heavy(city, ground, request))
    areas = areas_of(city, answer, gains.order)
    later = after(city, paths, ground, request, gains, areas)
    then = within(later, ground.group, ground.limit_s)
    newly = pd.Series((gains.site_of != "").to_numpy(dtype=bool) & ~ground.before, index=gains.site_of.index)
    table = figures(city, paths, ground, request, judgement, answer, gains, medical)
    extras = {name: beside(question, name, gains.order, progress) for name in EXTRAS if getattr(request, name)}
    return Sited(
        request=request,
        city=city,
        plan=answer.plan,
        sites=table.join(replaced(question, answer)).assign(forced=table.index.isin(request.forced)),
        excluded=excluded,
        newly=newly.rename("newly"),
        lost=pd.Series(ground.before & ~then, index=newly.index, name="lost"),
        places=places_of(city, gains, newly),
        before_after=before_after(city, ground, later),
        uncovered=uncovered(city, ground, later, reach, question.usable, gains),
        after=later,
        limit_s=ground.limit_s,
        phases=answer.steps,
        **extras,
    )


def extra(
    city: City,
    paths: Network,
    covered: Coverage,
    judgement: Judgement | None,
    request: Request,
    name: str,
    *,
    order: Sequence[str] = (),
    watch: Watch | None = None,
    progress: Report = silent,
) -> pd.DataFrame:
    """Return one table beside a plan without the plan: ``curve``, ``robust`` or ``front``, as the request asks for it.

    Parameters
    ----------
    order : candidate ids
        The sites of the plan by rank.
    """
    progress("siting_stage_pool")
    question, _, _ = asked_of(city, paths, covered, judgement, request, watch=watch)
    return beside(question, name, list(order), progress)


def beside(question: Question, name: str, order: list[str], progress: Report) -> pd.DataFrame:
    """Return what a request asks for beside the plan."""
    progress(f"siting_stage_{name}")
    if name == "curve":
        return coverage_curve(question)
    return trade_off(question) if name == "front" else firm_choices(question, order)


def asked_of(
    city: City,
    paths: Network,
    covered: Coverage,
    judgement: Judgement | None,
    request: Request,
    *,
    start: Iterable[str] = (),
    watch: Watch | None = None,
) -> tuple[Question, pd.DataFrame, pd.DataFrame]:
    """Return the question of a request, the walks to medical care, and the candidates that can't be chosen."""
    check_closing(city, request)
    city = given_only(city)
    ground = ground_of(city, paths, covered, judgement, request)
    city = with_candidates(city, paths, request, ground.kinds, wanting(ground), ground.limit_s)
    medical = medical_walks(city, paths)
    excluded = excluded_candidates(city, request, int(profile_of(judgement)["highest_storey"]), medical)
    usable = city.candidates.index.difference(pd.Index(excluded["candidate_id"]), sort=False)
    check_known(city, request, usable)
    reach, fixed = joint_reach(city, paths, ground, request)
    barred = set(request.forbidden) | set(city.candidates.index.difference(usable))
    question = Question(
        city=city,
        paths=paths,
        ground=ground,
        request=request,
        reach=reach,
        fixed=[str(one) for one in fixed],
        usable=usable.difference(pd.Index(request.forbidden, dtype=usable.dtype), sort=False),
        forbidden=[label_of(one) for one in city.candidates.index if one in barred],
        forced=[label_of(one) for one in request.forced],
        start=[label_of(one) for one in start if one in usable and one not in barred],
        watch=watch,
    )
    return question, medical, excluded


def wanting(ground: Ground) -> pd.Series:
    """Return what generated candidates are to reach: what the goal counts in uncovered places, or the places."""
    counts = ground.demand.where(ground.uncovered, 0.0)
    return counts if counts.any() else pd.Series(ground.uncovered.astype(float), index=ground.demand.index)


def heavy(city: City, ground: Ground, request: Request) -> pd.DataFrame:
    """Return what sites are ranked by: what the goal counts, then elders, then places."""
    counted = weights(city)
    first = ground.demand if request.goal in MOST_GOALS else counted["elders"].fillna(0.0)
    return pd.DataFrame({"goal": first, "elders": counted["elders"].fillna(0.0), "places": counted["places"]})


def places_of(city: City, gains: Gains, newly: pd.Series) -> pd.DataFrame:
    """Return which places lie within the limit of each chosen site, and which of them it newly covers.

    Returns
    -------
    DataFrame, sites by rank, then by walk: ``rank``, ``candidate_id``, ``place_id``, ``name``, ``seconds``,
    ``households``, ``elders``, ``newly``, and ``assigned`` where sites have a capacity.
    """
    pairs = gains.near.pairs()
    rank = {one: n for n, one in enumerate(gains.order, start=1)}
    pairs.insert(0, "rank", pairs["site_id"].map(rank).astype("int64"))
    pairs = pairs.sort_values(["rank", "seconds", "place_id"], kind="stable").reset_index(drop=True)
    counted = weights(city).loc[pairs["place_id"]]
    served_by = gains.site_of.reindex(pairs["place_id"]).to_numpy(dtype=object)
    is_new = newly.reindex(pairs["place_id"]).to_numpy(dtype=bool)
    mine = served_by == pairs["site_id"].to_numpy(dtype=object)
    table = pd.DataFrame(
        {
            "rank": pairs["rank"],
            "candidate_id": pairs["site_id"].astype(str),
            "place_id": pairs["place_id"],
            "name": city.residential["name"].reindex(pairs["place_id"]).to_numpy(),
            "seconds": pairs["seconds"],
            "households": counted["households"].to_numpy(),
            "elders": counted["elders"].to_numpy(),
            "newly": is_new & mine,
        }
    )
    if gains.amount is None:
        return table
    keyed = gains.amount.groupby(["candidate_id", "place_id"])["amount"].sum()
    both = pd.MultiIndex.from_arrays([table["candidate_id"], table["place_id"]])
    return table.assign(assigned=keyed.reindex(both).fillna(0.0).to_numpy())
