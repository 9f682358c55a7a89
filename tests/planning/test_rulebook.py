"""The rulebook: all 145 clauses, each computed, tracked or explained; profiles inherit; bad files are refused."""

import ast
import csv
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from geodata.faults import InputError
from geodata.words import ROOT, catalogue
from planning.rules import RULEBOOK, known_profiles, read_rules
from planning.rules.clauses import Rule
from planning.rules.findings import cited
from planning.rules.measures import MEASURES, OPTION_TYPES
from planning.rules.profiles import read_profile, with_choices
from tests.planning.rule_town import judged, row
from tests.realdata import DATA

POLICIES = DATA.parent / "policies" / "clauses.csv"
FILES = {"SD": "shandong-2024", "AN": "template-2024", "LY": "linyi-2025", "JN": "jinan-2022", "WA": "wengan-2023"}
# the 145 clauses of the five documents; SD-02 is two, LY-03 is called LY-03a
IDS = (
    {"SD-02a", "SD-02b", *(f"SD-{n:02}" for n in range(1, 27) if n != 2)}
    | {f"AN-{n:02}" for n in range(1, 25)}
    | {"LY-03a", *(f"LY-{n:02}" for n in range(1, 25) if n != 3)}
    | {f"JN-{n:02}" for n in range(1, 35)}
    | {f"WA-{n:02}" for n in range(1, 37)}
)
# counted by hand from the lists above: 27 + 24 + 24 + 34 + 36
COUNTS = {"SD": 27, "AN": 24, "LY": 24, "JN": 34, "WA": 36}
JUDGED_KINDS = {"quota", "count", "spatial", "beds/staff", "siting"}


def clauses() -> dict[str, Rule]:
    return {rule.id: rule for name in FILES.values() for rule in read_rules(RULEBOOK / f"{name}.toml").rules}


CLAUSES = clauses()


def test_all_145_clauses_are_there_and_none_is_invented() -> None:
    assert set(CLAUSES) == IDS
    assert len(CLAUSES) == 145
    assert {head: sum(name.startswith(head) for name in CLAUSES) for head in COUNTS} == COUNTS


def test_the_presets_are_no_clauses() -> None:
    presets = {rule.id for rule in read_rules(RULEBOOK / "gb-presets.toml").rules}
    assert presets
    assert not presets & IDS
    assert all(name.startswith("GB-") for name in presets)


@pytest.mark.parametrize("rule", CLAUSES.values(), ids=CLAUSES)
def test_each_clause_is_computed_tracked_or_explained(rule: Rule) -> None:
    assert rule.way in {"computed", "tracked", "not testable"}
    if rule.way == "not testable" or (rule.way == "tracked" and rule.kind in JUDGED_KINDS):
        assert rule.why["zh"]
        assert rule.why["en"]
    assert rule.zh.endswith("。")
    assert rule.en.endswith(".")
    assert rule.zh.count("。") == 1  # one plain sentence
    assert rule.document.title
    assert rule.section
    assert rule.section in cited(rule)
    assert (rule.document.number or rule.document.title) in cited(rule)


@pytest.mark.skipif(not POLICIES.is_file(), reason="the table of clauses is not beside the project")
def test_the_entries_agree_with_the_table_of_clauses() -> None:
    with POLICIES.open(encoding="utf-8-sig", newline="") as file:
        listed = {line["rule_id"]: line for line in csv.DictReader(file)}
    assert set(listed) == set(CLAUSES) == IDS
    for name, line in listed.items():
        rule = CLAUSES[name]
        assert rule.kind == line["kind"], name
        assert rule.since.isoformat().startswith(line["valid_from"]), name
        until = re.match(r"\d{4}(-\d\d-\d\d)?", line["valid_to"])
        assert (rule.until is None) == (until is None), name
        assert until is None or rule.until is None or rule.until.isoformat().startswith(until[0]), name


