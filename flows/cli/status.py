"""`optex status`: where the offer stands, on a terminal, piped, as JSON; and the books that other commands read."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.cli.console import console, echo, piped
from infra.database.reader import OfferReader
from infra.folder.whereabouts import typed
from infra.settings import PLAYED, may_be_taken_in
from infra.status.document import as_document
from infra.status.files_differ import files_differ
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from infra.workspace import name_of, workspace_in
from optex.amended_terms import agree
from optex.clock import on_clock
from optex.errors import BadData, OptexError
from optex.terms import Terms
from optex.terms_reader import parse_terms


def print_status(folder: Path, as_json: bool, at: datetime | None = None) -> None:
    """Where the offer stands, now or at the last instant of a play: the page that is its dashboard in Prefect."""
    with reading(folder) as db:
        status = replace(offer_status(db, instant_of(folder, db, at)), files_differ=files_differ(db, folder))
        note = _differs(folder, db.first_terms(), db.state().terms)
    if as_json:
        echo(json.dumps({**as_document(status), "note": note}, indent=2, ensure_ascii=False))
        return
    if note:
        echo(note)
    page = as_markdown(status)
    if piped():
        echo(page, nl=False)
    else:
        from rich.markdown import Markdown

        console().print(Markdown(page))


@contextmanager
def reading(folder: Path) -> Iterator[OfferReader]:
    """The books of the offer in a folder; none are begun where there are none."""
    name_of(folder)
    if not may_be_taken_in(folder):
        raise OptexError(
            f"{folder}: nothing of this offer is on record yet; `optex serve {typed(folder)}` takes it in and runs it, "
            f"`optex simulate {typed(folder)} --out DIR` rehearses it"
        )
    with workspace_in(folder).read() as db:
        yield db


def instant_of(folder: Path, db: OfferReader, at: datetime | None = None) -> datetime:
    """The instant it is: now for a real offer, the last that was played for one that `simulate` played."""
    if at is not None:
        return on_clock(at, db.state().terms.zone)
    if not (folder / PLAYED).exists():
        return datetime.now(UTC).replace(microsecond=0)
    row = db.row()
    played = [step.done_at for step in db.steps() if step.done_at is not None]
    last: datetime = row.played_until or row.taken_in_at
    until = [datetime.fromisoformat(at) for at in (folder / PLAYED).read_text(encoding="utf-8").split()[1:]]
    return max([*played, *until, last])


def _differs(folder: Path, first: Terms, now: Terms) -> str:
    """Whether the folder's terms are neither those taken in nor those in force: the database leads, and says so."""
    file = folder / "offer.toml"
    if not file.is_file():
        return ""
    try:
        same = agree(parse_terms(file.read_text(encoding="utf-8-sig")), first, now)
    except (BadData, UnicodeDecodeError):
        same = False
    return "" if same else f"The database leads; {file} differs from what was taken in."
