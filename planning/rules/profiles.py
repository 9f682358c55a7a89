"""Profiles: the rules that apply to one place, its own and those of the province above it, with the parameters."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from geodata.faults import Fault, InputError, fail
from geodata.schema import FACILITY_KINDS, MEDICAL_KINDS
from geodata.study import nearest_key
from geodata.words import Lang
from planning.rules import RULEBOOK, known_profiles, read_rules
from planning.rules.clauses import Rule, RuleFile, Target

PRESETS = "gb-presets"


@dataclass(frozen=True)
class Parameter:
    """A figure that the documents leave open: its value, why, and who set it."""

    name: str
    value: Any
    zh: str
    en: str
    source: str  # the file that set it last, or "[rules]" of the study


@dataclass(frozen=True, eq=False)
class Profile:
    """The rules of one place, its own first, then those it inherits."""

    id: str
    name: str
    name_en: str
    lineage: tuple[str, ...]  # itself, its province, ...
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter]
    contradictions: tuple[Mapping[str, Any], ...]
    digests: tuple[str, ...] = ()  # SHA-256 of every file it was read from, in the order of the lineage, presets last

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - parameters are numbers, flags, words or tables
        return self.parameters[name].value

    def rule(self, rule_id: str) -> Rule | None:
        """Return one rule by its id, or None where the profile doesn't hold it."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def asking(self, *measures: str) -> tuple[tuple[Rule, Target], ...]:
        """List every rule, with its target, that asks for one of ``measures``, in the profile's order."""
        return tuple((rule, target) for rule in self.rules for target in rule.targets if target.measure in measures)

    def kinds(self, words: Iterable[str]) -> tuple[str, ...]:
        """Spell out facility or clinic kinds, groups such as ``institutions`` included."""
        groups = self["kind_groups"]
        return tuple(dict.fromkeys(kind for word in words for kind in groups.get(word, [word])))

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Return the words that mean ``word``; itself where none are listed."""
        return tuple(self["words"].get(word, [word]))

    def title(self, lang: Lang = "zh") -> str:
        """Return the profile's name."""
        return self.name if lang == "zh" else self.name_en


def read_profile(policy: str, *, folder: Path | None = None) -> Profile:
    """Read a profile of the rulebook by its id, or a user's own by its path.

    Parameters
    ----------
    policy : str
        ``linyi-2025`` and the like, or the path of a TOML file that extends one of these.
    folder : Path
        Where a relative path starts; the folder of the study file.
    """
    chain = _chain(policy, folder)
    presets = read_rules(RULEBOOK / f"{PRESETS}.toml")
    known = {rule.id: rule for rule in presets.rules}
    faults: list[Fault] = []
    rules: dict[str, Rule] = {}
    without: set[str] = set()
    for file in chain:
        for rule in (*file.rules, *_presets(file, known, faults)) if file.path != presets.path else ():
            if rule.id not in without:
                rules.setdefault(rule.id, rule)
        without |= set(file.without)
        everyone = {rule.id for other in chain for rule in other.rules} | set(known)
        faults += [_missing(file, "profile.without", gone, everyone) for gone in sorted(set(file.without) - everyone)]
    if chain[0].path == presets.path:
        rules = {rule.id: rule for rule in _presets(presets, known, faults)}
    parameters = _parameters(chain, presets, faults)
    for file in chain:
        _kinds(file, parameters["kind_groups"].value, faults)
    if faults:
        raise InputError(faults)
    return Profile(
        id=chain[0].path.stem,
        name=chain[0].name,
        name_en=chain[0].name_en,
        lineage=tuple(file.path.stem for file in chain if file.path != presets.path or file is chain[0]),
        rules=tuple(rules.values()),
        parameters=parameters,
        contradictions=tuple(one for file in chain for one in file.contradictions if set(one["rules"]) <= set(rules)),
        digests=tuple(dict.fromkeys(file.digest for file in (*chain, presets))),
    )


def with_choices(profile: Profile, choices: Mapping[str, Any], *, source: str) -> Profile:
    """Return the profile with the parameters that a study's [rules] chooses; unknown keys are refused."""
    faults: list[Fault] = []
    changed = dict(profile.parameters)
    for name, given in choices.items():
        before = changed.get(name)
        value = _merged(before, given)
        if _good(name, value, source, "rules", faults):
            zh, en = ("", "") if before is None else (before.zh, before.en)
            changed[name] = Parameter(name, _exact(value), zh, en, "[rules]")
    if faults:
        raise InputError(faults)
    return replace(profile, parameters=changed)


def _chain(policy: str, folder: Path | None) -> list[RuleFile]:
    own = policy in known_profiles()
    path = RULEBOOK / f"{policy}.toml" if own else (folder or Path()) / policy
    if not own and path.suffix != ".toml":
        known = known_profiles()
        raise fail("rules_parent", column="study.policy", value=policy, nearest=nearest_key(policy, known))
    chain = [read_rules(path)]
    while parent := chain[-1].extends:
        if parent not in known_profiles():
            nearest = nearest_key(parent, known_profiles())
            raise fail(
                "rules_parent", layer=chain[-1].path.name, column="profile.extends", value=parent, nearest=nearest
            )
        if any(file.path == RULEBOOK / f"{parent}.toml" for file in chain):
            raise fail("rules_loop", layer=chain[-1].path.name, column="profile.extends", value=parent)
        chain.append(read_rules(RULEBOOK / f"{parent}.toml"))
    return chain


