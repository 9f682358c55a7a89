"""GIS files: layers.gpkg with QGIS styles, and beside it shapefiles and GeoJSON, each as a zip with a field list."""

import io
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyogrio

from exhibits.gis.layers import GisLayer, fields, in_system, layers
from exhibits.gis.shapefile import pack, short_of, write_zip
from exhibits.gis.styles import styles, write_styles
from exhibits.products import System
from geodata.words import Lang, say
from scenarios.outcome import Outcome
from scenarios.tables import harmless

SHAPEFILES, GEOJSON = "layers_shp", "layers_geojson"


def make(outcome: Outcome, path: Path, lang: Lang = "zh", systems: Sequence[System] = ("study",)) -> tuple[str, ...]:
    """Write the GeoPackage at ``path`` and the zips beside it, once per system, and say what was left out.

    Files of another system than the study's carry its name: ``layers_gcj02.gpkg``. GeoJSON is in WGS84, as its
    standard demands, and is written once; only GCJ-02 has one of its own.
    """
    found = layers(outcome)
    left_out: list[str] = []
    for system in systems:
        tail = "" if system == "study" else f"_{system}"
        make_geopackage(outcome, path.with_name(f"{path.stem}{tail}{path.suffix}"), lang, system)
        cut = make_shapefiles(outcome, path.with_name(f"{SHAPEFILES}{tail}.zip"), lang, system)
        geojson: System = "gcj02" if system == "gcj02" else "wgs84"
        make_geojson(outcome, path.with_name(f"{GEOJSON}_{geojson}.zip"), lang, geojson)
        if cut:
            left_out.append(say("gis_texts_cut", lang, n=cut))
    names = {layer.name for layer in found}
    left_out += [say(f"gis_no_{name}", lang) for name in ("districts", "candidates", "sites") if name not in names]
    return tuple(left_out)


def make_geopackage(outcome: Outcome, path: Path, lang: Lang = "zh", system: System = "study") -> None:
    """Write every layer with its styles, and the field list as a table."""
    found = layers(outcome)
    path.unlink(missing_ok=True)
    with quiet(outcome):
        for layer in found:
            in_system(layer.table, system).to_file(path, layer=layer.name, driver="GPKG", engine="pyogrio")
        pyogrio.write_dataframe(fields(outcome, lang).drop(columns="short"), path, layer="fields", driver="GPKG")
    write_styles(path, styles(outcome, found, lang), f"{stamp(outcome)}T00:00:00.000Z")


def make_shapefiles(outcome: Outcome, path: Path, lang: Lang = "zh", system: System = "study") -> int:
    """Write the layers as shapefiles in one zip; return how many texts had to be cut."""
    found = layers(outcome)
    with quiet(outcome):
        return write_zip(found, path, system, field_list(outcome, found, lang, system), stamp(outcome))


def make_geojson(outcome: Outcome, path: Path, lang: Lang = "zh", system: System = "wgs84") -> None:
    """Write the layers as GeoJSON in one zip with the field list."""
    found = layers(outcome)
    with tempfile.TemporaryDirectory() as folder, quiet(outcome):
        for layer in found:
            table = in_system(layer.table, system)
            options = {"COORDINATE_PRECISION": "3" if system == "study" else "7"}
            if system != "study":  # the study's metres need their CRS beside them, which RFC 7946 has no room for
                options["RFC7946"] = "NO"
            table.to_file(
                Path(folder) / f"{layer.name}.geojson", driver="GeoJSON", engine="pyogrio", layer_options=options
            )
        text = field_list(outcome, found, lang, system, short=False)
        (Path(folder) / "fields.csv").write_text(text, encoding="utf-8-sig", newline="")
        pack(Path(folder), path)


def field_list(outcome: Outcome, found: Sequence[GisLayer], lang: Lang, system: System, *, short: bool = True) -> str:
    """Return the field list as CSV, a line on the coordinate system and on unknown values first."""
    table = fields(outcome, lang, short_of(found) if short else None)
    table.columns = [say(f"gis_field_{name}", lang) for name in table.columns]
    crs = {"study": outcome.city.crs_m.to_string(), "wgs84": "EPSG:4326", "gcj02": "GCJ-02"}[system]
    out = io.StringIO()
    line = say("gis_fields_note" if short else "gis_fields_note_plain", lang, crs=crs)
    out.write(f'"{line}"\r\n')
    table.map(harmless).to_csv(out, index=False, lineterminator="\r\n")
    return out.getvalue()


def stamp(outcome: Outcome) -> str:
    """Return the day that files carry instead of the clock's: the study's."""
    day = outcome.city.study.day
    return day.isoformat() if day else "2000-01-01"


@contextmanager
def quiet(outcome: Outcome) -> Iterator[None]:
    """Write without the clock, and without the warnings that this module answers for itself."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{stamp(outcome)}T00:00:00.000Z"})
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="'crs' was not provided")
            warnings.filterwarnings("ignore", message=".*CRS.*not provided.*")
            warnings.filterwarnings("ignore", message=".*Normalized/laundered.*")
            yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
