"""Printable letters: each as it is mailed, with what is enclosed, a file a holder, for those whom no mail reaches."""

import hashlib
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup
from sqlalchemy import Row

from infra.database.reader import OfferReader
from infra.mail.enclosures import enclosures
from infra.mail.outbox import printable, unmailed
from infra.mail.render import page_parts, render, render_page
from infra.whole_files import written_whole
from optex.calendar import local_date
from optex.formatting import day
from optex.terms import Terms

OURS = '<meta name="generator" content="optex letters">'
"""By it a file of an earlier round is known, which must not be printed again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintedLetters:
    """The file of one holder, and which letters it holds by their numbers; `failed` says which could not be written."""

    file: Path
    holder_id: str
    name: str
    notices: tuple[str, ...]
    failed: tuple[str, ...]


def print_letters(
    db: OfferReader, out: Path, at: datetime, templates: Path | None, *, unsent: bool
) -> list[PrintedLetters]:
    """Write the letters of each holder into a file of its own, in order of time; all, or those that no mail delivered.

    What is held back or was taken back is not printed. Files that an earlier round left there are gone.
    """
    terms = db.state().terms
    written: list[PrintedLetters] = []
    found = unmailed(db, at) if unsent else printable(db, at)
    for holder_id, letters in groupby(found, key=lambda row: str(row.holder_id)):
        rows = list(letters)
        name = file_of(holder_id, "letters", {each.file.name.casefold() for each in written})
        written.append(_print(rows, out / name, terms, templates))
    remove_earlier(out, {each.file.name for each in written if each.notices}, OURS)
    return written


def _print(rows: Sequence[Row[Any]], file: Path, terms: Terms, templates: Path | None) -> PrintedLetters:
    letters, styles, failed = [], [], []
    for row in rows:
        try:
            _, page = render(row.kind, row.data, templates)
            enclosed = [page_parts(each.html) for each in enclosures(row.kind, row.data, templates)]
        except TemplateError as error:
            failed.append(f"{row.notice_id}: the template {row.kind}.j2: {error}")
            continue
        its_styles, body = page_parts(page)
        styles += [*its_styles, *(style for each, _ in enclosed for style in each)]
        written_on = local_date(max(row.queued_at, row.send_after or row.queued_at), terms.zone)
        letters.append(
            {
                "notice_id": row.notice_id,
                "day": day(written_on),
                "body": Markup(body),
                "enclosed": [Markup(form) for _, form in enclosed],
            }
        )
    if letters:
        data = {
            "ours": Markup(OURS),
            "styles": [Markup(style) for style in dict.fromkeys(styles)],
            "holder": {"name": rows[0].name},
            "issuer": terms.issuer,
            "contact": terms.contact,
            "letters": letters,
        }
        with written_whole(file) as unfinished:
            page = render_page("printed.html", data, templates)
            unfinished.write_text(page, encoding="utf-8", newline="\n")
    return PrintedLetters(
        file=file,
        holder_id=rows[0].holder_id,
        name=rows[0].name,
        notices=tuple(each["notice_id"] for each in letters),
        failed=tuple(failed),
    )


def file_of(holder_id: str, what: str, taken: Container[str]) -> str:
    """A name for a holder's file that every file system takes; `taken` are those of others, in small letters.

    It is of one's own also where letter case makes no difference.
    """
    plain = f"{what}-{re.sub(r'[^A-Za-z0-9._-]', '_', holder_id)[:100]}"
    name = f"{plain}.html"
    if plain == f"{what}-{holder_id}" and name.casefold() not in taken:
        return name
    return f"{plain}-{hashlib.sha256(holder_id.encode()).hexdigest()[:12]}.html"


def remove_earlier(out: Path, current: Container[str], mark: str) -> None:
    """Remove the pages with our mark that an earlier round left there: they must not be printed again."""
    for earlier in out.glob("*.html"):
        if earlier.name not in current and mark in earlier.read_text(encoding="utf-8", errors="replace"):
            earlier.unlink()
