"""Scenario maps: two maps side by side that move together; nothing leaves the browser when they do."""

import json
import secrets
from collections.abc import Sequence

import folium
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit_folium import st_folium

from exhibits.screen.layers import Layer, Legend
from geodata.words import Lang
from ui import offline_map
from ui.offline_map import base_map, content_of, script_safe


class _Linked(MacroElement):  # type: ignore[misc]  # branca carries no types
    """Let every map of the same name show what the one that was moved shows."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
            var channel = new BroadcastChannel({{ this.link }}), follows = false, hand = false;
            map.getContainer().addEventListener("pointerdown", function () { hand = true; }, true);
            map.getContainer().addEventListener("wheel", function () { hand = true; }, true);
            map.getContainer().addEventListener("keydown", function () { hand = true; }, true);
            map.on("moveend", function () {
                if (follows || !hand) { return; }
                var at = map.getCenter();
                channel.postMessage({ lat: at.lat, lng: at.lng, zoom: map.getZoom() });
            });
            channel.onmessage = function (event) {
                follows = true;
                hand = false;
                map.setView([event.data.lat, event.data.lng], event.data.zoom, { animate: false });
                follows = false;
            };
        })({{ this._parent.get_name() }});
        {% endmacro %}
    """)

    def __init__(self, link: str) -> None:
        super().__init__()
        self._name = "Linked"
        self.link = json.dumps(link)


def show_linked(
    layers: Sequence[Layer],
    legend: Legend,
    home_deg: list[list[float]],
    *,
    key: str,
    link: str,
    lang: Lang,
    height_px: int,
) -> None:
    """Show a map that moves with all others of the same ``link``; clicks are not reported."""
    shown = base_map(home_deg)
    shown.add_child(_Linked(link))
    page = folium.FeatureGroup()
    page.add_child(offline_map._Layers(script_safe(content_of(layers, legend, home_deg, lang, None))))  # noqa: SLF001 - the same hand-over as every map
    st_folium(
        shown,
        key=key,
        height=height_px,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=page,
    )


def link_name() -> str:
    """Return the word by which this session's maps find each other; nobody else's maps move with them."""
    return str(st.session_state.setdefault("scenario_link", secrets.token_hex(8)))
