"""Figures read back from the sheets: none but those of the outcome."""

import re

import numpy as np

from exhibits.atlas.board import count
from exhibits.classes import class_counts
from exhibits.screen.headline import percent
from exhibits.suggested import classes_after, proof, suggested
from planning.totals import share_text
from scenarios import Outcome
from tests.exhibits.atlascity import Book


def test_the_circle_prints_the_counts_and_rates_of_the_outcome(book: Book, outcome: Outcome) -> None:
    groups = [group for group in outcome.groups if group != "medical"]
    for number, group in enumerate(groups, start=1):
        text = book.sheets[f"05-{number}"]
        for n in class_counts(outcome, group).values():
            assert f" {count(n)} " in text
        row = next(row for row in outcome.summary["headline"] if row["group"] == group)
        for weight in ("elders", "people", "households", "places"):
            line = " ".join(count(row[f"{weight}_{name}"]) for name in ("within_5", "within_10", "within_15", "known"))
            assert line in text, (group, weight)
            shares = [row[f"{weight}_within_{limit}"] / row[f"{weight}_known"] for limit in (5, 10, 15)]
            assert " ".join(percent(share, "zh") for share in shares) in text, (group, weight)


def test_key_figures_stand_with_numerator_and_denominator(book: Book, outcome: Outcome) -> None:
    text = book.sheets["00"]
    for row in outcome.summary["headline"]:
        for weight in ("elders", "households", "places"):
            figures = (row[f"{weight}_within_15"], row[f"{weight}_known"], row[f"{weight}_left_out"])
            assert re.sub(r"\s+", "", share_text(*figures, of="rows")) in text.replace(" ", "")


def test_streets_sum_to_the_city(book: Book, outcome: Outcome) -> None:
    """Read the totals off every street's sheet; nobody lives outside a street in this city."""
    found = np.zeros(4)
    for number, text in book.sheets.items():
        if number.startswith("11-"):
            cells = re.search(r"居住区 户数 人口 老年人 ([\d ]+?) 设施类别", text)
            assert cells, number
            found += whole_numbers(cells[1], 4, outcome)
    table = outcome.districts[(outcome.districts["level"] == "street") & (outcome.districts["group"] == "day_care")]
    expected = [table[f"{weight}_total"].sum() for weight in ("places", "households", "people", "elders")]
    assert found.tolist() == expected


def whole_numbers(text: str, cells: int, outcome: Outcome) -> np.ndarray:
    """Part "54 16 695 41 722 12 730" into four figures: a group of three digits belongs to the one before it."""
    parts = re.findall(r"\d{1,3}(?: \d{3})*(?= |$)", text)
    assert len(parts) == cells, text
    return np.array([float(part.replace(" ", "")) for part in parts])


def test_streets_print_their_own_rows(book: Book, outcome: Outcome) -> None:
    held = set(outcome.city.residential["street_id"].dropna())
    streets = [key for key in outcome.city.districts.index if key in held]
    for number, street in enumerate(streets, start=1):
        text = book.sheets[f"11-{number:02d}"]
        rows = outcome.districts[outcome.districts["district_id"] == street]
        assert len(rows)
        for row in rows.to_dict("records"):
            assert f" {count(row['elders_within_15'])} " in text
            assert f" {count(row['elders_out'] + row['elders_full'])} " in text


def test_gaps_print_names_elders_and_never_a_rounded_down_walk(book: Book, outcome: Outcome) -> None:
    rows = outcome.covered.of_group("day_care")
    places = outcome.city.residential
    out = rows[rows["state"].isin(["out", "full"])].join(places[["name", "elders"]])
    first = out.sort_values("elders", ascending=False, kind="stable").iloc[0]
    assert f"1 {first['name']} " in book.sheets["06"]
    row = next(row for row in outcome.summary["headline"] if row["group"] == "day_care")
    assert f"{count(row['places_out'])} / {count(row['elders_out'])}" in book.sheets["06"]


def test_quota_prints_the_verdicts_of_the_judgement(book: Book, outcome: Outcome) -> None:
    assert outcome.judgement is not None
    verdicts = outcome.judgement.estates["today_verdict"].value_counts()
    assert len(verdicts) > 2
    for name, n in verdicts.items():
        assert re.search(rf"\b{count(n)} / [\d —]+", book.sheets["07"]), name
    assert "临沂" in book.sheets["07"]


def test_presence_prints_numerator_denominator_and_unknown(book: Book, outcome: Outcome) -> None:
    for sheet, level in (("08-1", "street"), ("08-2", "community")):
        for row in outcome.summary["presence"]:
            if row["level"] == level:
                cells = f"{row['districts']} {row['with_site']} {row['unknown']} "
                assert cells in book.sheets[sheet]


def test_facilities_are_counted_by_kind_and_those_not_open_are_not(book: Book, outcome: Outcome) -> None:
    sites = outcome.sites[outcome.sites["layer"] == "facilities"]
    opens = int(sites["open"].fillna(value=False).sum())
    assert f"合计 {opens} " in book.sheets["03"]
    assert f"运营中 {opens} " in book.sheets["03"]
    assert opens < len(sites)


def test_people_sum_to_the_city(book: Book, outcome: Outcome) -> None:
    city = outcome.summary["city"]
    total = f"合计 {count(city['places'])} {count(city['households']['known'])} {count(city['elders']['known'])}"
    assert total in book.sheets["02"]


def test_sites_and_what_they_change(book: Book, outcome: Outcome) -> None:
    table = suggested(outcome)
    assert table is not None
    assert len(table) == 3
    for row in table.to_dict("records"):
        assert f"{row['rank']} {row['name']} " in book.sheets["09"]
        assert f" {count(row['newly_covered_elders'])} {count(row['newly_covered_places'])} " in book.sheets["09"]
    assert count(proof(outcome)["objective"]) in book.sheets["09"]
    before = class_counts(outcome, "day_care")
    newly = int(table["newly_covered_places"].sum())
    assert newly > 0
    later = classes_after(outcome, "day_care").value_counts()
    assert f"{count(before['out'])} → {count(later.get('out', 0))} " in book.sheets["10"]
    assert before["out"] + before["full"] - later.get("out", 0) - later.get("full", 0) == newly
