"""Institutions: beds, occupancy, carers, clinics and medical service of homes for elders."""

import math
from decimal import Decimal

from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.facilities import qualifies
from planning.rules.findings import Finding, Phrase, exact, meets, share
from planning.rules.rates import amount, more, names, rate
from planning.rules.staffing import runs


def _homes(case: Case, target: Target) -> list[str]:
    return case.facility_ids(target.options["kinds"], states=(True, None))


def nursing_share(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge the share of nursing beds, overall and by county; beds of unknown type may be either."""
    homes = _homes(case, target)
    found = [_nursing(case, rule, target, homes)]
    counties = case.holders("facilities", "county")
    for unit in case.units("county")[0]:
        inside = [key for key in homes if counties.get(key) == unit]
        named = {"layer": "districts", "object_id": unit, "object_name": case.name("districts", unit)}
        found.append(_nursing(case, rule, target, inside, **named))
    return found


def _nursing(case: Case, rule: Rule, target: Target, homes: list[str], **named: str) -> Finding:
    nursing = whole = loose = Decimal(0)
    unsure = []
    for key in homes:
        beds, of_them = case.number(key, "beds"), case.number(key, "nursing_beds")
        if beds is None or case.opens[key] is None or (of_them is not None and of_them > beds):
            unsure.append(key)
        else:
            whole += beds
            nursing += of_them or 0
            loose += beds if of_them is None else 0
    what = Phrase("what_nursing")
    remark = Phrase("beds_unknown", {"names": names(case, "facilities", unsure)}) if unsure else Phrase("empty")
    found = rate(
        case, rule, target, what, part=nursing, whole=whole, part_most=nursing + loose, remark=remark, named=named
    )
    if unsure and found.verdict in {"met", "below", "not_applicable"}:  # whole homes missing from the sum
        return case.finding(
            rule,
            target,
            "nursing_unsure",
            "unknown",
            threshold=target.value,
            measured=found.measured,
            remark=remark,
            **named,
        )
    return contradicted(case, rule, target, found, homes)


def contradicted(case: Case, rule: Rule, target: Target, found: Finding, homes: list[str]) -> Finding:
    """Point out, and don't fail, a target that implies another number of beds than the register holds."""
    implied, of = target.options.get("implied_beds"), target.options.get("implied_share")
    registered = sum((case.number(key, "beds") or Decimal(0) for key in homes), Decimal(0))
    if implied is None or of is None or found.verdict != "below" or not registered:
        return found
    total = 100 * Decimal(implied) / Decimal(of)
    off = share(abs(registered - total), total)
    if off <= case.profile["implied_total_band"]:
        return found
    details = {"implied": round(total), "registered": int(registered), "off": round(off, 1)}
    return case.finding(
        rule,
        target,
        "beds_contradicted",
        "no_rule",
        measured=found.measured,
        threshold=found.threshold,
        layer=found.layer,
        object_id=found.object_id,
        object_name=found.object_name,
        **details,
    )


def bed_total(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Add up beds; where a window is asked, only facilities opened in it are seen, so that more may have been added."""
    field = target.options["field"]
    homes = case.facility_ids(target.options.get("kinds"), states=(True, None))
    states = {key: qualifies(case, target, key) for key in homes}
    beds = {key: case.number(key, field) for key, state in states.items() if state}
    unsure = sum(state is None for state in states.values()) + sum(one is None for one in beds.values())
    total = sum((one for one in beds.values() if one is not None), Decimal(0))
    window = "opened_from" in target.options
    unrecorded = bool(target.options.get("words")) and not beds
    found = amount(
        case,
        rule,
        target,
        "bed_total",
        measured=total,
        sure=not unsure,
        may_be_more=window or unrecorded,
        field=Phrase(f"field_{field}"),
        homes=len(beds),
        unsure=more("more_unsure", unsure),
        opened=_opened(target),
        remark=Phrase("beds_window") if window else Phrase("words_unrecorded") if unrecorded else Phrase("empty"),
    )
    return [contradicted(case, rule, target, found, homes)]


def _opened(target: Target) -> Phrase:
    """Say in which window the facilities opened that are seen."""
    options = target.options
    if "opened_from" not in options or "opened_until" not in options:
        return Phrase("empty")
    return Phrase("opened_between", {"since": options["opened_from"], "until": options["opened_until"]})


def social_share(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge the share of beds run by social operators; a publicly built home that others run is run by them."""
    social = whole = unknown = Decimal(0)
    unsure = []
    for key in _homes(case, target):
        beds, run = case.number(key, "beds"), runs(case, key)
        if beds is None or run is None or case.opens[key] is None:
            unsure.append(key)
            unknown += beds or 0
        else:
            whole += beds
            social += beds if run == "social" else 0
    remark = Phrase("operator_unknown", {"names": names(case, "facilities", unsure)}) if unsure else Phrase("empty")
    beds_ = Phrase("counted_beds")
    found = rate(
        case,
        rule,
        target,
        Phrase("what_social"),
        part=social,
        whole=whole,
        unknown=unknown,
        remark=remark,
        counted=beds_,
    )
    if found.verdict in {"met", "below"} and any(case.number(key, "beds") is None for key in unsure):
        details = {"threshold": target.value, "measured": found.measured, "remark": remark}
        return [case.finding(rule, target, "nursing_unsure", "unknown", **details)]
    return [found]


def occupancy(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge residents over beds in all: about the target, within the tolerance."""
    residents = whole = Decimal(0)
    unsure = []
    for key in _homes(case, target):
        beds, living = case.number(key, "beds"), case.number(key, "residents")
        if beds is None or living is None or case.opens[key] is None:
            unsure.append(key)
        else:
            whole += beds
            residents += living
    remark = Phrase("beds_unknown", {"names": names(case, "facilities", unsure)}) if unsure else Phrase("empty")
    found = rate(case, rule, target, Phrase("what_occupancy"), part=residents, whole=whole, remark=remark)
    if unsure and found.verdict in {"met", "below", "not_applicable"}:
        details = {"threshold": target.value, "measured": found.measured, "remark": remark}
        return [case.finding(rule, target, "nursing_unsure", "unknown", **details)]
    return [found]


def occupancy_floor(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """List homes whose occupancy is below the floor, with the nearest home that has beds free."""
    found = []
    for key in case.facility_ids(target.options["kinds"]):
        name = case.name("facilities", key)
        named = {"layer": "facilities", "object_id": key, "object_name": name}
        if any(word in name for word in target.options.get("except", [])):
            found.append(case.finding(rule, target, "occupancy_exempt", "not_applicable", **named))
            continue
        beds, living = case.number(key, "beds"), case.number(key, "residents")
        if not beds or living is None or target.value is None:
            found.append(case.finding(rule, target, "occupancy_unknown", "unknown", threshold=target.value, **named))
            continue
        rated = share(living, beds)
        good = meets(target.relation, rated, target.value)
        found.append(
            case.finding(
                rule,
                target,
                "occupancy",
                "met" if good else "below",
                measured=rated,
                threshold=target.value,
                gap=max(Decimal(0), target.value - rated),
                residents=int(living),
                beds=int(beds),
                remark=Phrase("empty") if good else _receiving(case, key, living),
                **named,
            )
        )
    return found


def _receiving(case: Case, key: str, residents: Decimal) -> Phrase:
    """Name the nearest other home with enough beds free, by straight distance (homes lie too far apart to walk)."""
    here = case.geometry("facilities", key)
    best: tuple[float, str] | None = None
    for other in case.facility_ids(["nursing_home", "welfare_home"]):
        beds, living = case.number(other, "beds"), case.number(other, "residents")
        if other == key or beds is None or living is None or beds - living < residents or here is None:
            continue
        if (there := case.geometry("facilities", other)) is not None:
            best = min(best or (math.inf, ""), (float(here.distance(there)), other))
    if best is None:
        return Phrase("receiving_none")
    return Phrase("receiving", {"name": case.name("facilities", best[1]), "metres": Decimal(round(best[0]))})


def beds_per_1000(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Compare beds of institutions with the elders of the study area."""
    elders = city_elders(case)
    beds = [case.number(key, "beds") for key in _homes(case, target)]
    known = sum((one for one in beds if one is not None), Decimal(0))
    if not elders:
        return [case.finding(rule, target, "elders_unknown", "unknown", threshold=target.value)]
    sure = None not in beds
    return [
        amount(
            case,
            rule,
            target,
            "beds_per_1000",
            measured=1000 * known / elders,
            sure=sure,
            beds=int(known),
            elders=int(elders),
        )
    ]


def city_elders(case: Case) -> Decimal | None:
    """Return the elders (60+) of the study area: of its counties, else its residential areas; None if unknown."""
    counties = [row for row in case.rows("districts").values() if row["level"] == "county"]
    column = "elders" if "elders" in case.residential else "elders_60"
    for counts in (
        [exact(row["elders_60"]) for row in counties],
        [exact(row[column]) for row in case.rows("residential").values()],
    ):
        known = [one for one in counts if one is not None]
        if known and len(known) == len(counts):
            return sum(known, Decimal(0))
    return None


def area_per_bed(case: Case, rule: Rule, target: Target) -> list[Finding]:
    """Judge floor area per bed of each home."""
    return [_area_per_bed(case, rule, target, key) for key in case.facility_ids(target.options["kinds"])]


def _area_per_bed(case: Case, rule: Rule, target: Target, key: str) -> Finding:
    named = {"layer": "facilities", "object_id": key, "object_name": case.name("facilities", key)}
    floor, beds = case.number(key, "floor_area_m2"), case.number(key, "beds")
    if floor is None or not beds:
        return case.finding(rule, target, "area_per_bed_unknown", "unknown", threshold=target.value, **named)
    each = floor / beds
    return amount(
        case, rule, target, "area_per_bed", measured=each, sure=True, floor=floor, beds=int(beds), named=named
    )
