"""`optex forms`: the Election Form and the Notice to Change Election, filled in, to print and hand out."""

import json
from pathlib import Path

import click

from flows.cli.options import FOLDER, JSON
from optex import batch
from optex.errors import OptexError, Refused
from optex.formatting import count
from optex.state import OfferState


@click.command()
@FOLDER
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Where the forms go.")
@click.option("--holder", default="", help="Only those of one holder, by id or (part of) the name.")
@JSON
def forms(folder: Path, out: Path, holder: str, as_json: bool) -> None:
    """Write the Election Form and the Notice to Change Election, filled in, one HTML file an eligible holder.

    They state the holder's options and the expiration as they are now; what is tendered, the signature and the date are
    left to the pen. The letter on the opening has the same ones enclosed. Changes nothing.
    """
    from jinja2 import TemplateError

    from infra.known_offer import known_offer
    from infra.mail.blank_forms import write_forms
    from infra.workspace import workspace_in

    known = known_offer(folder, holder)
    _refuse_over(known.state)
    eligible = []
    for record, refused in batch.eligibility(known.records, known.state):
        if refused and holder:
            raise Refused(refused)
        if not refused:
            eligible.append(record)
    if holder and not eligible:
        raise OptexError(f"{known.records[0].holder.name} holds no option that may be tendered")
    try:
        written = write_forms(eligible, known.state, out, workspace_in(folder).templates, everyone=not holder)
    except TemplateError as error:
        raise OptexError(f"the forms' templates: {error}") from error
    if as_json:
        files = [{"file": str(each.file), "holder_id": each.holder_id, "name": each.name} for each in written]
        click.echo(json.dumps({"files": files}, indent=2, ensure_ascii=False))
    else:
        click.echo(f"Forms of {count(len(written), 'holder')} in {out}, ready to be printed")


def _refuse_over(state: OfferState) -> None:
    """Nothing can be tendered any more, nor withdrawn, once the tenders are accepted or the offer is terminated."""
    if state.accepted_at or state.terminated_at:
        what = "terminated" if state.terminated_at else "over: what was tendered has been accepted"
        raise OptexError(f"The offer is {what}. No form can be delivered any more")
