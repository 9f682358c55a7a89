"""The page in a real browser with the network cut: see, click, switch, move."""

import gzip
import json
import re
import urllib.request

import pytest

from exhibits.classes import class_counts
from exhibits.style import class_label
from scenarios.outcome import Outcome
from tests.ui.conftest import NASTY

pytestmark = pytest.mark.browser
LIMITS = (5.0, 10.0, 15.0)
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
PAINTED = """() => [...document.querySelectorAll('canvas')].some(canvas => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return data.some((value, at) => at % 4 === 3 && value > 0);
})"""


def opened(page, app_url):
    """Open the app and wait until the map is drawn; return the map's frame."""
    page.goto(app_url)
    frame = page.frame_locator("iframe[title*=st_folium]")
    frame.locator('[data-plan-shown*=places][data-plan-shown*=sites][data-plan-loading="0"]').wait_for(timeout=60_000)
    page.locator(STILL).wait_for()
    return frame


def inside(page):
    return next(frame for frame in page.frames if "st_folium" in frame.url)


def at_pixels(page, lon: float, lat: float) -> dict[str, float]:
    return inside(page).evaluate(
        "([lat, lng]) => { const p = planMap.latLngToContainerPoint([lat, lng]); return {x: p.x, y: p.y}; }", [lat, lon]
    )


def view(page):
    return inside(page).evaluate("() => [planMap.getZoom(), planMap.getCenter().lat, planMap.getCenter().lng]")


def click_place(page, outcome: Outcome, place_id: str, mark: str = "place") -> None:
    """Zoom to an area by script, as a mouse would by wheel, and click inside it, until its card is there."""
    point = outcome.city.residential.geometry.representative_point().to_crs(4326)[place_id]
    card = page.locator(f'[data-{mark}="{place_id}"]')
    for _ in range(6):  # the map may still be moving, or be drawn anew, under the first click
        inside(page).evaluate(
            "([lat, lng]) => { planMap.setView([lat, lng], 17, {animate: false}); }", [point.y, point.x]
        )
        page.wait_for_timeout(300)
        page.frame_locator("iframe[title*=st_folium]").locator(".leaflet-container").click(
            position=at_pixels(page, point.x, point.y)
        )
        page.wait_for_timeout(2000)
        if card.is_visible():
            break
    card.wait_for()


def test_the_first_map_comes_whole_from_this_computer_in_chinese(page, app_url, outcome: Outcome) -> None:
    kinds = {}
    page.on(
        "response", lambda answer: kinds.setdefault(answer.url, (answer.status, answer.headers.get("content-type", "")))
    )
    frame = opened(page, app_url)
    assert inside(page).evaluate(PAINTED)
    legend = frame.locator(".plan-legend").inner_text()
    for name, count in class_counts(outcome, "day_care").items():
        if count:
            assert re.search(rf"{class_label(name, LIMITS, 'zh')}\s+{count}\b", legend), name
    assert frame.locator(".leaflet-control-scale-line").inner_text().endswith(("m", "km"))
    assert frame.locator(".leaflet-control-attribution").count() == 0
    assert frame.get_by_title("回到全图").is_visible()
    assert_chinese(page, frame, outcome)
    assert_served(kinds, app_url)


