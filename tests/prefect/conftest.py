"""All tests of this folder run real flows: every run reports to the one Prefect server of the session."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def on_a_server(prefect_server: str) -> None:
    """Start the server before the first test, whichever it is."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask first what the server shows of task runs: it writes them down behind all else it has heard, or drops them.

    Its queue holds 10,000 events, fewer than the plays of all other tests come to on a busy machine.
    """
    asking = ("test_prefect_runs.py", "test_batches_shown.py")
    items.sort(key=lambda item: item.path.name not in asking)
