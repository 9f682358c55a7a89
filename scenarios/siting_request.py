"""What the study asks of siting: the [siting] table of a study file, read and checked."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import Any

from geodata.faults import Fault, InputError
from geodata.study import Study, nearest_key
from planning.rules.profiles import read_profile
from planning.siting.phase import Phase
from scenarios.siting_parts import (
    MOST_SITES,
    Capacity,
    Point,
    Size,
    Wrong,
    capacity_in,
    is_number,
    phases_in,
    points_in,
    sizes_in,
)

COVER_GOALS = ("elders", "households", "people", "places")  # most newly covered, of what every area has
COLUMN_GOALS: Mapping[str, str] = {"age_80": "elders_80", "disabled": "disabled_elders"}  # goal -> column it counts
MOST_GOALS = (*COVER_GOALS, *COLUMN_GOALS, "quota_gap", "backup")  # the most is sought; one weight of each area
WALK_GOALS = ("mean_walk", "worst_walk")
GOALS = (*COVER_GOALS, "all", *WALK_GOALS, *COLUMN_GOALS, "quota_gap", "backup", "fairest")
FRONTS = ("sites", "cost", "worst_walk")  # what coverage is set against
SOURCES = ("layer", "generated", "both")  # of candidates
NUMBERS: Mapping[str, tuple[float, float]] = {  # least and most, both allowed
    "sites": (1, MOST_SITES),
    "limit_min": (0.1, 240),
    "share": (0.01, 1),
    "min_area_m2": (0, 100_000),
    "seconds": (1, 3600),
    "budget_yuan": (0, 1e12),
    "yuan_per_m2": (0, 1e6),
    "spacing_m": (1, 100_000),
    "medical_m": (0, 100_000),
    "grid_m": (50, 5_000),
}
LISTS: Mapping[str, str] = {
    "forced": '["C001", "C002"]',
    "forbidden": '["C001", "C002"]',
    "closing": '["F001", "F002"]',
    "kinds": '["闲置学校", "物业用房"]',
}
FLAGS = ("one_per_street", "prefer_medical", "curve", "robust")
EXTRAS = ("curve", "robust", "front")  # beside the plan
KEYS = (*NUMBERS, "goal", "group", "candidates", *LISTS, *FLAGS, "front", "sizes", "capacity", "phases", "points")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked; ``sites`` None: as few as it takes (goal "all"), or what the budget allows."""

    sites: int | None
    goal: str = "elders"
    group: str = "day_care"
    limit_min: float | None = None  # None: the longest limit of the study
    share: float = 1.0  # goal "all": how much of what can be covered at all must be
    forced: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    min_area_m2: float = 0.0
    seconds: float = 30.0
    candidates: str = ""  # one of SOURCES; "": the layer where there is one, else generated
    grid_m: float = 300.0  # side of the cells that give one generated point each
    kinds: tuple[str, ...] = ()  # of candidates that may be chosen; (): all
    closing: tuple[str, ...] = ()  # facilities that will not serve any more
    medical_m: float | None = None  # walk to the nearest medical place, at most
    prefer_medical: bool = False  # of plans of equal worth, the one nearer to medical places
    spacing_m: float | None = None  # walk between two chosen sites, at least
    one_per_street: bool = False  # every street without an open facility of the group gets one, where it can
    budget_yuan: float | None = None
    yuan_per_m2: float | None = None  # cost where none is given
    sizes: tuple[Size, ...] = ()
    capacity: Capacity | None = None
    phases: tuple[Phase, ...] = ()
    points: tuple[Point, ...] = ()  # candidates set by hand
    curve: bool = False
    robust: bool = False
    front: str = ""  # one of FRONTS, or "" for none

    @property
    def weight(self) -> str:
        """Return the weight that the goal counts, of those that every area has."""
        return self.goal if self.goal in COVER_GOALS else "elders"

    @property
    def sized(self) -> bool:
        """Tell whether sites have costs, capacities or ties between them, so that covering alone isn't enough."""
        asked = (self.budget_yuan, self.sizes or None, self.capacity, self.spacing_m, self.one_per_street or None)
        return any(one is not None for one in asked) or self.goal == "backup"

    @property
    def sizes_priced(self) -> bool:
        """Tell whether there are sizes and each says what it costs, so that candidates needn't."""
        return bool(self.sizes) and all(one.cost_yuan is not None for one in self.sizes)

    @property
    def needs_costs(self) -> bool:
        """Tell whether only candidates of known cost can be chosen, as money is spent."""
        money = self.budget_yuan is not None or any(one.budget_yuan is not None for one in self.phases)
        return money and not self.sizes_priced


def read_request(study: Study, groups: Mapping[str, tuple[str, ...]]) -> Request | None:
    """Read [siting]; None where the study has none. Raises InputError with every fault of the table."""
    if not study.siting:
        return None
    request = request_of(study.siting, groups, study.path.name)
    if "min_area_m2" not in study.siting and study.policy:
        return replace(request, min_area_m2=least_area_m2(study, groups[request.group]))
    return request


