"""Pool report: who passes by pooling, served by whom, and by how much the naive reading overstates."""

from decimal import Decimal

import numpy as np

from planning.rules.attainment import Attained
from planning.rules.blocks import Block, Piece
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.estates import pooling_classes, pooling_rules, site_name
from planning.rules.findings import Finding, Phrase, Verdict, exact
from planning.rules.verdicts import MET_POOLED
from planning.rules.whole_units import SHOWN


def pooling_findings(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """Say who passes by pooling, served by whom, and by how much the naive reading overstates."""
    if rule not in [one for one, _ in pooling_rules(case)]:
        return []  # the document's own words on pooling come before a preset's
    reading = all_.today
    classes = set(target.options["classes"]) & pooling_classes(case)
    pooled = reading.needs.there & (reading.verdict == MET_POOLED)
    pooled &= np.array([one in classes for one in all_.homes.owned], dtype=bool)
    remark = Phrase("pool_no_walks") if case.walks is None else Phrase("pool_naive", reading.naive)
    if case.walks is not None and case.walks.limit_s < case.pool_seconds():
        remark = Phrase("pool_short", {"minutes": exact(case.walks.limit_s / 60)})
    details = {
        "metres": case.profile["pool_m"],
        "bound": reading.pool.bound,
        "status": Phrase(f"pool_{reading.pool.status}"),
        "remark": remark,
    }
    count = Decimal(int(pooled.sum()))
    verdict: Verdict = "met_pooled" if pooled.any() else "not_applicable" if case.walks is not None else "unknown"
    total = case.finding(rule, target, "pool_total", verdict, measured=count, **details)

    def made(place: int) -> Finding:
        one = reading.verdicts.at(place)
        served = [Phrase("estate_served", {"site": site_name(case, site), "area": area}) for site, area in one.served]
        return case.finding(
            rule,
            target,
            "pool_estate",
            "met_pooled",
            layer="residential",
            object_id=one.place_id,
            object_name=all_.homes.names[place],
            measured=sum((area for _, area in one.served), Decimal(0)),
            threshold=(one.need.required_m2 or Decimal(0)) - one.area.known_m2,
            gap=Decimal(0),
            unit="m2",
            served=served,
        )

    places = np.flatnonzero(pooled)
    given = np.zeros(len(all_.homes), dtype=np.int64)
    np.add.at(given, reading.pool.row_place, reading.pool.row_cells)
    lacked = all_.homes.unit.rounded((reading.needs.required - reading.has.known)[places])
    of_areas = Block(
        homes=all_.homes,
        day=case.day,
        rule=rule,
        target=target,
        unit="m2",
        places=places,
        verdict=reading.verdict[places],
        measured=given[places] / 10.0**SHOWN,
        threshold=lacked,
        gap=np.zeros(len(places)),
        make=made,
    )
    return [total, of_areas]
