"""Map data by URL: layers and tiles that pages have registered, under addresses that nobody can guess.

A page registers what it wants drawn and hands only the address to the browser; the drawing is made when the browser
asks. Addresses change with the content, so browsers may keep what they have.
"""

import functools
import hashlib
import hmac
import re
import secrets
import threading
from collections import OrderedDict

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exhibits.screen import webmap  # noqa: F401 - heavy: at the start, not with the first page
from exhibits.screen.layers import Layer, packed
from exhibits.screen.tiles import TileSet, draw

MOST_LAYERS = 256  # of all sessions together; those in use stay
MOST_TILES = 4096  # the same; some 10 kB each
MOST_ZOOM = 22
HEADERS = {"Cache-Control": "private, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}
UP = "../../"  # from the map's own frame (/component/<name>/index.html) to the root, whatever stands before it

_secret = secrets.token_bytes(32)
_lock = threading.Lock()
_layers: OrderedDict[str, "_Held"] = OrderedDict()


class _Held:
    """One registered layer; what it draws is made once, by whoever asks first."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self._lock = threading.Lock()

    @functools.cached_property
    def _made(self) -> object:
        return self.layer.make()

    def geojson(self) -> bytes:
        with self._lock:
            return self._packed

    @functools.cached_property
    def _packed(self) -> bytes:
        return packed(self._made)  # type: ignore[arg-type]  # kind "geo" and "labels" make documents

    @functools.lru_cache(maxsize=MOST_TILES)  # noqa: B019 - a held layer lives as long as its entry here
    def tile(self, zoom: int, column: int, row: int) -> bytes:
        return draw(self.sets(), zoom, column, row, ground=self.layer.ground)

    def sets(self) -> tuple[TileSet, ...]:
        with self._lock:
            return self._made  # type: ignore[return-value]  # kind "tiles" makes sets


def register(layer: Layer) -> str:
    """Keep ``layer`` ready to be fetched and return its address, as seen from the map's frame."""
    content = f"{layer.key}|{layer.kind}|{layer.version}|{layer.inks}|{layer.ground}"
    name = hmac.new(_secret, content.encode(), hashlib.sha256).hexdigest()[:32]
    with _lock:
        if name not in _layers:
            _layers[name] = _Held(layer)
        _layers.move_to_end(name)
        while len(_layers) > MOST_LAYERS:
            _layers.popitem(last=False)
    kind = f"tile/{name}/{{z}}/{{x}}/{{y}}.png" if layer.kind == "tiles" else f"layer/{name}"
    return f"{UP}gis/{kind}"


def held(name: str) -> "_Held | None":
    """Return a registered layer, or None; what is asked for is what is kept longest."""
    with _lock:
        if name in _layers:
            _layers.move_to_end(name)
        return _layers.get(name)


def warm(layer: Layer) -> None:
    """Register a layer and make what it draws, before anybody asks."""
    found = held(register(layer).split("/")[4])
    if found is not None:
        found.sets() if layer.kind == "tiles" else found.geojson()


def send_layer(request: Request) -> Response:
    """Answer with a layer as compressed GeoJSON."""
    found = held(request.path_params["name"])
    if found is None or found.layer.kind == "tiles":
        return Response(status_code=404)
    return Response(found.geojson(), media_type="application/json", headers={**HEADERS, "Content-Encoding": "gzip"})


def send_tile(request: Request) -> Response:
    """Answer with one tile of a layer."""
    found = held(request.path_params["name"])
    zoom, column, row = (request.path_params[key] for key in ("z", "x", "y"))
    inside = 0 <= zoom <= MOST_ZOOM and 0 <= column < 2**zoom and 0 <= row < 2**zoom
    if found is None or found.layer.kind != "tiles" or not inside:
        return Response(status_code=404)
    return Response(found.tile(zoom, column, row), media_type="image/png", headers=HEADERS)


def routes() -> list[Route]:
    """Return the routes, below the address under which the whole app is served."""
    base = re.sub(r"^/?(.*?)/?$", r"/\1", st.get_option("server.baseUrlPath") or "").rstrip("/")
    return [
        Route(f"{base}/gis/layer/{{name}}", send_layer),
        Route(f"{base}/gis/tile/{{name}}/{{z:int}}/{{x:int}}/{{y:int}}.png", send_tile),
    ]
