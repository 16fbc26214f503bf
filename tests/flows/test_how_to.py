"""What the pages tell to type can be typed: each line is taken by the command itself, and states what the act needs."""

import re
from pathlib import Path

import click
import pytest

from tests.typed import PAGES, ROOT, act_of, found, lines_of, taken

TYPED = [pytest.param(words, id=f"{page.name}: {' '.join(words[:4])}") for page in PAGES for words in lines_of(page)]


@pytest.mark.parametrize("words", TYPED)
def test_a_command_line_is_taken(words, tmp_path, monkeypatch):
    """Every option is one of the command, every value one that it takes; an act says who decided where it must."""
    monkeypatch.chdir(tmp_path)
    for name in ("forms.csv", "leavers.csv", "forms.xlsx", "leavers.xlsx", "prices.xlsx"):
        Path(name).touch()
    taken(words)
    if act := act_of(words, "2027-03-12T10:00"):
        assert act.by or not act.named
        assert act.evidence or not act.proven


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_command_that_is_named_exists(page):
    """`optex letters --unsent` in running text names a command, whatever is left out of it there."""
    for named in re.findall(r"`optex ([a-z][^`]*)`", page.read_text()):
        command, called, _ = found(re.split(r"[\s|]+", named))
        assert called == named or not isinstance(command, click.Group), named


def test_the_pages_have_command_lines():
    """Else nothing above would be checked."""
    assert len(TYPED) > 70
    assert {"first-offer.md", "somebody-left.md", "backup.md", "README.md"} <= {
        each.id.partition(":")[0] for each in TYPED
    }
