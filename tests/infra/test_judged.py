"""Which forms are not judged again: those of whom nothing has come on record since they were."""

from datetime import timedelta

import pytest

from infra.handlers.judged import Judged, sent_by
from optex.milestones import CLOSE
from tests.offers import local


@pytest.fixture
def offer(new_offer):
    """Three tender on March 10, Cy in a form that is not signed by his name."""
    offer = new_offer()
    for n, name in enumerate(("Ann Lee", "Bo Ray", "Cy Fox"), start=1):
        offer.holder(f"H{n}", name).grant(f"G{n}", 1000)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000).tenders("F2", "2003-03-10T11:00:00", G2=400)
    return offer.tenders("F3", "2003-03-10T12:00:00", signed_as="C. F.", G3=500)


def test_what_was_judged_on_receipt_stands_at_the_close_as_it_was(offer):
    """Two tenders stand, for 1,000 and 400 shares, one form is defective: none of them is judged again."""
    stands, again = _judged(offer, "2003-03-31T16:00:00")
    assert {"H1": [("effective", 1000)], "H2": [("effective", 400)], "H3": [("defective", None)]} == stands
    assert [] == again


@pytest.mark.parametrize("verb", ["service-set", "condition-assert", "defer"])
def test_what_changes_how_no_form_stands_leaves_all_as_judged(offer, verb):
    """Service is judged by with the act itself; a condition and a deferred grant change how no form stands."""
    told = {
        "service-set": {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-03-20"},
        "condition-assert": {"number": 4, "evidence": "A bid."},
        "defer": {"holder": "H1", "shares": 50, "type": "NSO"},
    }[verb]
    _, again = _judged(offer.happens("2003-03-20T10:00:00", verb, by="Board", **told), "2003-03-31T16:00:00")
    assert [] == again


@pytest.mark.parametrize("verb", ["split", "exclude", "extend"])
def test_what_may_change_how_all_stand_has_all_judged_again(offer, verb):
    """A split, a place left out, another expiration."""
    told = {
        "split": {"on": "2003-03-21", "new": 3, "old": 2},
        "exclude": {"jurisdiction": "CA", "reason": "The law of California."},
        "extend": {"to": "2003-04-07T17:00:00"},
    }[verb]
    stands, again = _judged(offer.happens("2003-03-20T10:00:00", verb, by="Board", **told), "2003-03-31T16:00:00")
    assert {} == stands
    assert ["H1", "H2", "H3"] == again


def test_who_was_judged_after_it_is_not_judged_again(offer):
    """A waiver of March 20 may have changed how all stand; Cy's form was judged by it at once."""
    offer.happens("2003-03-20T10:00:00", "election-waive", form="F3", reason="His usual signature.", by="Board")
    stands, again = _judged(offer, "2003-03-31T16:00:00")
    assert {"H3": [("effective", 500)]} == stands
    assert ["H1", "H2"] == again


def test_after_the_close_only_what_came_since_is_judged_again(offer):
    """A waiver of March 20 was judged by at the close of March 31; after it comes an extension, to April 7."""
    offer.happens("2003-03-20T10:00:00", "election-waive", form="F3", reason="His usual signature.", by="Board")
    stands, again = _judged(offer, "2003-03-31T18:00:00")
    assert ["H1", "H2", "H3"] == list(stands)
    assert [] == again
    offer.happens("2003-03-31T18:30:00", "extend", to="2003-04-07T17:00:00", by="Board")
    assert ["H1", "H2", "H3"] == _judged(offer, "2003-03-31T19:00:00")[1]


def test_a_form_of_this_very_second_is_judged_again(offer):
    """Ann's second form is received at 4 p.m.: asked at that second hers are judged again, a second later not."""
    offer.tenders("F4", "2003-03-31T16:00:00", G1=500)
    assert ["H1"] == _judged(offer, "2003-03-31T16:00:00")[1]
    assert [] == _judged(offer, "2003-03-31T16:00:00", timedelta(seconds=1))[1]


def _judged(offer, until, later=timedelta(0)):
    """How the forms stand without being judged again at an instant, by holder, and whose are to be."""
    with offer.play(until=until, out=offer.root / until).workspace() as workspace, workspace.read() as db:
        assert db.step(CLOSE) is not None
        stands, again = Judged(db, db.state(), local(until) + later).of(sent_by(db, ["H1", "H2", "H3"]))
    return {holder: [(form.standing, form.shares) for form in each] for holder, each in stands.items()}, again
