"""Estates: every residential area judged alone, then together with its neighbours, by one set of needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from planning.rules.case import Case, words_of
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, exact
from planning.rules.pooling import Pool, pool
from planning.rules.quota import Area, Need, counts, estate_class

OWN_ROOM = "room:"  # a declared room as a source of pooled area


@dataclass(frozen=True, kw_only=True)
class EstateVerdict:
    """One residential area judged by one need."""

    place_id: str
    need: Need
    area: Area
    verdict: Verdict
    gap_m2: Decimal | None
    served: tuple[tuple[str, Decimal], ...] = ()  # (facility or room, m2) through pooling


@dataclass(frozen=True, eq=False, kw_only=True)
class Reading:
    """All residential areas judged by one set of needs, and how pooling ended."""

    verdicts: Mapping[str, EstateVerdict]
    pool: Pool
    naive: Mapping[str, Decimal] = field(default_factory=dict)


def read(case: Case, needs: Mapping[str, Need], has: Mapping[str, Area]) -> Reading:
    """Judge every residential area alone, then pool what is left where the profile allows it."""
    alone = {place: _alone(place, asked, has[place]) for place, asked in needs.items()}
    lacking = {
        place: one.need.required_m2 - one.area.known_m2
        for place, one in alone.items()
        if one.verdict in {"below", "unknown"}
        and one.need.required_m2 is not None
        and one.need.required_m2 > one.area.known_m2
        and _may_pool(case, place, one.need)
    }
    spare = spare_m2(case, needs, alone)
    pairs = pool_pairs(case, needs)
    households = {place: int(exact(case.rows("residential")[place]["households"]) or 0) for place in lacking}
    pooled = pool(lacking, spare, households, pairs, search_s=float(case.profile["pool_search_s"]))
    verdicts = dict(alone)
    for place in pooled.passed:
        rows = pooled.served(place)
        verdicts[place] = EstateVerdict(
            place_id=place,
            need=alone[place].need,
            area=alone[place].area,
            verdict="met_pooled",
            gap_m2=Decimal(0),
            served=tuple(zip(rows["site_id"], rows["area_m2"], strict=True)),
        )
    return Reading(verdicts=verdicts, pool=pooled, naive=_naive(case, alone, verdicts))


def _alone(place: str, asked: Need, has: Area) -> EstateVerdict:
    verdict, gap = _judged(asked, has)
    return EstateVerdict(place_id=place, need=asked, area=has, verdict=verdict, gap_m2=gap)


def _judged(asked: Need, has: Area) -> tuple[Verdict, Decimal | None]:
    if asked.required_m2 is None or asked.ratio_m2 is None:
        return ("unknown" if asked.state == "required" else asked.state), None
    usable = has.known_m2
    if asked.minimum_m2 is not None:
        usable = sum((site for site in has.sites_m2 if site >= asked.minimum_m2), Decimal(0))
    if usable >= asked.required_m2:
        return "met", Decimal(0)
    if not has.complete:
        return "unknown", None
    if asked.minimum_m2 is not None and has.known_m2 >= asked.ratio_m2:
        # the largest site is to grow until it and the others that are large enough make up what is asked
        largest = has.sites_m2[0]
        others = sum((site for site in has.sites_m2[1:] if site >= asked.minimum_m2), Decimal(0))
        return "below_minimum", max(asked.minimum_m2, asked.required_m2 - others) - largest
    return "below", asked.required_m2 - has.known_m2


def pooling_rules(case: Case) -> list[tuple[Rule, Target]]:
    """List the rules in force that allow pooling; a preset's only where no document speaks of it."""
    started = [(rule, target) for rule, target in case.profile.asking("pooling") if rule.started(case.day)]
    return [one for one in started if not one[0].check] or started


def pooling_classes(case: Case) -> frozenset[str]:
    """Return the classes of residential areas that may be pooled."""
    return frozenset(owned for _, target in pooling_rules(case) for owned in target.options["classes"])


def _may_pool(case: Case, place: str, asked: Need) -> bool:
    row = case.rows("residential")[place]
    owned, _ = estate_class(case, row)
    most, households = case.profile["pool_households_at_most"], exact(row["households"])
    small = not most or (households is not None and households <= most)
    return owned in pooling_classes(case) and small and asked.minimum_m2 is None


def spare_m2(case: Case, needs: Mapping[str, Need], alone: Mapping[str, EstateVerdict]) -> dict[str, Decimal]:
    """Return what can be pooled: facilities that name nobody, whole; what areas that pass have beyond their need."""
    spare: dict[str, Decimal] = {}
    for facility in case.facility_ids(None):
        floor = case.number(facility, "floor_area_m2")
        if floor is not None and counts(case, facility) and not words_of(case.rows("facilities")[facility]["serves"]):
            spare[facility] = floor
    for place, one in alone.items():
        if one.verdict != "met" or needs[place].required_m2 is None:
            continue
        left = one.area.known_m2 - (needs[place].required_m2 or Decimal(0))
        if one.area.named_m2 is None or one.area.named_m2 < (one.area.declared_m2 or Decimal(0)):
            spare[OWN_ROOM + place] = left
            continue
        for facility, given in one.area.named:
            taken = min(given, left)
            spare[facility] = spare.get(facility, Decimal(0)) + taken
            left -= taken
    return {site: area for site, area in spare.items() if area > 0}


