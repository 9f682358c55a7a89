"""The page about siting in a real browser with the network cut: force a site, solve again, stop a search."""

import re

import pytest

from scenarios.outcome import Outcome
from scenarios.siting import site
from scenarios.siting_request import Request

pytestmark = pytest.mark.browser
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


def test_a_site_is_forced_and_a_search_stopped(page, app_url, outcome: Outcome) -> None:
    first = site(outcome.city, outcome.network, outcome.covered, outcome.judgement, Request(sites=5))
    other = str(first.sites.index[0])
    page.goto(f"{app_url}siting")
    frame = page.frame_locator("iframe[title*=st_folium]")
    frame.locator('[data-plan-shown*=suggested][data-plan-loading="0"]').wait_for(timeout=60_000)
    page.locator(".plan-status").wait_for(timeout=60_000)
    page.locator(STILL).wait_for()
    page.locator("iframe[title*=st_folium]").scroll_into_view_if_needed()  # else the click itself scrolls, and misses
    page.wait_for_timeout(1500)  # a search that took long runs the page once more

    # a click on a star of the map opens its card; its button forces it and the plan is sought anew
    spot = outcome.city.candidates.geometry.representative_point().to_crs(4326)[other]
    inside = next(one for one in page.frames if "st_folium" in one.url)
    inside.evaluate("([lat, lng]) => { planMap.setView([lat, lng], 16, {animate: false}); }", [spot.y, spot.x])
    page.wait_for_timeout(800)
    card = page.locator(f'[data-site="{other}"]')
    for _ in range(6):  # the map may still be moving under the first click
        at = inside.evaluate(
            "([lat, lng]) => { const p = planMap.latLngToContainerPoint([lat, lng]); return {x: p.x, y: p.y}; }",
            [spot.y, spot.x],
        )
        frame.locator(".leaflet-container").click(position=at)
        page.wait_for_timeout(3000)
        if card.is_visible():
            break
    card.wait_for()
    page.get_by_role("button", name="必选", exact=True).click()
    page.get_by_text(re.compile("必选 1 处")).first.wait_for()
    page.locator(f'[data-site="{other}"]').get_by_text(re.compile("按要求必选")).first.wait_for()
    page.locator(STILL).wait_for()

    # twenty-four searches for the firmness take long enough to be seen, and are stopped
    page.get_by_role("tab", name="稳健性", exact=True).click()
    page.get_by_role("button", name=re.compile("^计算")).click()
    table = page.get_by_text(re.compile("共选 25 次")).first
    stop = page.get_by_role("button", name="停止", exact=True)
    table.or_(stop).first.wait_for()
    if stop.is_visible():
        stop.click()
    table.wait_for(timeout=60_000)
    assert not page.get_by_role("button", name="停止", exact=True).is_visible()
