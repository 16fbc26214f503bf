"""An offer not made to everyone for everything: by capacity, by holder, by price and by day of grant (ELG-5)."""

import pytest

from infra.explain.explain import explain_holder
from infra.status.participation import participation

ELIGIBLE = {
    "capacities": ["employee"],
    "minimum_price": 10.00,
    "granted_before": "2002-12-01",
    "excluded_holders": ["H5"],
    "excluded_because": "Executive officers cannot take part.",
}
HR = {"by": "Pat HR"}


@pytest.fixture(scope="module")
def narrowed(new_offer):
    """Employees only, at $10.00 or more, granted before December 2002, and not Eve, an executive officer.

    Ann is an employee with an option of each kind, Bo a director, Cy has nothing but a cheap option, Di becomes a
    consultant in June, Fay on March 20, Gus on the day of the acceptance, which is told in May. On March 13 the prices
    of an option of Hal's and one of Ida's are corrected: at $10.99 they are eligible after all.
    """
    offer = new_offer(eligible=ELIGIBLE)
    offer.holder("H1", "Ann Lee")
    offer.grant("G1", 1000).grant("G2", 500, price="9.99").grant("G3", 400, on="2002-12-01")
    offer.grant("G4", 300, on="2002-11-30", price="10.00").grant("G5", 200, on="2003-01-15", price="2.00")
    offer.tenders("F1", "2003-03-10T10:00:00", G1=600)
    offer.holder("H2", "Bo Ray", capacity="director").grant("G6", 700).tenders("F2", "2003-03-10T10:00:00", G6=700)
    offer.holder("H3", "Cy Fox").grant("G7", 100, price="4.25").tenders("F3", "2003-03-11T10:00:00", G7=100)
    offer.holder("H4", "Di Gil", until="2003-06-13").grant("G8", 800).tenders("F4", "2003-03-11T10:00:00", G8=800)
    offer.serves("H4", "consultant", "2003-06-14")
    offer.holder("H5", "Eve Poe").grant("G9", 900).tenders("F5", "2003-03-11T10:00:00", G9=900)
    offer.holder("H6", "Fay Orr", until="2003-03-19").grant("G10", 50).tenders("F6", "2003-03-11T10:00:00", G10=50)
    offer.serves("H6", "consultant", "2003-03-20")
    offer.holder("H7", "Gus Ott").grant("G11", 70).tenders("F7", "2003-03-11T10:00:00", G11=70)
    offer.happens("2003-05-02T10:00:00", "service-set", holder="H7", capacity="consultant", from_="2003-04-01", **HR)
    correction = {"holder": "H7", "capacity": "employee", "from": "1999-01-04", "to": "2003-03-31"}
    why = {"reason": "HR told it late.", "evidence": "HR-17", **HR}
    offer.happens("2003-05-02T11:00:00", "correct-service", **correction, **why)
    offer.holder("H8", "Hal Ivy").grant("G12", 60).grant("G13", 30, price="9.99")
    offer.holder("H9", "Ida Jay").grant("G14", 20, price="0.99")
    for grant in ("G13", "G14"):
        offer.happens("2003-03-13T10:00:00", "correct-grant", grant=grant, price="10.99", reason="A slip.", **HR)
    offer.tenders("F8", "2003-03-12T10:00:00", G2=500, G4=300)
    return offer.closes_at("2003-10-03", "1.00").play()


def test_only_eligible_options_of_eligible_holders_are_offered(narrowed):
    """$10.00 and November 30 are in, $9.99 and December 1 out; no letter to a director, to Cy or to Eve."""
    assert ["H1", "H4", "H6", "H7", "H8", "H9"] == narrowed.column("notices", "holder_id", kind="offer-opened")
    [ann] = narrowed.letters("offer-opened", "Ann Lee")
    assert "G1 May 16, 2000 NSO $12.50 1,000 0 1,000 G4 Nov 30, 2002 NSO $10.00 300 0 300 Options that are not" in ann
    the_class = "The offer is for options with an exercise price of $10.00 or more granted before December 1, 2002."
    assert f"Options that are not in the offer. {the_class} Any other option that you hold cannot be tendered" in ann
    assert "You must remain in our service, or in that of a subsidiary, as an employee, from the receipt" in ann
    assert (
        "that is, in the six months before the offer commenced (Section 2). For you this means: - your option of "
        in ann
    )
    assert "November 30, 2002 for 300 shares at $10.00 (NSO), number G4 If your Election Form" in ann


def test_the_look_back_adds_eligible_options_only(narrowed):
    """Ann names G1 in part: G4 of November is added, and neither G3 of December nor G5, at $2.00, of January."""
    assert [("G1", "600"), ("G4", "300")] == narrowed.column("tenders", "grant_id", "shares", holder_id="H1")
    assert [("G1-N", "600"), ("G4-N", "300")] == narrowed.column("new_options", "grant_id", "shares")


