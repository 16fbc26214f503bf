"""What turns out to be unlawful while the offer runs is not accepted: a jurisdiction is excluded, a form rejected.

What lies in the excluded jurisdiction is excluded with it; everyone there is told, and the options stay outstanding.
"""

import pytest

COUNSEL = {"by": "Ruth Counsel"}
LAW = "The securities law of Canada does not permit it."


def audited(played, action):
    """What the audit says of an action: its subject and its words."""
    return [(row["subject"], row["rule"], row["detail"]) for row in played.ledger("audit", action=action)]


@pytest.fixture(scope="module")
def excluded(new_offer):
    """Canada is excluded on March 12: Ann and Bo live there, Cy in California, of Di nobody knows; Bo never tendered.

    Bo moved to New Hampshire on March 1, told on March 20; Eve, who lived there, to Ontario.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee", place="CA").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray", place="ca - qc").grant("G2", 500)
    offer.holder("H3", "Cy Fox", place="US-CA").grant("G3", 400).tenders("F3", "2003-03-10T10:00:00", G3=400)
    offer.holder("H4", "Di Gil", place="").grant("G4", 300)
    offer.holder("H5", "Eve Poe").grant("G5", 200).tenders("F5", "2003-03-10T10:00:00", G5=200)
    offer.happens("2003-03-12T09:00:00", "exclude", jurisdiction="CA", reason=LAW)
    offer.happens("2003-03-12T10:00:00", "exclude", jurisdiction="CA", reason=LAW, **COUNSEL)
    offer.happens("2003-03-12T11:00:00", "exclude", jurisdiction="CA", reason=LAW, **COUNSEL)
    offer.happens("2003-03-12T12:00:00", "exclude", jurisdiction="CA", reason="Another law.", **COUNSEL)
    offer.happens("2003-03-12T13:00:00", "exclude", jurisdiction="CA-ON", reason=LAW, **COUNSEL)
    offer.happens("2003-03-13T10:00:00", "exclude", jurisdiction="AU", reason="Its law does not.", **COUNSEL)
    offer.tenders("F1b", "2003-03-14T10:00:00", G1=500)
    moved = {"reason": "Moved on March 1, told late.", **COUNSEL}
    offer.happens("2003-03-20T10:00:00", "correct-holder", holder="H2", jurisdiction="US-NH", **moved)
    offer.happens("2003-03-20T11:00:00", "correct-holder", holder="H5", jurisdiction="CA-ON", **moved)
    offer.tenders("F2", "2003-03-21T10:00:00", G2=500)
    offer.happens("2003-04-01T09:00:01", "exclude", jurisdiction="US-CA", reason="A slip.", **COUNSEL)
    return offer.play(until="2003-04-02T12:00:00")


def test_a_tender_from_an_excluded_jurisdiction_is_not_accepted(excluded):
    """Ann's form, and the one she sends on March 14, are defective; Cy's of US-CA is accepted."""
    assert [("defective", "ELG-4")] * 2 == [excluded.form("F1"), excluded.form("F1b")]
    assert ("effective", "EXP-1") == excluded.form("F3")
    assert ["G2", "G3"] == excluded.column("cancellations", "grant_id")


def test_whoever_is_excluded_is_told_what_becomes_of_the_options(excluded):
    """Ann and Bo, on March 12, and nobody else; Ann's 1,000 shares are returned; it is told in one letter."""
    assert [("H1", "2003-03-12T15:00:00Z"), ("H2", "2003-03-12T15:00:00Z")] == excluded.column(
        "notices", "holder_id", "queued_at", kind="exclusion"
    )
    [ann] = excluded.letters("exclusion", "Ann Lee")
    assert "The offer is not made to option holders who reside in CA, and by our records you reside there" in ann
    assert f"The reason: {LAW}" in ann
    assert "which you had tendered, are returned to you" in ann
    assert "stay outstanding under their present terms" in ann
    [bo] = excluded.letters("exclusion", "Bo Ray")
    assert "by our records you reside in ca - qc" in bo
    assert "No tender of yours was in force." in bo
    assert ["confirmation:F1", "confirmation:F1b"] == excluded.column(
        "notices", "notice_id", kind="confirmation-of-receipt", holder_id="H1"
    )


def test_an_exclusion_told_again_is_on_record_once(excluded):
    """Unnamed it is refused; told again it is on record already; for another reason, or of what lies in it, refused."""
    assert [
        ("CA", "ELG-4", "it must state who decided (--by)"),
        (
            "CA",
            "REC-2",
            "exclude CA is on record with other content (reason: The securities law of Canada does not permit it. on "
            "record, Another law. told). Holders there were told the reason on record.",
        ),
        ("CA-ON", "ELG-4", "CA-ON is excluded already, by CA"),
    ] == audited(excluded, "exclude refused")[:3]
    assert ["CA", "AU"] == [subject for subject, *_ in audited(excluded, "exclude")]


