"""The `optex` command inside this process: what it prints and how it exits; an exception is a traceback to its user."""

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from flows.cli import main


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def optex(*words):
    """Run the command with these words."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    umask = os.umask(0o022)  # the command sets its own, for all of its process
    os.umask(umask)
    with patch.object(sys, "argv", ["optex", *map(str, words)]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        finally:
            os.umask(umask)
    return Said(code=code, out=out.getvalue(), err=err.getvalue())
