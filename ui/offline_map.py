"""The map of every page: folium through streamlit-folium, with every script and style from this computer.

streamlit-folium shows nothing at all when one script can't be fetched, so a map that would fetch from elsewhere is
refused here. The base map never changes; layers travel as a list beside it, and ``planmap.js`` compares that list
with what is shown. So the view survives every change, and moving the map does not run the page again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import streamlit as st
import streamlit.components.v1 as components
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template
from streamlit_folium import st_folium

import exhibits.screen
from exhibits.screen.layers import Layer, Legend, ink_table
from geodata.words import Lang, say
from ui.maproutes import register

WEB = Path(exhibits.screen.__file__).parent / "web"
VENDOR = components.declare_component("vendor", path=str(WEB / "vendor"))
SCRIPTS = components.declare_component("map", path=str(WEB / "map"))
PAGE_WORDS = {
    "map": "ui_map",
    "layers": "ui_map_layers",
    "loading": "ui_map_loading",
    "failed": "ui_map_failed",
    "zoomIn": "ui_map_zoom_in",
    "zoomOut": "ui_map_zoom_out",
    "home": "ui_map_home",
}


@dataclass(frozen=True)
class Click:
    """Where the map was clicked, and on what."""

    lat_deg: float
    lon_deg: float
    near_m: float  # how far eight pixels are: near enough to be meant
    layer: str  # "" where nothing that can be clicked was hit
    id: str
    number: int  # grows with every click


@dataclass(frozen=True)
class Focus:
    """Where the map should go; it goes there once per ``token``."""

    token: str
    bounds_deg: list[list[float]]


class PlanMap(folium.Map):  # type: ignore[misc]  # folium carries no types
    """A folium map whose scripts and styles come from this computer alone."""

    default_js = [  # noqa: RUF012 - folium's own form
        ("leaflet", f"../{VENDOR.name}/leaflet/leaflet.js"),
        ("planmap", f"../{SCRIPTS.name}/planmap.js"),
    ]
    default_css = [  # noqa: RUF012
        ("leaflet_css", f"../{VENDOR.name}/leaflet/leaflet.css"),
        ("planmap_css", f"../{SCRIPTS.name}/planmap.css"),
    ]


class _Start(MacroElement):  # type: ignore[misc]  # branca carries no types
    """Prepare the base map once."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        PlanMap.init({{ this._parent.get_name() }}, {{ this.home }});
        {% endmacro %}
    """)

    def __init__(self, home: str) -> None:
        super().__init__()
        self._name = "Start"
        self.home = home


class _Layers(MacroElement):  # type: ignore[misc]
    """Hand the list of layers to the map."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        PlanMap.update(window.planMap, {{ this.content }});
        {% endmacro %}
    """)

    def __init__(self, content: str) -> None:
        super().__init__()
        self._name = "Layers"
        self.content = content


def show_map(
    layers: Sequence[Layer],
    legend: Legend,
    home_deg: list[list[float]],
    *,
    key: str,
    lang: Lang,
    height_px: int,
    on_click: Callable[[Click], None],
    focus: Focus | None = None,
) -> None:
    """Show a map; ``on_click`` is called before the page is run again because of a click.

    Parameters
    ----------
    layers : from the lowest to the highest
    key : names the map; must change with the city, never with what is shown of it
    """
    page = folium.FeatureGroup()
    page.add_child(_Layers(script_safe(content_of(layers, legend, home_deg, lang, focus))))

    def clicked() -> None:
        if click := click_of(st.session_state.get(key)):
            on_click(click)

    st_folium(
        base_map(home_deg),
        key=key,
        height=height_px,
        use_container_width=True,
        returned_objects=["last_clicked"],
        feature_group_to_add=page,
        on_change=clicked,
    )


def base_map(home_deg: list[list[float]]) -> folium.Map:
    """Return the constant map: no tiles from anywhere, bounds of the city, metric scale, no prefix."""
    found = PlanMap(
        tiles=None, zoom_control=False, prefer_canvas=True, max_zoom=20, zoom_snap=0.5, attribution_control=False
    )
    found.fit_bounds(home_deg)
    found.add_child(_Start(json.dumps(home_deg)))
    refuse_remote(found)
    return found


def refuse_remote(shown: folium.Map) -> None:
    """Raise ValueError if any part of a map would fetch from another computer."""
    for part in parts(shown):
        links = [*getattr(part, "default_js", ()), *getattr(part, "default_css", ())]
        if far := [url for _, url in links if "//" in url]:
            raise ValueError(f"{type(part).__name__} would fetch {far}: vendor the files first")


def parts(element: MacroElement) -> Iterator[MacroElement]:
    """Yield a map element and all that is in it, but for what carries no scripts."""
    if isinstance(element, JSCSSMixin):
        yield element
    for child in element._children.values():  # noqa: SLF001 - branca offers no other way
        yield from parts(child)


def content_of(
    layers: Sequence[Layer], legend: Legend, home_deg: list[list[float]], lang: Lang, focus: Focus | None
) -> dict[str, Any]:
    """Return what the map script needs to know."""
    listed = [layer_entry(layer) for layer in layers]
    return {
        "version": "|".join(f"{entry['key']}:{entry['id']}" for entry in listed),
        "words": {name: say(code, lang) for name, code in PAGE_WORDS.items()},
        "home": home_deg,
        "layers": listed,
        "legend": {"title": legend.title, "rows": legend.rows, "notes": legend.notes},
        "focus": {"token": focus.token, "bounds": focus.bounds_deg} if focus else None,
    }


def layer_entry(layer: Layer) -> dict[str, Any]:
    """Register a layer and return what the map script needs to know of it."""
    address = register(layer)
    return {
        "key": layer.key,
        "id": address.split("/")[4],
        "url": address,
        "kind": layer.kind,
        "title": layer.title,
        "shown": layer.shown,
        "interactive": layer.interactive,
        "pane": layer.pane,
        "styles": ink_table(layer),
    }


def script_safe(content: Mapping[str, Any]) -> str:
    """Return JSON that can stand inside a script: no text in it can end the script or start a template."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def click_of(given: Mapping[str, Any] | None) -> Click | None:
    """Read the click out of what streamlit-folium returns."""
    at = (given or {}).get("last_clicked")
    if not at or "n" not in at:
        return None
    return Click(
        lat_deg=float(at["lat"]),
        lon_deg=float(at["lng"]),
        near_m=float(at["near_m"]),
        layer=str(at.get("layer", "")),
        id=str(at.get("id", "")),
        number=int(at["n"]),
    )
