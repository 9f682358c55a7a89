"""Objects: what a rule that is judged object by object comes to in all; never one object's figures for the city."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from geodata.words import Lang
from planning.rules.blocks import LAYER, Block, Piece
from planning.rules.clauses import Rule, Target
from planning.rules.findings import Phrase, Verdict, cited, said, word
from planning.rules.rates import more
from planning.rules.verdicts import BELOW, BELOW_MINIMUM

ORDER: tuple[Verdict, ...] = ("below", "below_minimum", "unknown", "met_pooled", "met", "no_rule", "not_applicable")
COUNTED = {"residential": "estates", "facilities": "facilities", "medical": "clinics", "candidates": "candidates"}
# a candidate that a clause doesn't name, or that isn't small, breaks no rule: such premises are counted
COUNT_ONLY = frozenset({"candidate_kind", "candidate_area", "candidate_checks"})
SUMMED = frozenset({"m2", "beds", "places", "functions", "levels", "persons"})  # gaps of rates don't add up
AVERAGES = frozenset({"persons_per_centre"})


@dataclass(frozen=True, kw_only=True)
class Objects:
    """The verdicts on all objects of one target, and what those that fail lack together."""

    rule: Rule
    target: Target
    layer: str
    verdicts: Counter[Verdict]
    gap: float | None  # None where nothing is lacking, or gaps don't add up
    gap_unit: str

    @property
    def all(self) -> int:
        """Return how many objects there are."""
        return self.verdicts.total()

    @property
    def met(self) -> int:
        """Return how many meet it, alone or pooled."""
        return self.verdicts["met"] + self.verdicts["met_pooled"]

    @property
    def below(self) -> int:
        """Return how many fail it."""
        return self.verdicts["below"] + self.verdicts["below_minimum"]

    @property
    def judged(self) -> int:
        """Return how many are judged: those of which it isn't known, or that the rule leaves out, are not."""
        return 0 if self.counts_only else self.met + self.below

    @property
    def counts_only(self) -> bool:
        """Tell whether the objects are counted and nothing is passed or failed by it."""
        return self.target.measure in COUNT_ONLY

    @property
    def verdict(self) -> Verdict:
        """Return the verdict of the whole target: the gravest of any object; counting passes nothing."""
        if not self.all:
            return "not_applicable"
        if self.counts_only:
            return "no_rule"
        return min((name for name, count in self.verdicts.items() if count), key=ORDER.index)

    @property
    def asked(self) -> float | None:
        """Return how many objects must meet it."""
        return None if self.counts_only or not self.judged else float(self.judged)

    @property
    def current(self) -> float | None:
        """Return how many objects meet it."""
        if self.counts_only:
            return None if self.target.measure == "candidate_checks" else float(self.met)
        return float(self.met) if self.judged else None

    @property
    def what(self) -> Phrase:
        """Return what the objects are, as a unit."""
        if self.layer == "districts":
            return Phrase("counted_units", {"level": Phrase(f"level_{self.target.options.get('level', 'street')}")})
        return Phrase(f"counted_{COUNTED.get(self.layer, 'facilities')}")

    def sentence(self, lang: Lang) -> str:
        """Say how many meet it, how many don't and what they lack together, and where that is written."""
        lacking = Phrase("empty")
        if self.gap is not None:
            gap = Decimal(repr(self.gap))
            code = "objects_over" if self.target.relation in {"<=", "<"} else "objects_short"
            lacking = Phrase(code, {"gap": gap, "unit": Phrase(f"unit_{self.gap_unit}")})
        details = {
            "met": self.met,
            "judged": self.judged,
            "all": self.all,
            "below": self.below,
            "what": self.what,
            "pooled": more("objects_pooled", self.verdicts["met_pooled"]),
            "lacking": lacking,
            "unknown": more("more_unknown", self.verdicts["unknown"], counted=self.what),
        }
        parts = [said(Phrase(self._code(), details), lang)]
        if self.verdict in {"no_rule", "unknown"}:
            parts.append(word(f"verdict_{self.verdict}", lang))
        return ("，" if lang == "zh" else ", ").join([*parts, cited(self.rule, lang)])

    def _code(self) -> str:
        if self.counts_only:
            return f"objects_{self.target.measure}"
        if self.judged:
            return "objects_judged"
        return {"unknown": "objects_unknown", "no_rule": "objects_listed"}.get(self.verdict, "objects_outside")


def objects(rule: Rule, target: Target, found: Sequence[Piece]) -> Objects:
    """Add up the findings on objects of one target; those of the study area are left out by the caller."""
    verdicts: Counter[Verdict] = Counter()
    gaps: list[float] = []
    for one in found:
        if isinstance(one, Block):
            verdicts += one.counts()
            fails = (one.verdict == BELOW) | (one.verdict == BELOW_MINIMUM)
            gaps += one.gap[fails & ~np.isnan(one.gap)].tolist()
        else:
            verdicts[one.verdict] += 1
            if one.verdict in {"below", "below_minimum"} and one.gap is not None:
                gaps.append(float(round(one.gap, 4)))
    units = {one.unit if isinstance(one, Block) else one.measured_unit for one in found}
    adds_up = len(units) == 1 and units <= SUMMED and target.measure not in AVERAGES | COUNT_ONLY
    layers = [LAYER if isinstance(one, Block) else one.layer for one in found]
    return Objects(
        rule=rule,
        target=target,
        layer=layers[0] if layers else "",
        verdicts=verdicts,
        gap=round(math.fsum(gaps), 4) if gaps and adds_up else None,
        gap_unit=next(iter(units)) if len(units) == 1 else target.unit,
    )
