"""What the rows of an offer's folder must agree on with each other."""

import pytest


def test_an_id_that_stands_twice_is_told_at_its_second_place(folder):
    """Holders, grants and the dates of prices stand once each."""
    folder.add("holders.csv", "H1,Ann Lee,,US,")
    folder.add("grants.csv", "G1,H1,2000-01-03,1000,100,12.5,ISO,2010-01-03,")
    folder.add("prices.csv", "2003-10-03,1.06")
    expected = [
        "holders.csv:4: holder_id: 'H1' stands already on line 2, expected each holder_id once",
        "grants.csv:5: grant_id: 'G1' stands already on line 2, expected each grant_id once",
        "prices.csv:3: date: '2003-10-03' stands already on line 2, expected each date once",
    ]
    assert expected == folder.faults()


def test_what_refers_to_nobody_is_told(folder):
    """An unknown holder in each file, and an unknown grant on a form."""
    folder.add("service.csv", "H9,employee,1999-01-04,")
    folder.add("grants.csv", "G4,H9,2000-02-01,500,0,1.00,NSO,2010-02-01,")
    form = "F3,H9,election,2003-03-10T10:30,,,,,,{},500,,,,"
    folder.add("elections.csv", form.format("G1"), form.format("G9"))
    expected = [
        "service.csv:4: holder_id: 'H9' is unknown, expected an id of holders.csv",
        "grants.csv:5: holder_id: 'H9' is unknown, expected an id of holders.csv",
        "elections.csv:5: holder_id: 'H9' is unknown, expected an id of holders.csv",
        "elections.csv:6: grant_id: 'G9' is unknown, expected an id of grants.csv",
    ]
    assert expected == folder.faults()


def test_the_ids_of_faulty_rows_count_as_known(folder):
    """A holder and a grant whose rows have a fault are told once, not again by all that refers to them."""
    (folder / "holders.csv").write_text(folder.text("holders.csv").replace("ann@example.com", "ann"))
    (folder / "grants.csv").write_text(folder.text("grants.csv").replace("12.5", "x"))
    assert ["holders.csv:2:email", "grants.csv:2:price"] == folder.places()


def test_the_rows_of_a_form_agree(folder):
    """A row that says otherwise than the first of its form is one fault, whatever the number of columns."""
    folder.add("elections.csv", "F1,H2,election,2003-03-11T10:30,2003-03-10,Ann Lee,fax,,,G3,500,,,,")
    expected = (
        "elections.csv:5: holder_id: holder_id, received_at differ from line 2 of the same form, "
        "expected the same on every row of a form, or another form_id"
    )
    assert [expected] == folder.faults()


def test_an_option_stands_once_on_a_form(folder):
    """The second time is told; on another form it may stand again."""
    row = "F1,H1,election,2003-03-10T10:30:00,2003-03-10,Ann Lee,fax,,,G1,1,,,,"
    folder.add("elections.csv", row, row.replace("F1", "F5"))
    expected = "elections.csv:5: grant_id: 'G1' stands already on line 2 of the form, expected each option once"
    assert [expected] == folder.faults()


def test_a_withdrawal_is_one_row_without_an_option(folder):
    """A withdrawal that names options is one fault, and so is a second row of one."""
    folder.add(
        "elections.csv",
        "F3,H1,withdrawal,2003-03-11T10:30,2003-03-10,Ann Lee,fax,,,G1,900,1000,2000-01-03,12.50,100",
        "F2,H1,withdrawal,2003-04-14T10:30-04:00,2003-04-14,Ann Lee,hand,,,,,,,,",
    )
    expected = [
        "elections.csv:5: grant_id: a withdrawal states no option, expected blank: it takes back the whole tender",
        "elections.csv:6: form_id: a second row of the withdrawal on line 4, expected one row",
    ]
    assert expected == folder.faults()


def test_an_election_names_its_option_and_shares(folder):
    """A row of an Election Form without them states nothing: two faults."""
    folder.add("elections.csv", "F3,H1,election,2003-03-11T10:30,2003-03-10,Ann Lee,fax,,,,,,,,")
    assert ["elections.csv:5:grant_id", "elections.csv:5:shares"] == folder.places()


def test_a_spell_ends_on_or_after_its_first_day(folder):
    """One day of service is a spell; a last day before the first is not."""
    folder.add("service.csv", "H1,consultant,1998-01-05,1998-01-05")
    assert 3 == len(folder.read().service_periods)
    folder.add("service.csv", "H1,consultant,1998-02-05,1998-02-04")
    assert ["service.csv:5:to"] == folder.places()


def test_spells_of_one_capacity_do_not_overlap(folder):
    """The day after the last is free, the last day is not; another capacity may run alongside."""
    folder.add("service.csv", "H2,director,2003-07-01,", "H2,consultant,2003-01-01,")
    assert 4 == len(folder.read().service_periods)
    folder.add("service.csv", "H2,director,1998-01-01,1999-01-04")
    expected = (
        "service.csv:6: from: overlaps the spell as director on line 3, "
        "expected spells of one capacity that do not overlap"
    )
    assert [expected] == folder.faults()


@pytest.mark.parametrize("end", ["-B", "-N", "-N-ISO", "-N-NSO"])
def test_an_id_that_the_offer_itself_will_give_is_refused(folder, end):
    """A grant may not bear the id that an option made out of another grant will have."""
    row = f"{{}}{end},H1,2000-02-01,500,0,1.00,NSO,2010-02-01,"
    folder.add("grants.csv", row.format("OTHER"))
    assert 4 == len(folder.read().grants)
    folder.add("grants.csv", row.format("G1"))
    assert ["grants.csv:6:grant_id"] == folder.places()
