"""Tables: an outcome becomes the files of ``run``, all of them or none."""

import json
import os
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata import quality
from geodata.faults import fail
from geodata.study import Study
from geodata.words import Lang
from geodata.words.numbers import spaced
from scenarios.outcome import Outcome
from scenarios.summary import headline_text
from scenarios.together import write_together

# not every run writes these; those of an earlier run would contradict the others
SITE_TABLES = (
    "sites.csv",
    "sites_places.csv",
    "siting_uncovered.csv",
    "siting_before_after.csv",
    "siting_phases.csv",
    "siting_curve.csv",
    "siting_robust.csv",
    "siting_front.csv",
)
ONLY_SOME_RUNS = ("rules.csv", "indicators.csv", "ledger.csv", "pooling.csv", *SITE_TABLES)
ONE_DECIMAL = (
    "seconds",
    "metres",
    "straight_m",
    "nearest_medical_m",
    "closes_gap_m2",
    "newly_covered_elders",
    "walk_s",
)
MOST_DECIMALS = 9
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write(outcome: Outcome, folder: Path, lang: Lang = "zh") -> list[str]:
    """Write every table of ``outcome`` into ``folder`` and return the file names.

    A run that breaks leaves ``folder`` as it was. A file that the study reads is never written over.
    """
    refuse_unwritable(folder)
    makers: dict[str, Callable[[Path], None]] = {
        "coverage.csv": lambda path: write_csv(outcome.coverage, path, outcome.limits_s),
        "districts.csv": lambda path: write_csv(counts_plain(outcome.districts), path),
        **rule_tables(outcome, lang),
        **site_tables(outcome, lang),
        "quality.csv": lambda path: write_csv(quality.table(outcome.faults, lang), path),
        "summary.json": lambda path: write_json(outcome.summary, path),
        "study.gpkg": lambda path: write_layers(outcome, path),
    }
    refuse_overwriting(outcome.city.study, folder, [*makers, *ONLY_SOME_RUNS])
    stale = ONLY_SOME_RUNS if (folder / "summary.json").exists() else ()  # of an earlier run, not somebody's own
    return write_together(makers, folder, stale=stale)


def refuse_overwriting(study: Study, folder: Path, names: Sequence[str]) -> None:
    """Raise InputError when a result would take the place of a file that the study reads, or of a folder."""
    inputs = {source.path.resolve() for source in study.layers.values()}
    for path in (folder / name for name in names):
        if path.resolve() in inputs:
            raise fail("cli_out_over_input", column="--out", value=str(path))
        if path.is_dir():
            raise fail("cli_out_unwritable", column="--out", value=str(folder), why=path.name)


def rule_tables(outcome: Outcome, lang: Lang) -> dict[str, Callable[[Path], None]]:
    """Return how to write the tables of the rules; none where the study names no policy."""
    judgement = outcome.judgement
    if judgement is None:
        return {}
    return {
        "rules.csv": lambda path: write_csv(sentences_spaced(judgement.rules(lang)), path),
        "indicators.csv": lambda path: write_csv(sentences_spaced(judgement.indicators(lang)), path),
        "ledger.csv": lambda path: write_csv(sentences_spaced(judgement.ledger(lang)), path),
        "pooling.csv": lambda path: write_csv(judgement.pooled, path),
    }


