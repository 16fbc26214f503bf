"""What the processes of `optex serve` are told by their environment."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url

from flows.prefect_books import BOOKS, begin_with_empty_books
from flows.serve.credential import credential_in
from flows.serve.lock import ServeLock
from flows.serve.processes import ORPHAN_MARK
from infra.prefect_env import PREFECT_DEFAULTS, books_in
from infra.private import private_directory
from infra.settings import KEPT, PREFIX, load_settings


def environment_of(folders: Sequence[Path], note: ServeLock) -> dict[str, str]:
    """What the server, the worker and every run are told; Prefect's own books are kept in the first folder.

    A run has a directory of its own, so what `.env` says is handed on, and a path that is relative here made absolute.
    """
    told = {
        **PREFECT_DEFAULTS,
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_HOME": str((folders[0] / KEPT / "prefect").resolve()),
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        # A run that waits its turn for some seconds is not late: operations would be told of every busy moment.
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "60",
        "PREFECT_SERVER_UI_SERVE_BASE": "/",
        # Otherwise an hour of watches to come, one every few minutes, would hide the steps among the runs to come.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT5M",
        **books_in((folders[0] / KEPT / "prefect").resolve()),
        **_settings(),
        **os.environ,
        "PREFECT_API_URL": note.api,
        "PREFECT_API_AUTH_STRING": credential_in(folders[0] / KEPT),
        "PREFECT_UI_URL": note.ui,
        "OPTEX_OFFERS": json.dumps([str(folder.resolve()) for folder in folders]),
        ORPHAN_MARK: note.mark,
    }
    if url := told.get("OPTEX_DATABASE_URL"):
        told["OPTEX_DATABASE_URL"] = _absolute(url)
    home = private_directory(Path(told["PREFECT_HOME"]))
    if not (home / BOOKS).exists():
        begin_with_empty_books(home)
    return told


def server_environment(told: Mapping[str, str]) -> dict[str, str]:
    """What the server is told of it: nothing of optex's books and mail, and whom to answer."""
    kept = {name: value for name, value in told.items() if not name.startswith(PREFIX) or name == ORPHAN_MARK}
    return {
        **kept,
        "PREFECT_SERVER_API_AUTH_STRING": told["PREFECT_API_AUTH_STRING"],
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": told["PREFECT_UI_URL"],
    }


def worker_environment(told: Mapping[str, str]) -> dict[str, str]:
    """What the worker and its runs are told of it: nothing of the server's own books."""
    return {name: value for name, value in told.items() if name not in _SERVERS}


# Each may hold a password; the older name of Prefect's database is still understood.
_SERVERS = {
    "PREFECT_SERVER_API_AUTH_STRING",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    "PREFECT_SERVER_DATABASE_PASSWORD",
    "PREFECT_API_DATABASE_CONNECTION_URL",
    "PREFECT_API_DATABASE_PASSWORD",
}


def _settings() -> dict[str, str]:
    """The settings that this process was told, by their variables."""
    settings = load_settings()
    said = {name: getattr(settings, name) for name in settings.model_fields_set - {"offers"}}
    return {
        PREFIX + name.upper(): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in said.items()
    }


def _absolute(url: str) -> str:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return url
    return parsed.set(database=str(Path(parsed.database).resolve())).render_as_string(hide_password=False)
