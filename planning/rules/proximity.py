"""Proximity: how near elder care lies to its medical partner, who is within a walk, and which hub is nearest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.shapes import shapes_of
from planning.reach import Reach
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Finding, Phrase, Verdict, exact, share
from planning.rules.rates import more, said_share

CLASSES = ("same", "adjacent", "near", "apart")
COLUMNS = (
    "object_id",
    "name",
    "layer",
    "kind",
    "rule_id",
    "partner_id",
    "partner_name",
    "straight_m",
    "walk_m",
    "class",
)


@dataclass(frozen=True, eq=False)
class Partners:
    """The clinics of some kinds, by id; those without a place are left out."""

    ids: list[str]
    shapes: NDArray[np.object_]

    @cached_property
    def position(self) -> dict[str, int]:
        """Return the position of each clinic."""
        return {one: n for n, one in enumerate(self.ids)}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return the clinics' shapes, searchable."""
        return shapely.STRtree(self.shapes)


def partners_of(case: Case, kinds: Iterable[str]) -> Partners:
    """Return the clinics that are partners by kind (groups of kinds written out), in the order of their ids."""
    clinics = case.medical[case.medical["kind"].isin(set(case.profile.kinds(kinds)))].sort_index()
    shapes = shapes_of(clinics.geometry)
    placed = ~shapely.is_missing(shapes)
    return Partners([str(one) for one in clinics.index[placed]], shapes[placed])


def nearest_partner(case: Case, layer: str, key: str, partners: Partners) -> dict[str, object]:
    """Return the partner nearest on foot (by air where no walk is known), both distances in metres, and the class.

    Touching or overlapping outlines are the same site. Otherwise the walk decides; what is further by air than a limit
    is further on foot as well. A class that can't be told from what is known is None.
    """
    geometry = case.geometry(layer, key)
    nothing: dict[str, object] = {"partner_id": None, "straight_m": None, "walk_m": None, "class": None}
    if geometry is None:
        return nothing
    if not partners.ids:
        return {**nothing, "class": "apart"}
    least = int(partners.tree.query_nearest(geometry, all_matches=True).min())
    reach = case.candidate_walks if layer == "candidates" else case.medical_walks
    walks = _walks(case, reach, key, partners.position)
    first = partners.ids[least]
    known = [first, *walks]
    metres = shapely.distance(partners.shapes[[partners.position[one] for one in known]], geometry)
    at = dict(zip(known, metres.tolist(), strict=True))
    least_m = at[first]
    if walks and least_m > 0:
        first = min(walks, key=lambda one: (walks[one], at[one]))
    searched = reach is not None and key in reach.places
    limit_m = reach.limit_s * case.speed_m_s if reach is not None and searched else None
    walk = walks.get(first)
    return {
        "partner_id": first,
        "straight_m": at[first],
        "walk_m": walk,
        "class": classed(case, least_m, walk, limit_m),
    }


def _walks(case: Case, reach: Reach | None, key: str, wanted: Mapping[str, int]) -> dict[str, float]:
    if reach is None or key not in reach.places:
        return {}
    labels = {_medical_id(case, str(site)): seconds for site, seconds in _row(reach, key).items()}
    return {one: seconds * case.speed_m_s for one, seconds in labels.items() if one in wanted}


def _medical_id(case: Case, label: str) -> str:
    """Return the clinic's own id; a clinic whose id a facility has too is labelled ``medical:ID`` among sites."""
    return label if label in case.rows("medical") else label.removeprefix("medical:")


def _row(reach: Reach, key: str) -> dict[object, float]:
    place = int(reach.places.get_loc(key))  # type: ignore[arg-type]  # ids are unique: one position
    pairs = slice(reach.place_start[place], reach.place_start[place + 1])
    return dict(zip(reach.sites.take(reach.site_ix[pairs]), reach.seconds[pairs].tolist(), strict=True))


