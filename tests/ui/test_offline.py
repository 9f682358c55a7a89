"""Nothing the app ships points to another computer, and no text can become a program."""

import json
import re
from pathlib import Path

import folium
import pytest
from folium.plugins import Draw

import exhibits.screen
import ui
from exhibits.screen.layers import Layer, packed
from exhibits.screen.tiles import TileSet
from ui import cards, maproutes
from ui.offline_map import base_map, click_of, refuse_remote, script_safe

SHIPPED = (Path(ui.__file__).parent, Path(exhibits.screen.__file__).parent)
VENDOR = SHIPPED[1] / "web" / "vendor"
HOME = [[36.0, 117.0], [36.1, 117.1]]


def test_vendor_is_small_and_every_folder_has_its_licence_and_notice() -> None:
    files = [path for path in VENDOR.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_000_000
    notices = (VENDOR / "NOTICES.md").read_text(encoding="utf-8")
    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").is_file()
        assert f"`{folder.name}/`" in notices


@pytest.mark.parametrize(
    "path", sorted(path for folder in SHIPPED for path in folder.rglob("*.css")), ids=lambda path: path.name
)
def test_styles_load_nothing(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"url\(|@import|//[a-z]", text)


def test_scripts_name_no_source_map() -> None:
    scripts = [path for folder in SHIPPED for path in folder.rglob("*.js")]
    assert {"leaflet.js", "planmap.js"} <= {path.name for path in scripts}
    for path in scripts:
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8")


def test_a_map_that_would_fetch_from_elsewhere_is_refused() -> None:
    shown = base_map(HOME)
    refuse_remote(shown)
    shown.add_child(Draw())
    with pytest.raises(ValueError, match="Draw would fetch"):
        refuse_remote(shown)
    with pytest.raises(ValueError, match="would fetch"):
        refuse_remote(folium.Map())


def test_text_can_not_end_the_script_it_stands_in() -> None:
    nasty = "</script><b>&amp;\u2028"
    written = script_safe({"name": nasty})
    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == {"name": nasty}


def test_a_click_is_read_with_what_was_hit() -> None:
    assert click_of(None) is None
    assert click_of({"last_clicked": None}) is None
    at = {"lat": 36.0, "lng": 117.0, "n": 5, "near_m": 40.0, "layer": "places", "id": "R1"}
    click = click_of({"last_clicked": at})
    assert click
    assert (click.layer, click.id, click.number, click.near_m) == ("places", "R1", 5, 40.0)
    bare = click_of({"last_clicked": {"lat": 36.0, "lng": 117.0, "n": 6, "near_m": 40.0}})
    assert bare
    assert bare.id == ""


def empty(version: str) -> Layer:
    return Layer("places", version, lambda: {"type": "FeatureCollection", "features": []})


def test_addresses_follow_the_content_and_tell_nothing() -> None:
    one, again, other = (maproutes.register(empty(version)) for version in ("a", "a", "b"))
    assert one == again != other
    assert re.fullmatch(r"\.\./\.\./gis/layer/[0-9a-f]{32}", one)
    assert maproutes.held("0" * 32) is None


def test_only_the_latest_layers_are_kept() -> None:
    first = maproutes.register(empty("first")).rsplit("/", 1)[1]
    for number in range(maproutes.MOST_LAYERS):
        maproutes.register(empty(f"next {number}"))
    assert maproutes.held(first) is None
    assert len(maproutes._layers) == maproutes.MOST_LAYERS


def test_a_layer_is_made_once_and_only_when_asked_for() -> None:
    made = []

    def make() -> dict[str, object]:
        made.append(1)
        return {"type": "FeatureCollection", "features": []}

    name = maproutes.register(Layer("places", "counted", make)).rsplit("/", 1)[1]
    assert not made
    held = maproutes.held(name)
    assert held
    assert held.geojson() == held.geojson() == packed({"type": "FeatureCollection", "features": []})
    assert len(made) == 1


def test_a_tile_layer_draws_and_keeps_its_tiles() -> None:
    nothing: tuple[TileSet, ...] = ()
    address = maproutes.register(Layer("base", "tiles", lambda: nothing, "tiles", pane="Base", ground="#ffffff"))
    assert address.endswith("/{z}/{x}/{y}.png")
    held = maproutes.held(address.split("/")[4])
    assert held
    assert held.tile(10, 1, 1).startswith(b"\x89PNG")
    assert held.tile(10, 1, 1) is held.tile(10, 1, 1)


def test_cards_escape_what_people_wrote() -> None:
    assert (
        cards.rows([("<b>", '"x"&')])
        == '<table class="plan-rows"><tr><th>&lt;b&gt;</th><td>&quot;x&quot;&amp;</td></tr></table>'
    )
