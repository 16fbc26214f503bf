"""The Prefect UI in a browser: a person extends an offer by its form and sees the new schedule."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.live.house import until

BROWSER = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed")


@pytest.fixture
def page(prefect):
    """A page of a headless browser that reaches nothing but this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 1300}, base_url=prefect.url.removesuffix("/api"))
        page.set_default_timeout(60_000)
        page.route(lambda url: "//127.0.0.1:" not in url, lambda route: route.abort())
        yield page
        browser.close()


def test_a_person_extends_an_offer_in_the_browser(page, prefect, offices):
    """From the list of deployments through the form of `extend` to the new runs in the list, by clicks alone."""
    with offices["painted"].reading() as book:
        expires = book.state().terms.expires
    to = expires + timedelta(days=7)

    page.goto("/deployments")
    page.get_by_role("link", name="extend", exact=True).first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run").first.click()
    page.get_by_text("The new expiration. Mind the zone beside it").wait_for()
    fill(page, to)
    page.get_by_role("button", name="Submit").click()

    run = until("the run", lambda: [r for r in prefect.runs("optex:act") if r.parameters.get("offer") == "painted"])[-1]
    assert prefect.ended(run).message.startswith(
        f"The offer is extended to {(to - timedelta(hours=5)):%Y-%m-%d %H:%M} EST."
    )
    assert to == prefect.alarms("painted", "close")[-1].expected_start_time

    # The run's own page says what became of it, and the list of what is to come shows the new close.
    page.goto(f"/runs/flow-run/{run.id}")
    page.get_by_text("Completed: The offer is extended to").wait_for()
    page.goto(f"/runs?type=span&seconds={400 * 24 * 3600}&tag=offer:painted&state=Scheduled")
    page.get_by_role("link", name=f"close painted · {(to - timedelta(hours=5)):%Y-%m-%d %H:%M} EST").wait_for()


def fill(page, to):
    """Fill in the form as it stands before us: offer, new expiration in UTC, and who decided."""
    assert to.tzinfo is not None
    to = to.astimezone(UTC)
    choice = page.locator(".schema-form-property", has_text="The offer, by its name.")
    choice.get_by_role("button").last.click()
    page.get_by_role("option", name="painted", exact=True).click()
    page.get_by_text("Select date and time").click()
    page.locator("input[type=date]").fill(f"{to:%Y-%m-%d}")
    page.locator("input[type=time]").fill(f"{to:%H:%M}")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Who decided: your full name.").locator("xpath=following::textarea[1]").fill("Ruth Counsel")


def test_the_dashboard_of_an_offer_is_one_click_from_a_deployment(page, offices):
    """The description of a deployment leads to the page that says where the offer stands, what is next, and its runs."""  # noqa: E501 - still being written
    with offices["future"].reading() as book:
        opens = book.state().terms.opens
    assert opens > datetime.now(UTC)
    page.goto("/deployments")
    page.get_by_role("link", name="close", exact=True).first.click()
    page.get_by_role("tab", name="Description").click()
    page.get_by_role("link", name="Dashboard of future").click()
    page.get_by_role("heading", name="Alpha Technologies Group, Inc. · future").wait_for()
    page.get_by_text("Not open yet: opens").wait_for()
    page.get_by_role("link", name="The offer opens").click()
    page.get_by_text("open future · ").first.wait_for()
