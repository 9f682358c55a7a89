"""Attainment: residential areas by each rule, by the rule of the permit day and by today's, and what adds up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from planning.rules.case import Case, day_of
from planning.rules.clauses import Rule, Target
from planning.rules.estates import EstateVerdict, Reading, finding, pooling_classes, pooling_rules, read, site_name
from planning.rules.findings import Finding, Phrase, Verdict, exact, share
from planning.rules.quota import Need, areas, estate_class, governing, need, quota_rules
from planning.rules.rates import amount, rate

PASSES = {"met", "met_pooled"}
FAILS = {"below", "below_minimum"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Attained:
    """Every residential area by every quota rule, by the rule of its permit day, and by today's."""

    by_rule: Mapping[str, Reading]
    permit: Reading
    today: Reading
    classes: Mapping[str, tuple[str | None, str]]  # place -> class, how it is known


def attain(case: Case) -> Attained:
    """Judge all residential areas by all readings; equal sets of needs are worked out once."""
    places = list(case.rows("residential"))
    today = {place: governing(case, place, case.day, lapsed=True) for place in places}
    has = areas(case, today)
    classes = {place: estate_class(case, row) for place, row in case.rows("residential").items()}
    permit: dict[str, Need | None] = {}
    for place, row in case.rows("residential").items():
        day = day_of(row["permit_date"])
        by_permit = classes[place][0] == "new" and day is not None and day <= case.day
        permit[place] = governing(case, place, day, lapsed=False) if by_permit and day else today[place]
    done: dict[tuple[object, ...], Reading] = {}

    def once(needs: Mapping[str, Need | None]) -> Reading:
        asked = {place: one for place, one in needs.items() if one is not None}
        key = tuple((place, one.rule.id, one.target.part) for place, one in asked.items())
        if key not in done:
            done[key] = read(case, asked, has)
        return done[key]

    by_rule = {
        rule.id: once({place: need(case, place, rule, target) for place in places})
        for rule, target in quota_rules(case)
        if rule.started(case.day)
    }
    return Attained(by_rule=by_rule, permit=once(permit), today=once(today), classes=classes)


def quota_findings(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Finding]:
    """Return one finding per residential area the rule speaks of; a preset past its term only where it governs."""
    if rule.id not in all_.by_rule:
        return [case.finding(rule, target, "rule_not_started", "not_applicable", since=rule.since)]
    verdicts = all_.by_rule[rule.id].verdicts
    if rule.check and rule.lapsed(case.day):
        governed = {place for place, one in all_.permit.verdicts.items() if one.need.rule.id == rule.id}
        verdicts = {place: one for place, one in verdicts.items() if place in governed}
    return [finding(case, one, remark=_permit_remark(all_, place, rule)) for place, one in verdicts.items()]


def _permit_remark(all_: Attained, place: str, rule: Rule) -> Phrase:
    then = all_.permit.verdicts.get(place)
    today = all_.today.verdicts.get(place)
    if today is None or today.need.rule.id != rule.id or (then is not None and then.need.rule.id == rule.id):
        return Phrase("empty")
    if then is None:
        return Phrase("estate_permit_no_rule")
    details = {"rule": then.need.rule.id, "sum": then.need.sum, "verdict": Phrase(f"verdict_{then.verdict}")}
    return Phrase("estate_permit_other", details)


def without_rate(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Finding]:
    """List the areas of a class for which the profile has no rate: counted, never judged."""
    found = []
    for place, (owned, _) in all_.classes.items():
        if owned in target.options["classes"] and place not in all_.today.verdicts:
            has = exact(case.rows("residential")[place]["built_elder_area_m2"])
            found.append(
                case.finding(
                    rule,
                    target,
                    "estate_no_rate",
                    "no_rule",
                    layer="residential",
                    object_id=place,
                    object_name=case.name("residential", place),
                    measured=has,
                    estate_class=Phrase(f"class_{owned}"),
                )
            )
    return found


def _verdicts(case: Case, rule: Rule, target: Target, all_: Attained) -> dict[str, EstateVerdict]:
    """Return the verdicts a document's own rate counts: by permit day for the profile's own, else by its own rules."""
    classes = target.options.get("classes")
    chosen: dict[str, EstateVerdict] = {}
    if rule.document == case.profile.rules[0].document and target.measure != "estate_shortfall":
        chosen = dict(all_.permit.verdicts)
    else:
        for name in target.options["rules"]:
            for place, one in all_.by_rule[name].verdicts.items() if name in all_.by_rule else ():
                chosen.setdefault(place, one)
    return {
        place: one for place, one in chosen.items() if classes is None or all_.classes[place][0] in {*classes, None}
    }


def pass_rate(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Finding]:
    """Judge the share of residential areas that pass, alone or pooled, with households beside it."""
    tally = counted(case, _verdicts(case, rule, target, all_).values())
    today = counted(case, all_.today.verdicts.values())
    remark = Phrase(
        "pass_rate_remark",
        {
            "homes": tally["passed_households"],
            "all_homes": tally["judged_households"],
            "today": today["passed"],
            "all_today": today["judged"],
            "pooled": tally["pooled"],
        },
    )
    return [
        rate(
            case,
            rule,
            target,
            Phrase("what_pass_rate"),
            part=tally["passed"],
            whole=tally["judged"],
            unknown=tally["unknown"],
            remark=remark,
        )
    ]


