"""Street lines from the files planners have: OpenStreetMap extracts, osmnx graphs and any layer of lines."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.cache import key_of
from geodata.coordinates.crs import System, system_of, system_of_crs, to_lonlat
from geodata.faults import Fault, Severity, fail
from geodata.reading.tables import read_table
from geodata.street.graphml import read_graphml
from geodata.street.lines import WGS84, StreetLines, tag_codes
from geodata.street.osm import read_osm
from geodata.street.walkable import FALSE, Tags
from geodata.streets import Longs
from geodata.study import LayerSource, nearest_key

__all__ = ["StreetLines", "download", "lines_of_table", "read_lines"]

OSM_ENDINGS = (".osm", ".pbf", ".osm.gz", ".osm.bz2")
HEADERS = {  # what the columns of a line layer may be called; ``fclass`` is that of the common OSM extracts;
    # 道路等 is what a shapefile in UTF-8 leaves of 道路等级
    "highway": ("highway", "fclass", "road_class", "道路等级", "道路类型", "道路类别", "道路等", "道路类", "等级"),
    "access": ("access", "通行", "通行权"),
    "foot": ("foot", "步行"),
    "bridge": ("bridge", "桥", "桥梁", "是否桥梁"),
    "tunnel": ("tunnel", "隧道", "是否隧道"),
    "walk_speed": ("walk_speed", "步行速度系数"),
}
MOST_SPEED = 5.0  # a moving walkway is 1.5 times a walk; above 5 the column holds km/h or something else


def read_lines(source: LayerSource, cache_folder: Path | None = None) -> tuple[StreetLines, list[Fault]]:
    """Read the lines of a streets layer, in longitude and latitude; nothing is left out yet.

    Parameters
    ----------
    cache_folder
        Where the streets of ``source.place`` are kept once downloaded; needed only for these.
    """
    path = file_of(source, cache_folder or Path())
    digest = key_of([path], settings_of(source))
    given = system_of(source.crs, source.layer)
    name = path.name.lower()
    if name.endswith(OSM_ENDINGS):
        lines, faults = read_osm(path, source.layer, digest)
    elif name.endswith(".graphml"):
        lines, faults = read_graphml(path, source.layer, digest), []
    else:
        lines, faults = _read_layer(replace(source, path=path), given, digest)
    system = given or system_of_crs(lines.crs, source.layer)
    lon_deg, lat_deg = to_lonlat(lines.x, lines.y, system)
    return replace(lines, crs=WGS84, x=lon_deg, y=lat_deg), [*system.faults, *faults]


def file_of(source: LayerSource, cache_folder: Path) -> Path:
    """Return the file of a streets layer, downloaded first where only a place is given."""
    path = source.path
    if source.place and path == Path():
        path = download(source.place, cache_folder, source.layer)
    if not path.is_file():
        raise fail("file_missing", layer=source.layer, column=f"layers.{source.layer}.path", value=path.name)
    return path


def settings_of(source: LayerSource) -> dict[str, object]:
    """Return what the user settled by hand and the file itself doesn't say."""
    return {
        "crs": source.crs,
        "columns": dict(source.columns),
        "sublayer": source.sublayer,
        "encoding": source.encoding,
    }


def lines_of_table(
    table: pd.DataFrame, geometry: gpd.GeoSeries, rows: Longs, *, layer: str, columns: dict[str, str] | None = None
) -> tuple[StreetLines, list[Fault]]:
    """Take the lines of a table as they are; rows without a line are left out and reported.

    Parameters
    ----------
    rows
        The features as the user counts them.
    columns
        Headers the user settled by hand: highway, access, foot, bridge, tunnel or walk_speed -> header.
    """
    headers = _headers(table, dict(columns or {}), layer)
    parts, owner = shapely.get_parts(geometry.to_numpy(), return_index=True)
    rings = shapely.get_type_id(parts) == shapely.GeometryType.LINEARRING
    good = (shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) | rings
    faults: list[Fault] = []
    missing = np.setdiff1d(np.arange(len(table)), owner[good])
    if len(missing):
        details = {"count": len(missing), "rows": len(table)}
        row = int(rows[missing[0]])
        faults.append(Fault(code="streets_not_lines", layer=layer, row=row, details=details))
    parts, owner = parts[good], owner[good]
    speed, bad_speeds = _speeds(table, headers.get("walk_speed"), rows, layer)
    words = zip(*[_words(table, headers.get(key), flag=key != "highway") for key in Tags._fields], strict=True)
    line_tags, tags = tag_codes([Tags(*row) for row in words])
    xy, line = shapely.get_coordinates(parts, return_index=True)
    lines = StreetLines(
        crs=WGS84,  # the caller knows
        x=xy[:, 0].copy(),
        y=xy[:, 1].copy(),
        node=None,
        line_start=np.concatenate(([0], np.cumsum(np.bincount(line, minlength=len(parts))))).astype(np.int64),
        line_tags=line_tags[owner],
        tags=tags,
        line_speed=speed[owner],
        line_row=rows[owner],
        has_bridges="bridge" in headers or "tunnel" in headers,
        source="",
        digest="",
    )
    return lines, [*faults, *bad_speeds]


