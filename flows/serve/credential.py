"""The credential of a served API: made at the first start, and known to whoever may read a file beside the books."""

import os
import secrets
from pathlib import Path

from infra.private import private_directory
from infra.whole_files import written_whole

NAME = "api-credential"
# Prefect's own setting, for whoever wants to choose the credential: it is kept in the file like one of ours.
_CHOSEN = "PREFECT_SERVER_API_AUTH_STRING"


def credential_in(books: Path) -> str:
    """The credential of the API that is served from these books; made, and kept for this user alone, where none is."""
    file = private_directory(books) / NAME
    known = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    wanted = os.environ.get(_CHOSEN) or known or f"optex:{secrets.token_urlsafe(32)}"
    if wanted != known:
        with written_whole(file) as whole:
            whole.write_text(wanted + "\n", encoding="utf-8")
    file.chmod(0o600)
    return wanted


def credential_at(file: str) -> str:
    """The credential that a note of the serving points to; empty where it may not be read, or there is none."""
    try:
        return Path(file).read_text(encoding="utf-8").strip() if file else ""
    except OSError:
        return ""