@pytest.mark.skipif(not POLICIES.is_file(), reason="the table of clauses is not beside the project")
def test_no_sentence_is_copied() -> None:
    with POLICIES.open(encoding="utf-8-sig", newline="") as file:
        quotes = {
            line["rule_id"]: re.sub(r"[\s,，、。“”%㎡]", "", line["quote_verbatim"]) for line in csv.DictReader(file)
        }
    copied = []
    for name, quote in quotes.items():
        ours = re.sub(r"[\s,，、。“”%㎡]", "", CLAUSES[name].zh)
        copied += [name for at in range(len(quote) - 15) if quote[at : at + 16] in ours]
    assert not copied


@pytest.mark.parametrize(
    ("rule_id", "values"),
    [
        ("SD-01", {"new": 20, "existing": 15}),
        ("LY-01", {"new": 30, "existing": 20}),
        ("AN-01", {"new": 20}),
        ("WA-01", {"new": 20}),
        ("WA-02", {"existing": 15}),
        ("JN-01", {"new": 100}),
    ],
)
def test_the_rates_of_the_estate_quota(rule_id: str, values: dict[str, int]) -> None:
    assert CLAUSES[rule_id].targets[0].by_class == values


def test_figures_that_drive_verdicts() -> None:
    def value(rule_id: str, at: int = 0) -> Decimal | None:
        return CLAUSES[rule_id].targets[at].value

    assert [value(one) for one in ("SD-04", "JN-09", "AN-15")] == [70, 65, 60]
    assert value("LY-13", 1) == 75
    assert value("WA-17", 2) == 66
    assert value("LY-02") == Decimal("0.3")  # exact: no binary 0.3
    assert CLAUSES["WA-18"].targets[0].relation == ">"
    assert CLAUSES["WA-01"].targets[0].options["single_min_m2"] == 350
    assert CLAUSES["AN-07"].targets[0].options["min_area_m2"] == 1000
    assert CLAUSES["SD-20"].targets[0].relation == "<="
    assert CLAUSES["JN-04"].force == "binding"  # 约束性 in its table
    assert CLAUSES["JN-08"].force == "expected"  # 预期性
    assert CLAUSES["LY-15"].force == "encouraged"  # 支持
    assert CLAUSES["WA-22"].force == "binding"  # 应


def test_every_measure_is_asked_for_and_every_option_has_a_type() -> None:
    asked = {
        target.measure
        for name in known_profiles()
        for rule in read_rules(RULEBOOK / f"{name}.toml").rules
        for target in rule.targets
    }
    assert asked == set(MEASURES)
    assert {option for measure in MEASURES.values() for option in measure.options} <= set(OPTION_TYPES)


