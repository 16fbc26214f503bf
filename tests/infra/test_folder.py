"""An offer's folder: what a good one holds, and that a bad one is refused whole."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from infra.folder.reader import read_folder, read_forms, read_prices, read_service
from optex.errors import BadData, OptexError
from optex.mail_address import AN_ADDRESS
from optex.market import Quote
from optex.records import Capacity, FormKind, FormLine, Holder, OptionType, ServicePeriod, Tranche
from tests.builders import period


def test_a_good_folder_is_read_whole(folder):
    """Every record is as the files state it, instants in UTC, blanks as what blank means."""
    found = folder.read()
    assert "alpha-2003" == found.terms.offer
    assert folder.path == found.path
    ann = Holder(
        holder_id="H1", name="Ann Lee", email="ann@example.com", jurisdiction="US", voting_percent=Decimal("12.5")
    )
    assert ann == found.holders[0]
    assert ("", Decimal(0)) == (found.holders[1].email, found.holders[1].voting_percent)
    director = ServicePeriod(
        holder_id="H2", capacity=Capacity.DIRECTOR, first_day=date(1999, 1, 4), last_day=date(2003, 6, 30)
    )
    assert director == found.service_periods[1]
    assert found.service_periods[0].last_day is None
    grant = found.grants[0]
    assert (Tranche(vests_on=date(2001, 1, 3), shares=400), Tranche(vests_on=date(2002, 1, 3), shares=600)) == (
        grant.vesting
    )
    assert (900, Decimal("12.5"), OptionType.ISO) == (grant.remaining, grant.price, grant.type)
    assert () == found.grants[1].vesting
    assert {date(2003, 10, 3): Quote(close=Decimal("1.05"))} == found.prices
    assert [] == found.script


def test_the_rows_of_a_form_are_one_form(folder):
    """An Election Form has a line per row; an instant is on the offer's clock unless it carries an offset."""
    election, notice = folder.read().forms
    assert datetime(2003, 3, 10, 15, 30, tzinfo=UTC) == election.received_at
    assert datetime(2003, 4, 14, 14, 30, tzinfo=UTC) == notice.received_at
    first = FormLine(
        grant_id="G1",
        shares=900,
        original_shares=1000,
        granted_on=date(2000, 1, 3),
        price=Decimal("12.50"),
        exercised=100,
    )
    assert (2, first) == (len(election.lines), election.lines[0])
    assert (FormKind.WITHDRAWAL, ()) == (notice.kind, notice.lines)


def test_what_is_wrong_with_a_form_is_no_fault_of_the_file(folder):
    """A blank signature or restated detail, too many shares, none, another's grant: all are read as they are."""
    (folder / "elections.csv").write_text(folder.text("elections.csv").split("\n")[0] + "\n")
    folder.add("elections.csv", "F1,H1,election,2003-03-10 10:30,,,,,,G3,9999,,,,")
    folder.add("elections.csv", "F2,H1,election,2003-03-10T10:30Z,,,,,,G1,0,,,,")
    first, second = folder.read().forms
    assert (None, "", "") == (first.signed_on, first.signed_as, first.channel)
    assert (FormLine(grant_id="G3", shares=9999),) == first.lines
    assert (FormLine(grant_id="G1", shares=0),) == second.lines


def test_the_optional_files_may_be_absent(folder):
    """Without forms, prices and a script the folder is whole."""
    (folder / "elections.csv").unlink()
    (folder / "prices.csv").unlink()
    found = folder.read()
    assert ([], {}, []) == (found.forms, found.prices, found.script)


def test_a_required_file_that_is_absent_is_one_fault(folder):
    """Without holders.csv no holder can be known, and none is called unknown."""
    (folder / "holders.csv").unlink()
    assert ["holders.csv:1: file: does not exist, expected this file"] == folder.faults()


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    """The message names the folder."""
    with pytest.raises(OptexError, match="nowhere: there is no such folder"):
        read_folder(tmp_path / "nowhere")


