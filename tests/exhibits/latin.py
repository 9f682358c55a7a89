"""Latin letters in a Chinese text: what may stand there, and what a planner would stumble over."""

import re

NUMBERED = (
    r"[A-Z]{2,4}(-[A-Z0-9]+)+[a-z]?(\.[a-z_]+)?"  # a rule, as LY-03a; its part as it is entered: LY-12.communities
)
OBJECT = r"[A-Z]\d{5,6}"  # R000012
NAMES = (
    NUMBERED,
    OBJECT,
    r"CGCS2000|WGS84|GCJ-02|BD-09|EPSG:\d+|E|GIS|POI",  # coordinate systems, 117°E
    r"km|m|m²|m²/\w*|A3",  # units and paper
    r"GB(/T)?|OpenTripPlanner|Fujiyama|Tyler|Tobler|Webb|Karmarkar|SPPB|CC0|OSM",  # sources
    r"[\w-]+\.(gpkg|xlsx|csv|geojson|tif|toml|docx|pdf|html|shp)",  # files by their names
    r"Excel|CSV|GeoPackage|GeoJSON|Shapefile|utf-8(-sig)?|gb18030",  # how they are written
    r"SHA-256|[0-9a-f]*[a-f][0-9a-f]*",  # fingerprints
    r"[a-z]+-20\d\d|gb-presets",  # rulebooks, as the study file names them
    r"PAGE|PAGEREF|TOC",
)
ALLOWED = re.compile("|".join(NAMES))
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./²:\-]*(?<![.:\-/])")
QUOTED = re.compile(
    r"'[^']*'|\[[a-z]+\]|（policy）|（[a-z_0-9]+）"
)  # layers and keys as files have them, said to be such
HEXES = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b")


def strange(text: str, keys: frozenset[str] = frozenset()) -> set[str]:
    """Return the Latin words of a Chinese text that nothing allows; ``keys`` may stand in it too."""
    bare = HEXES.sub(" ", QUOTED.sub(" ", text))
    return {one for one in WORD.findall(bare) if not ALLOWED.fullmatch(one) and one not in keys}
