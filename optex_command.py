"""The `optex` command, up to where its own packages can be relied on.

They are called `optex`, `infra`, `tasks` and `flows`: common names, and a package of that name that comes first on
Python's path would be imported in place of ours, and end in a traceback or in worse.
"""

import gc
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("optex", "infra", "tasks", "flows")


def foreign(home: Path) -> str | None:
    """Which package is not the one in `home`, where optex is, and what to do about it; None where all four are."""
    for name in PACKAGES:
        spec = find_spec(name)
        where = next(iter(spec.submodule_search_locations or [spec.origin or ""]), "") if spec else ""
        if not where:
            return f"the package {name!r} of optex is not in {home}: install optex anew"
        if Path(where).resolve() != home.resolve() / name:
            return (
                f"{where} is not the package {name!r} of optex, which is in {home}, but comes first on Python's path: "
                "take it off PYTHONPATH, start optex in another directory, or install optex into a venv of its own"
            )
    return None


def main() -> None:
    """Run the command; exit 1 with one line where a package of another takes the place of ours."""
    if problem := foreign(Path(__file__).parent):
        sys.exit(problem)
    gc.set_threshold(50_000)  # looking for garbage among what is imported took a twelfth of a short command's time
    from flows.cli import main as command

    command()
