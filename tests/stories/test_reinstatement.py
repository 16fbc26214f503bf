"""A promise that lapsed for want of service and is reinstated, before the lapse is final and after it (REC-4)."""


def test_a_change_of_capacity_keyed_in_two_steps_loses_nothing(new_offer):
    """Bo's employment is ended at 9:00 and his consultancy begun at 9:05: he is granted what he was promised."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    offer.happens(
        "2003-07-08T09:00:00", "service-set", holder="H2", capacity="employee", from_="1999-01-04", to="2003-06-30"
    )
    offer.happens("2003-07-08T09:05:00", "service-set", holder="H2", capacity="consultant", from_="2003-07-01")
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert ["granted", "granted"] == played.column("promises", "outcome")
    assert [("G2-N", "500", "2003-10-03")] == played.column(
        "new_options", "grant_id", "shares", "granted_on", holder_id="H2"
    )