def test_every_message_a_finding_uses_is_written() -> None:
    used = set()
    for path in sorted((ROOT / "planning").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            at = {"Phrase": 0, "word": 0, "finding": 2, "amount": 3}.get(name)
            if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                used.add(f"rule_{node.args[at].value}")
    assert len(used) > 80
    assert not used - set(catalogue())


def test_profiles_inherit_their_province() -> None:
    assert known_profiles() == (
        "gb-presets",
        "jinan-2022",
        "linyi-2025",
        "shandong-2024",
        "template-2024",
        "wengan-2023",
    )
    linyi = read_profile("linyi-2025")
    assert linyi.lineage == ("linyi-2025", "shandong-2024")
    ids = [rule.id for rule in linyi.rules]
    assert ids[0] == "LY-01"
    assert {"SD-01", "GB-SD-2020"} <= set(ids)
    assert not any(name.startswith(("JN", "WA", "AN")) for name in ids)
    assert "SD-01" not in [rule.id for rule in read_profile("wengan-2023").rules]
    assert read_profile("wengan-2023")["new_since"] == dt.date(2022, 3, 24)
    assert linyi["new_since"] == dt.date(2020, 5, 1)
    assert linyi["household_size"] == Decimal("2.62")


def test_the_stricter_of_city_and_province_is_marked() -> None:
    found = judged("linyi-2025", residential=[{"id": "R1", "name": "R", "households": 100, "estate_class": "new"}])
    strict = found.indicators().set_index(["rule_id", "part"])["strictest"]
    assert strict["LY-01", ""]  # 30 against 20
    assert not strict["SD-01", ""]
    assert strict["LY-13", "share"]  # 75 against 70
    assert not strict["SD-04", ""]
    strict = judged("jinan-2022").indicators().set_index(["rule_id", "part"])["strictest"]
    assert strict["SD-04", ""]  # the province's 70 is stricter than Jinan's 65
    assert not strict["JN-09", ""]


def test_a_profile_of_ones_own_extends_another(tmp_path: Path) -> None:
    own = tmp_path / "district.toml"
    own.write_text(
        """
        [profile]
        name = "某区"
        extends = "linyi-2025"
        without = ["SD-05"]
        [document]
        title = "某区细则"
        number = "某政发〔2025〕1号"
        since = 2025-06-01
        [parameters]
        pool_m = 300
        [rules.MY-01]
        kind = "quota"
        force = "binding"
        section = "第二条"
        zh = "新建每百户 35 平方米。"
        measure = "estate_floor_area"
        value = { new = 35 }
        unit = "m2_per_100_households"
        """,
        encoding="utf-8",
    )
    profile = read_profile("district.toml", folder=tmp_path)
    assert profile.lineage == ("district", "linyi-2025", "shandong-2024")
    assert profile["pool_m"] == 300
    assert profile.rule("SD-05") is None
    homes = [{"id": "R1", "name": "R", "households": 100, "estate_class": "new", "built_elder_area_m2": 34.9}]
    found = judged(profile=profile, residential=homes)
    assert row(found, "MY-01", "R1")["verdict"] == "below"
    assert row(found, "MY-01", "R1")["gap"] == 0.1
    assert row(found, "LY-01", "R1")["verdict"] == "met"
    assert found.estates["today_rule"].tolist() == ["MY-01"]


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('[profile]\nextends = "linyi-2024"', "profile.extends", "linyi-2025"),
        ('[profile]\nextend = "linyi-2025"', "profile.extend", "extends"),
        ('[profile]\nextends = "linyi-2025"\n[parameters]\npool_metres = 3', "parameters.pool_metres", "pool_m"),
        ('[profile]\nextends = "linyi-2025"\n[parameters]\npool_m = "far"', "parameters.pool_m", "500"),
        ('[profile]\nextends = "linyi-2025"\nwithout = ["SD-99"]', "profile.without", "SD-"),
        ('[profile]\npresets = ["GB-99"]', "profile.presets", "GB-"),
        ("[profile]\n[rules.X-1]\nkind = 'quota'\n[document]\ntitle = 'T'\nsince = 2025-01-01", "rules.X-1.why", "zh"),
        ("[profile]\n[rules.X-1]\nkind = 'quotas'", "rules.X-1.kind", "quota"),
        ("[profile]\n[document]\ntitle = 'T'\nsince = 2025-01-01\nuntil = 2024-01-01", "document.until", "2025-01-01"),
    ],
)
def test_a_bad_profile_is_refused_with_file_key_and_remedy(tmp_path: Path, text: str, key: str, said: str) -> None:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_profile("own.toml", folder=tmp_path)
    fault = next(one for one in error.value.faults if one.column == key)
    assert fault.layer == "own.toml"
    assert said in fault.line("zh")
    assert "own.toml" in fault.line("en")


