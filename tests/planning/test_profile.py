import pytest

from geodata.faults import InputError
from geodata.study import Walking
from planning.walking.profile import ALIASES, PRESETS, preset, profile_of


def test_presets_have_the_speeds_of_their_sources():
    speeds = {name: profile.speed_m_s for name, profile in PRESETS.items()}
    assert speeds == {"standard": 1.0, "elder": 0.8, "frail": 0.64, "general": 1.2, "wheelchair": 0.64}


@pytest.mark.parametrize("profile", PRESETS.values(), ids=PRESETS)
def test_every_preset_says_where_it_comes_from_and_waits_nowhere(profile):
    assert "V1" in profile.source or "V2" in profile.source
    assert profile.crossing_s == 0.0
    assert profile.label("zh") == profile.zh != profile.label("en") == profile.en


@pytest.mark.parametrize(
    ("word", "name"),
    [("标准", "standard"), ("老年", "elder"), ("高龄体弱", "frail"), ("轮椅", "wheelchair"), (" Elder ", "elder")],
)
def test_presets_answer_to_chinese_and_english(word, name):
    assert preset(word).name == name


def test_every_alias_leads_to_a_preset():
    assert set(ALIASES.values()) <= set(PRESETS)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(InputError, match="elder") as caught:
        profile_of(Walking(profile="elders"))
    assert "“elders”" in caught.value.faults[0].message("zh")
    assert '"elder"' in caught.value.faults[0].message("en")


def test_no_changes_is_the_preset_itself():
    assert profile_of(Walking(profile="老年")) == PRESETS["elder"]


def test_changes_of_a_study_are_taken_and_told():
    profile = profile_of(Walking(profile="elder", changes={"speed_m_s": 0.9, "crossing_s": 20, "slope": "none"}))
    assert (profile.speed_m_s, profile.crossing_s, profile.slope) == (0.9, 20.0, "none")
    assert profile.stairs_factor == 3.0
    assert profile.source.endswith("set by the study: speed_m_s = 0.9, crossing_s = 20, slope = none")


def test_stairs_s_is_seconds_more_for_each_metre():
    # 10 m at 0.8 m/s: 12.5 s on the flat; + 10 x 2 s = 32.5 s; factor 32.5 / 12.5 = 2.6
    profile = profile_of(Walking(profile="elder", changes={"stairs_s": 2}))
    assert profile.stairs_factor == pytest.approx(2.6)


@pytest.mark.parametrize(
    ("name", "stairs", "factor", "barred"),
    [
        ("standard", "walk", 1.0, False),
        ("standard", "slow", 3.0, False),
        ("standard", "barred", 3.0, True),
        ("wheelchair", "slow", 3.0, False),
    ],
)
def test_stairs_may_be_walked_slow_or_barred(name, stairs, factor, barred):
    profile = profile_of(Walking(profile=name, changes={"stairs": stairs}))
    assert (profile.stairs_factor, profile.stairs_barred) == (factor, barred)


@pytest.mark.parametrize(
    "changes",
    [
        {"speed_m_s": 0.05},
        {"speed_m_s": 3.01},
        {"speed_m_s": float("nan")},
        {"speed_m_s": "fast"},
        {"speed_m_s": True},
        {"crossing_s": -1},
        {"stairs_s": 61},
        {"stairs": "up"},
        {"slope": "steep"},
        {"sped_m_s": 1},
        {"stairs": "barred", "stairs_s": 1},
        {"stairs": "walk", "stairs_s": 1},
    ],
)
def test_changes_that_make_no_sense_are_refused(changes):
    with pytest.raises(InputError) as caught:
        profile_of(Walking(changes=changes))
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].column.startswith("walking.")


def test_all_bad_changes_are_reported_at_once():
    with pytest.raises(InputError) as caught:
        profile_of(Walking(changes={"speed_m_s": 9, "slope": "steep", "stairs": "up"}))
    assert [fault.column for fault in caught.value.faults] == ["walking.speed_m_s", "walking.stairs", "walking.slope"]


def test_stairs_s_for_who_cannot_use_stairs_is_refused():
    with pytest.raises(InputError, match="stairs_s"):
        profile_of(Walking(profile="wheelchair", changes={"stairs_s": 1}))


def test_speed_in_millimetres_is_free_of_noise():
    # 1.13 * 1000 is 1129.9999999999998 in binary; 900 s at 1.13 m/s must be exactly 1,017,000 mm
    profile = profile_of(Walking(changes={"speed_m_s": 1.13}))
    assert profile.speed_mm_s == 1130.0
    assert 1_017_000 / profile.speed_mm_s == 900.0
