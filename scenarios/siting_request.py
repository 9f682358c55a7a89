"""What the study asks of siting: the [siting] table of a study file, read and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from geodata.faults import Fault, InputError
from geodata.study import Study, nearest_key
from planning.rules.profiles import read_profile

COVER_GOALS = ("elders", "households", "people", "places")  # most newly covered, of what every area has
COLUMN_GOALS: Mapping[str, str] = {"age_80": "elders_80", "disabled": "disabled_elders"}  # goal -> column it counts
MOST_GOALS = (*COVER_GOALS, *COLUMN_GOALS, "quota_gap", "backup")  # the most is sought; one weight of each area
WALK_GOALS = ("mean_walk", "worst_walk")
GOALS = (*COVER_GOALS, "all", *WALK_GOALS, *COLUMN_GOALS, "quota_gap", "backup", "fairest")
SOURCES = ("layer", "generated", "both")  # of candidates
MOST_SITES = 5000
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
KEYS = (*NUMBERS, "goal", "group", "candidates", *LISTS, *FLAGS, "sizes", "capacity", "phases")
SIZE_KEYS = ("floor_area_m2", "capacity", "cost_yuan")
CAPACITY_KEYS = ("elders_per_100m2", "source")
PHASE_KEYS = ("name", "sites", "budget_yuan")
SIZES_WANTED = "[{ floor_area_m2 = 350, capacity = 40, cost_yuan = 700000 }]"
CAPACITY_WANTED = '40, { elders_per_100m2 = 12, source = "..." }'
PHASES_WANTED = '[{ name = "2026", sites = 3 }, { name = "2028", sites = 2 }]'


@dataclass(frozen=True, kw_only=True)
class Size:
    """One size that any candidate large enough may be built in."""

    floor_area_m2: float
    capacity: float | None = None  # elders; None: by the capacity of the request
    cost_yuan: float | None = None  # None: by the cost for each square metre


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many elders a candidate can take: so many each, or so many for its area."""

    each: float | None = None
    elders_per_100m2: float | None = None
    source: str = ""  # who says so


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One step of building: so many sites, or so much money; all up to it are open once it is over."""

    name: str
    sites: int | None = None
    budget_yuan: float | None = None


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
    curve: bool = False
    robust: bool = False

    @property
    def weight(self) -> str:
        """Return the weight that the goal counts, of those that every area has."""
        return self.goal if self.goal in COVER_GOALS else "elders"

    @property
    def sized(self) -> bool:
        """Tell whether sites have costs, capacities or ties between them, so that covering alone isn't enough."""
        asked = (self.budget_yuan, self.sizes or None, self.capacity, self.spacing_m, self.one_per_street or None)
        return any(one is not None for one in asked) or self.goal == "backup"


def read_request(study: Study, groups: Mapping[str, tuple[str, ...]]) -> Request | None:
    """Read [siting]; None where the study has none. Raises InputError with every fault of the table."""
    table = study.siting
    if not table:
        return None
    faults: list[Fault] = []

    def wrong(code: str, key: str, value: object = None, **details: object) -> None:
        shown = table.get(key, "") if value is None else value
        faults.append(Fault(code=code, layer=study.path.name, column=f"siting.{key}", value=shown, details=details))

    for key in table:
        if key not in KEYS:
            wrong("study_unknown_key", key, nearest=nearest_key(key, KEYS))
    words = {"goal": ("elders", GOALS), "group": ("day_care", tuple(groups)), "candidates": ("", SOURCES)}
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
    sizes, capacity, phases = _sizes(table, wrong), _capacity(table, wrong), _phases(table, wrong)
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
    if "min_area_m2" not in numbers and study.policy:
        numbers["min_area_m2"] = least_area_m2(study, groups[str(said["group"])])
    return Request(
        sites=sites,
        **{key: str(value) for key, value in said.items()},  # type: ignore[arg-type]
        **numbers,  # type: ignore[arg-type]
        **{key: tuple(given) for key, given in lists.items()},  # type: ignore[arg-type]
        **{key: table.get(key, False) for key in FLAGS},
        sizes=sizes,
        capacity=capacity,
        phases=phases,
    )


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


