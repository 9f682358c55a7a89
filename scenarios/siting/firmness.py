"""Firmness: what one site more or less would cover, and how often each site is chosen when the inputs are others."""

import pandas as pd

from geodata.faults import fail
from planning.siting.firmness import firmness
from planning.siting.front import curve, pareto
from scenarios.siting.models import Question
from scenarios.siting.opening import id_of, label_of
from scenarios.siting.pool import costs_of


def coverage_curve(question: Question) -> pd.DataFrame:
    """Return what 0, 1, 2, ... sites cover, each number of sites chosen for itself.

    Returns
    -------
    DataFrame: ``sites``, ``covered`` (what the goal counts, with what is open anyway), ``bound`` (no choice of so many
    covers more), ``gap``, ``status``, and ``newly``: more than with the fewest sites of the table.
    """
    request, ground = question.request, question.ground
    found = curve(question.reach, ground.demand, ground.limit_s, request.sites or 0, **question.marks)
    found = found.rename(columns={"objective": "covered"})
    least = float(found["covered"].iloc[0]) if len(found) else 0.0
    return found.assign(newly=found["covered"].astype(float) - least)


def firm_choices(question: Question, order: list[str]) -> pd.DataFrame:
    """Return how often each candidate is chosen at other walking speeds and with other demand, firmest first.

    Returns
    -------
    DataFrame: ``candidate_id``, ``name``, ``rank`` (<NA>: not in this plan), ``share_speeds`` and ``share_demand`` (0
    to 1, of the speeds 0.64, 0.8, 1.0 and 1.2 m/s and of 20 draws of the demand within 10 %), ``share`` of all,
    ``cases`` and ``proven``: how many choices were made, and how many of them are proven best.
    """
    request, ground = question.request, question.ground
    speed = question.paths.profile.speed_m_s
    found = firmness(
        question.reach, ground.demand, request.sites or 0, ground.limit_s, walked_m_s=speed, **question.marks
    )
    ids = [id_of(str(one)) for one in found["site_id"]]
    rank = {one: n for n, one in enumerate(order, start=1)}
    names = question.city.candidates["name"].to_dict()
    return pd.DataFrame(
        {
            "candidate_id": ids,
            "name": [str(names[one]) for one in ids],
            "rank": pd.array([rank.get(one, pd.NA) for one in ids], dtype="Int64"),
            "share_speeds": found["share_speeds"].to_numpy(),
            "share_demand": found["share_demand"].to_numpy(),
            "share": found["share"].to_numpy(),
            "cases": found.attrs["cases"],
            "proven": found.attrs["proven"],
        }
    )


POINTS = 10  # sought on a front
FRONT = ("figure", "sites", "cost_yuan", "covered", "bound", "gap", "status", "candidate_ids")


def trade_off(question: Question) -> pd.DataFrame:
    """Return plans of which none covers more for no more sites, yuan or longest walk, from little to much.

    Candidates of unknown cost are left out where cost is what coverage is set against.

    Returns
    -------
    DataFrame: ``figure`` (sites, yuan, or seconds of the longest walk), ``sites``, ``cost_yuan`` (missing where a cost
    is not known), ``covered`` (what the goal counts, with what is open anyway), ``bound`` (no plan that takes as much
    or less covers more), ``gap``, ``status`` and ``candidate_ids``.
    """
    request, ground = question.request, question.ground
    costs = costs_of(question.city, request)
    costs.index = pd.Index([label_of(one) for one in costs.index])
    marks = {key: value for key, value in question.marks.items() if key != "forbidden"}
    barred = {*question.forbidden, *(costs.index[costs.isna()] if request.front == "cost" else ())}
    if request.front == "cost" and (unpriced := sorted(barred & set(question.forced))):
        raise fail("siting_front_unpriced", column="siting.forced", value=id_of(unpriced[0]))
    found = pareto(
        question.reach,
        ground.demand,
        ground.limit_s,
        costs.fillna(0.0) if request.front == "cost" else None,
        points=POINTS,
        against=request.front,  # type: ignore[arg-type]  # checked where the request was read
        most=(request.sites or 1) if request.front == "worst_walk" else None,
        forbidden=sorted(barred),
        **marks,
    )
    table = found.table().rename(columns={"objective": "covered"})
    table["cost_yuan"] = [costs.reindex(list(chosen)).sum(skipna=False) for chosen in table["chosen"]]
    table["candidate_ids"] = ["、".join(id_of(str(one)) for one in chosen) for chosen in table["chosen"]]
    return table[list(FRONT)]