RULE = """
[document]
title = "T"
since = 2025-01-01
[rules.X-1]
kind = "quota"
force = "binding"
section = "1"
zh = "甲。"
"""


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('measure = "estate_area"\nunit = "m2"', "rules.X-1.measure"),
        ('measure = "estate_floor_area"\nunit = "m2"\nvalue = 30', "rules.X-1.value"),
        ('measure = "estate_floor_area"\nunit = "m2"\nvalue = { newer = 30 }', "rules.X-1.value"),
        ('measure = "estate_floor_area"\nunit = "acres"\nvalue = { new = 30 }', "rules.X-1.unit"),
        ('measure = "nursing_bed_share"\nunit = "percent"\nvalue = 70', "rules.X-1.kinds"),
        ('measure = "nursing_bed_share"\nunit = "percent"\nvalue = -1\nkinds = ["embedded"]', "rules.X-1.value"),
        ('measure = "nursing_bed_share"\nunit = "percent"\nvalue = 70\nkinds = ["hotel"]', "rules.X-1.kinds"),
        ('measure = "nursing_bed_share"\nunit = "percent"\nvalue = 70\nkinds = "embedded"', "rules.X-1.kinds"),
        ('measure = "entered"\nunit = "percent"\nvalue = 70\nrelation = "=="', "rules.X-1.relation"),
        ('measure = "entered"\nunit = "percent"\nvalue = 70\ndue = "2025"', "rules.X-1.due"),
        ('measure = "entered"\nunit = "percent"\nvalue = 70\nminutes = 15', "rules.X-1.minutes"),
        (
            'measure = "unit_presence"\nunit = "percent"\nkinds = ["station"]\nlevel = "village"',
            "rules.X-1.level",
        ),
        (
            """targets = [
                { part = "a", measure = "entered", unit = "beds", value = 1 },
                { part = "a", measure = "entered", unit = "beds", value = 2 },
            ]""",
            "rules.X-1.targets.part",
        ),
    ],
)
def test_a_bad_rule_is_refused(tmp_path: Path, lines: str, key: str) -> None:
    (tmp_path / "own.toml").write_text(RULE + lines, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_profile("own.toml", folder=tmp_path)
    assert key in [fault.column for fault in error.value.faults]
    assert all(fault.layer == "own.toml" for fault in error.value.faults)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[profile", encoding="utf-8")
    (tmp_path / "gbk.toml").write_bytes('[profile]\nname = "某区"'.encode("gbk"))
    for name, said in (("broken.toml", "TOML"), ("gbk.toml", "UTF-8"), ("missing.toml", "linyi-2025")):
        with pytest.raises(InputError) as error:
            read_profile(name, folder=tmp_path)
        assert said in str(error.value) or said == "TOML"
    with pytest.raises(InputError, match="linyi-2025"):
        read_profile("linyi-2052", folder=tmp_path)


def test_choices_of_a_study_are_checked() -> None:
    profile = read_profile("linyi-2025")
    changed = with_choices(profile, {"pool_m": 300, "near_m": {"adjacent": 80}}, source="study.toml")
    assert changed["pool_m"] == 300
    assert changed["near_m"] == {"same": 30, "adjacent": 80, "near": 300}
    assert changed.parameters["pool_m"].source == "[rules]"
    assert profile["pool_m"] == 500
    with pytest.raises(InputError) as error:
        with_choices(profile, {"pool_distance": 300, "household_size": 0}, source="study.toml")
    assert [fault.column for fault in error.value.faults] == ["rules.pool_distance", "rules.household_size"]
    assert "pool_" in error.value.faults[0].line("zh")


def test_a_preset_does_not_outlive_its_term(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[profile]\nextends = "gb-presets"\npresets = ["GB-SD-2020"]', encoding="utf-8")
    profile = read_profile("own.toml", folder=tmp_path)
    homes = [{"id": "R1", "name": "R", "households": 100, "estate_class": "new", "built_elder_area_m2": 1}]
    last, after = dt.date(2023, 12, 31), dt.date(2024, 1, 1)
    assert judged(profile=profile, residential=homes, day=last).estates["today_rule"].tolist() == ["GB-SD-2020"]
    assert judged(profile=profile, residential=homes, day=after).estates["today_verdict"].tolist() == ["no_rule"]
