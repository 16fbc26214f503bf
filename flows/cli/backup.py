"""`optex backup` and `optex restore`: an offer as one file, and a folder made from it again."""

import json
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.options import FOLDER, JSON
from optex.formatting import count, listed

if TYPE_CHECKING:
    from infra.backup.manifest import Manifest
    from infra.backup.restore import Restored


@click.command()
@FOLDER
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file to write, a zip.")
@click.option("--without-database", is_flag=True, help="Only what is in the folder: the books are in PostgreSQL.")
@JSON
def backup(folder: Path, out: Path, without_database: bool, as_json: bool) -> None:
    """Write the books, the letters and the files of an offer into one file, also while it is served; then verify it.

    Not in it: .env, for it holds secrets, and what Prefect keeps, which is made anew from the books.
    """
    from infra.backup.backup import back_up
    from infra.workspace import workspace_in

    manifest = back_up(folder, workspace_in(folder), out, without_database=without_database)
    if as_json:
        click.echo(json.dumps({"file": str(out), **_document(manifest)}, indent=2, ensure_ascii=False))
        return
    click.echo(f"{manifest.offer}, as of {manifest.made}, in {out}: {_content(manifest)}; verified")
    click.echo(_head(manifest))
    click.echo("Not in it: .env (secrets), and what Prefect keeps (made anew from the books).")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path))
@JSON
def restore(file: Path, folder: Path, as_json: bool) -> None:
    """Make a new folder from a backup, which is verified before anything is written; never over an offer.

    What happened after the backup is not in it: served again, the offer writes once more what it wrote since.
    """
    from infra.backup.restore import restore as run
    from infra.settings import load_settings

    another = bool(load_settings().database_url)
    restored = run(file, folder, datetime.now(UTC))
    if as_json:
        books = restored.books
        at_start = {"unsent": books.unsent, "due": list(books.due)} if books else None
        document = {"folder": str(folder), **_document(restored.manifest), "at_start": at_start}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    manifest = restored.manifest
    click.echo(f"{manifest.offer}, as of {manifest.made}, restored into {folder}: {_content(manifest)}")
    click.echo(_head(manifest))
    click.echo("\n".join(["", *_before_it_is_served(restored, another_database=another), "", _next(folder)]))


def _document(manifest: "Manifest") -> dict[str, object]:
    return manifest.model_dump(mode="json", exclude={"files", "format"}) | {
        "files": len(manifest.files),
        "letters": manifest.letters,
    }


def _content(manifest: "Manifest") -> str:
    others = len(manifest.files) - manifest.letters - (manifest.books is not None)
    parts = [f"the books (schema {manifest.books.revision})"] if manifest.books else []
    parts += [count(manifest.letters, "letter"), count(others, "file")]
    return ", ".join(parts)


def _head(manifest: "Manifest") -> str:
    """The audit's last entry, to be compared with what a report prints at its foot."""
    if manifest.books is None:
        return (
            "The books are NOT in it: they are in PostgreSQL, and dumped by pg_dump."
            if manifest.books_elsewhere
            else "Nothing of the offer was on record yet: there are no books in it."
        )
    entries = f"{manifest.books.entries:,} entr{'y' if manifest.books.entries == 1 else 'ies'}"
    said = f"Audit: {entries}. Hash of the last: {manifest.books.head}"
    return f"{said}\nTHE AUDIT IS NOT INTACT: {manifest.books.broken}" if manifest.books.broken else said


def _before_it_is_served(restored: "Restored", *, another_database: bool) -> list[str]:
    """What somebody must know who serves it again."""
    manifest, books = restored.manifest, restored.books
    said = [f"WHAT HAPPENED AFTER {manifest.made} IS NOT IN IT. Before you serve it:"]
    if manifest.books_elsewhere:
        said.append(
            "- restore the books first (pg_restore) and set OPTEX_DATABASE_URL: served without them, the offer would "
            "begin anew and every holder be written to again"
        )
    elif another_database:
        said.append("- unset OPTEX_DATABASE_URL: while it is set, optex goes by that database and not by these books")
    said.append("- whoever serves this offer elsewhere must have stopped: both would write to the holders")
    if books:
        said.append(
            f"- {count(books.unsent, 'letter')} in it not sent yet will be: what was sent after the backup is sent a "
            "second time, with the same Message-ID"
        )
        if books.due:
            steps = listed(list(dict.fromkeys(books.due)))
            said.append(f"- {steps}: due by now and not done in it, so done at the start, if need be a second time")
    said.append("- record once more what arrived since: forms, notices, prices, facts")
    said.append("- write .env anew")
    return said


def _next(folder: Path) -> str:
    quoted = shlex.quote(str(folder))
    return f"Next: optex doctor {quoted}, then optex status {quoted}, then optex serve {quoted}"
