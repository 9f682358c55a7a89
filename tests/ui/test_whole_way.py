"""The whole way in a real browser: files as they come, coverage, rules, sites, scenarios, exhibits; two at a time."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.ui.conftest import watched
from tests.ui.messy_files import messy
from tests.ui.test_data_page import begin, still, use

pytestmark = pytest.mark.browser
SHOWN = '[data-plan-shown*=places][data-plan-shown*=sites][data-plan-loading="0"]'
POLICY = "临沂"
OWN, OTHER = "历山新城评估", "邻区评估"


@pytest.fixture(scope="module")
def files(study: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = messy(study.parent, tmp_path_factory.mktemp("messy"))
    return {**found, **{name: study.parent / name for name in ("facilities.xlsx", "candidates.gpkg")}}


def map_of(page):
    return page.frame_locator("iframe[title*=st_folium]")


def to(page, title: str, heading: str) -> None:
    """Go to another page by the list on the left, and wait until it stands still."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
    page.get_by_role("heading", name=heading).wait_for(timeout=60_000)
    still(page)
    assert not page.get_by_text("程序出错").count()


def begun_with_rules(page, home: str) -> None:
    page.goto(home)
    page.get_by_label("名称").fill(OWN)
    page.get_by_role("combobox", name="判定依据").click()
    page.get_by_role("option", name=re.compile(POLICY)).first.click()
    page.get_by_role("button", name="新建并放入数据").click()
    page.get_by_role("heading", name="数据：").wait_for()
    still(page)


def test_from_messy_files_to_the_exhibits_while_another_office_works_beside(browser, office, files) -> None:
    home, folder = office
    with watched(browser, home) as page, watched(browser, home) as beside:
        begin(beside, home, OTHER)
        begun_with_rules(page, home)
        use(page, "居住区", files["residential"], "GCJ-02")
        use(page, "路网", files["streets"])
        use(page, "行政边界", files["districts"])
        use(page, "养老设施", files["facilities.xlsx"], "GCJ-02")
        use(page, "备选点", files["candidates.gpkg"])
        page.get_by_role("button", name="计算并查看覆盖").click()
        map_of(page).locator(SHOWN).wait_for(timeout=60_000)
        still(page)
        shown = page.locator(".plan-figure-number").all_inner_texts()
        assert any("%" in text for text in shown)

        to(page, "配建与指标", "居住区的养老服务设施配建达标了吗")
        assert page.locator(".plan-figure").count() >= 3
        page.locator(".plan-about summary").first.click()
        about = page.locator(".plan-about[open]").inner_text()
        assert "LY-" in about  # rule, document and clause
        assert "分子、分母与未知" in about
        to(page, "设施选址", "新设施建在哪里")
        assert page.locator(".plan-figure").count() >= 2
        to(page, "方案", "换一个布局")

        address = page.url
        page.goto("about:blank")
        page.goto(address)  # what a refresh does: a new session of Streamlit at the same address
        page.get_by_role("heading", name="换一个布局").wait_for(timeout=60_000)
        still(page)
        assert OWN in page.get_by_test_id("stSidebar").inner_text()
        page.get_by_text("English", exact=True).click()
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Coverage").click()
        page.get_by_role("heading", name="Who can walk to care?").wait_for()
        map_of(page).locator(SHOWN).wait_for(timeout=60_000)
        assert page.locator(".plan-figure-number").count() == len(shown)
        page.get_by_text("中文", exact=True).click()

        for place in (beside.locator("body"), beside.get_by_test_id("stSidebar")):
            assert OWN not in place.inner_text()
        beside.get_by_test_id("stSidebarNav").get_by_role("link", name="项目").click()
        beside.get_by_role("heading", name="项目").first.wait_for()
        still(beside)
        assert OTHER in beside.locator("body").inner_text()
        assert OWN not in beside.locator("body").inner_text()
        assert len(list((folder / "cache" / "elder-care-planning" / "sessions").iterdir())) >= 2

        to(page, "成果输出", "生成送审成果")
        handed_in(page)


def handed_in(page) -> None:
    """Make the atlas and the workbook alone, and look into both."""
    for product in ("说明书（Word）", "单文件网页地图", "GIS 图层"):
        page.get_by_test_id("stButtonGroup").get_by_text(product, exact=True).click()
    page.get_by_role("button", name="生成", exact=True).click()
    page.get_by_role("button", name=re.compile("下载 atlas.pdf")).wait_for(timeout=120_000)
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile("下载 atlas.pdf")).click()
    atlas = waited.value.path().read_bytes()
    assert atlas.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", atlas)) >= 8
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile("下载 report.xlsx")).click()
    book = openpyxl.load_workbook(io.BytesIO(waited.value.path().read_bytes()), read_only=True)
    words = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any(OWN in word for word in words)
    assert not any(OTHER in word for word in words)
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile("全部")).click()
    assert set(zipfile.ZipFile(waited.value.path()).namelist()) == {"atlas.pdf", "report.xlsx"}