Wrong = Callable[..., None]


def _apart(table: Mapping[str, Any], goal: object, wrong: Wrong) -> None:
    """Refuse wishes that no model answers together, rather than leave one of them out."""
    sized = [key for key in ("budget_yuan", "sizes", "capacity", "spacing_m", "one_per_street") if table.get(key)]
    pairs = []
    if goal in {*WALK_GOALS, "fairest"}:
        pairs += [("goal", key) for key in (*sized, "phases", "curve", "robust") if table.get(key)]
    pairs += [(key, other) for key in ("curve", "robust") if table.get(key) for other in sized]
    if goal in {"all", "backup"}:
        pairs += [("goal", key) for key in ("phases", "curve", "robust") if table.get(key)]
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
    good = _is_number(value) and least <= value <= most and (key != "sites" or value == int(value))
    if not good:
        wrong("study_number", key, least=f"{least:,.6g}", most=f"{most:,.13g}")
    return good


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sizes(table: Mapping[str, Any], wrong: Wrong) -> tuple[Size, ...]:
    found = []
    for row in _rows(table, "sizes", SIZE_KEYS, SIZES_WANTED, wrong):
        numbers = {key: row[key] for key in SIZE_KEYS if key in row}
        good = all(_is_number(value) and value >= 0 for value in numbers.values()) and row.get("floor_area_m2", 0) > 0
        if good:
            found.append(Size(**{key: float(value) for key, value in numbers.items()}))
        else:
            wrong("study_value", "sizes", value=row, wanted=SIZES_WANTED)
    return tuple(found)


def _phases(table: Mapping[str, Any], wrong: Wrong) -> tuple[Phase, ...]:
    found: list[Phase] = []
    for row in _rows(table, "phases", PHASE_KEYS, PHASES_WANTED, wrong):
        name, sites, yuan = row.get("name"), row.get("sites"), row.get("budget_yuan")
        good = isinstance(name, str | int) and not isinstance(name, bool) and str(name).strip() != ""
        good = good and (sites is None) != (yuan is None)
        good = good and (sites is None or (_is_number(sites) and sites == int(sites) and 1 <= sites <= MOST_SITES))
        good = good and (yuan is None or (_is_number(yuan) and yuan > 0))
        if found and good:  # all by sites, or all by money; no name twice
            good = (found[0].sites is None) == (sites is None) and str(name) not in {one.name for one in found}
        if good:
            money = None if yuan is None else float(yuan)
            found.append(Phase(name=str(name), sites=None if sites is None else int(sites), budget_yuan=money))
        else:
            wrong("study_value", "phases", value=row, wanted=PHASES_WANTED)
    return tuple(found)


def _capacity(table: Mapping[str, Any], wrong: Wrong) -> Capacity | None:
    given = table.get("capacity")
    if given is None:
        return None
    if _is_number(given) and given > 0:
        return Capacity(each=float(given), source="[siting]")
    if isinstance(given, dict):
        unknown = [key for key in given if key not in CAPACITY_KEYS]
        for key in unknown:
            wrong("study_unknown_key", f"capacity.{key}", value=given[key], nearest=nearest_key(key, CAPACITY_KEYS))
        rate, source = given.get("elders_per_100m2"), given.get("source")
        if _is_number(rate) and float(str(rate)) > 0 and isinstance(source, str) and source.strip():
            return Capacity(elders_per_100m2=float(str(rate)), source=source)
        if unknown:
            return None
    wrong("study_value", "capacity", wanted=CAPACITY_WANTED)
    return None


def _rows(
    table: Mapping[str, Any], key: str, known: tuple[str, ...], wanted: str, wrong: Wrong
) -> list[Mapping[str, Any]]:
    """Return the tables of a list, those with unknown keys left out and named."""
    given = table.get(key, [])
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        wrong("study_value", key, wanted=wanted)
        return []
    for row in given:
        for name in row:
            if name not in known:
                wrong("study_unknown_key", f"{key}.{name}", value=row[name], nearest=nearest_key(name, known))
    return [row for row in given if set(row) <= set(known)]