def download(place: str, folder: Path, layer: str = "streets") -> Path:
    """Return the file with OpenStreetMap's streets of ``place``, fetched by osmnx when it isn't in ``folder`` yet.

    Everything with a ``highway`` tag is fetched: osmnx's own walking filter leaves out the roads inside compounds.
    """
    path = folder / f"streets-{sha256(place.encode()).hexdigest()[:16]}.graphml"
    if path.is_file():
        return path
    import osmnx  # noqa: PLC0415 - slow to import, needed only to download

    settings = osmnx.settings
    before = settings.use_cache, settings.useful_tags_way
    settings.use_cache, settings.useful_tags_way = False, list(Tags._fields)
    try:
        graph = osmnx.graph_from_place(place, custom_filter='["highway"]', simplify=False, retain_all=True)
    except (TypeError, ValueError, osmnx._errors.InsufficientResponseError) as error:  # noqa: SLF001 - no public name
        raise fail("streets_place_unknown", layer=layer, column="place", value=place) from error
    except OSError as error:  # what requests raises is an OSError
        raise fail("streets_offline", layer=layer, column="place", value=place) from error
    finally:
        settings.use_cache, settings.useful_tags_way = before
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    osmnx.save_graphml(graph, unfinished)
    unfinished.replace(path)
    return path


def _read_layer(source: LayerSource, given: System | None, digest: str) -> tuple[StreetLines, list[Fault]]:
    table = read_table(source)
    name = source.path.name
    if table.geometry is None:
        raise fail("streets_no_lines", layer=source.layer, value=name)
    if table.declared_crs is None and given is None:
        raise fail("streets_no_crs", layer=source.layer, value=name)
    lines, faults = lines_of_table(
        table.frame, table.geometry, table.rows, layer=source.layer, columns=dict(source.columns)
    )
    named = replace(lines, crs=table.declared_crs or WGS84, source=name, digest=digest)
    return named, [*table.faults, *faults]


def _headers(table: pd.DataFrame, columns: dict[str, str], layer: str) -> dict[str, str]:
    known = tuple(dict.fromkeys((*HEADERS, *Tags._fields)))
    for key in columns:
        if key not in known:
            where = f"layers.{layer}.columns.{key}"
            raise fail("study_unknown_key", layer=layer, column=where, nearest=nearest_key(key, known))
    plain = {str(header).strip().lower(): str(header) for header in reversed(table.columns)}
    found = {}
    for name, words in HEADERS.items():
        header = columns.get(name) or next((plain[word] for word in words if word in plain), None)
        if header is not None and header not in table.columns:
            raise fail("streets_column_missing", layer=layer, column=name, value=header)
        if header is not None:
            found[name] = header
    found |= {key: plain[key] for key in Tags._fields if key not in found and key in plain}
    return found


def _words(table: pd.DataFrame, header: str | None, *, flag: bool) -> list[str]:
    """Return a column as words, empty where nothing is given; in a flag column every way to say no becomes "no"."""
    if header is None:
        return [""] * len(table)
    column = table[header]
    words: dict[object, str] = {value: str(value).strip() for value in column.dropna().unique()}
    if flag:
        words = {value: "no" if word and word.lower() in FALSE else word for value, word in words.items()}
    return [words.get(value, "") for value in column]


def _speeds(
    table: pd.DataFrame, header: str | None, rows: Longs, layer: str
) -> tuple[NDArray[np.float32], list[Fault]]:
    if header is None:
        return np.ones(len(table), dtype=np.float32), []
    numbers = pd.to_numeric(table[header], errors="coerce").to_numpy(dtype=float)
    blank = table[header].isna().to_numpy()
    bad = np.flatnonzero(~blank & ~((numbers > 0) & (numbers <= MOST_SPEED)))
    numbers = np.where(blank, 1.0, numbers)
    numbers[bad] = 1.0
    if not len(bad):
        return numbers.astype(np.float32), []
    doubt = Fault(
        code="streets_speed",
        severity=Severity.DOUBT,
        layer=layer,
        row=int(rows[bad[0]]),
        column=header,
        value=table[header].iloc[int(bad[0])],
        details={"most": MOST_SPEED, "count": len(bad)},
    )
    return numbers.astype(np.float32), [doubt]