def counted(case: Case, verdicts: Iterable[EstateVerdict]) -> dict[str, int]:
    """Count areas and households that pass, are judged, or aren't known."""
    tally = dict.fromkeys(("passed", "judged", "unknown", "pooled", "passed_households", "judged_households"), 0)
    for one in verdicts:
        households = int(exact(case.rows("residential")[one.place_id]["households"]) or 0)
        if one.verdict in PASSES | FAILS:
            tally["judged"] += 1
            tally["judged_households"] += households
        if one.verdict in PASSES:
            tally["passed"] += 1
            tally["passed_households"] += households
        tally["pooled"] += one.verdict == "met_pooled"
        tally["unknown"] += one.verdict == "unknown"
    return tally


def shortfall(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Finding]:
    """Add up what residential areas lack."""
    verdicts = _verdicts(case, rule, target, all_).values()
    gap = sum((one.gap_m2 for one in verdicts if one.verdict in FAILS and one.gap_m2 is not None), Decimal(0))
    failing = sum(one.verdict in FAILS for one in verdicts)
    unknown = sum(one.verdict == "unknown" for one in verdicts)
    return [
        amount(
            case, rule, target, "shortfall", measured=gap, sure=not unknown or gap > 0, failing=failing, unknown=unknown
        )
    ]


def accepted_with_gap(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Finding]:
    """Count residential areas completed by the day although area was lacking."""
    found, unsure = [], 0
    for place, one in _verdicts(case, rule, target, all_).items():
        completed = day_of(case.rows("residential")[place]["completion_date"])
        lacking = one.verdict in FAILS
        if lacking and completed is not None and completed <= case.day:
            found.append(case.name("residential", place))
        elif (lacking and completed is None) or one.verdict == "unknown":
            unsure += 1
    count = Decimal(len(found))
    sure = not unsure or count > 0
    return [amount(case, rule, target, "accepted", measured=count, sure=sure, names=found or ["-"], unknown=unsure)]


def pooling_findings(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Finding]:
    """Say who passes by pooling, served by whom, and by how much the naive reading overstates."""
    if rule not in [one for one, _ in pooling_rules(case)]:
        return []  # the document's own words on pooling come before a preset's
    reading = all_.today
    classes = set(target.options["classes"]) & pooling_classes(case)
    pooled = [
        one
        for one in reading.verdicts.values()
        if one.verdict == "met_pooled" and all_.classes[one.place_id][0] in classes
    ]
    remark = Phrase("pool_no_walks") if case.walks is None else Phrase("pool_naive", reading.naive)
    if case.walks is not None and case.walks.limit_s < case.pool_seconds():
        remark = Phrase("pool_short", {"minutes": exact(case.walks.limit_s / 60)})
    details = {
        "metres": case.profile["pool_m"],
        "bound": reading.pool.bound,
        "status": Phrase(f"pool_{reading.pool.status}"),
        "remark": remark,
    }
    count = Decimal(len(pooled))
    verdict: Verdict = "met_pooled" if pooled else "not_applicable" if case.walks is not None else "unknown"
    found = [case.finding(rule, target, "pool_total", verdict, measured=count, **details)]
    for one in pooled:
        served = [Phrase("estate_served", {"site": site_name(case, site), "area": area}) for site, area in one.served]
        found.append(
            case.finding(
                rule,
                target,
                "pool_estate",
                "met_pooled",
                layer="residential",
                object_id=one.place_id,
                object_name=case.name("residential", one.place_id),
                measured=sum((area for _, area in one.served), Decimal(0)),
                threshold=(one.need.required_m2 or Decimal(0)) - one.area.known_m2,
                gap=Decimal(0),
                unit="m2",
                served=served,
            )
        )
    return found


def estates_table(case: Case, all_: Attained) -> pd.DataFrame:
    """Return one row per residential area: its class, both readings with rule, need, verdict and gap."""
    rows = []
    for place, row in case.rows("residential").items():
        owned, source = all_.classes[place]
        line: dict[str, object] = {
            "place_id": place,
            "name": case.name("residential", place),
            "class": owned,
            "class_source": source,
            "permit_date": day_of(row["permit_date"]),
            "households": row["households"],
        }
        for name, reading in (("permit", all_.permit), ("today", all_.today)):
            one = reading.verdicts.get(place)
            line |= {
                f"{name}_rule": None if one is None else one.need.rule.id,
                f"{name}_required_m2": _float(None if one is None else one.need.required_m2),
                f"{name}_verdict": "no_rule" if one is None else one.verdict,
                f"{name}_gap_m2": _float(None if one is None else one.gap_m2),
                f"{name}_rate": None if one is None else _rate(one),
            }
            if one is not None:
                line["existing_m2"] = _float(one.area.known_m2 if one.area.complete else None)
        rows.append(line)
    columns = ["place_id", "name", "class", "class_source", "permit_date", "households", "existing_m2"]
    columns += [
        f"{name}_{what}"
        for name in ("permit", "today")
        for what in ("rule", "required_m2", "verdict", "gap_m2", "rate")
    ]
    return pd.DataFrame(rows, columns=columns)


def _rate(one: EstateVerdict) -> float | None:
    if not one.area.complete or not one.need.required_m2:
        return None
    return _float(share(one.area.known_m2, one.need.required_m2))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 4))


def pooling_table(case: Case, all_: Attained) -> pd.DataFrame:
    """Return who is served by what, how many square metres over what walk (today's rules)."""
    table = all_.today.pool.assigned
    return table.assign(
        place_name=[case.name("residential", place) for place in table["place_id"]],
        site_name=[site_name(case, site) for site in table["site_id"]],
        area_m2=[float(area) for area in table["area_m2"]],
        metres=table["seconds"].astype(float) * case.speed_m_s,
    )[["place_id", "place_name", "site_id", "site_name", "area_m2", "seconds", "metres"]]
