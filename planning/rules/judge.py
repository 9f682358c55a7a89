"""Judge: a whole study against its profile; every rule ends in findings, and findings in tables."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from geodata.city import City
from geodata.faults import fail
from geodata.words import Lang
from planning.reach import Reach
from planning.rules import (
    attainment,
    blocks,
    estate_tables,
    facilities,
    indicators,
    institutions,
    land,
    ledger,
    networks,
    pool_report,
    premises,
    proximity,
    staffing,
    units,
)
from planning.rules.attainment import Attained
from planning.rules.blocks import Findings, Piece
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase
from planning.rules.measures import MEASURES
from planning.rules.profiles import Profile, read_profile, with_choices

Judging = Callable[[Case, Rule, Target], list[Finding]]
OF_ESTATES: Mapping[str, Callable[[Case, Rule, Target, Attained], list[Piece]]] = {
    "estate_floor_area": attainment.quota_findings,
    "estate_floor_area_per_1000": attainment.quota_findings,
    "estate_without_rate": attainment.without_rate,
    "estate_shortfall": attainment.shortfall,
    "estate_pass_rate": attainment.pass_rate,
    "accepted_with_gap": attainment.accepted_with_gap,
    "pooling": pool_report.pooling_findings,
    "ledger_open": ledger.open_areas,
}
OF_THE_REST: Mapping[str, Judging] = {
    "land_per_person": land.land_per_person,
    "unit_presence": units.presence,
    "persons_per_centre": networks.persons_per_centre,
    "network_levels": networks.network_levels,
    "dense_units": networks.dense_units,
    "facility_count": facilities.count,
    "facility_share": facilities.having,
    "facility_functions": facilities.functions,
    "facility_range": facilities.size,
    "named_facilities": facilities.named,
    "bed_total": institutions.bed_total,
    "nursing_bed_share": institutions.nursing_share,
    "social_bed_share": institutions.social_share,
    "occupancy": institutions.occupancy,
    "occupancy_floor": institutions.occupancy_floor,
    "carers": staffing.carers,
    "internal_clinic": staffing.internal_clinic,
    "medical_mode_share": staffing.medical_share,
    "beds_per_1000_elders": institutions.beds_per_1000,
    "area_per_bed": institutions.area_per_bed,
    "medical_proximity": proximity.medical,
    "planned_near_medical": proximity.planned,
    "circle": proximity.circle,
    "hub": proximity.hub,
    "candidate_kind": premises.kind,
    "candidate_area": premises.area,
    "candidate_checks": premises.checks,
    "entered": indicators.entered,
    "entered_per_1000_elders": indicators.entered,
}


@dataclass(frozen=True, eq=False)
class Judgement:
    """What the rules say of one study on one day: findings first, tables made of them.

    ``estates`` holds each residential area under both readings (permit day, today); ``pooled`` who is served by what;
    ``naive`` what "any facility within the pooling walk" would have passed; ``distances`` the medical proximity.
    """

    case: Case
    found: Findings
    attained: Attained

    @property
    def profile(self) -> Profile:
        """Return the profile with the parameters this judgement used."""
        return self.case.profile

    def rules(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return rules.csv: one row per judged object."""
        return blocks.table(self.found, lang)

    def indicators(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return every target with its current value, gap, force, due day and verdict."""
        return indicators.table(self.profile, self.found.pieces, lang)

    def ledger(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return the rectification ledger."""
        return ledger.table(ledger.lines(self.case, self.found.alone(), self.attained), lang)

    def of(self, object_id: str, *, layer: str = "residential") -> tuple[Finding, ...]:
        """Return the findings of one object, for whoever clicks on it."""
        return self.found.of(object_id, layer)

    @cached_property
    def estates(self) -> pd.DataFrame:
        """Return one row per residential area with both readings."""
        return estate_tables.estates_table(self.case, self.attained)

    @cached_property
    def pooled(self) -> pd.DataFrame:
        """Return who is served by what through pooling, in m2, under today's rules."""
        return estate_tables.pooling_table(self.case, self.attained)

    @cached_property
    def distances(self) -> pd.DataFrame:
        """Return the walk and the straight distance of each facility to its medical partner."""
        return proximity.table(self.case, self.found.alone())

    @property
    def pooling(self) -> Mapping[str, Any]:
        """Return how the pooling search ended, and by how much the naive reading overstates."""
        pool, naive = self.attained.today.pool, self.attained.today.naive
        figures = {key: int(value) if value == int(value) else float(value) for key, value in naive.items()}
        return {"status": pool.status, "bound": pool.bound, "passed": len(pool.passed), **figures}

    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Return passes, judged and unknown with households, by permit day and by today's rules."""
        readings = {"permit": self.attained.permit, "today": self.attained.today}
        return {name: attainment.totals(one) for name, one in readings.items()}

    def if_street_centres_counted(self) -> Mapping[str, Mapping[str, int]]:
        """Return ``totals`` as they would be if street centres counted to the quota as well."""
        kinds = [*self.profile["counted_kinds"], "street_center"]
        case = replace(self.case, profile=with_choices(self.profile, {"counted_kinds": kinds}, source="-"))
        return Judgement(case, Findings(()), attainment.attain(case)).totals()

    def parameters(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return every parameter: value, what it means, and who set it."""
        rows = [
            (
                one.name,
                indicators.spoken(one.value, lang),
                one.zh if lang == "zh" else one.en,
                indicators.set_by(one.source, lang),
            )
            for one in self.profile.parameters.values()
        ]
        return pd.DataFrame(rows, columns=["name", "value", "meaning", "source"])

    def contradictions(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return where the documents contradict themselves or each other; these are reported, not failed."""
        comma = "、" if lang == "zh" else ", "
        rows = [(one["id"], comma.join(one["rules"]), one[lang]) for one in self.profile.contradictions]
        return pd.DataFrame(rows, columns=["id", "rules", "remark"])


def judge(case: Case) -> Judgement:
    """Judge every rule of the profile for one case."""
    attained = attainment.attain(case)
    found: list[Piece] = []
    for rule in case.profile.rules:
        for target in rule.targets:
            found += _judged(case, rule, target, attained)
    return Judgement(case, Findings(found), attained)


def _judged(case: Case, rule: Rule, target: Target, attained: Attained) -> list[Piece]:
    if not rule.started(case.day):
        return [case.finding(rule, target, "rule_not_started", "not_applicable", since=rule.since)]
    if target.measure in OF_ESTATES:
        return OF_ESTATES[target.measure](case, rule, target, attained)
    layers = (*MEASURES[target.measure].layers, *_layers(target))
    if missing := [layer for layer in layers if layer not in case.given]:
        code = Phrase("layer_names", {"layers": [Phrase(f"layer_{layer}") for layer in missing]})
        found = [case.finding(rule, target, "layer_missing", "unknown", threshold=target.value, layers=code)]
    else:
        found = OF_THE_REST[target.measure](case, rule, target)
    return [*indicators.with_entered(case, rule, target, found)]


def _layers(target: Target) -> tuple[str, ...]:
    return (target.options.get("layer", "facilities"),) if target.measure == "unit_presence" else ()


def judge_tables(
    *,
    residential: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    medical: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    given: frozenset[str],
    profile: Profile,
    day: dt.date,
    speed_m_s: float,
    walks: Reach | None = None,
    medical_walks: Reach | None = None,
    candidate_walks: Reach | None = None,
    neighbour_walks: Reach | None = None,
    unconnected: frozenset[str] = frozenset(),
    choices: Mapping[str, Any] | None = None,
    entered: Mapping[str, Any] | None = None,
    source: str = "study.toml",
) -> Judgement:
    """Judge tables by a profile; ``choices`` and ``entered`` are [rules] and [indicators] as written in ``source``."""
    profile = with_choices(profile, choices or {}, source=source)
    return judge(
        Case(
            residential=residential,
            facilities=facilities,
            medical=medical,
            districts=districts,
            candidates=candidates,
            given=given,
            profile=profile,
            day=day,
            speed_m_s=speed_m_s,
            walks=walks,
            medical_walks=medical_walks,
            candidate_walks=candidate_walks,
            neighbour_walks=neighbour_walks,
            unconnected=unconnected,
            indicators=indicators.read_entered(profile, entered or {}, source=source),
        )
    )


def judge_city(
    city: City,
    *,
    speed_m_s: float,
    walks: Reach | None = None,
    medical_walks: Reach | None = None,
    candidate_walks: Reach | None = None,
    neighbour_walks: Reach | None = None,
) -> Judgement | None:
    """Judge a city by the policy its study names, or return None where it names none."""
    study = city.study
    if not study.policy:
        return None
    if study.day is None:
        raise fail("rules_no_day", layer=study.path.name, column="study.day")
    choices = dict(study.rules)
    if "household_size" in study.raw.get("population", {}):
        choices.setdefault("household_size", study.household_size)
    return judge_tables(
        residential=city.residential,
        facilities=city.facilities,
        medical=city.medical,
        districts=city.districts,
        candidates=city.candidates,
        given=city.given,
        profile=read_profile(study.policy, folder=study.folder),
        day=study.day,
        speed_m_s=speed_m_s,
        walks=walks,
        medical_walks=medical_walks,
        candidate_walks=candidate_walks,
        neighbour_walks=neighbour_walks,
        unconnected=_unconnected(city),
        choices=choices,
        entered=study.indicators,
        source=study.path.name,
    )


def _unconnected(city: City) -> frozenset[str]:
    """Return the residential areas none of whose doors meets a street."""
    doors = city.doors.get("residential")
    return frozenset() if doors is None else frozenset(map(str, doors.ids[~doors.owners_connected]))
