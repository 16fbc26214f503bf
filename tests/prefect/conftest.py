"""All tests of this folder run real flows: every run reports to the one Prefect server of the session."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def on_a_server(prefect_server: str) -> None:
    """Start the server before the first test, whichever it is."""
