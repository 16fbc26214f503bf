"""Amendments that carry terms: each is told before and now, and every step and letter after it keeps to them."""

import pytest

from infra.explain.explain import explain_holder

LONGER = "waiting = {months = 12}\n"


@pytest.fixture(scope="module")
def amended(new_offer):
    """On March 3 the Committee lets new options wait a year and run seven; on March 10 forms may come by e-mail."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-05T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-07T10:00:00", channel="email", G2=500)
    offer.happens("2003-03-03T10:00:00", "amend", change="consideration", reason="They wait a year.", by="CFO",
                  terms=LONGER + "[plan.term_years]\nemployee = 7\n")  # fmt: skip
    offer.happens("2003-03-03T11:00:00", "amend", change="consideration", reason="They wait a year.", by="CFO",
                  terms=LONGER + "[plan.term_years]\nemployee = 7\n")  # fmt: skip
    offer.happens("2003-03-10T10:00:00", "amend", change="other", reason="Forms may come by e-mail.", by="CFO",
                  terms='channels = ["fax", "hand", "email"]\n')  # fmt: skip
    return offer.closes_at("2004-04-05", "1.27").play()


def test_the_steps_and_the_new_options_keep_to_the_amended_terms(amended):
    """Cancelled on April 1, 2003, the grant of October 3 is superseded by one of April 5, 2004, which runs to 2011."""
    assert [("2003-10-03T22:00:00Z", "superseded"), ("2004-04-05T22:00:00Z", "done")] == amended.milestone("regrant")
    assert [("H1", "1000", "2011-04-05"), ("H2", "500", "2011-04-05")] == amended.column(
        "new_options", "holder_id", "shares", "expires_on"
    )


def test_everyone_is_told_what_was_and_what_is(amended):
    """Both holders get both letters, with a row for each term; what was told twice is told once."""
    assert [f"amendment.{number}:{holder}" for number in (1, 2) for holder in ("H1", "H2")] == amended.column(
        "notices", "notice_id", kind="amendment"
    )
    first, second = amended.letters("amendment", "Bo Ray")
    assert "The consideration that we offer for your options changes. They wait a year." in first
    assert "Plan, term years: employee 10 7" in first
    assert "Waiting: months 6 12" in first
    assert "New options granted, at the earliest: Monday, April 5, 2004" in first
    assert "Channels fax, hand fax, hand, email" in second


def test_a_form_that_the_old_terms_did_not_take_is_proper_by_the_new_ones(amended):
    """Form F2 came by e-mail on March 7, was defective, and stands from the amendment on; its holder is told."""
    assert ("effective", "EXP-1") == amended.form("F2")
    first, again = amended.letters("confirmation-of-receipt", "Bo Ray")
    assert "TND-6" in first or "delivered" in first
    assert first != again


def test_the_audit_and_explain_say_which_terms_changed(amended):
    """The record has each term with its value before and after, whoever asks."""
    first, second = amended.column("audit", "detail", action="amend")
    assert (
        "Amendment No. 1 (consideration) is made: plan.term_years.employee from 10 to 7 and waiting.months from 6 to "
        "12. — They wait a year."
    ) == first
    assert "channels from fax, hand to fax, hand, email" in second
    with amended.workspace() as workspace, workspace.read() as db:
        story = " ".join(line.what for line in explain_holder(db, "H2"))
        assert [("", 6), ("", 12), ("", 12)] == [("", terms.waiting.months) for terms in db.all_terms()]
    assert "a change in the consideration (waiting.months = 12, plan.term_years.employee = 7)" in story


def test_another_ratio_is_told_and_carried_out(new_offer):
    """On March 3 it becomes two for one from $10 on: of 1,001 shares 500 are promised; told again as a list, whole."""
    offer = new_offer(tables="[[exchange.ratio]]\nprice_from = 10.00\nold = 1\nnew = 1\n")
    offer.holder("H1", "Ann Lee").grant("G1", 1001).tenders("F1", "2003-02-28T10:00:00", G1=1001)
    offer.happens("2003-03-03T10:00:00", "amend", change="consideration", reason="Two for one.", by="CFO",
                  terms="[[exchange.ratio]]\nprice_from = 10.00\nold = 2\nnew = 1\n")  # fmt: skip
    played = offer.play(until="2003-04-02T12:00:00")
    assert [("H1", "500")] == played.column("promises", "holder_id", "shares")
    [letter] = played.letters("amendment")
    assert "Exchange: ratio" in letter
    assert "price from 10.00, old 1, new 1" in letter
    assert "price from 10.00, old 2, new 1" in letter
    [told] = played.column("audit", "detail", action="amend")
    assert "exchange.ratio from price from 10.00, old 1, new 1 to price from 10.00, old 2, new 1" in told