@pytest.mark.parametrize(
    ("form_id", "reason"),
    [
        ("F2", "Not in service as an employee on February 28, 2003, the day the offer commenced."),
        ("F3", "Option G7 has an exercise price of $4.25; the offer is for options with an exercise price of $10.00"),
        ("F5", "Excluded by the terms of the offer: Executive officers cannot take part."),
        ("F8", "Option G2 has an exercise price of $9.99; the offer is for options with an exercise price of $10.00"),
    ],
)
def test_a_form_of_whom_or_what_the_offer_is_not_made_for_is_defective_and_told_why(narrowed, form_id, reason):
    """By the offer's own terms, and no waiver would cure it (ELG-5)."""
    [row] = narrowed.ledger("forms", form_id=form_id)
    assert ("defective", "ELG-5") == (row["standing"], row["rule"])
    assert row["reason"].startswith(reason)
    letters = narrowed.letters("confirmation-of-receipt")
    [told] = [each for each in letters if f"Our number for it: {form_id} " in each]
    assert reason in told


def test_whoever_is_no_employee_on_the_cancellation_date_keeps_the_option(narrowed):
    """Fay serves on, as a consultant: her tender is void, as if she had left (ELG-1)."""
    [row] = narrowed.ledger("tenders", holder_id="H6")
    assert ("rejected", "ELG-5") == (row["decision"], row["rule"])
    assert row["reason"].startswith("Not in service as an employee on April 1, 2003, the day the tendered options are")


def test_whoever_is_no_employee_through_the_grant_receives_nothing(narrowed):
    """Di serves on, as a consultant: her promise lapses on the day of the change, and she is told."""
    assert [("lapsed", "ELG-5")] == narrowed.column("promises", "outcome", "rule", holder_id="H4")
    [told] = narrowed.letters("promise-lapsed", "Di Gil")
    assert "Service as an employee ended before the new options were granted; June 14, 2003 was the first day" in told


def test_a_change_of_capacity_that_is_told_late_voids_the_acceptance(narrowed):
    """Gus, by the record since May, was a consultant on April 1: nothing is granted to him (REC-4)."""
    assert [] == narrowed.ledger("new_options", holder_id="H7")
    assert [("voided", "REC-4")] == narrowed.column("promises", "outcome", "rule", holder_id="H7")


def test_an_option_that_is_eligible_by_its_corrected_price_is_told_of(narrowed):
    """Hal's statement had left it out, and is corrected; Ida, who had none, is made the offer, too."""
    assert ["H8", "H9"] == narrowed.column("notices", "holder_id", kind="correction", queued_at="2003-03-13T15:00:00Z")
    assert ["2003-03-13T15:00:00Z"] == narrowed.column("notices", "queued_at", kind="offer-opened", holder_id="H9")


def test_explain_says_what_is_in_the_offer_and_why_the_rest_is_not(narrowed):
    """Of Ann each of her options; of Cy and Eve why they cannot take part."""
    with narrowed.workspace() as workspace, workspace.read() as db:
        ann, eve = (
            [line.what for line in explain_holder(db, holder_id) if line.rule == "ELG-5"] for holder_id in ("H1", "H5")
        )
    assert ["Option G2 has", "Option G3 was", "Option G5 has", "Form F8 is de"] == [what[:13] for what in ann]
    assert "Not eligible. Excluded by the terms of the offer: Executive officers cannot take part." == eve[0]


def test_only_eligible_shares_are_counted(narrowed):
    """1,300 of Ann's, 800, 50 and 70 of Di, Fay and Gus, 90 of Hal and 20 of Ida: six employees."""
    with narrowed.workspace() as workspace, workspace.read() as db:
        found = participation(db, db.state().terms).overall()
    assert (6, 2330) == (found.eligible_holders, found.eligible_shares)


def test_an_amendment_excludes_nobody_of_whom_nothing_is_on_record(new_offer):
    """H9 for H1 is refused; with H1 Ann may tender no more."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-02-28T10:00:00", G1=1000)
    for hour, holder in (("10", "H9"), ("11", "H1")):
        terms = f'eligible.excluded_holders = ["{holder}"]\neligible.excluded_because = "an officer"'
        offer.happens(f"2003-03-03T{hour}:00:00", "amend", change="decrease", reason="Not to officers.", terms=terms)
    played = offer.play(until="2003-03-04T12:00:00")
    [(rule, said)] = played.column("audit", "rule", "detail", action="amend refused")
    assert ("ELG-5", "eligible.excluded_holders: nothing is on record of H9") == (rule, said)
    assert ("defective", "ELG-5") == played.form("F1")
