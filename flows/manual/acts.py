"""The page of the acts: what an operator may do, with its rule, who and what it needs, and its options."""

import inspect
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flows.cli.actions import command_words
from flows.manual.markdown import code, page, prose, table
from optex.action import Action, Option
from optex.actions import ACTIONS
from optex.authority import section_of
from optex.formatting import listed, one_of

_TYPES = {str: "text", int: "whole number", bool: "true or false", date: "date", datetime: "instant", Decimal: "number"}


def acts() -> str:
    return page(
        "The acts: what may be done to an offer",
        "Each is a command, a form in the Prefect UI (its deployment), and in script.toml an entry `[[at]]` with "
        "`when`, `do` and the options as keys with underscores. Every one also takes `at`, when it was announced or "
        "received; `by`, who decided; `evidence`, what shows it, in words or as a file.",
        "What a rule forbids is refused with the rule (exit 1), is put on record as refused, and changes nothing. Told "
        "again it is already recorded (exit 0), or refused where it says something else under the same key.",
        table(
            ("act", "command", "form", "rule"),
            [
                (f"[{verb}](#{verb})", code(f"optex {command_words(kind)}"), kind.deployment, kind.rule)
                for verb, kind in ACTIONS.items()
            ],
        ),
        *(_act(verb, kind) for verb, kind in ACTIONS.items()),
    )


def _act(verb: str, kind: type[Action]) -> str:
    options = [
        (code(option.key), _type(option), "required" if option.required else "", option.help)
        for option in kind.options()
    ]
    facts = [
        f"Rule {kind.rule} ({section_of(kind.rule)}).",
        f'Command `optex {command_words(kind)} FOLDER`, form *{kind.deployment}*, `do = "{verb}"`.',
        *_needs(kind),
    ]
    return "\n\n".join(
        [
            f"## {verb}",
            prose(inspect.getdoc(kind) or ""),
            " ".join(facts),
            table(("option", "is", "", "means"), options),
        ]
    )


def _needs(kind: type[Action]) -> list[str]:
    needed = [name for name, always in (("`by`", kind.named), ("`evidence`", kind.proven)) if always]
    told = [f"It always needs {listed(needed)}."] if needed else []
    if kind.deadline is not Action.deadline and not (kind.named and kind.proven):
        told.append("Put on record after its deadline it needs `by` and `evidence`.")
    if kind.once:
        told.append(f"Its key: {listed([code(name) for name in kind.once])}.")
    return told


def _type(option: Option) -> str:
    if option.choices:
        return one_of([code(choice) for choice in option.choices])
    bounds: list[Any] = [option.least, option.most]
    said = _TYPES[option.type]
    if None not in bounds:
        said += f" from {option.least} to {option.most}"
    return f"{said}, more than once" if option.several else said
