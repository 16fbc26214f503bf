"""The tiers of the tests, and one Prefect server for a whole session: it takes ten seconds to start."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from infra.prefect_env import set_prefect_defaults
from tests.offers import Offer

# Prefect reads the environment when it is imported, and a test must not read the settings of whoever runs it.
for name in [name for name in os.environ if name.startswith(("OPTEX_", "PREFECT_"))]:
    del os.environ[name]
_HOME = tempfile.TemporaryDirectory(prefix="optex-tests-", ignore_cleanup_errors=True)
set_prefect_defaults()
os.environ["PREFECT_HOME"] = _HOME.name

# A busy machine is no fault of what is tested: no example has a deadline.
settings.register_profile("fast", max_examples=25, deadline=None)
settings.register_profile("deep", max_examples=100, deadline=None)
settings.load_profile("fast")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs more than this process and a Prefect server by the folder in which it lies."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in ("live", "production"):
            item.add_marker(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("markexpr") and terminalreporter.stats.get("deselected"):
        terminalreporter.write_line("Tests of other tiers were left out: `make test-all`, or pytest -m '', runs them.")


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The address of a real Prefect server, to which every flow of this process reports."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


@pytest.fixture(scope="session")
def new_offer(tmp_path_factory):
    """A new offer with the dates of Alpha's, terms of its own where named, and nobody in it yet."""

    def new(tables="", **terms):
        return Offer(tmp_path_factory.mktemp("offer"), tables, **terms)

    return new
