"""A small house for the tests of this folder, two open offers, and a browser that shows its Prefect UI."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page
from prefect.client.schemas.objects import State

from infra.workspace import Workspace, workspace_in
from tests.live.chromium import NEEDED, browser_page, come_in
from tests.live.house import House, PostOffice, Prefect, open_offer, until


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("browser")
            item.add_marker(NEEDED)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("forms")
    return {name: open_offer(root, name).write(root / name) for name in ("running", "ending")}


@pytest.fixture(scope="session")
def prefect(folders: dict[str, Path]) -> Iterator[Prefect]:
    """`optex serve` of both offers as a process, once both are open."""
    post = PostOffice()
    settings = {
        "OPTEX_SMTP_HOST": "127.0.0.1",
        "OPTEX_SMTP_PORT": str(post.port),
        "OPTEX_SMTP_TLS": "none",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    house = House(list(folders.values()), folders["running"].parent / "serve.log", settings)
    try:
        server = house.start()
        for name in folders:
            [opened] = server.alarms(name, "open")
            server.ended(opened)
        yield server
    finally:
        house.end()
        post.close()


@pytest.fixture(scope="session")
def workspaces(folders: dict[str, Path]) -> dict[str, Workspace]:
    """The books of the offers, to look into from here."""
    return {name: workspace_in(folder) for name, folder in folders.items()}


class FormPage:
    """The form of a deployment in the Prefect UI, filled in as a person fills it in."""

    def __init__(self, page: Page, prefect: Prefect) -> None:
        self.page, self.prefect = page, prefect

    def open(self, deployment: str) -> "FormPage":
        found = self.prefect.client.read_deployment_by_name(f"{deployment}/{deployment}")
        self.page.goto(f"/deployments/deployment/{found.id}/run")
        return self

    def field(self, label: str) -> Locator:
        """A field by its label, the last of that name."""
        labelled = self.page.locator(f'.schema-form-property__label:text-matches("^{label}( \\\\(Optional\\\\))?$")')
        return self.page.locator(".schema-form-property").filter(has=labelled).last

    def write(self, **texts: str) -> "FormPage":
        for name, text in texts.items():
            self.field(_label(name)).locator("textarea, input").last.fill(text)
        return self

    def choose(self, **choices: str) -> "FormPage":
        for name, choice in choices.items():
            self.field(_label(name)).locator("button.p-select-button__control").press("ArrowDown")
            self.page.get_by_text(choice, exact=True).last.click()
        return self

    def pick(self, **days: str) -> "FormPage":
        for name, day in days.items():
            self.field(_label(name)).get_by_text("Select date").click()
            self.page.locator("input[type=date]").last.fill(day)
            self.page.get_by_role("button", name="Apply").click()
        return self

    def submit(self, offer: str) -> State:
        """Submit it, and the final state of the run which that started."""
        before = {run.id for run in self.prefect.runs("optex:act")}
        self.page.get_by_role("button", name="Submit").click()
        self.page.wait_for_url(lambda url: not url.endswith("/run"))  # the page asks nothing while we wait otherwise
        [run] = until("the run", lambda: [run for run in self.prefect.runs("optex:act") if run.id not in before])
        assert offer == run.parameters["offer"]
        return self.prefect.ended(run)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


@pytest.fixture
def form(prefect: Prefect) -> Iterator[FormPage]:
    """The page of a browser that came in by the link."""
    with browser_page(prefect, 1800) as page:
        come_in(page, prefect)
        yield FormPage(page, prefect)
