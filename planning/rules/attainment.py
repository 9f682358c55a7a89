"""Attainment: residential areas by each rule, by the rule of the permit day and by today's, and what adds up to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from planning.rules.blocks import Block, Piece
from planning.rules.case import Case
from planning.rules.clauses import Rule, Target
from planning.rules.estates import Reading, finding, read
from planning.rules.existing import existing
from planning.rules.findings import Finding, Phrase
from planning.rules.homes import Codes, Flags, Homes, homes
from planning.rules.needs import Needs, all_asked, by_one, governing
from planning.rules.rates import amount, listed, more, rate
from planning.rules.sources import Sources
from planning.rules.verdicts import BELOW, BELOW_MINIMUM, MET, MET_POOLED, NO_RULE, UNKNOWN
from planning.rules.whole_units import Floats, Whole

PASSES = {"met", "met_pooled"}
FAILS = {"below", "below_minimum"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Attained:
    """Every residential area by every quota rule, by the rule of its permit day, and by today's."""

    homes: Homes
    by_rule: Mapping[str, Reading]
    permit: Reading
    today: Reading


def attain(case: Case) -> Attained:
    """Judge all residential areas by all readings; equal sets of needs are worked out once.

    An area under one rule has one verdict: today's reading is pooled first, the reading of the permit day keeps its
    assignment for the areas that the same rule governs in both and pools the others with what is left over, and the
    columns of the single rules keep both. So no square metre is given twice within either reading.
    """
    all_ = homes(case)
    asked = all_asked(case, all_)
    today = governing(case, all_, asked, case.day, lapsed=True)
    has = existing(case, today)
    sources = Sources(case, all_)
    by_permit = (all_.owned == "new") & (all_.permit <= np.datetime64(case.day, "D"))
    then = governing(case, all_, asked, np.where(by_permit, all_.permit, np.datetime64("NaT")), lapsed=False)
    permit = Needs(case=case, homes=all_, asked=asked, rule=np.where(by_permit, then.rule, today.rule))
    done: dict[bytes, Reading] = {}

    def once(needs: Needs, also: Needs | None = None) -> Reading:
        key = needs.rule.tobytes()
        if key not in done:
            done[key] = read(case, needs, has, sources, settled=first, also=also)
        return done[key]

    first: list[Reading] = []
    first.append(once(today, also=permit))
    first.append(once(permit))
    by_rule = {
        one.rule.id: once(by_one(case, all_, asked, n)) for n, one in enumerate(asked) if one.rule.started(case.day)
    }
    return Attained(homes=all_, by_rule=by_rule, permit=first[1], today=first[0])