def assert_chinese(page, frame, outcome: Outcome) -> None:
    words = page.locator("[data-testid=stApp]").inner_text() + frame.locator("body").inner_text()
    hints = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMain] [title], [data-testid=stMain] [placeholder]')]
            .map(node => node.title + ' ' + (node.placeholder || ''))"""
    )
    found = set(re.findall(r"[A-Za-z]{3,}", words + " ".join(hints)))
    fingerprint = set(re.findall(r"[A-Za-z]{3,}", outcome.fingerprint[:8]))
    streamlits_own = {"Skip", "main", "content", "streamlit", "folium"}  # a link for keyboards, the name of a frame
    assert found <= {"English", "CSV"} | streamlits_own | fingerprint
    assert page.title() == "养老服务设施规划"


def assert_served(kinds: dict[str, tuple[int, str]], app_url: str) -> None:
    """Every vendored file, layer and tile answers as what it is, and nothing else does."""
    scripts = {url: kind for url, kind in kinds.items() if url.endswith((".js", ".css")) and "/component/ui." in url}
    assert {url.rsplit("/", 1)[1] for url in scripts} == {"leaflet.js", "planmap.js", "leaflet.css", "planmap.css"}
    for url, (status, kind) in scripts.items():
        assert status == 200
        assert ("javascript" if url.endswith(".js") else "css") in kind
    layer = next(url for url in kinds if "/gis/layer/" in url)
    tile = next(url for url in kinds if "/gis/tile/" in url)
    assert kinds[tile] == (200, "image/png")
    with urllib.request.urlopen(layer) as answer:
        assert answer.headers["Cache-Control"].startswith("private")
        assert json.loads(gzip.decompress(answer.read()))["type"] == "FeatureCollection"
    for wrong in (f"{app_url}gis/layer/{'0' * 32}", re.sub(r"/\d+/\d+/\d+\.png", "/3/9/0.png", tile)):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(wrong)


def test_a_click_shows_facilities_walk_and_reason_and_names_stay_text(page, app_url, outcome: Outcome) -> None:
    frame = opened(page, app_url)
    rows = outcome.coverage[outcome.coverage["group"] == "day_care"]
    click_place(page, outcome, rows.loc[rows["state"] == "out", "place_id"].iloc[0])
    card = page.locator(".plan-place").inner_text()
    assert "不可达：比 15 分钟多走" in card
    assert re.search(r"步行 [\d ]+ 米，直线 [\d ]+ 米", card)
    frame.locator('[data-plan-shown*=chosen][data-plan-loading="0"]').wait_for()

    nasty = outcome.sites.index[(outcome.sites["name"] == NASTY) & outcome.sites["open"]]
    site_id = next(label for label in nasty if label in set(rows["nearest_id"]))
    point = outcome.city.facilities.geometry.to_crs(4326)[site_id].representative_point()
    inside(page).evaluate("([lat, lng]) => { planMap.setView([lat, lng], 18, {animate: false}); }", [point.y, point.x])
    page.wait_for_timeout(300)
    frame.locator(".leaflet-container").hover(position=at_pixels(page, point.x, point.y))
    assert frame.locator(".plan-tip-head", has_text="<script>").inner_text() == NASTY
    click_place(page, outcome, rows.loc[rows["nearest_id"] == site_id, "place_id"].iloc[0])
    assert NASTY in page.locator(".plan-place").inner_text()
    assert page.evaluate("window.hit") is None
    assert inside(page).evaluate("window.hit") is None


def test_moving_and_switching_ask_nothing_and_changes_keep_the_view(page, app_url) -> None:
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket))  # noqa: PLW0108 - handlers get marked
    frame = opened(page, app_url)
    page.wait_for_timeout(800)
    asked = []
    sockets[0].on("framesent", lambda data: asked.append(data))  # noqa: PLW0108
    inside(page).evaluate(
        "() => { planMap.setZoom(planMap.getZoom() + 1, {animate: false}); planMap.panBy([60, 40], {animate: false}); }"
    )
    frame.locator("[data-plan-layer=isochrones]").click()
    frame.locator('[data-plan-shown*=isochrones][data-plan-loading="0"]').wait_for(timeout=60_000)
    frame.locator("[data-plan-layer=places]").click()
    frame.locator("[data-plan-layer=isochrones]").click()
    frame.locator('[data-plan-shown="base names sites"]').wait_for()
    page.wait_for_timeout(500)
    assert not asked
    before = view(page)
    page.get_by_role("radiogroup").get_by_text("助餐服务").click()
    frame.locator(".plan-legend").get_by_text("图例 · 助餐服务").wait_for()
    frame.locator('[data-plan-shown="base names sites"][data-plan-loading="0"]').wait_for()
    assert asked
    assert view(page) == before
    page.get_by_text("English", exact=True).click()
    frame.locator(".plan-legend").get_by_text("Legend · Meals").wait_for()
    assert view(page) == before


def test_a_search_a_file_and_the_charts(page, app_url, outcome: Outcome) -> None:
    opened(page, app_url)
    with page.expect_download() as waited:
        page.get_by_role("button", name="下载 CSV").first.click()
    assert waited.value.suggested_filename == "缺口清单_分区.csv"
    assert waited.value.path().read_text(encoding="utf-8-sig").startswith("编号,名称,")
    place_id = outcome.city.residential.index[42]
    page.get_by_placeholder("输入名称或编号").fill(place_id)
    page.get_by_placeholder("输入名称或编号").press("Enter")
    page.locator(f'[data-place="{place_id}"]').wait_for()
    page.wait_for_timeout(600)
    point = outcome.city.residential.geometry.representative_point().to_crs(4326)[place_id]
    at = at_pixels(page, point.x, point.y)
    assert 0 < at["x"] < 700
    assert 0 < at["y"] < 540
    for name in ("步行时间分布", "分区覆盖", "步速敏感性"):
        page.get_by_role("tab", name=name).click()
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first.wait_for()
