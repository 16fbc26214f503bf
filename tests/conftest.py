"""One Prefect server for the whole session: it takes ten seconds to start, and starts only once in a process."""

import os
import tempfile
from collections.abc import Iterator

import pytest

from infra.quiet import be_quiet
from tests.offers import Offer

# Prefect reads the environment when it is imported, and a test must not read the settings of whoever runs it.
for name in [name for name in os.environ if name.startswith(("OPTEX_", "PREFECT_"))]:
    del os.environ[name]
_HOME = tempfile.TemporaryDirectory(prefix="optex-tests-", ignore_cleanup_errors=True)
be_quiet()
os.environ["PREFECT_HOME"] = _HOME.name


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The address of a real Prefect server, to which every flow of this process reports."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


@pytest.fixture(scope="session")
def new_offer(prefect_server, tmp_path_factory):
    """A new offer with the dates of Alpha's, terms of its own where named, and nobody in it yet."""

    def new(tables="", **terms):
        return Offer(tmp_path_factory.mktemp("offer"), tables, **terms)

    return new