def pool_pairs(case: Case, needs: Mapping[str, Need]) -> pd.DataFrame:
    """List who may be served from where: within the pooling walk and, where the profile says so, of one street."""
    found = []
    if case.walks is not None:
        found.append(case.walks.pairs())
    if case.neighbour_walks is not None:
        rooms = case.neighbour_walks.pairs()
        rooms = rooms[rooms["place_id"] != rooms["site_id"]]
        found.append(rooms.assign(site_id=OWN_ROOM + rooms["site_id"].astype(str)))
    if not found:
        return pd.DataFrame(columns=["place_id", "site_id", "seconds"])
    pairs = pd.concat(found, ignore_index=True)
    pairs = pairs[(pairs["seconds"] <= case.pool_seconds()) & pairs["place_id"].isin(list(needs))]
    if case.profile["pool_same_street"] and "districts" in case.given:
        homes, sites = case.holders("residential", "street"), case.holders("facilities", "street")
        streets = {**sites, **{OWN_ROOM + place: street for place, street in homes.items()}}
        if homes or sites:
            same = pairs["place_id"].map(homes) == pairs["site_id"].map(streets)  # outside every street: with nobody
            pairs = pairs[same]
    return pairs.reset_index(drop=True)


def _naive(case: Case, alone: Mapping[str, EstateVerdict], verdicts: Mapping[str, EstateVerdict]) -> dict[str, Decimal]:
    """Count what "any facility within the pooling walk" would pass, and the area it counts more than once."""
    near: dict[str, list[str]] = {}
    floors = {
        key: floor
        for key in case.facility_ids(None)
        if counts(case, key) and (floor := case.number(key, "floor_area_m2")) is not None
    }
    if case.walks is not None:
        pairs = case.walks.pairs()
        pairs = pairs[(pairs["seconds"] <= case.pool_seconds()) & pairs["site_id"].isin(list(floors))]
        for place, site in zip(pairs["place_id"], pairs["site_id"], strict=True):
            near.setdefault(place, []).append(site)
    asked = [place for place, one in alone.items() if one.need.required_m2 is not None]
    by_any = [place for place in asked if alone[place].verdict == "met" or near.get(place)]
    whole = {place: sum((floors[site] for site in near.get(place, [])), Decimal(0)) for place in asked}
    by_area = [
        place
        for place in asked
        if alone[place].verdict == "met"
        or alone[place].area.known_m2 + whole[place] >= (alone[place].need.required_m2 or 0)
    ]
    used = {site for place in asked for site in near.get(place, [])}
    passes = sum(verdicts[place].verdict in {"met", "met_pooled"} for place in asked)
    return {
        "any_facility": Decimal(len(by_any)),
        "whole_area": Decimal(len(by_area)),
        "flow": Decimal(passes),
        "overstated": Decimal(len(by_any) - passes),
        "counted_m2": sum(whole.values(), Decimal(0)),
        "there_m2": sum((floors[site] for site in used), Decimal(0)),
    }


def finding(case: Case, one: EstateVerdict, *, remark: Phrase | None = None) -> Finding:
    """Return the finding of one residential area, with its arithmetic."""
    details = {"sum": one.need.sum, "have": have(case, one), "remark": remark or Phrase("empty")}
    code = "estate_judged" if one.need.required_m2 is not None else "estate_not_judged"
    return case.finding(
        one.need.rule,
        one.need.target,
        code,
        one.verdict,
        layer="residential",
        object_id=one.place_id,
        object_name=case.name("residential", one.place_id),
        measured=one.area.known_m2 if one.area.complete or one.area.known_m2 else None,
        threshold=one.need.required_m2,
        gap=one.gap_m2,
        unit="m2",
        **details,
    )


def have(case: Case, one: EstateVerdict) -> Phrase:
    """Say what a residential area has, and from where."""
    area = one.area
    if one.served:
        pooled = [Phrase("estate_served", {"site": site_name(case, site), "area": given}) for site, given in one.served]
        basis = [rule for rule, _ in pooling_rules(case)]
        return Phrase("estate_have_pooled", {"known": area.known_m2, "served": pooled, "basis": basis})
    if not area.complete:
        return Phrase("estate_have_unknown", {"known": area.known_m2})
    if area.declared_m2 is not None and area.named_m2 is not None and area.declared_m2 != area.named_m2:
        both = {"known": area.known_m2, "declared": area.declared_m2, "named": area.named_m2}
        return Phrase("estate_have_larger", both)
    return Phrase("estate_have", {"known": area.known_m2})


def site_name(case: Case, site: str) -> str:
    """Return the name of a source of pooled area: a facility, or the room of a residential area."""
    if site.startswith(OWN_ROOM):
        return case.name("residential", site.removeprefix(OWN_ROOM))
    return case.name("facilities", site)
