"""The demo city as the app shows it: outcome, running server, and a page of it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest

import scenarios
from scenarios.demo import write_demo
from scenarios.outcome import Outcome

ROOT = Path(__file__).parent.parent.parent
NASTY = '<script>window.hit=1</script><img src=x onerror=window.hit=1>{{x}} & "幸福" 驿站'
START_S = 120


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city of 300 places, every day-care facility with a name that tries to be a program."""
    path = Path(write_demo(tmp_path_factory.mktemp("demo"), places=300, seed=1))
    ledger = path.parent / "facilities.xlsx"
    book = openpyxl.load_workbook(ledger)
    header, *rows = book.active.iter_rows()
    column = {cell.value: number for number, cell in enumerate(header)}
    for row in rows:
        if row[column["设施类型"]].value == "日间照料中心":
            row[column["设施名称"]].value = NASTY
    book.save(ledger)
    return path


@pytest.fixture(scope="session")
def outcome(study: Path) -> Outcome:
    return scenarios.run(study)


@pytest.fixture(scope="session")
def app_url(study: Path, outcome: Outcome) -> Iterator[str]:
    """The app on a free port, under a path as behind a bureau's gateway, with proxies that lead nowhere."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    given = {**nowhere, "no_proxy": "127.0.0.1,localhost"}
    with served(study.parent, given, ["--server.baseUrlPath", "plan", "--", str(study)]) as home:
        yield f"{home}plan/"


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The app without a study, and its own folder, apart from that of whoever runs the test."""
    folder = tmp_path_factory.mktemp("office")
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config")}
    with served(folder, own, []) as home:
        yield home, folder


@contextmanager
def served(folder: Path, given: dict[str, str], options: list[str]) -> Iterator[str]:
    """Run the app on a free port and give its address, the path below it left out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    words += ["--server.headless", "true", "--server.address", "127.0.0.1", *options]
    below = f"{options[options.index('--server.baseUrlPath') + 1]}/" if "--server.baseUrlPath" in options else ""
    home = f"http://127.0.0.1:{port}/"
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(words, cwd=folder, env={**os.environ, **given}, stdout=log, stderr=log)
    try:
        wait_for(f"{home}{below}_stcore/health", server, folder / "server.log")
        yield home
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(START_S * 5):
        if server.poll() is not None:
            break
        try:
            with opener.open(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


@pytest.fixture
def page(browser, app_url) -> Iterator[object]:
    """A page on the app; fails the test when anything is asked of another computer, or a script breaks."""
    with watched(browser, app_url.removesuffix("plan/")) as shown:
        yield shown


@contextmanager
def watched(browser, home: str) -> Iterator[object]:
    """Open a page in a browser of its own, and look at what it asks for and what breaks."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    shown = context.new_page()
    shown.set_default_timeout(45_000)  # of a machine that does other work as well
    far, broken = [], []

    def asked(request: object) -> None:
        if not request.url.startswith((home, f"ws{home.removeprefix('http')}", "data:", "blob:")):
            far.append(request.url)

    context.on("request", asked)
    shown.on("pageerror", lambda error: broken.append(str(error)))

    def answered(answer: object) -> None:  # below a page's address, Streamlit looks for its own root by trying
        if answer.status >= 400 and "/_stcore/" not in answer.url:
            broken.append(f"{answer.status} {answer.url}")

    shown.on("response", answered)
    yield shown
    context.close()
    assert not far, f"asked another computer: {far}"
    assert not broken, f"broken in the browser: {broken}"
