"""Sited: the sites suggested for one outcome, whom they serve, what they change, and what stays undone."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geodata.city import City
from geodata.faults import Fault
from geodata.words import Lang, say
from planning.coverage import Coverage
from planning.siting.plan import Plan
from scenarios.siting.figures import CONTRACT, MORE
from scenarios.siting.reasons import sentence
from scenarios.siting_request import Request


@dataclass(frozen=True, kw_only=True, eq=False)
class Sited:
    """The sites suggested for one outcome, and what coverage is with them.

    ``city`` has the candidates that the choice was made from, generated ones included; whoever draws the plan draws
    this city.
    """

    request: Request
    city: City
    plan: Plan
    sites: (
        pd.DataFrame
    )  # indexed by candidate_id in order of rank; the figures of sites.csv, newly_covered: tuple of ids
    excluded: pd.DataFrame  # candidates that could not be chosen: candidate_id, name, code of the reason
    newly: pd.Series  # on places: True where the plan covers what no open facility covers today
    lost: pd.Series  # on places: True where what closes is not made up for
    places: pd.DataFrame  # sites_places.csv
    before_after: pd.DataFrame  # siting_before_after.csv
    uncovered: pd.DataFrame  # siting_uncovered.csv, with the code of the reason in ``why``
    after: Coverage  # of the group, with the sites open
    limit_s: float
    phases: pd.DataFrame | None = None  # siting_phases.csv: what is covered by the end of each, and could be alone
    curve: pd.DataFrame | None = None  # siting_curve.csv
    robust: pd.DataFrame | None = None  # siting_robust.csv
    front: pd.DataFrame | None = None  # siting_front.csv

    def table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return the columns of sites.csv that every reader relies on."""
        return self.full_table(lang)[list(CONTRACT)]

    def full_table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return sites.csv."""
        rows = self.sites.reset_index()
        rows["reason"] = [self.reason(row, lang) for row in rows.to_dict("records")]
        if self.request.phases:
            rows["phase"] = [self.request.phases[number - 1].name for number in rows["phase"]]
        return rows[[*CONTRACT, *MORE]]

    def uncovered_table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return siting_uncovered.csv, the reason in words behind its code."""
        return self.uncovered.assign(reason=[say(f"uncovered_{why}", lang) for why in self.uncovered["why"]])

    def reason(self, row: Mapping[Hashable, Any], lang: Lang) -> str:
        """Say in words why one site was chosen."""
        return sentence(row, self.request, self.limit_s, lang)


def plan_fault(plan: Plan) -> Fault | None:
    """Return why there is no plan, or None where there is one."""
    return plan.reason if plan.status == "infeasible" else None
