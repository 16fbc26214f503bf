"""One house for all tests of this folder: starting Prefect takes many seconds, so it is started once and shared."""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from infra.workspace import Workspace, workspace_in
from optex.calendar import EST
from tests.live.house import OPS, Bell, House, PostOffice, Prefect, expired_offer, future_offer, open_offer, until


@pytest.fixture(scope="session", autouse=True)
def one_day() -> None:
    """The offers here lie around today, and acceptance asks for a business day: today must not end meanwhile."""
    if datetime.now(EST).time() > time(23, 45):
        pytest.skip("the day is about to change on the clock of the offers, EST")


@pytest.fixture(scope="session")
def post() -> Iterator[PostOffice]:
    """The server to which the mail of every house goes."""
    workspace = PostOffice()
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def bell() -> Iterator[Bell]:
    """The webhook of operations."""
    bell = Bell()
    yield bell
    bell.close()


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The offers of the house, by name: one for each subject, so that no test meets what another has done."""
    root = tmp_path_factory.mktemp("house")
    offers = {name: future_offer(root, name) for name in ("future", "painted", "watched", "alarming")}
    offers["running"] = open_offer(root, "running")
    offers["held"] = expired_offer(root, "held", reminders=[], require_approval=["cancel"])
    return {name: offer.write(root / name) for name, offer in offers.items()}


@pytest.fixture(scope="session")
def house(folders: dict[str, Path], post: PostOffice, bell: Bell) -> Iterator[House]:
    """`optex serve` of all these offers, as a process."""
    settings = {
        "OPTEX_SMTP_HOST": "127.0.0.1",
        "OPTEX_SMTP_PORT": str(post.port),
        "OPTEX_SMTP_TLS": "none",
        "OPTEX_OPS_MAIL": OPS,
        "OPTEX_OPS_WEBHOOK": bell.url,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        # Nobody answers at these: everything here goes past the proxies, in every process.
        "HTTP_PROXY": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "socks5://127.0.0.1:9",
    }
    house = House(list(folders.values()), next(iter(folders.values())).parent / "serve.log", settings)
    try:
        _wait_until_quiet(house.start())
        yield house
    finally:
        house.end()


def _wait_until_quiet(prefect: Prefect) -> None:
    """Wait until whatever was due when the house was opened has been done."""

    def done() -> bool:
        due = [run for run in prefect.runs("optex:alarm") if run.expected_start_time < datetime.now(UTC)]
        return all(run.state.is_final() for run in due)

    until("the end of every run that was due at the start", done)


@pytest.fixture(scope="session")
def prefect(house: House) -> Prefect:
    """The Prefect server of the house."""
    return house.prefect


@pytest.fixture(scope="session")
def workspaces(folders: dict[str, Path], house: House) -> dict[str, Workspace]:
    """The books of the offers, to look into from here."""
    return {name: workspace_in(folder) for name, folder in folders.items()}
