"""Every quotation from the Offer to Exchange is verbatim, and stands in the section that is cited (REC-5)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import optex
from optex.authority import PROHIBITED, RULES

DOCUMENT = Path(__file__).with_name("offer-to-exchange.txt").read_text()
SUMMARY = "Summary Term Sheet"
QUOTED = re.compile(r'"([^"]+)"')
CITED = re.compile(r"§\d+|Summary Term Sheet|(?:IRC|Rule|Treas\. Reg\.) [\w().-]*\w\)?")
LAW = {
    "IRC 422(b)(2)": "such option is granted within 10 years from the date such plan is adopted, or the date such plan "
    "is approved by the stockholders, whichever is earlier",
    "IRC 422(d)(2)": "by taking options into account in the order in which they were granted",
    "IRC 422(d)(3)": "the fair market value of any stock shall be determined as of the time the option with respect to "
    "such stock is granted",
}
"""What the law itself says, where a docstring quotes it."""


def folded(text: str) -> str:
    """Running text: no page breaks, no bullets, one blank for any white space, none after a hyphen at a line's end."""
    text = re.sub(r"\n\s*\d+\s*<PAGE>", "", text)
    text = re.sub(r"^\s*-\s+", " ", text, flags=re.MULTILINE)
    return re.sub(r"(?<=\w)- (?=\w)", "-", " ".join(text.split()))


def cut_by_headings() -> dict[str, str]:
    """The running text of each section by its name: "§1" to "§18", and the Summary Term Sheet to its end on risks."""
    summary, rest = re.split(r"^\s+IMPORTANT$", DOCUMENT.split("SUMMARY TERM SHEET", 1)[1], maxsplit=1, flags=re.M)
    body = rest.split("\nTHE OFFER\n", 1)[1].split("SCHEDULE A\n\n", 1)[0]
    parts = re.split(r"^(\d+)\.  (?=[A-Z ;]+)", body, flags=re.MULTILINE)
    numbered = {f"§{number}": folded(text) for number, text in zip(parts[1::2], parts[2::2], strict=True)}
    return {SUMMARY: folded(summary), **numbered}


SECTIONS = cut_by_headings()


def authorities(module: Path) -> Iterator[str]:
    """Each Authority line of a module's docstrings, to the end of its paragraph."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                if "Authority:" in paragraph:
                    yield folded(paragraph.split("Authority:", 1)[1])


def occurs(quotation: str, text: str) -> bool:
    """Whether each part between the ellipses stands in the text, one after the other."""
    parts = [re.escape(part.strip(" ,")) for part in folded(quotation).split("…")]
    return re.search(r"(?<!\w)" + r"(?!\w).*?(?<!\w)".join(parts) + r"(?!\w)", text) is not None


def test_the_document_is_cut_into_its_eighteen_sections_and_the_summary():
    """Else a quotation might be looked for in the wrong place."""
    assert [SUMMARY, *(f"§{number}" for number in range(1, 19))] == list(SECTIONS)
    assert SECTIONS["§16"].endswith("soliciting tenders of options pursuant to this Offer to Exchange.")


@pytest.mark.parametrize("rule", RULES)
def test_the_words_of_a_rule_stand_in_a_section_that_it_cites(rule):
    """A changed word, or words of a section that is not named, would be found; without words no section is cited."""
    authority = RULES[rule]
    cited = [name for name in authority.section.split(";")[0].split(", ") if name in SECTIONS]
    assert bool(authority.sentence) == bool(cited)
    assert not cited or any(occurs(authority.sentence, SECTIONS[name]) for name in cited)


def test_what_becomes_of_a_prohibited_grant_is_told_in_the_words_of_section_13():
    assert "§13" == PROHIBITED.section
    assert occurs(PROHIBITED.sentence, SECTIONS[PROHIBITED.section])


def test_what_a_docstring_quotes_as_its_authority_stands_in_the_section_that_it_names():
    """After a semicolon another section may be named."""
    altered = []
    quoted = 0
    for module in sorted(Path(optex.__file__).parent.rglob("*.py")):
        for authority in authorities(module):
            texts: list[str] = []
            for passage in authority.split(";"):
                cited = CITED.findall(passage)
                texts = [{**SECTIONS, **LAW}.get(name, "") for name in cited] or texts
                for quotation in QUOTED.findall(passage):
                    quoted += 1
                    if not any(occurs(quotation, text) for text in texts):
                        altered.append(f"{module.name}: {passage}")
    assert [] == altered
    assert quoted > 20


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_in_whole_sentences_what_it_decides(rule):
    """For `optex rules` and the manual."""
    assert re.fullmatch(r"[A-Z].{40,}\.", RULES[rule].decides)
