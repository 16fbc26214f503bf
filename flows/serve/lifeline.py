"""`python lifeline.py MODULE ARGUMENT…` runs a module for as long as its standard input stays open, and no longer.

Whoever starts it holds the other end of that pipe and lets go of it in dying, whatever it dies of, `kill -9` included.
"""

import contextlib
import os
import runpy
import sys
import threading

import psutil


def main() -> None:
    """Run the module as `python -m` would; with the lifeline it ends, and whatever it started."""
    threading.Thread(target=_end_with_it, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_it() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    ourselves = psutil.Process()
    for each in (*ourselves.children(recursive=True), ourselves):
        with contextlib.suppress(psutil.Error):
            each.kill()


if __name__ == "__main__":
    main()
