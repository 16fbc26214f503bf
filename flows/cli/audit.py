"""`optex audit verify`: whether the audit of an offer is as it was written, and whether an earlier head is in it."""

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from flows.cli.options import FOLDER, JSON


class Hash(click.ParamType[str]):
    """The SHA-256 of an entry of the audit, as a report prints it."""

    name = "hash"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip().lower()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            self.fail(f"{value!r} is no hash of 64 hexadecimal digits, as a report prints it", param, ctx)
        return text


@click.group()
def audit() -> None:
    """The audit, a chain of entries: verify that none was changed."""


@audit.command()
@FOLDER
@click.option("--head", type=Hash(), help="The hash of the last entry, as an earlier report printed it: is it there?")
@JSON
def verify(folder: Path, head: str | None, as_json: bool) -> None:
    """Whether the chain of the audit is intact, or which is the first entry that is not (exit 1). Changes nothing."""
    from sqlalchemy.exc import SQLAlchemyError

    from flows.cli.status import reading
    from infra.database.audit_check import find_head, first_broken
    from optex.errors import OptexError

    try:
        with reading(folder) as db:
            now, broken = db.audit_head(), first_broken(db)
            found = find_head(db, head) if head else None
    except (SQLAlchemyError, ValueError, TypeError, ArithmeticError) as error:  # as no optex wrote it
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise OptexError(f"Not intact: the audit cannot be read any more: {reason}") from error
    if as_json:
        said = {"intact": broken is None, "entries": now.entries, "head": now.hash}
        said |= {"broken": asdict(broken) if broken else None}
        said |= {"asked": {"head": head, "found": asdict(found) if found else None}} if head else {}
        click.echo(json.dumps(said, indent=2, ensure_ascii=False))
    elif broken:
        click.echo(
            f"Not intact: entry {broken.position:,} of {now.entries:,} is {broken.fault}: {broken.at}, "
            f"{broken.action}, {broken.subject}: {broken.why}."
        )
    else:
        click.echo(
            f"Intact: {now.entries:,} {'entry' if now.entries == 1 else 'entries'}. Hash of the last: {now.hash}"
        )
    if head and not as_json:
        click.echo(
            f"{head} is the hash of entry {found.position:,}, {found.at}, {found.action}, {found.subject}; "
            f"entries since: {found.entries_since:,}."
            if found
            else f"{head} is the hash of no entry: what the audit ended with then was changed or is gone."
        )
    if broken or (head and not found):
        sys.exit(1)
