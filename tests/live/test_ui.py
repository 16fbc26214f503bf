"""The Prefect UI in a browser: a person extends an offer by its form and sees the new schedule."""

from datetime import UTC, datetime, timedelta

import pytest

from optex.calendar import EST
from tests.live.chromium import NEEDED, browser_page, come_in
from tests.live.house import until

pytestmark = [pytest.mark.browser, NEEDED]


@pytest.fixture
def page(prefect):
    """A page that was shown the way in, and came in by the link."""
    with browser_page(prefect, 1300) as page:
        page.goto("/deployments")  # without the link: where to find it is all there is to see
        page.get_by_text("optex link FOLDER").wait_for()
        page.goto(f"{page.url.removesuffix('/deployments')}/optex#optex:a-wrong-key")
        page.get_by_text("This link is not the one of the offers that are served here now").wait_for()
        come_in(page, prefect)
        yield page


def test_a_person_extends_an_offer_in_the_browser(page, prefect, workspaces):
    """From the list of deployments through the form of `extend` to the new runs in the list, by clicks alone."""
    with workspaces["painted"].read() as db:
        expires = db.state().terms.expires
    to = expires + timedelta(days=7)

    page.goto("/deployments")
    page.get_by_placeholder("Search deployments...").fill("extend")  # the list shows no more than fits on the screen
    page.get_by_role("link", name="extend", exact=True).first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run").first.click()
    page.get_by_text("The new expiration. On the offer's clock, such as 2027-02-05 17:00").wait_for()
    fill(page, to)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(lambda url: "/run" not in url.removesuffix("?tab=Runs"))

    run = until("the run", lambda: [r for r in prefect.runs("optex:act") if r.parameters.get("offer") == "painted"])[-1]
    assert prefect.ended(run).message.startswith(
        f"The offer is extended to {(to - timedelta(hours=5)):%Y-%m-%d %H:%M} EST."
    )
    assert to == prefect.alarms("painted", "close")[-1].expected_start_time

    # The run's own page says what became of it, and the list of what is to come shows the new close.
    page.goto(f"/runs/flow-run/{run.id}")
    page.get_by_text("Finished in state Completed('The offer is extended to").wait_for()
    page.get_by_text("Dashboard of painted: http").locator("a").wait_for()
    page.goto(f"/runs?type=span&seconds={400 * 24 * 3600}&tag=offer:painted&state=Scheduled")
    page.get_by_role("link", name=f"close painted · {(to - timedelta(hours=5)):%Y-%m-%d %H:%M} EST").wait_for()


def fill(page, to):
    """Fill in the form as it stands before us: offer, new expiration on its clock, who decided, the offer once more."""
    field(page, "Who decided: your full name.").locator("textarea").fill("Ruth Counsel")
    field(page, "The offer, by its name.").locator("button.p-select-button__control").press("ArrowDown")
    page.get_by_text("painted", exact=True).last.click()
    field(page, "The new expiration.").locator("textarea").fill(f"{to.astimezone(EST):%Y-%m-%d %H:%M}")
    field(page, "Type the name of the offer once more").locator("textarea").fill("painted")


def field(page, help_text):
    """A field of the form, by its help text."""
    return page.locator(".schema-form-property").filter(has_text=help_text).last


def test_the_dashboard_of_an_offer_is_one_click_from_a_deployment(page, workspaces):
    """A deployment's description leads to the page of the offer: where it stands, what is next, and its runs."""
    with workspaces["future"].read() as db:
        opens = db.state().terms.opens
    assert opens > datetime.now(UTC)
    page.goto("/deployments")
    page.get_by_role("link", name="close", exact=True).first.click()
    page.get_by_text("Description", exact=True).click()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Dashboard of future").click()
    dashboard = opened.value
    dashboard.get_by_role("heading", name="Alpha Technologies Group, Inc. · future").wait_for()
    dashboard.get_by_text("Not open yet: opens").wait_for()
    with dashboard.expect_popup() as opened:
        dashboard.get_by_role("link", name="The offer opens").click()
    opened.value.get_by_text("open future · ").first.wait_for()
