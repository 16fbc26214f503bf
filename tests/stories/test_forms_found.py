"""Forms that lay unread: put on record after the termination, or after forms that were received later than they."""

import pytest

from infra.explain.explain import explain_holder
from infra.handlers.forms import form_from_fields, record_received_forms
from infra.ledgers.export import export
from infra.status.participation import participation
from tests.offers import local


def found(played, at, *forms):
    """Key forms in at an instant, with (form_id, holder, kind, received_at, signed_on, signed_as, *options) of each."""
    with played.workspace() as workspace, workspace.write() as db:
        said = []
        for form_id, holder, kind, received_at, signed_on, signed_as, *options in forms:
            row = {"form_id": form_id, "holder_id": holder, "kind": kind, "received_at": received_at}
            row |= {"signed_on": signed_on, "signed_as": signed_as, "channel": "fax", "title": "", "authority": ""}
            said.append(record_received_forms(db, form_from_fields(db, row, options), local(at)))
        export(db, played.out / "ledgers")
    return said


@pytest.fixture(scope="module")
def after_termination(new_offer):
    """Terminated on Friday, March 28. On Monday a tender of Bo's from the 25th is found, and others of the Monday."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.holder("H3", "Cy Fox").grant("G3", 400)
    offer.happens("2003-03-28T11:00:00", "terminate", number=4, evidence="The bid.", reason="The merger.", by="Board")
    played = offer.play(until="2003-03-30T12:00:00")
    played.said = found(
        played,
        "2003-03-31T10:30:00",
        ("F2", "H2", "election", "2003-03-25T10:00:00", "2003-03-25", "Bo Ray", "G2:500:500:2000-05-16:12.50:0"),
        ("F3", "H3", "election", "2003-03-25T10:00:00", "2003-03-25", "Cy", "G3:400:400:2000-05-16:12.50:0"),
        ("F4", "H3", "election", "2003-03-31T10:00:00", "2003-03-31", "Cy Fox", "G3:400:400:2000-05-16:12.50:0"),
    )
    with played.workspace() as workspace, workspace.read() as db:
        played.turnout = participation(db, db.state().terms).overall()
        played.story = [line.what for line in explain_holder(db, "H2")]
    offer.play(until="2003-03-31T12:00:00")
    return played


def test_a_tender_found_after_the_termination_is_returned(after_termination):
    """It is judged as always, and what it tenders is rejected under CND-2 at once, as what was on record before."""
    assert [("effective", "EXP-1"), ("defective", "TND-5"), ("late", "EXP-1")] == [
        after_termination.form(form_id) for form_id in ("F2", "F3", "F4")
    ]
    assert [("G1", "1000", "rejected", "CND-2"), ("G2", "500", "rejected", "CND-2")] == after_termination.column(
        "tenders", "grant_id", "shares", "decision", "rule"
    )
    assert [
        "1 form received. The offer was terminated: 1 tendered option returned.",
        "1 form received. Form F3 is defective (TND-5): The form is signed as Cy, not exactly as Cy Fox, the name on "
        "the option agreement, and states no title in which another person might sign.",
        "1 form received.",
    ] == after_termination.said


def test_its_confirmation_says_that_the_offer_was_terminated(after_termination):
    """No dates are to be expected, and nothing can be changed any more."""
    [letter] = after_termination.letters("confirmation-of-receipt", "Bo Ray")
    assert "But the offer was terminated on Friday, March 28, 2003 at 11:00 a.m. Eastern Standard Time" in letter
    assert "the options stay outstanding under their present terms" in letter
    for word in ("expected", "is in force", "you may change", "New options granted"):
        assert word not in letter


def test_participation_and_story_agree_with_it(after_termination):
    """Both tendered; the story tells the return of the tender after the form."""
    assert (2, 1500) == (after_termination.turnout.tendering_holders, after_termination.turnout.tendered_shares)
    [stands] = [n for n, what in enumerate(after_termination.story) if what.startswith("Form F2 stands.")]
    [returned] = [n for n, what in enumerate(after_termination.story) if "The offer was terminated: the tender" in what]
    assert stands < returned


def test_a_form_unseated_by_an_earlier_one_is_confirmed_anew(new_offer):
    """Told on March 20 that her form stands, Ann hears on the 24th that one of the 17th, signed later, unseats it."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.tenders("F2", "2003-03-20T10:00:00", signed="2003-03-14", G1=400)
    played = offer.play(until="2003-03-21T12:00:00")
    early = ("F1", "H1", "election", "2003-03-17T10:00:00", "2003-03-17", "Ann Lee", "G1:1000:1000:2000-05-16:12.50:0")
    assert ["1 form received. 1 earlier form now stands otherwise."] == found(played, "2003-03-24T10:00:00", early)
    offer.play(until="2003-03-25T12:00:00")
    assert [("effective", "EXP-1"), ("defective", "CHG-1")] == [played.form(form_id) for form_id in ("F1", "F2")]
    first, again = [letter for letter in played.letters("confirmation-of-receipt", "Ann Lee") if "F2" in letter][:2]
    assert "Your Election Form is in force." in first
    assert "This revised Confirmation of Receipt (revision 2) replaces the earlier one" in again
    assert "signed on March 14, 2003, earlier than form F1 of March 17, 2003" in again
