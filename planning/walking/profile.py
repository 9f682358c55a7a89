"""WalkProfile: who walks, and how fast on the flat, on stairs, uphill and across main roads."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from geodata.faults import Fault, InputError
from geodata.study import Walking, nearest_key

Slope = Literal["none", "tobler"]

# Stairs take three times as long as a level way of the same length on the map: the default of OpenTripPlanner 2
# (stairsTimeFactor), there after Fujiyama and Tyler 2010, Transportation Planning and Technology 33(2), 177-202. V2.
STAIRS_FACTOR = 3.0
STAIRS_SOURCE = "stairs x3: OpenTripPlanner 2 after Fujiyama and Tyler 2010 (V2)"
# No wait at main roads unless the study gives crossing_s: no source was found for a wait that holds in any city.
CROSSING_S = 0.0
SPEED_RANGE_M_S = (0.1, 3.0)
STAIRS_RANGE_S = (0.0, 60.0)
CROSSING_RANGE_S = (0.0, 600.0)


@dataclass(frozen=True, kw_only=True)
class WalkProfile:
    """One kind of walker. V1 in ``source``: the paper or its abstract was read; V2: seen second-hand."""

    name: str
    zh: str
    en: str
    speed_m_s: float  # on a level street
    crossing_s: float = CROSSING_S  # wait at each crossing of a main road
    stairs_factor: float = STAIRS_FACTOR  # time on stairs = length on the map / speed * factor
    stairs_barred: bool = False
    slope: Slope = "tobler"  # without elevation every street is level, whatever stands here
    source: str

    @property
    def speed_mm_s(self) -> float:
        """Return the speed in millimetres per second, free of the last-bit noise of ``speed_m_s * 1000``."""
        return round(self.speed_m_s * 1000.0, 6)

    def label(self, lang: str = "zh") -> str:
        """Name the walker as a planner would."""
        return self.zh if lang == "zh" else self.en


PRESETS: Mapping[str, WalkProfile] = {
    profile.name: profile
    for profile in (
        WalkProfile(
            name="standard",
            zh="标准",
            en="standard",
            speed_m_s=1.0,
            source=f"1.0 m/s: planning convention, 60 m a minute (V2); {STAIRS_SOURCE}",
        ),
        WalkProfile(
            name="elder",
            zh="老年",
            en="older person",
            speed_m_s=0.8,
            source=f"0.8 m/s: at-risk older adults of 65 to 74, randomised trial at Bath (V1); {STAIRS_SOURCE}",
        ),
        WalkProfile(
            name="frail",
            zh="高龄体弱",
            en="frail older person",
            speed_m_s=0.64,
            source=f"0.64 m/s: older adults with SPPB 4 to 7, randomised trial at Bath (V1); {STAIRS_SOURCE}",
        ),
        WalkProfile(
            name="general",
            zh="一般成人",
            en="general public",
            speed_m_s=1.2,
            source=f"1.2 m/s: crossing design, reached by 10 % of those over 60, Webb 2017 (V1); {STAIRS_SOURCE}",
        ),
        WalkProfile(
            name="wheelchair",
            zh="轮椅",
            en="wheelchair",
            speed_m_s=0.64,
            stairs_barred=True,
            source="0.64 m/s: older users of manual wheelchairs at home, Karmarkar 2011 (V1); stairs barred",
        ),
    )
}

ALIASES: Mapping[str, str] = {
    **{profile.zh: name for name, profile in PRESETS.items()},
    "标准步行": "standard",
    "老年人": "elder",
    "老人": "elder",
    "高龄": "frail",
    "体弱": "frail",
    "一般": "general",
    "成人": "general",
    "轮椅使用者": "wheelchair",
}


def preset(name: str) -> WalkProfile:
    """Return the preset called ``name``, in English or Chinese; an unknown one is an InputError."""
    known = ALIASES.get(name.strip(), name.strip().lower())
    if known not in PRESETS:
        nearest = nearest_key(name, (*PRESETS, *ALIASES))
        raise InputError([_fault("walking_profile", "profile", name, nearest=nearest)])
    return PRESETS[known]


def profile_of(walking: Walking) -> WalkProfile:
    """Return the walker a study asks for: its preset with the study's changes; every bad change is reported at once.

    Parameters
    ----------
    walking : Walking
        ``changes`` may hold ``speed_m_s``; ``crossing_s``, the wait in seconds at each crossing of a main road;
        ``stairs``: "walk" (as on the flat), "slow" (the preset's factor, or 3) or "barred"; ``stairs_s``, the extra
        seconds for each metre of stairs on the map, which replaces the factor; ``slope``: "none" or "tobler".
    """
    base = preset(walking.profile)
    changes = walking.changes
    faults: list[Fault] = [
        _fault("walking_key", key, value, nearest=nearest_key(key, KEYS))
        for key, value in changes.items()
        if key not in KEYS
    ]
    speed_m_s = _number(changes, "speed_m_s", SPEED_RANGE_M_S, faults)
    crossing_s = _number(changes, "crossing_s", CROSSING_RANGE_S, faults)
    stairs_s = _number(changes, "stairs_s", STAIRS_RANGE_S, faults)
    stairs = _word(changes, "stairs", ("walk", "slow", "barred"), faults)
    slope = _word(changes, "slope", ("none", "tobler"), faults)
    barred = base.stairs_barred if stairs is None else stairs == "barred"
    if stairs_s is not None and (barred or stairs == "walk"):
        faults.append(_fault("walking_stairs", "stairs_s", changes["stairs_s"]))
    if faults:
        raise InputError(faults)
    speed = base.speed_m_s if speed_m_s is None else speed_m_s
    factor = 1.0 if stairs == "walk" else base.stairs_factor
    if stairs_s is not None:
        factor = 1.0 + stairs_s * speed  # length / speed * factor = length / speed + length * stairs_s
    given = ", ".join(f"{key} = {value}" for key, value in changes.items())
    return replace(
        base,
        speed_m_s=speed,
        crossing_s=base.crossing_s if crossing_s is None else crossing_s,
        stairs_factor=factor,
        stairs_barred=barred,
        slope=base.slope if slope is None else cast("Slope", slope),
        source=f"{base.source}; set by the study: {given}" if given else base.source,
    )


KEYS = ("speed_m_s", "stairs_s", "stairs", "crossing_s", "slope")


def _number(changes: Mapping[str, object], key: str, span: tuple[float, float], faults: list[Fault]) -> float | None:
    if key not in changes:
        return None
    value = changes[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not span[0] <= value <= span[1]:
        faults.append(_fault("walking_number", key, value, least=span[0], most=span[1]))
        return None
    return float(value)


def _word(changes: Mapping[str, object], key: str, known: tuple[str, ...], faults: list[Fault]) -> str | None:
    if key not in changes:
        return None
    value = changes[key]
    if value not in known:
        faults.append(_fault("walking_word", key, value, known=" / ".join(known)))
        return None
    return str(value)


def _fault(code: str, key: str, value: object, **details: object) -> Fault:
    return Fault(code=code, column=f"walking.{key}", value=value, details=details)
