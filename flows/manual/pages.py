"""The reference pages by their file names."""

from collections.abc import Callable
from pathlib import Path

from flows.manual.acts import acts
from flows.manual.commands import commands
from flows.manual.csv_files import csv_files
from flows.manual.ledgers import ledgers
from flows.manual.letters import letters
from flows.manual.offer_toml import offer_toml
from flows.manual.rules import rules
from flows.manual.settings import settings

PAGES: dict[str, Callable[[], str]] = {
    "offer-toml.md": offer_toml,
    "csv-files.md": csv_files,
    "commands.md": commands,
    "acts.md": acts,
    "letters.md": letters,
    "ledgers.md": ledgers,
    "rules.md": rules,
    "settings.md": settings,
}


def write_pages(directory: Path) -> None:
    """Write every page anew."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, written in PAGES.items():
        (directory / name).write_text(written(), encoding="utf-8")
