"""The demo city as the app shows it: outcome, running server, and a page of it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
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
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    given = {**os.environ, **nowhere, "no_proxy": "127.0.0.1,localhost"}
    options = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    options += ["--server.baseUrlPath", "plan"]
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options, "--", str(study)]
    with (study.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(words, cwd=study.parent, env=given, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/plan/"
    try:
        wait_for(f"{url}_stcore/health", server, study.parent / "server.log")
        yield url
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
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    shown = context.new_page()
    shown.set_default_timeout(20_000)
    home = app_url.removesuffix("/plan/").removeprefix("http")
    far, broken = [], []

    def asked(request: object) -> None:
        url = request.url
        if not url.startswith((f"http{home}/", f"ws{home}/", "data:", "blob:")):
            far.append(url)

    context.on("request", asked)
    shown.on("pageerror", lambda error: broken.append(str(error)))
    shown.on("response", lambda answer: answer.status >= 400 and broken.append(f"{answer.status} {answer.url}"))
    yield shown
    context.close()
    assert not far, f"asked another computer: {far}"
    assert not broken, f"broken in the browser: {broken}"
