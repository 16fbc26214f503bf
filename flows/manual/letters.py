"""The page of the letters: every kind with when it is written, the rule that asks for it and the file of its words."""

from flows.manual.docstrings import meanings
from flows.manual.markdown import code, page, table
from infra.mail.render import TEMPLATES
from optex.authority import section_of
from optex.notices import Kind


def letters() -> str:
    return page(
        "The letters",
        "A letter is written in the same transaction as what it tells, under a number of its own, and leaves once. A "
        "file of the same name in the offer's `templates/` takes the place of its words; "
        "`optex filing FOLDER --out DIR` shows every kind with specimen figures.",
        table(("kind", "is", "written", "rule", "words"), [_row(kind) for kind in Kind]),
        "Letters share `layout.txt` and `layout.html`, the page around them, and `parts.txt` and `parts.html`, what "
        "they are made of; `printed.html` is the page that they are printed on.",
    )


def _row(kind: Kind) -> tuple[str, ...]:
    file = TEMPLATES / f"{kind}.j2"
    written = meanings(Kind)[kind.name]
    return code(kind), kind.words.rstrip(","), written, f"{kind.rule} ({section_of(kind.rule)})", code(file.name)