def test_after_the_acceptance_nothing_is_undone(excluded):
    """One second after the acceptance of 9 a.m. it is refused, and Cy's promise stands."""
    subject, rule, reason = audited(excluded, "exclude refused")[-1]
    assert ("US-CA", "ELG-4") == (subject, rule)
    assert reason.startswith("the tendered options were accepted and cancelled on 2003-04-01")
    assert ["H2", "H3"] == excluded.column("promises", "holder_id")


def test_who_turns_out_to_reside_elsewhere_is_in_the_offer_again_and_the_other_way_round(excluded):
    """Bo's form of March 21 stands and is accepted; Eve's, which had stood, is defective since March 20."""
    assert ("effective", "EXP-1") == excluded.form("F2")
    assert ("defective", "ELG-4") == excluded.form("F5")
    assert ["H2", "H3"] == excluded.column("notices", "holder_id", kind="acceptance-and-promise")
    [bo] = excluded.letters("correction", "Bo Ray")
    assert "jurisdiction ca - qc US-NH" in bo
    assert "March 12, 2003: Offer no longer made to you" in bo
    assert "it is made to you. You may tender until it expires on Monday, March 31, 2003 at 5:00 p.m." in bo
    [eve] = excluded.letters("correction", "Eve Poe")
    assert "you reside where the offer is not made, and we accept no options from you." in eve
    [_, again] = excluded.letters("confirmation-of-receipt", "Eve Poe")
    assert "The offer is not made to holders residing in CA, and CA-ON lies in it. (§4, §18)" in again


def test_what_is_said_of_an_exclusion_names_whom_it_may_concern(excluded):
    """By explain Ann learns why; to Cy it is no matter; the terms on record have both, in the order of time."""
    from infra.explain.explain import explain_holder

    with excluded.workspace() as workspace, workspace.read() as db:
        told = {who: [line.what for line in explain_holder(db, who)] for who in ("H1", "H3")}
        state = db.state()
    assert ("CA", "AU") == state.terms.excluded_jurisdictions
    assert any(what.startswith(f"CA was excluded from the offer. {LAW} Decided by Ruth Counsel") for what in told["H1"])
    assert not any("excluded" in what for what in told["H3"])


@pytest.fixture(scope="module")
def admitted(new_offer):
    """Canada, and Quebec by itself, are excluded on March 12; Canada is admitted again on March 17, before the close.

    Ann lives in Ontario and had tendered, Bo in Ontario and comes to it late, Cy in Quebec.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee", place="CA-ON").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray", place="CA-ON").grant("G2", 500)
    offer.holder("H3", "Cy Fox", place="CA-QC").grant("G3", 400).tenders("F3", "2003-03-10T10:00:00", G3=400)
    again = {"jurisdiction": "CA", "reason": "An exemption was granted.", **COUNSEL}
    offer.happens("2003-03-12T09:00:00", "exclude", jurisdiction="CA-QC", reason=LAW, **COUNSEL)
    offer.happens("2003-03-12T10:00:00", "exclude", jurisdiction="CA", reason=LAW, **COUNSEL)
    offer.happens("2003-03-13T10:00:00", "exclude", jurisdiction="CA-ON", remove=True, reason="A slip.", **COUNSEL)
    offer.happens("2003-03-13T11:00:00", "exclude", jurisdiction="AU", remove=True, reason="A slip.", **COUNSEL)
    offer.happens("2003-03-17T10:00:00", "exclude", remove=True, **again)
    offer.happens("2003-03-17T11:00:00", "exclude", remove=True, **again)
    offer.tenders("F2", "2003-03-18T10:00:00", G2=500)
    late = {"jurisdiction": "CA-QC", "remove": True, "reason": "An exemption was granted.", **COUNSEL}
    offer.happens("2003-03-31T17:00:00", "exclude", **late)
    return offer.play(until="2003-04-02T12:00:00")


def test_what_is_lawful_after_all_is_admitted_again_until_the_expiration(admitted):
    """Ann's form counts again, Bo can tender; Quebec stays excluded, for at 5 p.m. nobody there could tender."""
    assert ["G1", "G2"] == admitted.column("cancellations", "grant_id")
    assert ("defective", "ELG-4") == admitted.form("F3")
    assert [
        ("CA-ON", "ELG-4", "CA-ON is excluded by CA, and not by itself"),
        ("AU", "ELG-4", "AU is not excluded"),
        (
            "CA-QC",
            "ELG-4",
            "the offer expired 2003-03-31 17:00 EST: holders there could no longer tender, unless it is extended first",
        ),
    ] == audited(admitted, "exclude refused")
    assert ["CA-QC", "CA", "CA"] == [subject for subject, *_ in audited(admitted, "exclude")]


