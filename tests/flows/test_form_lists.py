"""What a form lets choose from: each by its id and whose it is, and only where the list is short."""

import pytest

from flows.form_fields import OptionOnForm, confirmed, person
from flows.form_lists import lists_of, picked, refuse_of_another, with_lists
from infra.choices import choices
from infra.workspace import workspace_in
from optex.errors import OptexError
from tests.offers import Offer

ENDS = (" · (alpha)", " · (beta)")


@pytest.fixture
def alpha(tmp_path):
    """An offer of which one option was granted anew."""
    offer = Offer(tmp_path / "a", offer="alpha").holder("H10", "Ann Lee").grant("G1", 1000).holder("H9", "Bo Ray")
    offer.tenders(
        "F1",
        "2003-03-10T10:00:00",
        G1=1000,
    ).closes_at("2003-10-03", "1.27")
    return workspace_in(offer.play(until="2003-10-08T12:00:00").out)


@pytest.fixture
def beta(tmp_path):
    offer = Offer(tmp_path / "b", offer="beta")
    for n in range(1, 101):
        offer.holder(f"H{n}", f"Holder {n}")
    return workspace_in(offer.grant("G1", 1000).play(until="2003-02-28T12:00:00").out)


def listed(workspace, among):
    with workspace.read() as reader:
        return choices(reader, among)


def test_each_is_named_by_its_id_and_whose_it_is(alpha):
    """In the order of their numbers; of nobody there is a jurisdiction."""
    assert ["H9 · Bo Ray", "H10 · Ann Lee"] == listed(alpha, "holders")
    assert ["G1 · Ann Lee"] == listed(alpha, "grants")
    assert ["F1 · Ann Lee"] == listed(alpha, "forms")
    assert ["G1-N · Ann Lee"] == listed(alpha, "new options")
    assert [1] == [len(listed(alpha, "jurisdictions"))]


def test_a_hundred_are_a_list_and_more_are_typed(alpha, beta):
    """Of two offers on one server every entry names its own; together they are too many."""
    assert 100 == len(listed(beta, "holders")) == len(lists_of([beta])["holders"])
    both = lists_of([alpha, beta])
    assert ("holders" in both, both["grants"]) == (False, ["G1 · Ann Lee (alpha)", "G1 · Holder 100 (beta)"])
    assert list(ENDS) == [entry[-len(end) :] for entry, end in zip(both["jurisdictions"], ENDS, strict=True)]


def test_what_is_chosen_is_taken_by_its_id():
    """What is typed, or sent by a program, is the plain id; nothing is empty."""
    assert ["H1", "H1", "H1", "CA-QC", ""] == [
        picked(text) for text in ("H1 · Ann Lee", "H1", " H1 · Ann · Lee (alpha)", "CA-QC · (alpha)", "")
    ]


def test_what_is_chosen_of_another_offer_is_refused(alpha, beta, monkeypatch):
    """The list holds those of all offers on the server."""
    monkeypatch.setenv("OPTEX_OFFERS", f"{alpha.folder}:{beta.folder}")
    refuse_of_another("G1 · Ann Lee (alpha)", "alpha")
    refuse_of_another("G1", "beta")
    with pytest.raises(OptexError, match=r"G1 · Ann Lee \(alpha\) is of another offer than beta"):
        refuse_of_another("G1 · Ann Lee (alpha)", "beta")


def test_a_list_takes_the_place_of_the_one_before_it():
    """Also in the rows; where it has become too long, or there is nothing, the field is typed again."""
    field = {"type": "string", "among": "holders"}
    schema = {"properties": {"holder": field}, "definitions": {"Row": {"properties": {"holder": field}}}}

    def of(known):
        return [each["properties"]["holder"]["enum"] for each in (known, known["definitions"]["Row"])]

    first = with_lists(schema, {"holders": ["H1 · Ann Lee"]})
    assert [["H1 · Ann Lee", "H1"]] * 2 == of(first)
    assert [["H2 · Bo Ray", "H2"]] * 2 == of(with_lists(first, {"holders": ["H2 · Bo Ray"]}))
    assert schema == with_lists(first, {})


def test_a_row_is_the_option_as_the_command_line_writes_it():
    """What the form leaves out is left out."""
    row = {"grant": "G1 · Ann Lee", "shares": 600}
    whole = {"original_shares": 1000, "granted_on": "2000-05-16", "price": " 12.50 ", "exercised": 0}
    assert "G1:600:1000:2000-05-16:12.50:0" == OptionOnForm.model_validate({**row, **whole}).line
    assert ["G1:600", "G1:600:::12.50"] == [
        OptionOnForm.model_validate({**row, **more}).line for more in ({}, {"price": "12.50"})
    ]


def test_a_person_and_the_second_word():
    """Blanks around them are nothing; a blank name, the program's and another word are refused."""
    assert "Ruth Counsel" == person(" Ruth Counsel ")
    for nobody in ("", " \t", "Optex"):
        with pytest.raises(OptexError, match="`by` names"):
            person(nobody)
    confirmed(" alpha ", "alpha", final=True)
    confirmed("", "alpha", final=False)
    for wrong, said in (("", "it is empty"), ("Alpha", "it says 'Alpha'")):
        with pytest.raises(OptexError, match=f"must be the name of the offer, alpha, and {said}"):
            confirmed(wrong, "alpha", final=True)
