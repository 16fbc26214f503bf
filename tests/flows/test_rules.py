"""`optex rules`: every rule can be asked for by its id, as the letters, the ledgers and `optex explain` cite it."""

import json

import pytest
from click.testing import CliRunner

from flows.cli import cli
from optex.authority import RULES
from optex.errors import OptexError


def asked(*words):
    """What `optex rules` prints."""
    return CliRunner().invoke(cli, ["rules", *words], catch_exceptions=False).output


def test_one_rule_is_told_with_its_section_and_the_words_of_the_document():
    """ELG-4, also in small letters: what it decides, then §18 in the document's own words."""
    head, decides, sentence = asked("elg-4").splitlines()
    assert "ELG-4  §4, §18" == head
    assert decides.startswith("A holder in an excluded jurisdiction cannot tender;")
    assert "“If, after such good faith effort, we cannot comply with such law, the offer will not be made to, nor" in (
        sentence
    )


def test_a_rule_of_our_own_has_no_words_of_the_document():
    """REC-2 is a rule of the record, and quotes nothing."""
    assert ["REC-2  rules of the record", RULES["REC-2"].decides] == asked("REC-2").splitlines()


def test_without_a_code_every_rule_is_told():
    """In the order of an offer's life."""
    assert list(RULES) == [part.split()[0] for part in asked().split("\n\n")]


def test_for_machines_one_rule_is_an_object_and_all_are_a_list():
    """The same four keys either way."""
    one, every = json.loads(asked("GRT-1", "--json")), json.loads(asked("--json"))
    assert ["rule", "section", "decides", "sentence"] == list(one)
    assert ("GRT-1", "Summary Term Sheet, §6") == (one["rule"], one["section"])
    assert len(RULES) == len(every)
    assert one in every


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("EXT1", "EXT1 is no rule: did you mean EXT-1? `optex rules` lists them all"),
        ("XYZ", "XYZ is no rule: `optex rules` lists them all"),
    ],
)
def test_a_rule_that_is_none_is_refused_with_what_may_be_meant(code, told):
    """Exit 1, as `main` makes of it."""
    with pytest.raises(OptexError) as refused:
        asked(code)
    assert told == str(refused.value)
