"""The page of the letters: every kind with when it is written, the rule that asks for it and the file of its words."""

from flows.manual.docstrings import meanings
from flows.manual.markdown import code, page, table
from infra.mail.render import TEMPLATES
from optex.authority import section_of
from optex.formatting import listed
from optex.notices import Kind


def letters() -> str:
    others = {file.name for file in TEMPLATES.iterdir()} - {_file(kind) for kind in Kind}
    return page(
        "The letters",
        "A letter is written in the same transaction as what it tells, under a number of its own, and leaves once. A "
        "file of the same name in the offer's `templates/` takes the place of its words; "
        "`optex mail preview FOLDER --out DIR` shows every one as it will look.",
        table(("kind", "is", "written", "rule", "words"), [_row(kind) for kind in Kind]),
        f"What they are made of, printed on and enclosed with: {listed([code(name) for name in sorted(others)])}.",
    )


def _row(kind: Kind) -> tuple[str, ...]:
    written = meanings(Kind)[kind.name]
    return code(kind), kind.words.rstrip(","), written, f"{kind.rule} ({section_of(kind.rule)})", code(_file(kind))


def _file(kind: Kind) -> str:
    return f"{kind}.j2"
