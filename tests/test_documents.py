"""What is written about the code keeps to it: paths, links and make targets that are named are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = [str(page.relative_to(ROOT)) for page in sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/*.svg")])]
PAGES = ["README.md", "CONTRIBUTING.md", *DOCS, "infra/production/OPERATIONS.md"]
TOP = ("optex", "infra", "tasks", "flows", "tests", "docs", "examples", "benchmarks", ".ci")
OF_AN_OFFER = [ROOT / "infra" / "folder" / "blank"]
PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, TOP))})/[\w./-]*|\b[\w-]+\.(?:yaml|toml|lock|md|py)\b")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page):
    """A module that is renamed is renamed there too. Without a folder it is at the top or beside the page."""
    text = (ROOT / page).read_text()
    said = re.findall(r">([^<>]+)<" if page.endswith(".svg") else r"`([^`\n]+)`", text)
    named = {path for words in said for path in PATH.findall(words)}
    places = (ROOT, (ROOT / page).parent, *OF_AN_OFFER)
    assert [] == sorted(path for path in named if not any((place / path).exists() for place in places))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    """From the page itself to a file, or to a heading on it."""
    file = ROOT / page
    text = file.read_text()
    assert [] == [to for to in re.findall(r"\]\(([^)#:]+)[)#]", text) if not (file.parent / to).exists()]
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"(?m)^#+ (.+)$", text)}
    assert set() == set(re.findall(r"\]\(#([^)]+)\)", text)) - headings


def test_every_page_is_in_the_index_of_the_manual():
    """Whoever looks for one finds it in docs/README.md."""
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {str(path.relative_to(ROOT / "docs")) for path in ROOT.glob("docs/**/*.md")} - {"README.md"}
    assert set() == {page for page in pages if f"]({page})" not in index}


def test_the_makefile_has_every_target_that_is_named():
    """`make demo`, `make test` and the others are there."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join((ROOT / page).read_text() for page in PAGES)
    assert set() == set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) - targets


def test_the_architecture_shows_its_picture():
    """The page embeds the picture beside it, with words for whoever does not see it."""
    (words, file), *others = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", (ROOT / "docs" / "architecture.md").read_text())
    assert ([], True, True) == (others, len(words) > 20, (ROOT / "docs" / file).is_file())
