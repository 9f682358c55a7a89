"""Estates: every residential area judged alone, then together with its neighbours, by one set of needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.existing import Area, Existing
from planning.rules.findings import Finding, Phrase, Verdict
from planning.rules.homes import NO_CLASS, NO_HOUSEHOLDS, Codes, Flags, Homes
from planning.rules.needs import Needs
from planning.rules.pooling import Pool, joined, kept, pool_columns
from planning.rules.quota import Need
from planning.rules.sources import OWN_ROOM, Sources
from planning.rules.verdicts import BELOW, BELOW_MINIMUM, MET, MET_POOLED, NOT_APPLICABLE, UNKNOWN, VERDICTS
from planning.rules.whole_units import Whole

__all__ = ["OWN_ROOM", "EstateVerdict", "Reading", "Verdicts", "finding", "have", "may_pool", "pooling_classes"]
__all__ += ["pooling_rules", "read", "site_name"]
Longs = NDArray[np.int64]


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
    """All residential areas judged by one set of needs, as columns, and how pooling ended.

    ``verdict`` counts only where a rule speaks of the area (``needs.there``), ``gap`` (units) only where it is known.
    """

    needs: Needs
    has: Existing
    verdict: Codes
    gap: Whole
    gap_known: Flags
    pool: Pool
    naive: Mapping[str, Decimal]

    @cached_property
    def verdicts(self) -> "Verdicts":
        """Return the areas a rule speaks of, each with its verdict; these are made when one looks at them."""
        return Verdicts(self)

    def places(self) -> Longs:
        """Return the positions of the areas a rule speaks of."""
        return np.flatnonzero(self.needs.there)


class Verdicts(Mapping[str, EstateVerdict]):
    """The verdicts of a reading by residential area, in the table's order."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __getitem__(self, place_id: str) -> EstateVerdict:
        return self.at(self._reading.needs.homes.at[place_id])

    def at(self, place: int) -> EstateVerdict:
        """Return the verdict of the area at a position."""
        reading = self._reading
        asked = reading.needs.of(place)
        if asked is None:
            raise KeyError(reading.needs.homes.ids[place])
        homes, verdict = reading.needs.homes, VERDICTS[reading.verdict[place]]
        gap = homes.unit.decimal(reading.gap[place]) if reading.gap_known[place] else None
        served = reading.pool.given_to(homes.ids[place]) if verdict == "met_pooled" else ()
        return EstateVerdict(
            place_id=homes.ids[place],
            need=asked,
            area=reading.has.of(place),
            verdict=verdict,
            gap_m2=gap,
            served=served,
        )

    def __contains__(self, place_id: object) -> bool:
        place = self._reading.needs.homes.at.get(place_id) if isinstance(place_id, str) else None
        return place is not None and bool(self._reading.needs.there[place])

    def __iter__(self) -> Iterator[str]:
        ids = self._reading.needs.homes.ids
        return (ids[place] for place in self._reading.places())

    def __len__(self) -> int:
        return int(self._reading.needs.there.sum())


def read(
    case: Case,
    needs: Needs,
    has: Existing,
    sources: Sources,
    *,
    settled: Sequence[Reading] = (),
    also: Needs | None = None,
) -> Reading:
    """Judge every residential area alone, then pool what is left where the profile allows it.

    Parameters
    ----------
    settled : readings that come first
        An area under the same rule there keeps what it was given there, or not; the others share what is left.
    also : Needs
        Of another reading: what areas need by it is not lent to others either.
    """
    verdict, gap = _alone(needs, has)
    met = verdict == MET
    lacking = ((verdict == BELOW) | (verdict == UNKNOWN)) & needs.known & (needs.required > has.known)
    lacking &= ~needs.has_minimum & may_pool(case, needs.homes)
    unit, homes, pairs = needs.homes.unit, needs.homes, sources.reachable
    pools: list[Pool] = []
    for one in settled:
        same = lacking & (one.needs.rule == needs.rule)
        lacking &= ~same
        pools += [kept(one.pool, same)] if same.any() else []
    spare = unit.in_cells(sources.spare(needs, has, met, also=also), up=False)
    for given in pools:
        np.subtract.at(spare, given.row_site, given.row_cells)
    rest = pool_columns(
        need_cells=unit.in_cells(np.where(lacking, needs.required - has.known, 0), up=True),
        spare_cells=np.maximum(spare, 0),
        households=homes.whole_households,
        pairs=pairs.only(lacking[pairs.place] & (spare[pairs.site] > 0)),
        place_ids=homes.ids,
        site_ids=sources.ids,
        search_s=float(case.profile["pool_search_s"]),
    )
    pooled = joined([*pools, rest])
    verdict[pooled.place] = MET_POOLED
    gap[pooled.place] = 0
    passing = needs.known & ((verdict == MET) | (verdict == MET_POOLED))
    return Reading(
        needs=needs,
        has=has,
        verdict=verdict,
        gap=gap,
        gap_known=needs.known & (verdict != UNKNOWN),
        pool=pooled,
        naive=sources.naive(needs, has, met, int(passing.sum())),
    )


def _alone(needs: Needs, has: Existing) -> tuple[Codes, Whole]:
    """Judge by what is asked and what is there; where a site has a minimum size only sites of that size count."""
    state = needs.homes.state
    required, known, least = needs.required, has.known, needs.minimum
    usable, gap = known, required - known
    too_small = np.zeros(len(needs.homes), dtype=bool)
    if needs.has_minimum.any():
        usable = np.where(needs.has_minimum, has.at_least(least), known)
        too_small = needs.has_minimum & (known >= needs.ratio)
        for place in np.flatnonzero(too_small & needs.known & (usable < required) & has.by_facilities).tolist():
            gap[place] = has.least_growth(place, int(least[place]), int(required[place]))
    met = needs.known & (usable >= required)
    nothing_known = (state == NO_HOUSEHOLDS) | (state == NO_CLASS)
    verdict = np.select(
        [met, needs.known & ~has.complete, needs.known & too_small, needs.known, nothing_known],
        [MET, UNKNOWN, BELOW_MINIMUM, BELOW, UNKNOWN],
        NOT_APPLICABLE,
    )
    return verdict.astype(np.int8), np.where(needs.known & ~met & has.complete, gap, 0)


def pooling_rules(case: Case) -> list[tuple[Rule, Target]]:
    """List the rules in force that allow pooling; a preset's only where no document speaks of it."""
    started = [(rule, target) for rule, target in case.profile.asking("pooling") if rule.started(case.day)]
    return [one for one in started if not one[0].check] or started


def pooling_classes(case: Case) -> frozenset[str]:
    """Return the classes of residential areas that may be pooled."""
    return frozenset(owned for _, target in pooling_rules(case) for owned in target.options["classes"])


def may_pool(case: Case, homes: Homes) -> Flags:
    """Tell which areas are of a class and a size that may be pooled."""
    classes, most = pooling_classes(case), case.profile["pool_households_at_most"]
    allowed = np.array([one in classes for one in homes.owned], dtype=bool)
    if not most:
        return allowed
    limit = int(most * 10**homes.households_digits)  # cut off: no whole number lies between
    found: Flags = allowed & homes.has_households & np.asarray(homes.households <= limit, dtype=bool)
    return found


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
