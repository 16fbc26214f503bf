"""`optex rules`: what a rule decides, where it stands in the Offer to Exchange, and the words it rests on."""

import json
import sys
from difflib import get_close_matches

import click

from flows.cli.options import JSON
from optex.authority import RULES, Authority
from optex.errors import OptexError


@click.command()
@click.argument("code", required=False)
@JSON
def rules(code: str | None, as_json: bool) -> None:
    """What a rule decides, its section of the Offer to Exchange and the words it rests on, such as ELG-1; or all."""
    found = RULES if code is None else {(known := _known(code)): RULES[known]}
    if as_json:
        documents = [_document(rule, authority) for rule, authority in found.items()]
        click.echo(json.dumps(documents if code is None else documents[0], indent=2, ensure_ascii=False))
        return
    click.echo("\n\n".join(_in_words(rule, authority) for rule, authority in found.items()))


def _known(code: str) -> str:
    """The rule of that id, however it is written; OptexError with those that may be meant where there is none."""
    wrote = code.upper()
    if wrote in RULES:
        return wrote
    meant = get_close_matches(wrote, RULES, n=1)
    guess = f"did you mean {meant[0]}? " if meant else ""
    raise OptexError(f"{code} is no rule: {guess}`optex rules` lists them all")


def _document(rule: str, authority: Authority) -> dict[str, str]:
    return {
        "rule": rule,
        "section": authority.section,
        "decides": authority.decides,
        "sentence": authority.sentence,
    }


def _in_words(rule: str, authority: Authority) -> str:
    quoted = [f"“{authority.sentence}”"] if authority.sentence else []
    lines = [f"{rule}  {authority.section}", authority.decides, *quoted]
    # Piped, a line is never broken: it is for grep and for files.
    return "\n".join(map(click.wrap_text, lines) if sys.stdout.isatty() else lines)
