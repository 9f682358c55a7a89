"""Made-up files as planners' computers make them, for the tests of the readers."""

import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geodata.faults import Fault, InputError
from geodata.study import LayerSource


def source(path: Path, layer: str = "residential", **given) -> LayerSource:
    return LayerSource(layer=layer, path=path, **given)


def codes(faults) -> list[str]:
    """Return the codes of faults, having said every one in both languages."""
    for fault in faults:
        assert fault.line("zh")
        assert fault.line("en")
    return [fault.code for fault in faults]


def only(faults, code: str) -> list[Fault]:
    return [fault for fault in faults if fault.code == code]


def refused(function, *args, **given) -> list[str]:
    """Return the codes of the InputError that a call raises."""
    try:
        function(*args, **given)
    except InputError as error:
        return codes(error.faults)
    raise AssertionError("nothing was refused")


def write_shapefile(path: Path, frame: pd.DataFrame, shapes, encoding: str, *, cpg: bool = True, crs=None) -> Path:
    """Write a shapefile whose table is in ``encoding``, with or without saying so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names are cut to ten bytes, which is the point
        gpd.GeoDataFrame(frame, geometry=list(shapes), crs=crs).to_file(path, encoding=encoding)
    if not cpg:
        path.with_suffix(".cpg").unlink()
        data = bytearray(path.with_suffix(".dbf").read_bytes())
        data[29] = 0  # the code page in the header of the .dbf
        path.with_suffix(".dbf").write_bytes(bytes(data))
    return path


class WindowsMember(zipfile.ZipInfo):
    """A zip member named as the file explorer of Chinese Windows does it: in GBK, and no word about it."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gb18030"), self.flag_bits


def windows_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, data in files.items():
            member = WindowsMember(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(member, data)
    return path


def parts_of(shp: Path, name: str) -> dict[str, bytes]:
    """Return the parts of a shapefile by the names they shall have in a zip."""
    return {f"{name}{part.suffix}": part.read_bytes() for part in sorted(shp.parent.glob(f"{shp.stem}.*"))}


def estates(n: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "编号": [f"00{i}" for i in range(1, n + 1)],
            "小区名称": ["阳光花园", "和平里", "东湖苑"][:n],
            "户数": [1200, 350, 800][:n],
        }
    )


def points(n: int = 3):
    return [shapely.Point(117.0 + 0.01 * i, 36.6 + 0.01 * i) for i in range(n)]
