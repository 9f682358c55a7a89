"""Supply and demand: how much care each place can count on when everybody else in reach wants it too."""

from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geodata.faults import Fault, InputError, fail
from geodata.streets import Floats
from planning.reach import Reach


def two_step(
    reach: Reach, supply: pd.Series, demand: pd.Series, limit_s: float, *, gaussian: bool = False
) -> pd.Series:
    """Return supply per unit of demand that each place can count on: the two-step floating catchment area (2SFCA).

    Step one shares each site out among all demand within the limit, ``R_j = S_j / sum_k(D_k * w_kj)``; step two adds up
    what each place reaches, ``A_i = sum_j(R_j * w_ij)``. Without decay ``w = 1`` for every walk of at most ``limit_s``
    (Luo & Wang 2003, Environment and Planning B 30: 865-884). With decay (enhanced, E2SFCA, after Luo & Qi 2009, Health
    & Place 15: 1100-1107) the weight falls smoothly with the walk ``t``, by the continuous Gaussian of Dai 2010
    (Health & Place 16: 1038-1052)::

        w(t) = (exp(-(t / limit)^2 / 2) - exp(-1/2)) / (1 - exp(-1/2)),   1 at 0 s, 0 at the limit

    Nothing is lost or made: ``sum(A * demand)`` is the supply of the sites that reach any demand (any weighted demand:
    with decay a walk of exactly the limit weighs 0). A site that reaches none gives nothing to anybody.

    Parameters
    ----------
    reach : Reach
        Walks at least as long as ``limit_s``; an absent pair is out of reach.
    supply : Series on the sites of ``reach``, in their order
        Beds, square metres, carers: 0 or more. A missing value is refused, not taken for 0.
    demand : Series on the places of ``reach``, in their order
        Elders: 0 or more. A missing value is refused.
    limit_s : float
        Seconds above 0, included.

    Returns
    -------
    Series on the places: supply per unit of demand, 0 where no supply is in reach.
    """
    amounts = _checked(supply, reach.sites, "supply")
    people = _checked(demand, reach.places, "demand")
    if not 0 < limit_s < np.inf:
        raise fail("limit_not_positive", value=limit_s)
    within = reach.within(limit_s)  # refuses a limit that the walks were not searched to
    weight = _gaussian(within.seconds, limit_s) if gaussian else np.ones(len(within.seconds))
    shape = (len(reach.places), len(reach.sites))
    weights = csr_array((weight, within.site_ix, within.place_start), shape=shape)
    wanted = weights.T @ people
    ratio = np.divide(amounts, wanted, out=np.zeros_like(amounts), where=wanted > 0)
    return pd.Series(weights @ ratio, index=reach.places, name="access")


def _gaussian(seconds: Floats, limit_s: float) -> Floats:
    floor = np.exp(-0.5)
    found: Floats = (np.exp(-0.5 * (seconds / limit_s) ** 2) - floor) / (1 - floor)
    return found.clip(min=0.0)  # at the limit rounding may leave a hair below 0


def _checked(column: pd.Series, labels: pd.Index, what: Literal["supply", "demand"]) -> Floats:
    """Return the column as floats, or raise InputError: other labels, or values that are missing, negative, endless."""
    if not column.index.equals(labels):
        raise fail("labels_differ", what=what, expected=len(labels), given=len(column))
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        faults = [
            Fault(code="amount_not_known", column=what, value=values[at], details={"label": labels[at]})
            for at in wrong.tolist()
        ]
        raise InputError(faults)
    return values
