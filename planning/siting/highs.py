"""The door to the solver HiGHS: models from sparse arrays, one thread, no noise; the same model, the same answer."""

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats, Longs

FREE = highspy.kHighsInf


@dataclass(frozen=True, eq=False)
class Found:
    """What the solver says of a model that is to be as small as can be; its ``x`` is to be worked out again."""

    x: Floats | None  # None: it found nothing
    bound: float  # nothing is smaller than this; inf: there is no solution
    done: bool  # solved to the end: ``x`` is as small as can be, or there is none


@dataclass(frozen=True, eq=False)
class Model:
    """Find ``x``, within its bounds, that makes ``cost @ x`` smallest with ``low <= rows @ x <= high``."""

    cost: Floats
    rows: sparse.csr_array
    low: Floats
    high: Floats
    upper: Floats  # x is at least 0
    whole: NDArray[np.bool_]  # x is a whole number


def solver(model: Model) -> highspy.Highs:
    """Return a solver that holds ``model``."""
    highs = highspy.Highs()
    for name, setting in {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0}.items():
        highs.setOptionValue(name, setting)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), len(model.low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, np.zeros(len(model.cost)), model.upper
    lp.row_lower_, lp.row_upper_ = model.low, model.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = len(model.cost), len(model.low)
    lp.a_matrix_.start_, lp.a_matrix_.index_ = model.rows.indptr, model.rows.indices
    lp.a_matrix_.value_ = model.rows.data
    if model.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(one)] for one in model.whole]
    highs.passModel(lp)
    return highs


def solve(
    model: Model,
    *,
    seconds: float,
    nodes: int | None = None,
    start: Floats | None = None,
    near: float = 1e-9,
    enough: float = -FREE,
    stopped: Callable[[float], bool] | None = None,
) -> Found:
    """Solve ``model`` to within ``near`` of its least cost, unless ``seconds`` or ``nodes`` end first.

    Parameters
    ----------
    start : array, optional
        A solution to begin with.
    near : float
        In units of cost; what is nearer than this counts as equal.
    enough : float
        A cost at which to stop.
    stopped : function, optional
        Gets the bound on the cost now and then, and ends the search by returning True.
    """
    highs = solver(model)
    if stopped is not None:
        _listen(highs, stopped)
    highs.setOptionValue("time_limit", float(seconds))
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", near)
    highs.setOptionValue("objective_target", enough)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start
        highs.setSolution(given)
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Found(None, np.inf, done=True)
    known = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(highs.getSolution().col_value) if known else None
    done = status == highspy.HighsModelStatus.kOptimal
    mixed = bool(model.whole.any())
    bound = info.mip_dual_bound if mixed else (info.objective_function_value if done else -np.inf)
    return Found(values, float(bound), done=done)


def _listen(highs: highspy.Highs, stopped: Callable[[float], bool]) -> None:
    """Let ``stopped`` hear the bound whenever the solver looks up."""
    bound = [-np.inf]

    def ask(event: highspy.HighsCallbackEvent) -> None:
        if event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt:
            bound[0] = event.data_out.mip_dual_bound
        if stopped(bound[0]):
            event.interrupt()

    highs.cbMipInterrupt += ask
    highs.cbSimplexInterrupt += ask


def chosen(values: Floats, count: int) -> Longs:
    """Return which of the first ``count`` values are 1."""
    return np.flatnonzero(values[:count] > 0.5)  # noqa: PLR2004 - half way between 0 and 1
