"""The page of the commands: every one with its usage, its help and its options, as `--help` tells them."""

import inspect
from collections.abc import Iterator

import click

from flows.cli import cli, main
from flows.manual.markdown import code, page, prose, table


def commands() -> str:
    return page(
        "The commands",
        prose(inspect.getdoc(main) or ""),
        "FOLDER is the folder of an offer. `-h` and `--help` are there for every command, `optex --version` says which "
        "version it is. Instants are on the offer's clock unless they carry an offset.",
        *(_command(path, command) for path, command in all_commands()),
    )


def all_commands(group: click.Group = cli, path: str = "optex") -> Iterator[tuple[str, click.Command]]:
    """Every command by the words that call it, in the order of `--help`; those of a group after one another."""
    for name in group.list_commands(click.Context(group, info_name=path)):
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from all_commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _command(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    told = [each.get_help_record(context) for each in command.params if isinstance(each, click.Option)]
    options = [(code(names), help) for names, help in filter(None, told)]
    parts = [f"## {path}", f"`{usage}`", prose(command.help or "")]
    return "\n\n".join([*parts, table(("option", "means"), options)] if options else parts)
