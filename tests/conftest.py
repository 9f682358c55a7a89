"""What all tests share: the same examples on every machine, and one browser that may not leave this computer."""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)  # a red test is red again
settings.load_profile("same")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge", "chrome")


def browser_path() -> str:
    found = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail("no browser: install Chromium, Chrome or Edge, or set BROWSER_PATH")
    pytest.skip("no browser on this computer")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One browser for all tests: two of Playwright's synchronous drivers can't run in one process."""
    path = browser_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        # every name but this computer's own leads nowhere
        cut = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        started = tool.chromium.launch(executable_path=path, args=["--no-sandbox", cut])
        yield started
        started.close()
