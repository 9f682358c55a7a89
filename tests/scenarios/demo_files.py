"""The files of a made-up city, read with pandas and geopandas alone."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

GK = 4548  # the metric CRS of the demo


@dataclass(frozen=True, eq=False)
class Demo:
    """What anybody reads from the folder with pandas and geopandas alone."""

    folder: Path
    places: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame  # in EPSG:4548
    districts: gpd.GeoDataFrame
    facilities: pd.DataFrame
    medical: pd.DataFrame
    gates: pd.DataFrame
    candidates: gpd.GeoDataFrame
    river: gpd.GeoDataFrame
    railway: gpd.GeoDataFrame
    faults: pd.DataFrame

    def rows(self, fault: str, layer: str = "") -> pd.DataFrame:
        """Return the planted faults of one kind."""
        return self.faults[(self.faults["fault"] == fault) & self.faults["layer"].str.startswith(layer)]


def read(folder: Path) -> Demo:
    drawn = gpd.read_file(folder / "background.gpkg")
    return Demo(
        folder=folder,
        places=gpd.read_file(folder / "residential.gpkg"),
        streets=gpd.read_file(folder / "streets.gpkg").to_crs(GK),
        districts=gpd.read_file(folder / "districts.geojson").to_crs(GK),
        facilities=pd.read_excel(folder / "facilities.xlsx", engine="openpyxl"),
        medical=pd.read_csv(folder / "medical.csv", encoding="gb18030"),
        gates=pd.read_csv(folder / "gates.csv"),
        candidates=gpd.read_file(folder / "candidates.gpkg").to_crs(GK),
        river=drawn[drawn["类型"] == "水域"],
        railway=drawn[drawn["类型"] == "铁路"],
        faults=pd.read_csv(folder / "faults.csv", dtype={"value": str}),
    )


def points(lon: pd.Series, lat: pd.Series) -> gpd.GeoSeries:
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(GK)


def walkable(demo: Demo) -> gpd.GeoDataFrame:
    return demo.streets[demo.streets["highway"] != "motorway"]
