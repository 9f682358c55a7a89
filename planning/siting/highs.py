"""The door to the solver HiGHS: models from sparse arrays, one thread, no noise; the same model, the same answer."""

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geodata.streets import Floats, Longs
from planning.siting.plan import Clock

FREE = highspy.kHighsInf
# what a search that begins with a choice as good as ours can do without; together up to eight times as fast, measured
LEAN = {
    "presolve": "off",
    "mip_allow_restart": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
# work, measured: of an iteration of the simplex per row or column, and per number in the rows; of a look at the search
# per number; of a model
SIDE_S, NUMBER_S, LOOK_S, MODEL_S = 2e-8, 1.5e-9, 2e-7, 3e-3
LOOK_ITERATIONS, MANY_NUMBERS = 60, 8e4  # from one look to the next, about; more where there are many numbers


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
    clock: Clock,
    *,
    seconds: float | None = None,
    nodes: int | None = None,
    start: Floats | None = None,
    lean: bool = False,
    near: float = 1e-9,
    enough: float = -FREE,
    stopped: Callable[[float], bool] | None = None,
) -> Found:
    """Solve ``model`` to within ``near`` of its least cost, unless ``clock``, ``seconds`` or ``nodes`` end first.

    What can't come to its first bound in the time, about an iteration per row, isn't begun.

    Parameters
    ----------
    clock : Clock
        Hears of the work done.
    seconds : float, optional
        Of work, at most; all that the clock has left unless given.
    start : array, optional
        A solution to begin with.
    lean : bool
        Leave out what looks for good solutions and for a smaller model: all time goes to the bound.
    near : float
        In units of cost; what is nearer than this counts as equal.
    enough : float
        A cost at which to stop.
    stopped : function, optional
        Gets the bound on the cost now and then, and ends the search by returning True.
    """
    numbers = max(1, len(model.rows.data))
    iteration_s = SIDE_S * sum(model.rows.shape) + NUMBER_S * numbers
    look_s = LOOK_S * numbers + LOOK_ITERATIONS * (1.0 + numbers / MANY_NUMBERS) * iteration_s
    left_s = clock.left_s() if seconds is None else min(seconds, clock.left_s())
    if model.whole.any() and left_s < iteration_s * len(model.low):
        return Found(None, -np.inf, done=False)
    highs = solver(model)
    looks = _listen(highs, stopped, left_s / look_s)
    highs.setOptionValue("time_limit", clock.real_left_s())
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", near)
    highs.setOptionValue("objective_target", enough)
    for name, setting in LEAN.items() if lean else ():
        highs.setOptionValue(name, setting)
    if nodes is not None:
        highs.setOptionValue("mip_max_nodes", nodes)
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start
        highs.setSolution(given)
    highs.run()
    status, info = highs.getModelStatus(), highs.getInfo()
    clock.tick(MODEL_S + LOOK_S * numbers * looks[0] + iteration_s * max(0, info.simplex_iteration_count))
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Found(None, np.inf, done=True)
    known = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(highs.getSolution().col_value) if known else None
    done = status == highspy.HighsModelStatus.kOptimal
    mixed = bool(model.whole.any())
    bound = info.mip_dual_bound if mixed else (info.objective_function_value if done else -np.inf)
    return Found(values, float(bound), done=done)


def _listen(highs: highspy.Highs, stopped: Callable[[float], bool] | None, most: float) -> list[int]:
    """Count the solver's looks, end it after ``most`` of them, and let ``stopped`` hear the bound; return the count.

    The solver looks up at the same steps of the same search, so that the count is the same on every machine.
    """
    looks, bound = [0], [-np.inf]

    def ask(event: highspy.HighsCallbackEvent) -> None:
        if event.callback_type == highspy.cb.HighsCallbackType.kCallbackMipInterrupt:
            bound[0] = event.data_out.mip_dual_bound
            looks[0] += 1
        if looks[0] > most or (stopped is not None and stopped(bound[0])):
            event.interrupt()

    highs.cbMipInterrupt += ask
    highs.cbSimplexInterrupt += ask
    return looks


def chosen(values: Floats, count: int) -> Longs:
    """Return which of the first ``count`` values are 1."""
    return np.flatnonzero(values[:count] > 0.5)  # noqa: PLR2004 - half way between 0 and 1