def request_of(table: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]], file: str = "") -> Request:
    """Read what a table [siting] asks; InputError with every fault of it."""
    faults: list[Fault] = []

    def wrong(code: str, key: str, value: object = None, **details: object) -> None:
        shown = table.get(key, "") if value is None else value
        faults.append(Fault(code=code, layer=file, column=f"siting.{key}", value=shown, details=details))

    for key in table:
        if key not in KEYS:
            wrong("study_unknown_key", key, nearest=nearest_key(key, KEYS))
    words = {"goal": ("elders", GOALS), "group": ("day_care", tuple(groups))}
    words |= {"candidates": ("", SOURCES), "front": ("", FRONTS)}
    said = {key: table.get(key, default) for key, (default, _) in words.items()}
    for key, (_, known) in words.items():
        if (key in table and said[key] not in known) or (key == "group" and said[key] not in known):
            wrong("siting_word", key, value=said[key], choices=" / ".join(known))
    numbers = {key: float(table[key]) for key in NUMBERS if key in table and _number(table, key, wrong)}
    lists = {key: table.get(key, []) for key in LISTS}
    for key, given in lists.items():
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            wrong("study_value", key, wanted=LISTS[key])
    for key in FLAGS:
        if not isinstance(table.get(key, False), bool):
            wrong("study_value", key, wanted="true / false")
    sizes, capacity, phases = sizes_in(table, wrong), capacity_in(table, wrong), phases_in(table, wrong)
    points = points_in(table, wrong)
    if "sites" not in table and said["goal"] != "all" and not phases and "budget_yuan" not in table:
        wrong("siting_sites_needed", "sites")
    built = sum(one.sites or 0 for one in phases)
    if phases and "sites" in numbers and numbers["sites"] != built:
        wrong("siting_phases_sum", "phases", value=built, sites=f"{numbers['sites']:g}")
    if not faults:
        _apart(table, said["goal"], wrong)
    if faults:
        raise InputError(faults)
    sites = int(numbers.pop("sites")) if "sites" in numbers else built or None
    return Request(
        sites=sites,
        **{key: str(value) for key, value in said.items()},  # type: ignore[arg-type]
        **numbers,  # type: ignore[arg-type]
        **{key: tuple(given) for key, given in lists.items()},  # type: ignore[arg-type]
        **{key: table.get(key, False) for key in FLAGS},
        sizes=sizes,
        capacity=capacity,
        phases=phases,
        points=points,
    )


def table_of(request: Request) -> dict[str, Any]:
    """Return a request as the table [siting] of a study file; what is as by default is left out."""
    plain = {one.name: one.default for one in fields(Request) if one.default is not MISSING}
    found: dict[str, Any] = {"goal": request.goal, "group": request.group, "min_area_m2": request.min_area_m2}
    if request.sites is not None and not request.phases:
        found["sites"] = request.sites
    for key, default in plain.items():
        value = getattr(request, key)
        if value == default or key in found:
            continue
        if key in {"sizes", "phases", "points"}:
            found[key] = [_given(one) for one in value]
        elif key == "capacity":
            found[key] = value.each if value.each is not None else _given(value)
        else:
            found[key] = list(value) if isinstance(value, tuple) else value
    return found


def _given(part: Capacity | Phase | Point | Size) -> dict[str, Any]:
    return {key: value for key, value in asdict(part).items() if value is not None and value != ""}


def least_area_m2(study: Study, kinds: tuple[str, ...]) -> float:
    """Return the least floor area that the study's policy asks of the first kind of a group it says anything of.

    0 where it says nothing.
    """
    profile = read_profile(study.policy, folder=study.folder)
    least: dict[str, float] = {}
    for _, target in profile.asking("facility_range"):
        if target.options.get("field") == "floor_area_m2" and target.value is not None:
            for kind in profile.kinds(target.options.get("kinds", ())):
                least.setdefault(kind, float(target.value))
    return next((least[kind] for kind in kinds if kind in least), 0.0)


def _apart(table: Mapping[str, Any], goal: object, wrong: Wrong) -> None:
    """Refuse wishes that no model answers together, rather than leave one of them out."""
    sized = [key for key in ("budget_yuan", "sizes", "capacity", "spacing_m", "one_per_street") if table.get(key)]
    pairs = []
    if goal in {*WALK_GOALS, "fairest"}:
        pairs += [("goal", key) for key in (*sized, "phases", *EXTRAS) if table.get(key)]
    pairs += [(key, other) for key in ("curve", "robust") if table.get(key) for other in sized]
    pairs += [("front", key) for key in sized if table.get("front") and key != "budget_yuan"]
    if goal in {"all", "backup"}:
        pairs += [("goal", key) for key in ("phases", *EXTRAS) if table.get(key)]
    if table.get("phases"):
        pairs += [("phases", key) for key in sized]
    if table.get("prefer_medical"):
        taken = [key for key in (*sized, "phases") if table.get(key)]
        pairs += [("prefer_medical", key) for key in taken]
        pairs += [("goal", "prefer_medical")] if goal in {*WALK_GOALS, "fairest", "backup"} else []
    for one, other in pairs:
        wrong("siting_not_together", one, other=f"siting.{other}")


def _number(table: Mapping[str, Any], key: str, wrong: Wrong) -> bool:
    value, (least, most) = table[key], NUMBERS[key]
    good = is_number(value) and least <= value <= most and (key != "sites" or value == int(value))
    if not good:
        wrong("study_number", key, least=f"{least:,.6g}", most=f"{most:,.13g}")
    return good
