"""A headless browser that reaches nothing but this machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.live.house import Prefect

_BROWSER = shutil.which("chromium")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
NEEDED = pytest.mark.skipif(_BROWSER is None, reason="chromium is not installed")


@contextmanager
def blank_page(**more: Any) -> Iterator[Page]:
    """A page on which nothing is shown yet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_BROWSER, args=_QUIET)
        page = browser.new_page(**more)
        page.set_default_timeout(60_000)
        page.route(lambda url: "//127.0.0.1:" not in url, lambda route: route.abort())
        yield page
        browser.close()


@contextmanager
def browser_page(prefect: Prefect, height: int) -> Iterator[Page]:
    """A page that knows the key of a served offer no more than any other browser does."""
    base = prefect.url.removesuffix("/api")
    with blank_page(viewport={"width": 1400, "height": height}, base_url=base) as page:
        yield page


def come_in(page: Page, prefect: Prefect) -> None:
    """By the link, which leads to the dashboard of the offer."""
    page.goto(prefect.link)
    page.wait_for_url(lambda url: "/optex" not in url)
