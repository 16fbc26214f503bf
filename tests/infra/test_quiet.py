"""What Prefect is told by the environment: a rehearsal goes by no one's settings, this machine is reached directly."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from infra.prefect_env import PREFECT_DEFAULTS, books_in, pass_proxies_by, rehearsal_environment

DIRECT = "127.0.0.1,localhost"


def test_a_rehearsal_knows_no_setting_of_prefect_but_its_own_and_no_proxy(monkeypatch):
    """Upper and lower case alike; what is not Prefect's stays."""
    for name in ("PREFECT_API_KEY", "prefect_api_url", "PREFECT_PROFILE", "HTTP_PROXY", "all_proxy", "OPTEX_OPS_MAIL"):
        monkeypatch.setenv(name, "somebody's")
    told = rehearsal_environment(Path("/play"), "http://127.0.0.1:4711/api")
    prefect = {name: value for name, value in told.items() if name.upper().startswith("PREFECT_")}
    quiet = {name: value for name, value in PREFECT_DEFAULTS.items() if name.startswith("PREFECT_")}
    assert {**quiet, "PREFECT_HOME": "/play", "PREFECT_API_URL": "http://127.0.0.1:4711/api"} == prefect
    assert [] == [name for name in told if name.lower().endswith("_proxy") and name.lower() != "no_proxy"]
    assert "somebody's" == told["OPTEX_OPS_MAIL"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, DIRECT),
        ({"NO_PROXY": "alpha.example"}, f"alpha.example,{DIRECT}"),
        ({"NO_PROXY": "alpha.example", "no_proxy": "localhost"}, "localhost,127.0.0.1"),
        ({"no_proxy": DIRECT}, DIRECT),
    ],
)
def test_this_machine_is_reached_past_any_proxy(given, expected):
    """Whoever is exempt already stays so; the lower-case name counts, as for everybody who reads these."""
    environment = {"HTTP_PROXY": "http://proxy.example:3128", **given}
    pass_proxies_by(environment)
    assert (expected, expected) == (environment["NO_PROXY"], environment["no_proxy"])
    assert "http://proxy.example:3128" == environment["HTTP_PROXY"]


def test_a_socks_proxy_is_forgotten():
    """No client can be made while one is named."""
    environment = {"ALL_PROXY": "socks5://proxy.example:1080", "https_proxy": "SOCKS5h://proxy.example:1080"}
    pass_proxies_by(environment)
    assert {"NO_PROXY": DIRECT, "no_proxy": DIRECT} == environment


def test_prefects_own_database_lies_where_its_path_says():
    """It pastes the path into a URL: where that would lead elsewhere it is told the URL, and else nothing."""
    assert {} == books_in(Path("/srv/my offer/.optex/prefect"))
    (url,) = books_in(Path("/srv/100% sure?/.optex/prefect")).values()
    assert "/srv/100% sure?/.optex/prefect/prefect.db" == make_url(url).database
