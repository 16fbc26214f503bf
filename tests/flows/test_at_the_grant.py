"""What is known on the grant date decides: until when a directorship runs, and which splits lie before the grant."""

from infra.account.story import story


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
    with played.office() as office, office.reading() as book:
        said = [line.what for holder_id in ("H1", "H2") for line in story(book, holder_id) if line.rule == "GRT-4"]
    assert [
        "The term of option G1-N is cut short, until March 30, 2004: the holder is a director until December 31, 2003, "
        "and it ends 90 days after that.",
        "The term of option G2-N is five years, until October 3, 2008: the holder is a director and no employee; it "
        "ends earlier, 90 days after the holder ceases to be a director, if that comes before.",
    ] == said
