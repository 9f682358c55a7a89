"""Measures: what a rule may ask to be measured, which options each measure takes, and which layers it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Value = Literal["number", "by class", "none"]
RELATIONS = (">=", ">", "<=", "<", "about")
UNITS = (
    "m2",
    "m2_per_100_households",
    "m2_per_1000_persons",
    "m2_per_person",
    "m2_per_bed",
    "percent",
    "beds",
    "beds_per_1000",
    "per_1000_elders",
    "places",
    "estates",
    "levels",
    "functions",
    "households",
    "persons",
    "metres",
    "times_per_month",
)


@dataclass(frozen=True)
class Measure:
    """One thing that can be measured: the shape of its target value, its options, the layers it can't do without."""

    value: Value
    options: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()  # options that must be written
    layers: tuple[str, ...] = ()
    entered: bool = False  # the user enters the figure; nothing is computed


def _measure(value: Value, options: str = "", layers: str = "", *, entered: bool = False) -> Measure:
    """Build a Measure from words; an option with ``!`` must be written."""
    words = options.split()
    needed = frozenset(word.rstrip("!") for word in words if word.endswith("!"))
    return Measure(value, frozenset(word.rstrip("!") for word in words), needed, tuple(layers.split()), entered)


MEASURES: Mapping[str, Measure] = {
    # residential areas
    "estate_floor_area": _measure("by class", "single_min_m2 upper"),
    "estate_floor_area_per_1000": _measure("by class"),
    "estate_without_rate": _measure("none", "classes!"),
    "estate_shortfall": _measure("number", "rules! classes"),
    "estate_pass_rate": _measure("number", "rules! classes"),
    "accepted_with_gap": _measure("number", "rules! classes"),
    "pooling": _measure("none", "classes!"),
    "ledger_open": _measure("number"),
    "land_per_person": _measure("number", "", "facilities"),
    # administrative units
    "unit_presence": _measure(
        "number",
        "level! kinds! layer names urban min_area_m2 functions words field operator medical advise_population",
        "districts",
    ),
    "persons_per_centre": _measure("number", "kinds!", "districts facilities"),
    "network_levels": _measure("number", "", "districts facilities"),
    "dense_units": _measure("number", "level! kinds!", "districts facilities"),
    # facilities
    "facility_count": _measure(
        "number", "kinds words opened_from opened_until field field_from urban contradicted", "facilities"
    ),
    "facility_share": _measure("number", "kinds! functions!", "facilities"),
    "facility_functions": _measure("number", "kinds! functions!", "facilities"),
    "facility_range": _measure("number", "kinds! field! most", "facilities"),
    "named_facilities": _measure("number", "names! kinds words field stage", "facilities"),
    "bed_total": _measure(
        "number", "kinds words field! opened_from opened_until implied_beds implied_share", "facilities"
    ),
    "nursing_bed_share": _measure("number", "kinds! implied_beds implied_share", "facilities"),
    "social_bed_share": _measure("number", "kinds!", "facilities"),
    "occupancy": _measure("number", "kinds!", "facilities"),
    "occupancy_floor": _measure("number", "kinds! except", "facilities"),
    "carers": _measure("none", "kinds! elders_per_carer!", "facilities"),
    "internal_clinic": _measure("none", "kinds! beds_from public_residents_from private_beds_from", "facilities"),
    "medical_mode_share": _measure("number", "kinds!", "facilities"),
    "beds_per_1000_elders": _measure("number", "kinds!", "facilities"),
    "area_per_bed": _measure("number", "kinds!", "facilities"),
    # distances
    "medical_proximity": _measure("none", "pairs!", "facilities medical"),
    "planned_near_medical": _measure("none", "kinds! partners!", "medical"),
    "circle": _measure("none", "kinds! minutes!", "facilities"),
    "hub": _measure("none", "kinds! hubs!", "facilities"),
    # candidates
    "candidate_kind": _measure("none", "words!", "candidates"),
    "candidate_area": _measure("number", "", "candidates"),
    "candidate_checks": _measure("none", "", "candidates"),
    # entered by the user
    "entered": _measure("number", entered=True),
    "entered_per_1000_elders": _measure("number", entered=True),
}
MAY_LACK_VALUE = frozenset({"unit_presence"})  # presence without a target is counted, not judged
OPTION_TYPES: Mapping[str, str] = {
    **dict.fromkeys(
        ("kinds", "words", "functions", "classes", "names", "except", "hubs", "partners", "rules"), "words"
    ),
    **dict.fromkeys(("level", "layer", "field", "operator", "stage"), "word"),
    **dict.fromkeys(("urban", "medical", "contradicted"), "flag"),
    **dict.fromkeys(("opened_from", "opened_until"), "date"),
    **dict.fromkeys(("single_min_m2", "upper", "min_area_m2", "advise_population", "field_from", "most"), "number"),
    **dict.fromkeys(("implied_beds", "implied_share", "minutes"), "number"),
    **dict.fromkeys(("beds_from", "public_residents_from", "private_beds_from"), "number"),
    "elders_per_carer": "numbers",
    "pairs": "pairs",
}
