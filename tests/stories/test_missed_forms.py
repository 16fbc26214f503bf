"""Forms that came in time and lay unread until the tendered options had been accepted: on record, without effect."""

import pytest

from infra.handlers.forms import form_from_fields, record_received_forms
from infra.status.attention import attention, mark_reported, unreported
from infra.status.offer_status import offer_status
from tests.offers import local

FOUND = "2003-04-02T10:00:00"


@pytest.fixture(scope="module")
def found(new_offer):
    """Ann's tender is accepted on April 1. On April 2 her notice of March 28, Bo's tender and a late one are found."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500)
    offer.holder("H3", "Cy Fox").grant("G3", 400)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
    played = offer.closes_at("2003-10-03", "1.27").play(until="2003-04-01T12:00:00")
    with played.workspace() as workspace, workspace.write() as db:
        played.said = [
            record_received_forms(db, form_from_fields(db, row, options), local(FOUND))
            for row, options in (
                (form("N1", "H1", "withdrawal", "2003-03-28T09:00:00", "Ann Lee"), ()),
                (form("F2", "H2", "election", "2003-03-31T16:59:59", "Bo Ray"), ("G2:500:500:2000-05-16:12.50:0",)),
                (form("F3", "H3", "election", "2003-03-31T17:00:00", "Cy Fox"), ("G3:400:400:2000-05-16:12.50:0",)),
            )
        ]
        played.alarms = unreported(db, local(FOUND))
        mark_reported(db, played.alarms["a form was missed"], local(FOUND))
        played.again = unreported(db, local(FOUND))
        played.attention = list(attention(offer_status(db, local(FOUND))))
    offer.play()
    return played


def form(form_id, holder, kind, received_at, name):
    return {
        "form_id": form_id,
        "holder_id": holder,
        "kind": kind,
        "received_at": received_at,
        "signed_on": received_at[:10],
        "signed_as": name,
        "channel": "fax",
        "title": "",
        "authority": "",
    }


def test_what_was_accepted_stays_accepted(found):
    """Acceptance is one act for everybody: a form found afterwards cancels nothing and revives nothing."""
    assert [("G1", "accepted")] == found.column("tenders", "grant_id", "decision")
    assert ["1000"] == found.column("new_options", "shares")
    assert ("effective", "EXP-1") == found.form("F1")


def test_a_missed_form_is_on_record_with_the_reason(found):
    """It came in time, so it is not called late; a form that came at 5 p.m. is, whenever it is put on record."""
    assert ("defective", "CAN-1") == found.form("N1")
    assert ("defective", "CAN-1") == found.form("F2")
    assert ("late", "EXP-1") == found.form("F3")
    [reason] = found.column("forms", "reason", form_id="N1")
    assert (
        "Received in time on March 28, 2003 at 9:00 a.m. Eastern Standard Time, but put on record only after the "
        "tendered options had been accepted on April 1, 2003 at 9:00 a.m. Eastern Standard Time. Acceptance is one act "
        "for everybody: the company must decide what becomes of this form." == reason
    )


def test_operations_hear_of_it_at_once_and_once(found):
    """Whoever keys it in, whoever looks at the dashboard, and operations by mail: it needs a decision of a person."""
    assert [
        "1 form received. Received in time but only now on record, after the acceptance: N1.",
        "1 form received. Received in time but only now on record, after the acceptance: F2.",
        "1 form received.",
    ] == found.said
    assert ["N1", "F2"] == [form_id for _, form_id, *_ in found.alarms["a form was missed"]]
    assert "a form was missed" not in found.again
    assert [
        "2 forms received in time but put on record only after the acceptance, without effect; the company must "
        "decide: N1, F2."
    ] == [each for each in found.attention if "in time" in each]
    assert ["N1", "F2"] == found.column("audit", "subject", action="form missed")


def test_the_holder_is_told_that_it_was_not_acted_on(found):
    """The confirmation does not speak of a cure, which is impossible, nor of a fault of the holder's."""
    [letter] = found.letters("confirmation-of-receipt", "Bo Ray")
    assert "This form has not been acted on. That is no fault of yours: we will write to you about it" in letter
    assert "Received in time on March 31, 2003 at 4:59 p.m. Eastern" in letter
    assert "How to cure this" not in letter
    assert "does not disturb a valid one" not in letter


def test_a_form_that_comes_after_the_acceptance_decides_no_earlier_one_again(new_offer):
    """Not in service at commencement, as it was told later: F1 stays as it was decided when F2 comes in May."""
    offer = new_offer().holder("H1", "Ann Lee", since="2003-03-03").grant("G1", 1000)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=1000).tenders("F2", "2003-05-20T10:00:00", G1=500)
    offer.happens(
        "2003-05-12T10:00:00", "service-set", holder="H1", capacity="employee", from_="2003-02-03", by="HR",
        evidence="the contract of February 3",
    )  # fmt: skip
    played = offer.play(until="2003-05-21T12:00:00")
    assert [("F1", "defective"), ("F2", "late")] == played.column("forms", "form_id", "standing")
    assert [] == played.ledger("tenders")