def test_whoever_is_admitted_again_is_told(admitted):
    """Ann and Bo, once each, after they had been told of the exclusion; Cy is told of his only."""
    assert [
        ("H1", "exclusion.v3:H1"),
        ("H1", "exclusion.v4:H1"),
        ("H2", "exclusion.v3:H2"),
        ("H2", "exclusion.v4:H2"),
        ("H3", "exclusion.v2:H3"),
    ] == sorted(admitted.column("notices", "holder_id", "notice_id", kind="exclusion"))
    ann = admitted.letters("exclusion", "Ann Lee")[-1]
    assert "It is made to you after all. The reason: An exemption was granted." in ann
    assert "The following options stand tendered:" in ann
    assert "Until the offer expires on Monday, March 31, 2003 at 5:00 p.m." in ann
    assert "This revised Confirmation of Receipt" in admitted.letters("confirmation-of-receipt", "Ann Lee")[-1]
    assert "No tender of yours is in force." in admitted.letters("exclusion", "Bo Ray")[-1]


@pytest.fixture(scope="module")
def rejected(new_offer):
    """Ann's second form is rejected on March 14, Bo's only one too; Cy's notice cannot be; Di's defect was waived."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000)
    offer.tenders("F1", "2003-03-10T10:00:00", G1=600).tenders("F2", "2003-03-12T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F3", "2003-03-10T10:00:00", G2=500)
    offer.holder("H3", "Cy Fox").grant("G3", 400).tenders("F4", "2003-03-10T10:00:00", G3=400)
    offer.withdraws("N1", "H3", "2003-03-11T10:00:00")
    offer.holder("H4", "Di Gil").grant("G4", 300).tenders("F5", "2003-03-10T10:00:00", signed_as="D. Gil", G4=300)
    offer.happens("2003-03-11T10:00:00", "election-waive", form="F5", reason="Known to us.", **COUNSEL)
    order = {"reason": "A court forbade the transfer.", **COUNSEL}
    offer.happens("2003-03-14T10:00:00", "reject", form="F2", evidence="Order of March 13", **order)
    offer.happens("2003-03-14T11:00:00", "reject", form="F2", **order)
    offer.happens("2003-03-14T12:00:00", "reject", form="F3", **order)
    offer.happens("2003-03-14T13:00:00", "reject", form="N1", **order)
    offer.happens("2003-03-14T14:00:00", "reject", form="F9", **order)
    offer.happens("2003-03-14T15:00:00", "reject", form="F5", **order)
    offer.happens("2003-03-14T16:00:00", "election-waive", form="F3", reason="A slip.", **COUNSEL)
    # Signed before the rejected form, and received after its rejection: there is nothing any more that it would undo.
    offer.tenders("F6", "2003-03-17T10:00:00", signed="2003-03-08", G2=200)
    offer.happens("2003-04-01T09:00:01", "reject", form="F1", **order)
    return offer.play(until="2003-04-02T12:00:00")


def test_a_rejected_form_tenders_nothing_and_an_earlier_one_stands(rejected):
    """Ann's first form stands again with its 600 shares; of Bo's, only what he tendered anew is accepted."""
    assert [("defective", "ELG-4"), ("effective", "EXP-1")] == [rejected.form("F2"), rejected.form("F1")]
    assert ("defective", "ELG-4") == rejected.form("F3") == rejected.form("F5")
    assert [("G1", "600"), ("G2", "200")] == rejected.column("cancellations", "grant_id", "shares")


def test_whose_form_is_rejected_is_told_why(rejected):
    """Ann's confirmation is revised; Di's too, whose defects had been waived; that cannot be cured, nor waived."""
    words = rejected.letters("confirmation-of-receipt", "Ann Lee")[-1]
    assert "This revised Confirmation of Receipt (revision 2)" in words
    assert "We have rejected this form, and it tenders nothing." in words
    assert "Rejected as unlawful to accept: A court forbade the transfer. (§4, §18)" in words
    assert "You may deliver a new Election Form" in words
    assert "How to cure this" not in words
    assert "We have rejected this form" in rejected.letters("confirmation-of-receipt", "Di Gil")[-1]
    [letter] = rejected.letters("rejection", "Di Gil")
    assert "A court forbade the transfer." in letter


def test_what_cannot_be_rejected_is_refused(rejected):
    """A notice tenders nothing, a form nobody sent, and after the acceptance nothing is undone."""
    assert [
        ("N1", "ELG-4", "N1 is a notice of withdrawal: it tenders nothing that could be unlawful to accept"),
        ("F9", "ELG-4", "no form F9 has been received by then"),
    ] == audited(rejected, "reject refused")[:2]
    assert audited(rejected, "reject refused")[-1][2].startswith("the tendered options were accepted and cancelled on")
    assert ["F2", "F3", "F5"] == [subject for subject, *_ in audited(rejected, "reject")]
    assert ["ELG-4"] == [rule for _, rule, _ in audited(rejected, "election-waive refused")]
