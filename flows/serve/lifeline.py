"""`python lifeline.py MODULE ARGUMENT…` runs a module for as long as its standard input stays open, and no longer.

Whoever starts it holds the other end of that pipe and lets go of it in dying, whatever it dies of, `kill -9` included.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the module as `python -m` would, in the process group that ends with the lifeline."""
    threading.Thread(target=_end_with_it, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_it() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