def _presets(file: RuleFile, known: Mapping[str, Rule], faults: list[Fault]) -> list[Rule]:
    faults += [_missing(file, "profile.presets", name, known) for name in file.presets if name not in known]
    return [known[name] for name in file.presets if name in known]


def _missing(file: RuleFile, key: str, value: str, known: Iterable[str]) -> Fault:
    nearest = nearest_key(value, tuple(sorted(known)))
    return Fault(code="rules_preset", layer=file.path.name, column=key, value=value, details={"nearest": nearest})


def _parameters(chain: list[RuleFile], presets: RuleFile, faults: list[Fault]) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for file in dict.fromkeys([presets.path, *(file.path for file in reversed(chain))]):
        one = presets if file == presets.path else next(other for other in chain if other.path == file)
        for name, table in one.parameters.items():
            before = found.get(name)
            value = _merged(before, table["value"])
            if not _good(name, value, file.name, "parameters", faults):
                continue
            zh, en = (table[lang] or (getattr(before, lang) if before else "") for lang in ("zh", "en"))
            found[name] = Parameter(name, _exact(value), zh, en, file.stem)
    return found


def _merged(before: Parameter | None, value: Any) -> Any:  # noqa: ANN401 - parameters are numbers, flags, words or tables
    """Return a table of words or limits laid over the one it changes; anything else as it is."""
    if before is None or not isinstance(value, dict) or not isinstance(before.value, dict):
        return value
    return {**before.value, **value}


def _exact(value: Any) -> Any:  # noqa: ANN401 - parameters are numbers, flags, words or tables
    """Return floats as the decimals they were written as; whole numbers likewise."""
    if isinstance(value, bool) or not isinstance(value, int | float | dict):
        return value
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    return Decimal(repr(value))


def _good(name: str, value: object, file: str, table: str, faults: list[Fault]) -> bool:
    if name not in PARAMETERS:
        details = {"nearest": nearest_key(name, tuple(PARAMETERS))}
        column = f"{table}.{name}"
        faults.append(Fault(code="rules_unknown_key", layer=file, column=column, value=value, details=details))
        return False
    test, wanted = PARAMETERS[name]
    if not test(value):
        column = f"{table}.{name}"
        faults.append(Fault(code="rules_value", layer=file, column=column, value=value, details={"wanted": wanted}))
        return False
    return True


def _kinds(file: RuleFile, groups: Mapping[str, list[str]], faults: list[Fault]) -> None:
    known = (*FACILITY_KINDS, *MEDICAL_KINDS, *groups)
    for rule in file.rules:
        for target in rule.targets:
            lists = [target.options.get(key, []) for key in ("kinds", "hubs", "partners")]
            lists += [words for pair in target.options.get("pairs", []) for words in pair.values()]
            for word in (word for words in lists for word in words if word not in known):
                details = {"nearest": nearest_key(word, known)}
                column = f"rules.{rule.id}.kinds"
                faults.append(
                    Fault(code="rules_unknown_key", layer=file.path.name, column=column, value=word, details=details)
                )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and 0 <= value <= 10_000_000  # noqa: PLR2004 - beyond any parameter


def _is_words(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def _is_table(value: object, test: Callable[[object], bool]) -> bool:
    return isinstance(value, dict) and bool(value) and all(map(test, value.values()))


# what each parameter may be; the values themselves are in the rulebook
PARAMETERS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "household_size": (lambda value: _is_number(value) and value > 0, "2.62"),
    "pool_m": (_is_number, "500"),
    "pool_same_street": (lambda value: isinstance(value, bool), "true / false"),
    "pool_households_at_most": (_is_number, "1000"),
    "pool_search_s": (lambda value: _is_number(value) and value > 0, "30"),
    "counted_kinds": (lambda value: _is_words(value) and set(value) <= set(FACILITY_KINDS), " / ".join(FACILITY_KINDS)),
    "new_since": (lambda value: isinstance(value, dt.date) and not isinstance(value, dt.datetime), "2020-05-01"),
    "ceil_hundred": (lambda value: isinstance(value, bool), "true / false"),
    "land_per": (lambda value: value in {"resident", "elder"}, "resident / elder"),
    "near_m": (
        lambda value: (
            _is_table(value, _is_number)
            and set(value) == {"same", "adjacent", "near"}
            and value["same"] <= value["adjacent"] <= value["near"]
        ),
        "{ same = 30, adjacent = 100, near = 300 }",
    ),
    "occupancy_band": (_is_number, "5"),
    "implied_total_band": (_is_number, "5"),
    "dense_share": (lambda value: _is_number(value) and value <= 100, "20"),  # noqa: PLR2004 - per cent
    "highest_storey": (lambda value: _is_number(value) and value == int(value) and value >= 1, "3"),
    "kind_groups": (lambda value: _is_table(value, _is_words), '{ group = ["day_care"] }'),
    "words": (lambda value: _is_table(value, _is_words), '{ "助餐" = ["助餐", "食堂"] }'),
    "residents": (
        lambda value: _is_table(
            value,
            lambda three: isinstance(three, list) and len(three) == 3 and all(map(_is_number, three)),  # noqa: PLR2004
        ),
        "{ F1 = [10, 5, 20] }",
    ),
}