def quota_findings(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """Return one finding per residential area the rule speaks of; a preset past its term only where it governs."""
    if rule.id not in all_.by_rule:
        return [case.finding(rule, target, "rule_not_started", "not_applicable", since=rule.since)]
    reading = all_.by_rule[rule.id]
    let = reading.needs.there
    if rule.check and rule.lapsed(case.day):
        let = let & _governs(all_.permit.needs, rule)
    whole = next(one for one in reversed(reading.needs.asked) if one.rule.id == rule.id)

    def made(place: int) -> Finding:
        return finding(case, reading.verdicts.at(place), remark=_permit_remark(all_, place, rule))

    return [_block(case, reading, let, made, rule=whole.rule, target=whole.target)]


def _block(
    case: Case, reading: Reading, let: Flags, make: Callable[[int], Finding], *, rule: Rule, target: Target
) -> Block:
    """Return the findings of some residential areas by one rule, in square metres."""
    has, needs, unit, places = reading.has, reading.needs, reading.needs.homes.unit, np.flatnonzero(let)

    def shown(column: Whole, known: Flags) -> Floats:
        return np.where(known[places], unit.rounded(column[places]), np.nan)

    return Block(
        homes=needs.homes,
        day=case.day,
        rule=rule,
        target=target,
        unit="m2",
        places=places,
        verdict=reading.verdict[places],
        measured=shown(has.known, has.complete | np.asarray(has.known > 0, dtype=bool)),
        threshold=shown(needs.required, needs.known),
        gap=shown(reading.gap, reading.gap_known),
        make=make,
    )


def _governs(needs: Needs, rule: Rule) -> Flags:
    """Tell which areas a rule governs."""
    found: Flags = np.isin(needs.rule, [n for n, one in enumerate(needs.asked) if one.rule.id == rule.id])
    return found


def _permit_remark(all_: Attained, place: int, rule: Rule) -> Phrase:
    """Say what the rule of the permit day makes of an area that another rule governs today."""
    then, today = (one.needs.governed_by(place) for one in (all_.permit, all_.today))
    if today is None or today.id != rule.id or (then is not None and then.id == rule.id):
        return Phrase("empty")
    if then is None:
        return Phrase("estate_permit_no_rule")
    one = all_.permit.verdicts.at(place)
    return Phrase(
        "estate_permit_other", {"rule": then.id, "sum": one.need.sum, "verdict": Phrase(f"verdict_{one.verdict}")}
    )


def without_rate(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """List the areas of a class for which the profile has no rate: counted, never judged."""
    homes_ = all_.homes
    classes = np.array([one in target.options["classes"] for one in homes_.owned], dtype=bool)
    places = np.flatnonzero(classes & ~all_.today.needs.there)
    none = np.full(len(places), np.nan)

    def made(place: int) -> Finding:
        return case.finding(
            rule,
            target,
            "estate_no_rate",
            "no_rule",
            layer="residential",
            object_id=homes_.ids[place],
            object_name=homes_.names[place],
            measured=homes_.unit.decimal(homes_.declared[place]) if homes_.has_declared[place] else None,
            estate_class=Phrase(f"class_{homes_.owned[place]}"),
        )

    return [
        Block(
            homes=homes_,
            day=case.day,
            rule=rule,
            target=target,
            unit=target.unit,
            places=places,
            verdict=np.full(len(places), NO_RULE, dtype=np.int8),
            measured=np.where(homes_.has_declared[places], homes_.unit.rounded(homes_.declared[places]), np.nan),
            threshold=none,
            gap=none,
            make=made,
        )
    ]


@dataclass(frozen=True, eq=False, kw_only=True)
class Counted:
    """The verdicts that a document's own rate counts."""

    there: Flags
    verdict: Codes
    gap: Whole
    gap_known: Flags

    @property
    def failing(self) -> Flags:
        """Tell which areas fail."""
        found: Flags = self.there & ((self.verdict == BELOW) | (self.verdict == BELOW_MINIMUM))
        return found

    @property
    def unknown(self) -> Flags:
        """Tell of which areas it isn't known."""
        found: Flags = self.there & (self.verdict == UNKNOWN)
        return found


def _counted(case: Case, rule: Rule, target: Target, all_: Attained) -> Counted:
    """Return the verdicts a document's own rate counts: by permit day for the profile's own, else by its own rules."""
    classes = target.options.get("classes")
    if rule.document == case.profile.rules[0].document and target.measure != "estate_shortfall":
        readings = [all_.permit]
    else:
        readings = [all_.by_rule[name] for name in target.options["rules"] if name in all_.by_rule]
    count = len(all_.homes)
    there, verdict, gap_known = np.zeros(count, bool), np.zeros(count, np.int8), np.zeros(count, bool)
    gap = all_.homes.unit.column(np.zeros(count))
    for one in readings:  # the first rule that speaks of an area counts
        let = one.needs.there & ~there
        verdict[let], gap[let], gap_known[let] = one.verdict[let], one.gap[let], one.gap_known[let]
        there |= let
    if classes is not None:
        there &= np.array([owned in {*classes, None} for owned in all_.homes.owned], dtype=bool)
    return Counted(there=there, verdict=verdict, gap=gap, gap_known=gap_known)


def pass_rate(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """Judge the share of residential areas that pass, alone or pooled, with households beside it."""
    chosen = _counted(case, rule, target, all_)
    tally = counted(all_.homes, chosen.there, chosen.verdict)
    today = totals(all_.today)
    remark = Phrase(
        "pass_rate_remark",
        {
            "homes": tally["passed_households"],
            "all_homes": tally["judged_households"],
            "today": today["passed"],
            "all_today": today["judged"],
            "rules": [rule.id for rule in all_.today.needs.rules()],
            "pooled": more("pass_rate_pooled", tally["pooled"]),
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
            counted=Phrase("counted_estates"),
        )
    ]


def failing(reading: Reading) -> Flags:
    """Tell which areas fail a reading."""
    found: Flags = reading.needs.there & ((reading.verdict == BELOW) | (reading.verdict == BELOW_MINIMUM))
    return found


def totals(reading: Reading) -> dict[str, int]:
    """Count areas and households of a reading."""
    return counted(reading.needs.homes, reading.needs.there, reading.verdict)


def counted(homes_: Homes, there: Flags, verdict: Codes) -> dict[str, int]:
    """Count areas and households that pass, are judged, or aren't known."""
    passed = there & ((verdict == MET) | (verdict == MET_POOLED))
    judged = passed | (there & ((verdict == BELOW) | (verdict == BELOW_MINIMUM)))
    return {
        "passed": int(passed.sum()),
        "judged": int(judged.sum()),
        "unknown": int((there & (verdict == UNKNOWN)).sum()),
        "pooled": int((there & (verdict == MET_POOLED)).sum()),
        "passed_households": int(homes_.whole_households[passed].sum()),
        "judged_households": int(homes_.whole_households[judged].sum()),
    }


def shortfall(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """Add up what residential areas lack."""
    chosen = _counted(case, rule, target, all_)
    gap = all_.homes.unit.decimal(sum(chosen.gap[chosen.failing & chosen.gap_known].tolist()))
    failing, unknown = int(chosen.failing.sum()), int(chosen.unknown.sum())
    also = more("more_unknown", unknown, counted=Phrase("counted_estates"))
    sure = not unknown or gap > 0
    return [amount(case, rule, target, "shortfall", measured=gap, sure=sure, failing=failing, unknown=also)]


def accepted_with_gap(case: Case, rule: Rule, target: Target, all_: Attained) -> list[Piece]:
    """Count residential areas completed by the day although area was lacking."""
    chosen, homes_ = _counted(case, rule, target, all_), all_.homes
    completed = homes_.completion <= np.datetime64(case.day, "D")
    found = [homes_.names[place] for place in np.flatnonzero(chosen.failing & completed)]
    unsure = int(((chosen.failing & np.isnat(homes_.completion)) | chosen.unknown).sum())
    count = Decimal(len(found))
    sure = not unsure or count > 0
    also = more("more_unknown", unsure, counted=Phrase("counted_estates"))
    return [amount(case, rule, target, "accepted", measured=count, sure=sure, names=listed(found), unknown=also)]