def classed(case: Case, straight_m: float, walk_m: float | None, searched_m: float | None) -> str | None:
    """Return same, adjacent, near or apart; the limits themselves belong to the nearer class."""
    limits = {name: float(limit) for name, limit in case.profile["near_m"].items()}
    if straight_m == 0:
        return "same"
    if walk_m is not None:
        return next((name for name in CLASSES[:-1] if walk_m <= limits[name]), "apart")
    beyond = straight_m > limits["near"] or (searched_m is not None and searched_m >= limits["near"])
    return "apart" if beyond else None


def medical(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Class the distance of each facility to its medical partner; no document sets a distance, so nothing fails."""
    found = []
    for pair in target.options["pairs"]:
        partners = partners_of(case, pair["partners"])
        for key in case.facility_ids(pair["kinds"]):
            near = nearest_partner(case, "facilities", key, partners)
            found.append(_medical(case, rule, target, "facilities", key, near, "no_rule"))
    return [_summary(case, rule, target, found), *found]


def _medical(
    case: Case, rule: Rule, target: Target, layer: str, key: str, near: Mapping[str, object], verdict: Verdict
) -> Finding:
    named = {"layer": layer, "object_id": key, "object_name": case.name(layer, key)}
    partner, walk, straight = near["partner_id"], near["walk_m"], near["straight_m"]
    limit = Decimal(case.profile["near_m"]["adjacent"])
    if partner is None:
        return case.finding(
            rule, target, "medical_none", verdict, threshold=limit, distance_class=near["class"], **named
        )
    walked = Phrase("walk_unknown") if walk is None else Phrase("walk_metres", {"metres": _metres(walk)})
    measured = None if walk is None else _metres(walk)
    gap = max(Decimal(0), measured - limit) if verdict == "below" and measured is not None else None
    return case.finding(
        rule,
        target,
        "medical",
        verdict,
        measured=measured,
        threshold=limit,
        gap=gap,
        partner=case.name("medical", str(partner)),
        partner_id=partner,
        walk=walked,
        straight=_metres(straight),
        said=Phrase(f"near_{near['class'] or 'unknown'}"),
        distance_class=near["class"],
        **named,
    )


def _metres(value: object) -> Decimal:
    return Decimal(repr(round(float(value), 1)))  # type: ignore[arg-type]  # metres of either kind


def _summary(case: Case, rule: Rule, target: Target, found: list[Finding]) -> Finding:
    tally = dict.fromkeys((*CLASSES, None), 0)
    for one in found:
        tally[one.details["distance_class"]] += 1  # type: ignore[index]  # one of the classes
    known = len(found) - tally[None]
    near = tally["same"] + tally["adjacent"]
    measured = share(near, known) if known and not (tally[None] and near == known) else None
    details = {
        **{name: tally[name] for name in CLASSES},
        "unknown": tally[None],
        "share": said_share(measured),
    }
    return case.finding(
        rule,
        target,
        "medical_total",
        "no_rule" if known else "unknown" if found else "not_applicable",
        measured=measured,
        unit="percent",
        **details,
    )


def planned(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge planned facilities and candidates: on the same site as, or adjacent to, a clinic by the profile's limit."""
    kinds = set(case.profile.kinds(target.options["kinds"]))
    rows = case.rows("facilities")
    wanted = [
        ("facilities", key)
        for key, row in rows.items()
        if row["status"] in {"planned", "building"} and row["kind"] in kinds
    ]
    wanted += [("candidates", key) for key in case.rows("candidates")]
    found = []
    partners = partners_of(case, target.options["partners"])
    for layer, key in wanted:
        near = nearest_partner(case, layer, key, partners)
        said = near["class"]
        verdict: Verdict = "unknown" if said is None else "met" if said in {"same", "adjacent"} else "below"
        found.append(_medical(case, rule, target, layer, key, near, verdict))
    return found or [case.finding(rule, target, "nothing_planned", "not_applicable")]


def circle(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Count households within the walk of any open facility of the kinds; no document says what share is enough."""
    minutes = Decimal(target.options["minutes"])
    limit_s = float(60 * minutes)
    speed = Decimal(repr(case.speed_m_s))
    if case.walks is None or case.walks.limit_s < limit_s:
        return [case.finding(rule, target, "circle_unknown", "unknown", minutes=minutes)]
    pairs = case.walks.pairs()
    sites = set(case.facility_ids(target.options["kinds"]))
    doubtful = set(case.facility_ids(target.options["kinds"], states=(None,)))
    near = pairs[pairs["seconds"] <= limit_s]
    within = set(near.loc[near["site_id"].isin(sites), "place_id"])
    perhaps = set(near.loc[near["site_id"].isin(doubtful), "place_id"]) | case.unconnected
    counted = dict.fromkeys(("homes", "all_homes", "areas", "all_areas", "unknown", "blank"), 0)
    for place, row in case.rows("residential").items():
        if place in perhaps and place not in within:
            counted["unknown"] += 1
            continue
        counted["all_areas"] += 1
        counted["areas"] += place in within
        households = exact(row["households"])
        counted["blank"] += households is None
        counted["all_homes"] += int(households or 0)
        counted["homes"] += int(households or 0) if place in within else 0
    measured = share(counted["homes"], counted["all_homes"]) if counted["all_homes"] else None
    if (counted["unknown"] or counted["blank"]) and counted["homes"] == counted["all_homes"]:
        measured = None  # no 100 % is printed while anything is unknown
    kinds = [Phrase(f"kind_{kind}") for kind in case.profile.kinds(target.options["kinds"])]
    verdict: Verdict = "no_rule" if counted["all_homes"] else "unknown"
    details = {
        **counted,
        "unknown": more("circle_areas_unknown", counted["unknown"]),
        "blank": more("circle_homes_unknown", counted["blank"]),
        "minutes": minutes,
        "speed": speed,
        "kinds": kinds,
        "share": said_share(measured),
    }
    return [case.finding(rule, target, "circle", verdict, measured=measured, unit="percent", **details)]


def hub(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Name the nearest hub of each spoke by straight distance; a link is advised, never failed."""
    hubs = case.facility_ids(target.options["hubs"])
    shapes = {one: case.geometry("facilities", one) for one in hubs}
    found = []
    for key in case.facility_ids(target.options["kinds"]):
        named = {"layer": "facilities", "object_id": key, "object_name": case.name("facilities", key)}
        here = case.geometry("facilities", key)
        others = [(one, shape) for one, shape in shapes.items() if shape is not None and one != key]
        near = [] if here is None else [(float(here.distance(shape)), one) for one, shape in others]
        if not near:
            found.append(case.finding(rule, target, "hub_none", "no_rule", **named))
            continue
        metres, first = min(near)
        hub_name = case.name("facilities", first)
        measured = _metres(metres)
        found.append(case.finding(rule, target, "hub", "no_rule", measured=measured, hub=hub_name, **named))
    return found or [case.finding(rule, target, "nothing_to_link", "not_applicable")]


def table(case: Case, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the distances of medical findings as a table, one row per object and rule."""
    rows = []
    for one in findings:
        if one.target.measure not in {"medical_proximity", "planned_near_medical"} or "partner_id" not in one.details:
            continue
        partner = str(one.details["partner_id"])
        kind = case.rows(one.layer)[one.object_id]["kind"]
        walk = None if one.measured is None else float(one.measured)
        straight = float(one.details["straight"])  # type: ignore[arg-type]  # a Decimal
        name = case.name("medical", partner)
        rows.append(
            (
                one.object_id,
                one.object_name,
                one.layer,
                kind,
                one.rule.id,
                partner,
                name,
                straight,
                walk,
                one.details["distance_class"],
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
