"""Settings for Prefect, to be made before it is imported: nothing leaves the machine, no proxy lies on the way."""

import os
from collections.abc import MutableMapping
from pathlib import Path

PREFECT_DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    # That a task of a run finished well would stand in its log before what was decided, or refused.
    "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL": "WARNING",
    # Its other UI asks a server outside how to count clicks, also where nobody is to be counted.
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    # Prefect's server answers 503 when one of its own services writes to its SQLite at the same moment, and the
    # client then waits two seconds: writing events and task runs in batches makes a play eight times as fast.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "1000",
}
# The work pool of every deployment.
POOL = "optex"
# The file in PREFECT_HOME that says to which page the front page of the UI leads.
FRONT = "optex-front"
_PROXIES = {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy"}


def set_prefect_defaults() -> None:
    """Set what the environment leaves open."""
    for name, value in PREFECT_DEFAULTS.items():
        os.environ.setdefault(name, value)


def rehearsal_environment(home: Path, api: str) -> dict[str, str]:
    """This process's environment without anybody's settings of Prefect and proxies, and with those of a rehearsal."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("PREFECT_") and name.lower() not in _PROXIES
    }
    return {**kept, **PREFECT_DEFAULTS, "PREFECT_HOME": str(home), **books_in(home), "PREFECT_API_URL": api}


def books_in(home: Path) -> dict[str, str]:
    """Where Prefect's own database is, which pastes its path into a URL; nothing where that does no harm."""
    from sqlalchemy import URL, make_url

    path, driver = str(home / "prefect.db"), "sqlite+aiosqlite"
    if make_url(f"{driver}:///{path}").database == path:
        return {}
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": URL.create(driver, database=path).render_as_string()}


def pass_proxies_by(environment: MutableMapping[str, str]) -> None:
    """Have this machine itself spoken to directly, whatever proxies are named; they stay for everything else.

    A SOCKS proxy is forgotten: httpx ends with an error at the mere name of one, also where it is not needed.
    """
    for name in [name for name in environment if name.lower() in _PROXIES]:
        if environment[name].lower().startswith("socks"):
            del environment[name]
    known = environment.get("no_proxy") or environment.get("NO_PROXY")
    direct = ",".join(dict.fromkeys([*(known.split(",") if known else ()), "127.0.0.1", "localhost"]))
    environment.update(no_proxy=direct, NO_PROXY=direct)