def sentences_spaced(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose sentences part thousands as all texts do."""
    return table.assign(sentence=table["sentence"].map(spaced, na_action="ignore"))


def site_tables(outcome: Outcome, lang: Lang) -> dict[str, Callable[[Path], None]]:
    """Return how to write the suggested sites and what they change; none where the study asks for none."""
    sited = outcome.sited
    if sited is None:
        return {}
    made = {
        "sites.csv": sited.full_table(lang),
        "sites_places.csv": sited.places,
        "siting_uncovered.csv": sited.uncovered_table(lang),
        "siting_before_after.csv": sited.before_after,
        "siting_phases.csv": sited.phases,
        "siting_curve.csv": sited.curve,
        "siting_robust.csv": sited.robust,
        "siting_front.csv": sited.front,
    }
    return {name: partial(write_csv, table) for name, table in made.items() if table is not None}


def refuse_unwritable(folder: Path) -> None:
    """Raise InputError before any work is done when ``folder`` can't be written."""
    nearest = folder
    try:
        if folder.exists() and not folder.is_dir():
            raise fail("cli_out_is_file", column="--out", value=str(folder))
        while not nearest.exists() and not nearest.is_symlink():
            nearest = nearest.parent
        writable = nearest.is_dir() and os.access(nearest, os.W_OK) and "\0" not in str(folder)
    except OSError as error:  # a name that no disk can hold, links in a circle
        raise fail("cli_out_unwritable", column="--out", value=str(folder), why=error.strerror or str(error)) from error
    if not writable:
        raise fail("cli_out_unwritable", column="--out", value=str(folder), why=str(nearest))


def write_csv(table: pd.DataFrame, path: Path, limits_s: Sequence[float] = ()) -> None:
    """Write a table as UTF-8 with BOM; seconds and metres with one decimal; no cell can run as a formula in Excel.

    Seconds next to one of ``limits_s`` get as many decimals as tell on which side of it they are.
    """
    shown = table.copy()
    for column in shown.columns:
        if column in ONE_DECIMAL:
            values = shown[column].to_numpy(dtype=float, na_value=np.nan)
            edges = limits_s if column == "seconds" else ()
            shown[column] = ["" if np.isnan(value) else decimal(value, edges) for value in values.tolist()]
        elif not pd.api.types.is_numeric_dtype(shown[column]) and not is_id(column):
            shown[column] = pd.Series([harmless(value) for value in shown[column].tolist()], shown.index, dtype=object)
    shown.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def decimal(value: float, edges: Sequence[float] = ()) -> str:
    """Write a figure with one decimal, with more where one would move it across an edge: 900.04, not 900.0."""
    for places in range(1, MOST_DECIMALS):
        text = f"{value:.{places}f}"
        if all((float(text) <= edge) == (value <= edge) for edge in edges):
            return text
    return repr(value)


def counts_plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns of counts, where all are whole numbers, are written without a decimal point."""
    shown = table.copy()
    for column in shown.columns[[is_count(column) for column in shown.columns]]:
        values = shown[column].to_numpy(dtype=float, na_value=np.nan)
        if (np.isnan(values) | (values == np.floor(values))).all():
            shown[column] = pd.array(values, dtype="Float64").astype("Int64")
    return shown


def is_count(column: str) -> bool:
    """Tell the columns that count places, households, people or elders."""
    return column.startswith(("places_", "households_", "people_", "elders_")) and not column.endswith("_share")


def is_id(column: str) -> bool:
    """Tell the columns that carry ids, which are written as given."""
    return column == "id" or column.endswith("_id")


def harmless(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula; numbers stay as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value


def write_json(summary: Any, path: Path) -> None:  # noqa: ANN401 - whatever json can hold
    """Write the summary as readable JSON."""
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def write_layers(outcome: Outcome, path: Path) -> None:
    """Write the layers with results joined as a GeoPackage in the study's CRS."""
    city = outcome.city
    layers = {
        "residential": with_results(city.residential, outcome.coverage),
        "facilities": city.facilities,
        "medical": city.medical,
        "districts": city.districts,
        "candidates": city.candidates,
    }
    for name, table in layers.items():
        if len(table):
            write_layer(gpd.GeoDataFrame(table), name, path)


def with_results(residential: gpd.GeoDataFrame, coverage: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the residential areas with state, seconds, metres, band and nearest facility of each group."""
    wide = coverage.pivot_table(
        index="place_id",
        columns="group",
        values=["nearest_id", "seconds", "metres", "band_min", "state"],
        aggfunc="first",
        dropna=False,
        sort=False,
    )
    wide.columns = pd.Index(wide.columns.map("_".join))
    return residential.join(wide)


def write_layer(table: gpd.GeoDataFrame, name: str, path: Path) -> None:
    """Write one layer; lists become text and rows without a place keep an empty geometry."""
    shown = table.reset_index()
    for column in shown.columns.drop("geometry"):
        if shown[column].map(lambda value: isinstance(value, list | tuple)).any():
            shown[column] = shown[column].map(
                lambda value: "、".join(value) if isinstance(value, list | tuple) else value
            )
        elif shown[column].isna().all():
            shown[column] = shown[column].astype("object").where(shown[column].notna(), None).astype("string")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        shown.to_file(path, layer=name, driver="GPKG", engine="pyogrio")


def headline(outcome: Outcome, lang: Lang) -> str:
    """Return the headline figures in a few lines of text."""
    return headline_text(outcome.summary, lang)
