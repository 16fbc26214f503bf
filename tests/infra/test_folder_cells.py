"""Cells of an offer's folder on both sides of what can be taken, each fault told once."""

from datetime import datetime
from decimal import Decimal

import pytest


def test_several_faults_of_one_row_are_all_told(folder):
    """A faulty cell does not hide another one, nor what the sound cells of the row contradict."""
    folder.add("grants.csv", "G4,H1,2000-02-01,500,501,free,ESO,2000-02-01,")
    assert [
        "grants.csv:5:exercised",
        "grants.csv:5:expires_on",
        "grants.csv:5:price",
        "grants.csv:5:type",
    ] == sorted(folder.places())


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("grant_id", "G 4"),
        ("grant_id", "=G4"),
        ("grant_id", ""),
        ("holder_id", ""),
        ("granted_on", "02/01/2000"),
        ("granted_on", "2000-2-1"),
        ("granted_on", "2000-02-30"),
        ("granted_on", "20000201"),
        ("granted_on", "949363200"),
        ("shares", "0"),
        ("shares", "-1"),
        ("shares", "+1"),
        ("shares", "1e3"),
        ("shares", "1_000"),
        ("shares", '"1,000"'),
        ("shares", "1000.0"),
        ("shares", "١"),
        ("exercised", ""),
        ("price", "0"),
        ("price", "0.00"),
        ("price", "$12"),
        ("price", "12."),
        ("price", ".5"),
        ("price", "1.00001"),
        ("price", "NaN"),
        ("price", "1e2"),
        ("type", "iso"),
        ("expires_on", "2000-02-01"),
        ("expires_on", ""),
        ("vesting", "2001-02-01"),
        ("vesting", "2001-02-01:499"),
        ("vesting", "2001-02-01:501"),
        ("vesting", "2001-02-30:500"),
        ("vesting", "2002-02-01:250;2001-02-01:250"),
        ("vesting", "2001-02-01:250;2001-02-01:250"),
        ("vesting", "2001-02-01:500;2002-02-01:0"),
    ],
)
def test_a_cell_of_a_grant_that_cannot_be_is_one_fault(folder, column, cell):
    """Each is told once, in its column, whatever else would follow from it."""
    good = {"grant_id": "G4", "holder_id": "H1", "granted_on": "2000-02-01", "shares": "500", "exercised": "0"}
    good |= {"price": "1.00", "type": "NSO", "expires_on": "2010-02-01", "vesting": "2001-02-01:500"}
    if column == "shares":
        good["vesting"] = ""
    folder.add("grants.csv", ",".join({**good, column: cell}.values()))
    assert [f"grants.csv:5:{column}"] == folder.places()


def test_the_good_neighbours_of_those_cells_are_taken(folder):
    """Four decimals, all shares exercised, an expiry the day after: all in order."""
    folder.add("grants.csv", "G4,H1,2000-02-01,500,500,0.0001,ISO,2000-02-02,2001-02-01:1;2001-02-02:499")
    assert 0 == folder.read().grants[3].remaining


@pytest.mark.parametrize(("fmv", "taken"), [("2.8182", Decimal("2.8182")), ("", None), ("0", 0), ("-1", 0), ("x", 0)])
def test_the_value_at_grant_is_a_column_that_a_file_may_lack(folder, fmv, taken):
    """Without the column every value is the price; with it a blank is, and dollars above zero are taken (ISO-1)."""
    assert {None} == {grant.fmv for grant in folder.read().grants}
    assert Decimal("3.10") == folder.read().grants[2].value_at_grant
    first, *rows = folder.text("grants.csv").splitlines()
    (folder / "grants.csv").write_text("".join(f"{row}\n" for row in [f"fmv,{first}", *(f"{fmv},{r}" for r in rows)]))
    if taken == 0:
        assert [f"grants.csv:{line}:fmv" for line in (2, 3, 4)] == folder.places()
    else:
        assert {taken} == {grant.fmv for grant in folder.read().grants}


@pytest.mark.parametrize(("percent", "good"), [("0", True), ("100", True), ("100.0001", False), ("-1", False)])
def test_the_voting_power_is_a_percentage(folder, percent, good):
    """From 0 to 100, both taken."""
    folder.add("holders.csv", f"H3,Cy Fox,,US,{percent}")
    if good:
        assert Decimal(percent) == folder.read().holders[2].voting_percent
    else:
        assert ["holders.csv:4:voting_percent"] == folder.places()


def test_a_name_is_on_one_line(folder):
    """A line break in a name would end the head of a letter early: a fault, on the line where the record starts."""
    folder.add("holders.csv", '"H3","Cy\nFox",,US,', "H4,Di Gow,x,US,")
    assert ["holders.csv:4:name", "holders.csv:6:email"] == folder.places()


def on_new_yorks_clock(folder):
    (folder / "offer.toml").write_text('clock = "America/New_York"\n' + folder.text("offer.toml"))


@pytest.mark.parametrize(
    ("received", "instant"),
    [
        ("2003-04-06T01:59:59", "2003-04-06T06:59:59+00:00"),
        ("2003-04-06T03:00", "2003-04-06T07:00:00+00:00"),
        ("2003-10-26T01:30:00-04:00", "2003-10-26T05:30:00+00:00"),
        ("2003-10-26T01:30:00-05:00", "2003-10-26T06:30:00+00:00"),
        ("2003-03-13T24:00", "2003-03-14T05:00:00+00:00"),
    ],
)
def test_a_form_is_received_at_an_instant_of_the_offers_clock(folder, received, instant):
    """On either side of the night of the change, with an offset within it, and at the midnight that ends a day."""
    on_new_yorks_clock(folder)
    folder.add("elections.csv", f"F9,H1,withdrawal,{received},2003-03-13,Ann Lee,fax,,,,,,,,")
    assert datetime.fromisoformat(instant) == folder.read().forms[-1].received_at


@pytest.mark.parametrize(
    ("received", "problem"),
    [
        ("2003-04-06T02:30:00", "2003-04-06T02:30 does not exist on the clock America/New_York"),
        ("2003-10-26T01:30:00", "2003-10-26T01:30 is two instants on the clock America/New_York"),
    ],
)
def test_a_form_received_at_none_or_at_two_of_its_instants_is_one_fault(folder, received, problem):
    """Told once though the form stands on two rows, with both neighbours; on EST it is an instant like any other."""
    rows = [f"F9,H1,election,{received},2003-03-13,Ann Lee,fax,,,{grant},10,,,," for grant in ("G1", "G2")]
    folder.add("elections.csv", *rows)
    folder.read()
    on_new_yorks_clock(folder)
    [fault] = folder.faults()
    assert fault.startswith(f"elections.csv:5: received_at: {problem}")
