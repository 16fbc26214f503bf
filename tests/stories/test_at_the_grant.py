"""What is known on the grant date decides: until when a directorship runs, and which splits lie before the grant."""

from infra.explain.explain import explain_holder
from infra.status.attention import unreported
from tests.offers import local


def test_a_directorship_known_to_end_cuts_the_option_short(new_offer):
    """Bo's directorship is to end on December 31, 2003, as told in September: his option ends on March 30, 2004.

    That Cy's ends in November 2003 is told only after the grant, and changes nothing.
    """
    offer = new_offer()
    for n, name in enumerate(("Bo Ray", "Cy Fox"), start=1):
        offer.holder(f"H{n}", name, "director").grant(f"G{n}", 1000).tenders(
            f"F{n}", "2003-03-10T10:00:00", **{f"G{n}": 1000}
        )
    to_come = {"capacity": "director", "from_": "1999-01-04"}
    offer.happens("2003-09-02T10:00:00", "service-set", holder="H1", to="2003-12-31", **to_come)
    offer.happens("2003-10-06T10:00:00", "service-set", holder="H2", to="2003-11-28", **to_come)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert [("G1-N", "2004-03-30"), ("G2-N", "2008-10-03")] == played.column("new_options", "grant_id", "expires_on")
    [letter] = played.letters("grant", "Bo Ray")
    assert "Expires: March 30, 2004, or 90 days after you cease to be a director of the Company" in letter
    with played.workspace() as workspace, workspace.read() as db:
        said = [
            line.what for holder_id in ("H1", "H2") for line in explain_holder(db, holder_id) if line.rule == "GRT-4"
        ]
    assert [
        "The term is cut short, until March 30, 2004: the holder is a director until December 31, 2003, "
        "and it ends 90 days after that.",
        "The term is five years, until October 3, 2008: the holder is a director and no employee; it "
        "ends earlier, 90 days after the holder ceases to be a director, if that comes before.",
    ] == said


def test_only_a_split_before_the_grant_is_told(new_offer):
    """A split of October 20, taken for a grant of November 3, adjusts nothing of one brought forward to the 10th."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.happens("2003-04-05T10:00:00", "committee-grant-date", on="2003-11-03", reason="A blackout.", by="Committee")
    offer.happens("2003-06-02T10:00:00", "split", on="2003-06-02", new=3, old=2)
    offer.happens("2003-06-03T10:00:00", "split", on="2003-10-20", new=2, old=1)
    offer.happens("2003-07-02T10:00:00", "committee-grant-date", on="2003-10-10", by="Committee")
    played = offer.closes_at("2003-10-10", "2.00").play()
    assert [("2003-10-10", "1500")] == played.column("new_options", "granted_on", "shares")
    [letter] = played.letters("grant", "Ann Lee")
    assert "adjusted since the promise: A 3-for-2 split of June 2, 2003. Fractions" in letter
    with played.workspace() as workspace, workspace.read() as db:
        told = [line.what for line in explain_holder(db, "H1") if line.rule == "ADJ-1"]
        splits = [what for what in told if not what.startswith("The notice")]
        [about] = unreported(db, local("2003-07-02T12:00:00")).values()
    assert [
        "A 3-for-2 split of June 2, 2003 was put on record.",
        "A 3-for-2 split of June 2, 2003 adjusted promise P-H1: it is now for 1,500 shares.",
        "A 2-for-1 split of October 20, 2003 was put on record.",
    ] == splits
    assert [
        "the split of 2003-10-20 comes after the grant of 2003-10-10: it adjusts no promise; the new options must be "
        "restated"
    ] == [sentence for *_, sentence in about]


def test_a_promise_of_which_a_split_leaves_nothing_lapses(new_offer):
    """Of 5 shares a 1-for-10 split leaves none: no grant of zero shares, but a lapse under ADJ-1 that is told.

    Bo's promise comes to nothing too, but the 100 shares deferred for him after the split are granted.
    """
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=5)
    offer.holder("H2", "Bo Ray").grant("G2", 9).tenders("F2", "2003-03-10T10:00:00", G2=9)
    offer.holder("H3", "Cy Fox").grant("G3", 1000).tenders("F3", "2003-03-10T10:00:00", G3=1000)
    offer.happens("2003-06-02T10:00:00", "split", on="2003-06-02", new=1, old=10)
    offer.happens("2003-07-02T10:00:00", "defer", holder="H2", shares=100, type="NSO")
    played = offer.closes_at("2003-10-03", "2.00").play()
    assert [("P-H1", "lapsed", "ADJ-1"), ("P-H2", "lapsed", "ADJ-1"), ("P-H3", "granted", "GRT-1")] == played.column(
        "promises", "promise_id", "outcome", "rule"
    )
    assert [("D-1-N", "100"), ("G3-N", "100")] == played.column("new_options", "grant_id", "shares")
    [letter] = played.letters("promise-lapsed", "Ann Lee")
    assert "After the 1-for-10 split of June 2, 2003 nothing is left of the 5 shares promised" in letter
    [granted] = played.letters("grant", "Bo Ray")
    assert "fulfils our Promise" not in granted
    assert "adjusted since" not in granted
    [said] = played.column("audit", "detail", action="regrant done")
    assert "Granted 2 new options for 200 shares to 2 holders at $2.00, as of October 3, 2003. " in said
    assert "2 promises for 14 shares lapsed: no share is left after the split." in said
    # 10,000 authorized; 995 kept of Ann's come to 99, and 100 of Cy's, 100 of Bo's are granted.
    assert "9701" == played.column("pool", "available_after")[-1]
    with played.workspace() as workspace, workspace.read() as db:
        ended = [line.what for line in explain_holder(db, "H1") if line.what.startswith("Promise P-H1 lapsed")]
    assert [
        "Promise P-H1 lapsed. After the 1-for-10 split of June 2, 2003 nothing is left of the 5 shares promised: a "
        "fraction of a share is neither granted nor paid."
    ] == ended
