"""Quiet settings for Prefect, to be made before it is imported: nothing leaves the machine, the books stay together."""

import os
from pathlib import Path

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
    # Prefect's server answers 503 when one of its own services writes to its SQLite at the same moment, and the
    # client then waits two seconds: writing events and task runs in batches makes a play eight times as fast.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "2",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "1000",
}


def be_quiet(home: Path | None = None) -> None:
    """Set what the environment leaves open; `home` is where Prefect keeps its own books, unless the user says where."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if home is not None and "PREFECT_API_URL" not in os.environ and "PREFECT_HOME" not in os.environ:
        home.mkdir(parents=True, exist_ok=True)
        os.environ["PREFECT_HOME"] = str(home.resolve())
