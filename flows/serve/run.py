"""`python -m flows.serve.run`: one run of a served offer, as Prefect runs it, that outlives its worker's ear.

The worker reads what a run prints. When it is gone the pipe is broken, and rich, by which Prefect logs, would end the
run there and then, in the middle of its work: it ends as Crashed, where it was to be run again.
"""

import os
import runpy
import sys
from pathlib import Path

from rich.console import Console


def _go_on(console: Console) -> None:
    """Print to nobody from now on."""
    console.quiet = True
    with Path(os.devnull).open("w") as nobody:
        os.dup2(nobody.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    # Prefect makes the console itself, so that no subclass of ours could say this, as rich would have it.
    Console.on_broken_pipe = _go_on  # type: ignore[assignment]
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
