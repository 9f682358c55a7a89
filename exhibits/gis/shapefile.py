"""Shapefiles: layers as a zip that older GIS reads: UTF-8 with .cpg, ten-letter names cut readably, a field list."""

import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from exhibits.gis.layers import GisLayer, in_system
from exhibits.products import System

MOST_NAME = 10  # letters of a field name
MOST_TEXT = 254  # bytes of a text
UNKNOWN = -9999.0  # a shapefile can't leave a number out: some programs read nothing as 0
MADE_ON = (1980, 1, 1, 0, 0, 0)
GROUPS = {"day_care": "dc", "residential_care": "rc", "meals": "ml", "medical": "md", "any_care": "ac"}
WORDS = {
    "nearest_id": "near",
    "seconds": "sec",
    "metres": "m",
    "band_min": "band",
    "state": "state",
    "class": "cls",
    "after": "aft",
    "places_within": "pl_in",
    "places_known": "pl_kn",
    "households_within": "hh_in",
    "households_known": "hh_kn",
    "elders_within": "el_in",
    "elders_known": "el_kn",
    "left_out": "unkn",
    "sites": "sites",
    "present": "has",
    "households": "hholds",
    "population": "popul",
    "elders_source": "eld_src",
    "people_source": "ppl_src",
    "estate_class": "est_class",
    "permit_date": "permit",
    "completion_date": "complete",
    "built_elder_area_m2": "built_m2",
    "floor_area_m2": "floor_m2",
    "site_area_m2": "site_m2",
    "nursing_beds": "nurs_beds",
    "dementia_beds": "dem_beds",
    "medical_mode": "med_mode",
    "counts_to_quota": "to_quota",
    "counted_open": "open",
    "available_on": "avail_on",
    "accessible": "access",
    "community_id": "comm_id",
    "class_source": "class_src",
    "existing_m2": "exist_m2",
    "permit_required_m2": "p_need_m2",
    "permit_verdict": "p_verdict",
    "permit_gap_m2": "p_gap_m2",
    "permit_rate": "p_rate",
    "permit_rule": "p_rule",
    "today_required_m2": "t_need_m2",
    "today_verdict": "t_verdict",
    "today_gap_m2": "t_gap_m2",
    "today_rate": "t_rate",
    "today_rule": "t_rule",
    "newly_covered_elders": "new_elders",
    "newly_covered_places": "new_places",
    "closes_gap_m2": "closes_m2",
    "nearest_medical_m": "medical_m",
}


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return a name of at most ten letters for every field: known words shortened, else cut; none twice."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        group = next((group for group in GROUPS if name.endswith(f"_{group}")), "")
        rest = name.removesuffix(f"_{group}") if group else name
        wanted = cut("_".join(part for part in (GROUPS.get(group), WORDS.get(rest, rest)) if part))
        short, number = wanted, 1
        while short.lower() in taken:
            number += 1
            short = f"{cut(wanted, MOST_NAME - len(str(number)))}{number}"
        taken.add(short.lower())
        found[name] = short
    return found


def cut(name: str, most: int = MOST_NAME) -> str:
    """Return a name cut to ``most`` bytes without breaking a letter."""
    return name.encode()[:most].decode("utf-8", "ignore")


def short_of(layers: Iterable[GisLayer]) -> dict[str, Mapping[str, str]]:
    """Return the short names of every layer."""
    return {layer.name: short_names([str(name) for name in layer.table.columns.drop("geometry")]) for layer in layers}


def shortened(table: gpd.GeoDataFrame, names: Mapping[str, str]) -> tuple[gpd.GeoDataFrame, int]:
    """Return a table as a shapefile can hold it, and how many texts were cut.

    Numbers that are not known become -9999, days become text, texts end after 254 bytes, yes and no become 1 and 0.
    """
    shown = table.copy()
    texts_cut = 0
    for name in names:
        values = shown[name]
        if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
            shown[name] = values.astype("Float64").fillna(UNKNOWN).astype("float64")
            if (shown[name] == shown[name].round()).all():
                shown[name] = shown[name].astype("int64")
        else:
            if pd.api.types.is_datetime64_any_dtype(values):
                values = values.dt.strftime("%Y-%m-%d")
            ends = values.map(lambda value: cut(str(value), MOST_TEXT) if pd.notna(value) else None)
            texts_cut += int((ends.notna() & (ends != values.astype("string"))).fillna(value=False).sum())
            shown[name] = ends.astype("object")
    return shown.rename(columns=dict(names)), texts_cut


def write_zip(found: Iterable[GisLayer], path: Path, system: System, field_list: str, day: str) -> int:
    """Write every layer into one zip, areas and points apart, with the field list; return how many texts were cut."""
    cut_texts = 0
    with tempfile.TemporaryDirectory() as folder:
        for layer in found:
            table, cut_here = shortened(in_system(layer.table, system), short_of([layer])[layer.name])
            cut_texts += cut_here
            for kind, part in parts(table):
                options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": day, "SPATIAL_INDEX": "NO"}
                part.to_file(
                    Path(folder) / f"{layer.name}{kind}.shp",
                    driver="ESRI Shapefile",
                    engine="pyogrio",
                    layer_options=options,
                )
        (Path(folder) / "fields.csv").write_text(field_list, encoding="utf-8-sig", newline="")
        pack(Path(folder), path)
    return cut_texts


def parts(table: gpd.GeoDataFrame) -> list[tuple[str, gpd.GeoDataFrame]]:
    """Return a table by kind of geometry, since a shapefile holds one; rows without a place go with the first."""
    kinds = table.geometry.geom_type.str.removeprefix("Multi")
    names = {"Polygon": "", "Point": "_points", "LineString": "_lines"}
    there = [name for name in names if (kinds == name).any()]
    if len(there) <= 1:
        return [("", table)]
    first = there[0]
    return [(names[name], table[(kinds == name) | (kinds.isna() & (name == first))]) for name in there]


def pack(folder: Path, path: Path) -> None:
    """Zip the files of a folder, the same files to the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for file in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(file.name, MADE_ON)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, file.read_bytes())
