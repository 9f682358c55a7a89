"""From messy files to a computed study in a real browser; a refresh keeps it, and nobody else sees it."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.conftest import ROOT, wait_for
from tests.ui.messy_files import messy

pytestmark = pytest.mark.browser
STILL = "[data-testid=stApp][data-test-script-state=notRunning]"


@pytest.fixture(scope="module")
def files(study: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("messy")
    found = messy(study.parent, folder)
    hostile = folder / "台账.xls"
    hostile.write_text("<html><script>window.hit=1</script></html>", encoding="utf-8")
    return {**found, "facilities": study.parent / "facilities.xlsx", "hostile": hostile}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app without a study, its own folders apart from those of whoever runs the test."""
    folder = tmp_path_factory.mktemp("home")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    given = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config")}
    options = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(words, cwd=ROOT, env=given, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(f"{url}_stcore/health", server, folder / "server.log")
        yield url, folder
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


@pytest.fixture
def page(browser, home) -> Iterator[object]:
    """A page on the app; fails the test when anything is asked of another computer, or a script breaks."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    shown = context.new_page()
    shown.set_default_timeout(30_000)
    far, broken = [], []
    start = home[0].removeprefix("http")

    def asked(request: object) -> None:
        if not request.url.startswith((f"http{start}", f"ws{start}", "data:", "blob:")):
            far.append(request.url)

    context.on("request", asked)
    shown.on("pageerror", lambda error: broken.append(str(error)))
    yield shown
    context.close()
    assert not far, f"asked another computer: {far}"
    assert not broken, f"broken in the browser: {broken}"


def still(page) -> None:
    page.wait_for_timeout(250)
    page.locator(STILL).wait_for()


def choose(page, layer: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(re.compile(rf"^(✓ |● )?{layer}(（必需）)?$")).first.click()
    still(page)


def put_in(page, layer: str, path: Path) -> None:
    choose(page, layer)
    page.locator("input[type=file]").set_input_files(path)


def use(page, layer: str, path: Path, crs: str = "") -> None:
    put_in(page, layer, path)
    page.get_by_text(path.name, exact=True).wait_for()
    if crs:
        page.get_by_role("combobox", name="坐标系").click()
        page.get_by_role("option", name=crs).click()
        page.get_by_text(f"按 {crs} 读取").wait_for()
    page.get_by_role("button", name="采用本图层").click()
    page.get_by_test_id("stButtonGroup").get_by_text(f"✓ {layer}").wait_for()
    still(page)


def begin(page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="新建并放入数据").click()
    page.get_by_role("heading", name="数据：").wait_for()
    still(page)


def test_messy_files_become_a_computed_study_that_only_its_session_sees(browser, page, home, files) -> None:
    url, folder = home
    begin(page, url, "历山区 <b>评估</b>")
    use(page, "居住区", files["residential"], "GCJ-02")
    use(page, "路网", files["streets"])
    use(page, "行政边界", files["districts"])
    assert page.get_by_role("button", name="计算并查看覆盖").count() == 0  # nothing to walk to yet
    use(page, "养老设施", files["facilities"], "GCJ-02")
    page.get_by_role("button", name="计算并查看覆盖").click()
    frame = page.frame_locator("iframe[title*=st_folium]")
    shown = frame.locator('[data-plan-shown*=places][data-plan-shown*=sites][data-plan-loading="0"]')
    shown.wait_for(timeout=60_000)
    legend = frame.locator(".plan-legend").inner_text().split("设施（处）")[0]
    counts = [int(text) for text in re.findall(r"(?m)^(\d+)$|\s(\d+)$", legend) for text in text if text]
    assert sum(counts) == 300, legend  # the demo city has 300 areas: the sum row of the ledger is none of them
    assert "历山区 <b>评估</b>" in page.get_by_test_id("stSidebar").inner_text()
    assert page.locator('[data-saved="false"]').count() == 1

    address = page.url
    token = re.search(r"[?&]s=([0-9a-f]{32})\b", address).group(1)
    page.goto("about:blank")
    page.goto(address)  # what a refresh does: a new session of Streamlit at the same address
    shown.wait_for(timeout=60_000)
    assert "历山区 <b>评估</b>" in page.get_by_test_id("stSidebar").inner_text()

    spaces = list((folder / "cache" / "elder-care-planning" / "sessions").iterdir())
    assert len(spaces) == 1
    assert token not in spaces[0].name
    other = browser.new_context().new_page()
    other.goto(url)
    other.get_by_text("示例城市（虚构）").first.wait_for()
    assert "历山区" not in other.locator("body").inner_text()
    other.goto(f"{url}?s={'0' * 32}")
    other.get_by_text("示例城市（虚构）").first.wait_for()
    assert "历山区" not in other.locator("body").inner_text()
    other.context.close()


def test_a_hostile_file_is_refused_in_words_and_a_row_is_shown_on_the_map(page, home, files) -> None:
    begin(page, home[0], "乙")
    put_in(page, "养老设施", files["hostile"])
    page.get_by_text("“台账.xls”的内容是网页").wait_for()
    assert page.evaluate("window.hit") is None
    assert page.get_by_role("button", name="采用本图层").count() == 0
    put_in(page, "养老设施", files["facilities"])
    page.get_by_text("facilities.xlsx", exact=True).wait_for()
    frame = page.frame_locator("iframe[title*=st_folium]")
    frame.locator('[data-plan-shown*=rows][data-plan-loading="0"]').wait_for()
    still(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name="下载 CSV").click()
    lines = waited.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "程度,图层,行,列,值,说明"
    assert len(lines) > 2
    table = page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 52)  # the first row's mark
    frame.locator('[data-plan-shown*=chosen][data-plan-loading="0"]').wait_for()


def test_a_draft_outlives_a_refresh_and_a_column_can_be_left_unused(page, home, files) -> None:
    begin(page, home[0], "丙")
    put_in(page, "养老设施", files["facilities"])
    page.get_by_text("facilities.xlsx", exact=True).wait_for()
    still(page)
    fields = page.get_by_test_id("stSelectbox")
    fields.filter(has=page.get_by_text("床位", exact=True)).first.get_by_role("combobox").click()
    page.keyboard.type("不使用")  # a long list draws only what is in view
    page.get_by_role("option", name="（不使用）").click()
    still(page)
    page.reload()
    choose(page, "养老设施")
    page.get_by_text("facilities.xlsx", exact=True).wait_for()
    page.get_by_role("button", name="采用本图层").click()
    page.get_by_test_id("stButtonGroup").get_by_text("✓ 养老设施").wait_for()
    still(page)
    (study,) = [
        path
        for path in (home[1] / "cache" / "elder-care-planning" / "sessions").rglob("study.toml")
        if '"丙"' in path.read_text(encoding="utf-8")
    ]
    kept = tomllib.loads(study.read_text(encoding="utf-8"))["layers"]["facilities"]
    assert kept["columns"] == {"beds": ""}
    assert not (study.parent / "drafts.json").exists()
