"""`optex correct import`: in which rows a folder's files differ from the record, shown and taken over."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.cli.console import echo
from flows.cli.record import after_change, ensure_loaded, evidence_named
from flows.cli.status import reading
from infra.folder.reader import read_folder
from infra.handlers.file_differences import TAKEN_OVER, find_differences, take_over
from optex.differences import Difference
from optex.formatting import count


def show_differences(folder: Path, as_json: bool) -> None:
    """Every difference, row by row; nothing is changed."""
    files = read_folder(folder)
    with reading(folder) as db:
        found = find_differences(db, files)
    if as_json:
        click.echo(json.dumps({"differences": [_entry(each) for each in found]}, indent=2, ensure_ascii=False))
        return
    for each in found:
        echo("\n".join(each.said()))
    taken = sum(each.taken_over for each in found)
    differ = f"{count(len(found), 'row')} of the files {'differs' if len(found) == 1 else 'differ'} from the record"
    later = f", {len(found) - taken} of which --yes does not take over" if taken < len(found) else ""
    click.echo(f"{differ}{later}. Nothing was changed." if found else "The files say what is on record.")


def take_over_differences(folder: Path, by: str, reason: str, evidence: str, told_later: bool, as_json: bool) -> None:
    """Take the differences over in one transaction, send what follows, and make the schedule agree."""
    files = read_folder(folder)
    workspace = ensure_loaded(folder)
    at = datetime.now(UTC).replace(microsecond=0)
    with workspace.write() as db:
        proof = evidence_named(db, evidence, at)
        found = find_differences(db, files)
        said = take_over(db, found, at, by, reason or TAKEN_OVER, proof, told_later=told_later)
        if all(each.taken_over or (told_later and each.verb) for each in found):
            db.update_offer(digest=files.digest)  # so that nobody need compare them again until they change
    after_change(workspace)
    echo(json.dumps({"message": said}, ensure_ascii=False) if as_json else said)


def _entry(each: Difference) -> dict[str, object]:
    return {
        "file": each.file,
        "line": each.line,
        **({"cell": each.cell} if each.cell else {}),
        "key": list(each.key),
        "changed": {column: {"record": was, "file": now} for column, (was, now) in each.changed.items()},
        "told_later": each.told_later,
    }
