"""Scenarios in a real browser: click, compute, see the difference, undo, refresh, read it in English."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.outcome import Outcome
from tests.ui.conftest import ROOT, wait_for
from tests.ui.test_page import foreign
from tests.ui.test_scenario_figures import GROUP, spot_of
from tests.ui.test_scenario_page import NAMES

STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def url(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the demo city, its own folders apart from those of whoever runs the test."""
    folder = tmp_path_factory.mktemp("scenarios")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    own = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config")}
    options = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options, "--", str(study)]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(words, cwd=study.parent, env=own, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(f"{address}_stcore/health", server, folder / "server.log")
        yield f"{address}scenario"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture
def page(browser, url: str) -> Iterator[Any]:
    """The page, empty; fails the test when anything is asked of another computer, or a script breaks."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(40_000)
    far, broken = [], []

    def asked(request: Any) -> None:
        if not request.url.startswith((url.removesuffix("scenario"), "ws://127.0.0.1", "data:", "blob:")):
            far.append(request.url)

    context.on("request", asked)
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(url)
    yield page
    context.close()
    assert not far, f"asked another computer: {far}"
    assert not broken, f"broken in the browser: {broken}"


def maps(page: Any) -> list[Any]:
    return [one for one in page.frames if "st_folium" in one.url]


def drawn(page: Any, layer: str, nth: int = 0) -> Any:
    """Wait until a map has drawn a layer, and return its frame."""
    frame = page.frame_locator("iframe[title*=st_folium]").nth(nth)
    frame.locator(f'[data-plan-shown*={layer}][data-plan-loading="0"]').wait_for()
    return frame


def click_at(page: Any, lon: float, lat: float) -> None:
    frame = drawn(page, "facilities")
    at = maps(page)[0].evaluate(
        "([lat, lng]) => { planMap.setView([lat, lng], 15, {animate: false});"
        " const p = planMap.latLngToContainerPoint([lat, lng]); return {x: p.x, y: p.y}; }",
        [lat, lon],
    )
    frame.locator(".leaflet-container").click(position=at)


def read(page: Any) -> str:
    """Return what stands on the page; the names of its icons are drawn as icons."""
    page.locator(STILL).wait_for()
    text = " ".join(page.locator(f"[data-testid={part}]").inner_text() for part in ("stMain", "stSidebar"))
    return text.replace("expand_more", "").replace("keyboard_double_arrow_left", "")


@pytest.mark.browser
def test_a_click_an_edit_a_difference_an_undo_and_a_refresh(page, outcome: Outcome) -> None:
    rows = outcome.covered.of_group(GROUP)
    page.get_by_role("button", name="新建第一个方案").click()
    click_at(page, *spot_of(outcome, "residential", str(rows.index[rows["state"] == "out"][0])))
    page.locator("button:enabled", has_text="加入方案").click()
    assert "新设设施 N1" in page.locator('[data-edit="1"]').inner_text()
    page.reload()
    page.locator('[data-edit="1"]').wait_for()
    page.get_by_role("button", name="计算并对比").click()
    legend = drawn(page, "changed").locator(".plan-legend").inner_text()
    gained = int(re.search(r"新增覆盖\s+(\d+)", legend)[1])
    assert gained >= 1
    assert f"+{gained}，" in page.locator(".plan-figure.plan-chosen").inner_text()
    page.get_by_text("A、B 并排").click()
    drawn(page, "places", 1)
    drawn(page, "places", 0).locator(".leaflet-container").hover()
    page.mouse.wheel(0, -300)
    page.wait_for_timeout(1500)
    view = "() => [planMap.getZoom(), planMap.getCenter().lat, planMap.getCenter().lng]"
    a, b = (one.evaluate(view) for one in maps(page))
    assert a == pytest.approx(b, abs=1e-6)
    page.get_by_text("编辑方案", exact=True).click()
    page.get_by_role("button", name="撤销最后一项").click()
    page.get_by_text("还没有改动").wait_for()
    chinese = read(page)
    assert "改动或选择已变" in chinese
    assert not foreign(chinese + drawn(page, "facilities").locator("body").inner_text(), NAMES)
    page.get_by_text("English", exact=True).click()
    page.get_by_text("What if: who gains, who loses?").wait_for()
    page.locator(STILL).wait_for()
    assert not re.search(r"[\u4e00-\u9fff]", page.locator("[data-testid=stMain]").inner_text())
