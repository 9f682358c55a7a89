"""Swaps: what is lost without one site, which candidate would come next, and equals nearer to medical care."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats
from planning.reach import Reach
from scenarios.siting.models import Answer, Question, needing, options_of, spacing_pairs, streets_of_candidates
from scenarios.siting.opening import id_of, label_of
from scenarios.siting.pool import first_phases
from scenarios.siting_request import MOST_GOALS

COLUMNS = ("lost_without", "next_best_id", "next_best_name", "worse_by")
EQUAL = 1e-6  # of the goal's units


def replaced(question: Question, answer: Answer) -> pd.DataFrame:
    """Return for each chosen site what the goal loses without it, and the candidate that would replace it best.

    The others stay, and so do budget, spacing and the streets that must get a site. ``worse_by`` is what is lost with
    the replacement; 0: another does as well; less than 0: better, where the plan isn't proven best. Indexed by
    ``candidate_id``. Nothing is said where sites have capacities; no replacement is named for a forced site, nor where
    the goal is not to cover the most.
    """
    chosen = [str(one) for one in answer.plan.chosen]
    index = pd.Index([id_of(one) for one in chosen], name="candidate_id", dtype="object")
    if answer.assigned is not None or not chosen:
        empty = {"lost_without": np.nan, "next_best_id": None, "next_best_name": None, "worse_by": np.nan}
        return pd.DataFrame(empty, index=index, columns=list(COLUMNS))
    others = [one for one in map(label_of, question.usable) if one not in set(chosen)]
    lost, gain = exchanges(question, chosen, others)
    gain = np.where(allowed(question, answer, chosen, others), gain, -np.inf)
    names = question.city.candidates["name"].to_dict()
    rows: list[tuple[float, str | None, str | None, float]] = []
    for n, label in enumerate(chosen):
        best = int(np.argmax(np.round(gain[:, n], 6))) if others else -1
        if best < 0 or not gain[best, n] > 0 or label in question.forced or question.request.goal not in MOST_GOALS:
            rows.append((lost[n], None, None, lost[n]))
            continue
        one = id_of(others[best])
        rows.append((lost[n], one, str(names[one]), lost[n] - gain[best, n]))
    kinds = (float, object, object, float)
    columns = {
        name: pd.Series([row[k] for row in rows], index=index, dtype=kind)
        for k, (name, kind) in enumerate(zip(COLUMNS, kinds, strict=True))
    }
    return pd.DataFrame(columns)


def exchanges(question: Question, chosen: list[str], others: list[str]) -> tuple[Floats, Floats]:
    """Return what is lost without each chosen site, and what each other site then wins: [chosen], [others, chosen].

    What counts is covered once, or twice where backup is asked for.
    """
    times = 2 if question.request.goal == "backup" else 1
    near = question.reach.within(question.ground.limit_s)
    mine, free, fixed = (ones(near.only_sites(labels)) for labels in (chosen, others, question.fixed))
    weight = question.ground.demand.to_numpy(dtype=float)
    count = np.asarray(fixed.sum(axis=1)).ravel() + np.asarray(mine.sum(axis=1)).ravel()
    barely, short = weight * (count == times), weight * (count == times - 1)
    lost: Floats = mine.T @ barely
    if not others:
        return lost, np.empty((0, len(chosen)))
    again, both = ((free.T @ sparse.diags_array(part) @ mine).toarray() for part in (barely, short))
    return lost, again - both + (free.T @ short)[:, None]


def allowed(question: Question, answer: Answer, chosen: list[str], others: list[str]) -> NDArray[np.bool_]:
    """Mark which other site may take the place of which chosen one: [others, chosen]."""
    request, city = question.request, question.city
    found = np.ones((len(others), len(chosen)), dtype=bool)
    if request.phases and others:
        first = first_phases(city, request).rename(label_of)
        found &= first[others].to_numpy()[:, None] <= np.array([answer.phases.get(one, 1) for one in chosen])[None, :]
    if not (request.sized and others):
        return found
    options = options_of(city, request, question.ground.capacity, question.usable)
    if request.budget_yuan is not None:
        least = options.groupby("site")["cost_yuan"].min()
        paid = np.array([float(answer.sizes[one]["cost_yuan"]) for one in chosen])
        room = request.budget_yuan - paid.sum() + paid
        found &= least.reindex(others).to_numpy(dtype=float)[:, None] <= room[None, :]
    row = {one: n for n, one in enumerate(others)}
    column = {one: n for n, one in enumerate(chosen)}
    for pair in spacing_pairs(question):
        for new, old in (pair, pair[::-1]):
            if new in row and old in column:  # too near to a site that stays
                found[row[new], [n for n in range(len(chosen)) if n != column[old]]] = False
    if request.one_per_street:
        street = {label_of(one): str(name) for one, name in streets_of_candidates(city).dropna().items()}
        must = set(needing(question))
        for n, one in enumerate(chosen):
            own = street.get(one, "")
            if own in must and sum(street.get(other, "") == own for other in chosen) == 1:
                found[:, n] &= np.array([street.get(other, "") == own for other in others], dtype=bool)
    return found


def nearer_to_medical(question: Question, answer: Answer, medical: pd.DataFrame) -> Answer:
    """Exchange sites one by one for others that cover as much and lie nearer to medical care on foot."""
    chosen = [str(one) for one in answer.plan.chosen]
    metres = {label_of(one): np.nan_to_num(far, nan=np.inf) for one, far in medical["metres"].astype(float).items()}
    moved = True
    while moved:
        moved = False
        others = [one for one in map(label_of, question.usable) if one not in set(chosen)]
        lost, gain = exchanges(question, chosen, others)
        for n, old in enumerate(chosen):
            if old in question.forced:
                continue
            equal = [one for k, one in enumerate(others) if gain[k, n] >= lost[n] - EQUAL and metres[one] < metres[old]]
            if equal:
                chosen[n] = min(equal, key=lambda one: (metres[one], one))
                moved = True
                break
    order = {one: n for n, one in enumerate(question.reach.sites)}
    return replace(answer, plan=replace(answer.plan, chosen=tuple(sorted(chosen, key=lambda one: order[one]))))


def ones(reach: Reach) -> sparse.csr_array:
    """Return who is in whose reach as a matrix of ones, places x sites."""
    found = reach.matrix()
    found.data = np.ones(len(found.data))
    return found
