"""How long a planner waits: the app in a real browser, network cut; medians of several turns.

``python -m bench.screen STUDY.toml [--turns N]`` starts the app on the study and measures, in seconds from the deed to
the painted answer: the first page of a fresh server, the page opened again in a new browser session, a click on a
residential area, a layer switched on, another facility group, another walker; and counts what moving the map asks of
the server. Other work on the machine is told by ``slowed``: wall time over processor time of a fixed sum.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"
SHOWN = '[data-plan-shown*=places][data-plan-shown*=sites][data-plan-loading="0"]'
WAIT_MS = 60_000


@contextmanager
def served(study: Path) -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    words += ["--server.headless", "true", "--server.address", "127.0.0.1", "--", str(study)]
    server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        health = f"http://127.0.0.1:{port}/_stcore/health"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while server.poll() is None:
            try:
                opener.open(health, timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(20)


def first_map(page, url: str) -> float:
    began = time.perf_counter()
    page.goto(url)
    page.frame_locator("iframe[title*=st_folium]").locator(SHOWN).wait_for(timeout=WAIT_MS)
    return time.perf_counter() - began


def still(page) -> None:
    page.locator(STILL).wait_for(timeout=WAIT_MS)


def slowed() -> float:
    """Return how much slower than alone this computer works just now."""
    wall, own = time.perf_counter(), time.process_time()
    sum(number * number for number in range(3_000_000))
    return (time.perf_counter() - wall) / (time.process_time() - own)


def map_frame(page):
    return next(one for one in page.frames if "st_folium" in one.url)


def layer_switched(page, _turn: int) -> float:
    """Switch the residential areas off, and time their coming back."""
    box = page.frame_locator("iframe[title*=st_folium]").locator("[data-plan-layer=places]")
    box.click()
    map_frame(page).locator(':not([data-plan-shown*=places])[data-plan-loading="0"]').first.wait_for(timeout=WAIT_MS)
    began = time.perf_counter()
    box.click()
    map_frame(page).locator(SHOWN).wait_for(timeout=WAIT_MS)
    return time.perf_counter() - began


def asked_by_moving(page) -> int:
    """Pan and zoom, and return how many messages went to the server for it."""
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    page.reload()
    page.frame_locator("iframe[title*=st_folium]").locator(SHOWN).wait_for(timeout=WAIT_MS)
    still(page)
    page.wait_for_timeout(1500)
    before = len(sent)
    map_frame(page).evaluate(
        "() => { planMap.panBy([80, 50], {animate: false}); planMap.zoomIn(1, {animate: false}); }"
    )
    page.wait_for_timeout(2500)
    return len(sent) - before


def clicked(page, turn: int) -> float:
    """Click in the middle of one area after the other, and return how long it took to fill the card."""
    inside = map_frame(page)
    frame = page.frame_locator("iframe[title*=st_folium]")
    inside.evaluate("() => { planMap.setZoom(16, {animate: false}); }")
    frame.locator(SHOWN).wait_for(timeout=WAIT_MS)
    box = frame.locator(".leaflet-container").bounding_box()
    for step in range(40):
        at = {"x": box["width"] * (0.15 + 0.5 * ((turn * 7 + step * 3) % 11) / 11)}
        at["y"] = box["height"] * (0.15 + 0.7 * ((turn * 5 + step * 7) % 13) / 13)
        before = page.evaluate("() => document.querySelector('[data-place]')?.dataset.place || ''")
        began = time.perf_counter()
        frame.locator(".leaflet-container").click(position=at)
        try:
            page.wait_for_function(
                "old => (document.querySelector('[data-place]')?.dataset.place || old) !== old",
                arg=before,
                timeout=4000,
            )
        except Exception:
            continue
        taken = time.perf_counter() - began
        still(page)
        return taken
    return float("nan")


def another_group(page, turn: int) -> float:
    choices = page.locator("[data-testid=stSidebar] [role=radiogroup] label")
    inside = map_frame(page)
    old = inside.locator(".plan-legend").inner_text()
    wanted = choices.nth(1 - turn % 2)
    began = time.perf_counter()
    wanted.click()
    inside.wait_for_function(
        "old => document.querySelector('.plan-legend')?.innerText !== old", arg=old, timeout=WAIT_MS
    )
    inside.locator(SHOWN).wait_for(timeout=WAIT_MS)
    taken = time.perf_counter() - began
    still(page)
    return taken


def another_walker(page, turn: int) -> float:
    """Choose a walker not asked for before, and wait for the headline and the map that go with it."""
    page.locator("[data-testid=stSidebar] [data-testid=stSelectbox]").first.click()
    page.locator("[role=option]").nth((turn + 1) % 4).click()
    button = page.locator("[data-testid=stSidebar] [data-testid=stBaseButton-primary]")
    page.locator("[data-testid=stSidebar] [data-testid=stBaseButton-primary]:not([disabled])").wait_for()
    old = page.locator(".plan-parameters").inner_text()
    began = time.perf_counter()
    button.click()
    page.wait_for_function(
        "old => document.querySelector('.plan-parameters')?.innerText !== old", arg=old, timeout=WAIT_MS
    )
    page.frame_locator("iframe[title*=st_folium]").locator(SHOWN).wait_for(timeout=WAIT_MS)
    taken = time.perf_counter() - began
    still(page)
    return taken


def main() -> None:
    from playwright.sync_api import sync_playwright

    asked = argparse.ArgumentParser()
    asked.add_argument("study", type=Path)
    asked.add_argument("--turns", type=int, default=5)
    given = asked.parse_args()
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    with served(given.study.resolve()) as url, sync_playwright() as play:
        cut = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        browser = play.chromium.launch(executable_path=chromium, args=cut)
        times: dict[str, list[float]] = {}
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        times["first page of a fresh server"] = [first_map(page, url)]
        still(page)
        for _ in range(given.turns):
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            again = context.new_page()
            times.setdefault("page opened in a new session", []).append(first_map(again, url))
            context.close()
        print(f"slowed {slowed():.1f} times")
        print({name: [round(one, 2) for one in seconds] for name, seconds in times.items()}, flush=True)
        for name, deed in (
            ("layer switched on", layer_switched),
            ("click on an area", clicked),
            ("another facility group", another_group),
            ("another walker", another_walker),
        ):
            for turn in range(given.turns if deed is not another_walker else 3):
                times.setdefault(name, []).append(deed(page, turn))
                print(name, f"{times[name][-1]:.2f}", flush=True)
        print(f"slowed {slowed():.1f} times; messages sent by moving the map: {asked_by_moving(page)}")
        browser.close()
    for name, seconds in times.items():
        print(f"{name:32} {statistics.median(seconds):6.2f} s  of {len(seconds)}: {[round(one, 2) for one in seconds]}")


if __name__ == "__main__":
    main()