def test_every_fault_of_every_file_is_told_at_once_in_order(folder):
    """One mistake in each of the files is one line each, in the order of the files."""
    (folder / "offer.toml").write_text(folder.text("offer.toml").replace('"NASDAQ"', '"MOON"'))
    folder.add("holders.csv", "H3,Cy Fox,not an address,US,")
    folder.add("service.csv", "H1,employee,1999-13-01,")
    folder.add("grants.csv", "G4,H1,2000-02-01,ten,0,1.00,NSO,2010-02-01,")
    folder.add("elections.csv", "F3,H1,maybe,2003-03-10T10:30,,,,,,,,,,,")
    folder.add("prices.csv", "2003-10-06,1.055")
    (folder / "script.toml").write_text('[[at]]\nwhen = 2003-04-01T07:30:00\ndo = "extend"\nto = 2003-04-14\n')
    expected = [
        'offer.toml:7: stock.exchange: \'MOON\' is not a known exchange, expected "NASDAQ", "NYSE" or another code '
        "of holidays.financial_holidays",
        f"holders.csv:4: email: 'not an address' cannot be taken, expected {AN_ADDRESS}",
        "service.csv:4: from: '1999-13-01' cannot be taken, expected a date from 1900 to 2199 such as 2003-02-28",
        "grants.csv:5: shares: 'ten' cannot be taken, expected a whole number above zero such as 1000",
        "elections.csv:5: kind: 'maybe' cannot be taken, expected election or withdrawal",
        "prices.csv:3: close: '1.055' cannot be taken, expected dollars above zero with at most two decimals, "
        "such as 0.95",
        "script.toml:4: to: 2003-04-14 cannot be taken, expected a date and time such as 2003-03-31T16:59:59",
    ]
    assert expected == folder.faults()


def test_broken_terms_do_not_hide_the_faults_of_the_rows(folder):
    """Without a clock the instants are still checked for their shape."""
    (folder / "offer.toml").write_text("offer = \n")
    folder.add("elections.csv", "F3,H1,withdrawal,2003-03-11,,,,,,,,,,,")
    assert ["offer.toml:1:TOML", "elections.csv:5:received_at"] == folder.places()


def test_the_digest_changes_with_any_byte_of_the_folder(folder):
    """The same bytes have the same digest; another byte, an added file or a template has another."""
    seen = [folder.read().digest]
    assert seen == [folder.read().digest]
    folder.add("prices.csv", "2003-10-06,1.10")
    seen.append(folder.read().digest)
    (folder / "script.toml").write_text("")
    seen.append(folder.read().digest)
    (folder / "templates").mkdir()
    (folder / "templates" / "grant.txt").write_text("Dear holder")
    seen.append(folder.read().digest)
    (folder / "notes.txt").write_text("no part of the offer")
    assert seen[-1] == folder.read().digest
    assert 4 == len(set(seen))


def test_single_files_are_read_by_the_same_rules(folder):
    """A file to import is checked like the folder's, against the ids that are known."""
    found = folder.read()
    forms = read_forms(
        folder / "elections.csv", found.terms, {"H1", "H2"}.intersection, {"G1", "G2", "G3"}.intersection
    )
    assert found.forms == list(forms)
    assert found.service_periods == read_service(folder / "service.csv", {"H1", "H2"}.intersection)
    assert found.prices == read_prices(folder / "prices.csv")
    with pytest.raises(BadData) as caught:
        read_forms(folder / "elections.csv", found.terms, {"H1"}.intersection, {"G1"}.intersection)
    assert [("elections.csv", 3, "grant_id")] == [(f.file, f.line, f.column) for f in caught.value.faults]
    with pytest.raises(BadData, match=r"holder_id: 'H2' is unknown"):
        read_service(folder / "service.csv", {"H1"}.intersection)
    with pytest.raises(BadData, match=r"none\.csv:1: file: does not exist"):
        read_prices(folder / "none.csv")


def test_a_spell_over_one_on_record_is_a_fault_of_its_row(tmp_path):
    """Unless the file tells that one anew, with its end: nobody serves twice in one capacity on a day (ELG-2)."""
    on_record = {"H1": [period(first_day=date(1999, 1, 4))]}
    file = tmp_path / "told.csv"
    file.write_text("holder_id,capacity,from,to\nH1,employee,2003-08-01,\n")
    with pytest.raises(BadData) as found:
        read_service(file, {"H1"}.intersection, lambda _: on_record)
    assert [
        "told.csv:2: from: overlaps the spell as employee from 1999-01-04 as still serving on record, expected a row "
        "that ends that spell, or a spell that does not overlap it"
    ] == [str(fault) for fault in found.value.faults]
    file.write_text("holder_id,capacity,from,to\nH1,employee,2003-08-01,\nH1,employee,1999-01-04,2003-06-30\n")
    assert 2 == len(read_service(file, {"H1"}.intersection, lambda _: on_record))
