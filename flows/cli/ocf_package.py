"""`optex import-ocf` and `optex export --ocf`: an Open Cap Table package in, and out."""

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.cli.console import echo
from flows.cli.options import JSON
from optex.errors import BadData
from optex.formatting import count

if TYPE_CHECKING:
    from infra.database.reader import OfferReader


def export_package(db: "OfferReader", folder: Path, out: Path) -> None:
    """Write the books of an offer as a package; where the issuer was formed may stand in the file since."""
    from infra.ocf.export import export_ocf
    from infra.ocf.ids import read_ids
    from optex.terms_reader import parse_terms

    formation = None
    with suppress(BadData, OSError, UnicodeDecodeError):  # the record is exported, whatever has become of the file
        formation = parse_terms((folder / "offer.toml").read_text(encoding="utf-8-sig")).formation
    written = export_ocf(db, out, formation, read_ids(folder))
    click.echo(f"Open Cap Table 1.2.0 with {count(written, 'transaction')} in {out}")


@click.command("import-ocf")
@click.argument("package", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--plan", default="", help="The stock plan, by its name or id, where the package has options of several.")
@JSON
def import_ocf(package: Path, folder: Path, plan: str, as_json: bool) -> None:
    """Write an offer folder from an Open Cap Table package: its holders, their service, their options.

    PACKAGE is a folder with a Manifest.ocf.json, or an .ocf.zip. What has no place in the folder is named item by item.
    """
    from infra.folder.whereabouts import typed
    from infra.ocf.take_in import import_package

    told = import_package(package, folder, plan)
    if as_json:
        not_mapped = [{"file": each.file, "item": each.column, "problem": each.problem} for each in told.not_mapped]
        click.echo(json.dumps({"written": told.written, "not_mapped": not_mapped}, indent=2, ensure_ascii=False))
        return
    for each in told.not_mapped:
        echo(f"not mapped: {each}")
    rows = ", ".join(count(number, what) for what, number in told.written.items())
    echo(f"{folder}: {rows}; {count(len(told.not_mapped), 'item')} not mapped")
    click.echo(
        "The dates of the offer, the stock and the contact in offer.toml are an example's: state yours, then: "
        f"optex check {typed(folder)}"
    )
