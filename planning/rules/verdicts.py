"""Verdicts as small numbers, for columns."""

from typing import get_args

from planning.rules.findings import Verdict

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
MET, MET_POOLED, BELOW, BELOW_MINIMUM, UNKNOWN, NO_RULE, NOT_APPLICABLE = range(len(VERDICTS))
