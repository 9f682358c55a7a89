"""Which columns hold the coordinates: by their names, else by their figures; and figures that can't be a place."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geodata.faults import Fault, Severity
from geodata.reading.aliases import folded
from geodata.reading.columns import Matched, match
from geodata.reading.numbers import read_numbers
from geodata.reading.raw_table import RawTable
from geodata.study import LayerSource

LON_DEG, LAT_DEG = (73.0, 136.0), (17.5, 54.0)  # of China
MOST_SPREAD_DEG = 6.0  # of the rows of one study
LEAST_ROWS = 3  # two figures can be anything
LEAST_SHARE = 0.6  # of the rows, with a figure
WHOLE_DEG = 180.0
MAPS = {  # whose coordinates are shifted
    **dict.fromkeys(("高德", "腾讯", "火星", "gcj02", "gcj-02"), "named_gcj02"),
    **dict.fromkeys(("百度", "bd09", "bd-09"), "named_bd09"),
}


def matched_columns(raw: RawTable, source: LayerSource) -> Matched:
    """Match the headers of a table; where none names a place, two columns of degrees are taken, with a doubt."""
    headers = [str(header) for header in raw.frame.columns]
    matched = match(headers, source.layer, source.columns, cut=raw.cut_names)
    if raw.geometry is not None or {"x", "y", "geometry"} & {*matched.headers, *source.columns}:
        return matched
    free = [header for header in headers if header not in set(matched.headers.values())]
    lon, lat = ([header for header in free if _all_within(_degrees(raw, header), box)] for box in (LON_DEG, LAT_DEG))
    if len(lon) != 1 or len(lat) != 1:
        return matched
    details = {"x": lon[0], "y": lat[0]}
    doubt = Fault(code="coordinates_by_value", severity=Severity.DOUBT, layer=source.layer, details=details)
    return replace(matched, headers={**matched.headers, "x": lon[0], "y": lat[0]}, faults=(*matched.faults, doubt))


def _degrees(raw: RawTable, header: str) -> NDArray[np.float64]:
    """Return the figures of a column; none where too few rows have one."""
    found = read_numbers(raw.frame[header], "axis").numbers
    found = found[np.isfinite(found) & (found != 0)]
    return found if len(found) >= max(LEAST_ROWS, LEAST_SHARE * len(raw.rows)) else np.zeros(0)


def _all_within(figures: NDArray[np.float64], box: tuple[float, float]) -> bool:
    """Tell whether figures with decimals all lie where a city of China can be."""
    if not len(figures) or (figures == np.round(figures, 1)).any():
        return False
    low, high = float(figures.min()), float(figures.max())
    return box[0] <= low and high <= box[1] and high - low <= MOST_SPREAD_DEG


def whole_degrees(raw: RawTable, matched: Matched, layer: str) -> list[Fault]:
    """Refuse coordinates in whole degrees: the rest of them stands elsewhere, or is lost."""
    if raw.geometry is not None or not {"x", "y"} <= matched.headers.keys():
        return []
    axes = [read_numbers(raw.frame[matched.headers[name]], "axis").numbers for name in ("x", "y")]
    known = np.isfinite(axes[0]) & np.isfinite(axes[1]) & (axes[0] != 0) & (axes[1] != 0)
    figures = np.concatenate([axis[known] for axis in axes])
    if known.sum() < LEAST_ROWS or (np.abs(figures) > WHOLE_DEG).any() or (figures != np.round(figures)).any():
        return []
    header = matched.headers["x"]
    return [Fault(code="coordinates_whole", layer=layer, column=header, value=f"{figures[0]:g}")]


def named_system(raw: RawTable, source: LayerSource, assumed: Sequence[Fault]) -> list[Fault]:
    """Doubt degrees taken as WGS84 where the file's name or a note under its table names a map with another datum.

    Parameters
    ----------
    assumed
        What was said of the coordinate system; nothing is doubted that the file or the user said.
    """
    if not any(fault.code == "crs_guessed_degrees" for fault in assumed):
        return []
    texts = [source.path.stem, *(str(fault.value) for fault in raw.faults if fault.code == "row_note")]
    for word, code in MAPS.items():
        if any(word in folded(text) for text in texts):
            return [
                Fault(code=code, severity=Severity.DOUBT, layer=source.layer, value=word, details={"label": "WGS84"})
            ]
    return []
