"""What the study asks of siting: the [siting] table of a study file, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from geodata.faults import Fault, InputError
from geodata.study import Study, nearest_key

COVER_GOALS = ("elders", "households", "people", "places")  # most newly covered
GOALS = (*COVER_GOALS, "all", "mean_walk", "worst_walk")
KEYS = ("sites", "goal", "group", "limit_min", "share", "forced", "forbidden", "min_area_m2", "seconds")
MOST_SITES = 5000


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked; ``sites`` None: as few as it takes (goal "all")."""

    sites: int | None
    goal: str = "elders"
    group: str = "day_care"
    limit_min: float | None = None  # None: the longest limit of the study
    share: float = 1.0  # goal "all": how much of what can be covered at all must be
    forced: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    min_area_m2: float = 0.0
    seconds: float = 30.0

    @property
    def weight(self) -> str:
        """Return the weight that the goal counts."""
        return self.goal if self.goal in COVER_GOALS else "elders"


def read_request(study: Study, groups: Mapping[str, tuple[str, ...]]) -> Request | None:
    """Read [siting]; None where the study has none. Raises InputError with every fault of the table."""
    table = study.siting
    if not table:
        return None
    faults: list[Fault] = []

    def wrong(code: str, key: str, **details: object) -> None:
        where = {"layer": study.path.name, "column": f"siting.{key}", "value": table.get(key, "")}
        faults.append(Fault(code=code, **where, details=details))

    for key in table:
        if key not in KEYS:
            wrong("study_unknown_key", key, nearest=nearest_key(key, KEYS))
    goal = table.get("goal", "elders")
    if goal not in GOALS:
        wrong("siting_word", "goal", choices=" / ".join(GOALS))
    group = table.get("group", "day_care")
    if group not in groups:
        wrong("siting_word", "group", choices=" / ".join(groups))
    numbers = {}
    for key, least, most in (
        ("sites", 1, MOST_SITES),
        ("limit_min", 0.1, 240),
        ("share", 0.01, 1),
        ("min_area_m2", 0, 100_000),
        ("seconds", 1, 3600),
    ):
        value = table.get(key)
        if value is None:
            continue
        good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
        if not good or (key == "sites" and value != int(value)):
            wrong("study_number", key, least=least, most=most)
        else:
            numbers[key] = value
    for key in ("forced", "forbidden"):
        ids = table.get(key, [])
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            wrong("study_value", key, wanted='["C001", "C002"]')
    if "sites" not in table and goal != "all":
        wrong("siting_sites_needed", "sites")
    if faults:
        raise InputError(faults)
    return Request(
        sites=int(numbers["sites"]) if "sites" in numbers else None,
        goal=str(goal),
        group=str(group),
        limit_min=numbers.get("limit_min"),
        share=float(numbers.get("share", 1.0)),
        forced=tuple(table.get("forced", [])),
        forbidden=tuple(table.get("forbidden", [])),
        min_area_m2=float(numbers.get("min_area_m2", 0.0)),
        seconds=float(numbers.get("seconds", 30.0)),
    )
