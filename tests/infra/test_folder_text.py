"""The CSV files as text: headers, quotes, fields and bytes, good and broken."""

import pytest

from optex.mail_address import AN_ADDRESS


def test_columns_go_by_name_and_a_bom_crlf_and_blank_lines_do_no_harm(folder):
    """A file as a spreadsheet writes it is read like any other."""
    header, rows = "name,voting_percent,holder_id,jurisdiction,email", " Ann Lee ,12.5,H1,US,ann@example.com"
    expected = folder.read().holders
    (folder / "holders.csv").write_bytes(f"\ufeff{header}\r\n{rows}\r\n\r\nBo Ray,,H2,US,\r\n,,,,\r\n".encode())
    assert expected == folder.read().holders


def test_quotes_commas_and_line_breaks_inside_a_field_are_read(folder):
    """A field in quotes may hold all of them; the lines after it keep their numbers."""
    row = 'F3,H2,election,2003-03-10T10:30,,"Ray, Bo",fax,Executor,"letters ""testamentary"",\nof March 3",G3,500,,,,'
    folder.add("elections.csv", row)
    form = folder.read().forms[2]
    assert ("Ray, Bo", 'letters "testamentary",\nof March 3') == (form.signed_as, form.authority)
    folder.add("elections.csv", "F4,H2,election,soon,,,,,,G3,500,,,,")
    assert ["elections.csv:7:received_at"] == folder.places()


def test_columns_that_are_unknown_missing_or_twice_are_told_once(folder):
    """A fault of the header is told at line 1, not again on every row; the sound columns are still checked."""
    (folder / "service.csv").write_text(
        "holder_id,capacity,start,to,holder_id\nH1,employee,1999-01-04,,H1\nH2,boss,1999-01-04,,H2\n"
    )
    expected = [
        "service.csv:1: from: the column is missing, expected the columns holder_id,capacity,from,to",
        "service.csv:1: holder_id: the column stands twice, expected each column once",
        "service.csv:1: start: unknown column, expected only holder_id,capacity,from,to",
        "service.csv:3: capacity: 'boss' cannot be taken, expected employee, director or consultant",
    ]
    assert expected == sorted(folder.faults())


@pytest.mark.parametrize("text", ["", "\n", "H1,Ann Lee,ann@example.com,US,\n"])
def test_a_file_without_a_header_is_one_fault(folder, text):
    """An empty file, or one that begins with a holder, lacks its header; nobody is called unknown for it."""
    (folder / "holders.csv").write_text(text)
    expected = "holders.csv:1: file: no header row, expected holder_id,name,email,jurisdiction,voting_percent"
    assert [expected] == folder.faults()


def test_a_row_with_too_many_or_too_few_fields_is_one_fault(folder):
    """The row is told, and what refers to it is not called unknown."""
    (folder / "holders.csv").write_text(folder.text("holders.csv").replace("Bo Ray", "Ray, Bo").replace(",12.5", ""))
    expected = [
        "holders.csv:2: row: has 4 fields, expected 5, as the header",
        "holders.csv:3: row: has 6 fields, expected 5, as the header",
    ]
    assert expected == folder.faults()


def test_a_quote_that_is_never_closed_is_one_fault(folder):
    """It is told where the field's record begins, and nothing that it swallowed is called unknown."""
    (folder / "holders.csv").write_text(folder.text("holders.csv").replace("Ann", '"Ann'))
    expected = "a quoted field that never ends, expected fields as RFC 4180 has them, quotes doubled inside quotes"
    assert [f"holders.csv:2: row: {expected}"] == folder.faults()


def test_text_after_a_closing_quote_is_one_fault(folder):
    """A stray quote is told on its line and the lines after it are read."""
    folder.add("holders.csv", 'H3,"Cy" Fox,,US,', "H4,Di Gow,x,US,")
    assert ["holders.csv:4:row", "holders.csv:5:email"] == folder.places()


def test_bytes_that_are_no_utf8_are_told_where_they_stand(folder):
    """A Latin-1 letter and a NUL are told by line and column, and the other lines are read."""
    (folder / "holders.csv").write_bytes(
        folder.text("holders.csv").encode() + b"H3,Zo\xeb,,US,\nH4,A\0B,,US,\nH5,Zo\xc3\xab,x,US,\n"
    )
    expected = [
        "holders.csv:4: name: bytes that are not UTF-8, expected text in UTF-8",
        "holders.csv:5: name: a NUL character, expected text",
        f"holders.csv:6: email: 'x' cannot be taken, expected {AN_ADDRESS}",
    ]
    assert expected == folder.faults()


def test_a_file_in_utf16_is_one_fault(folder):
    """A spreadsheet's "Unicode text" is told as what it is."""
    (folder / "prices.csv").write_bytes(folder.text("prices.csv").encode("utf-16"))
    assert ["prices.csv:1: file: the file is in UTF-16, expected UTF-8"] == folder.faults()


def test_terms_that_are_no_utf8_are_told_with_their_line(folder):
    """The rest of the folder is still checked."""
    (folder / "offer.toml").write_bytes(folder.text("offer.toml").encode() + b'title = "Gesch\xe4ft"\n')
    folder.add("prices.csv", "soon,1.05")
    assert ["offer.toml:14:file", "prices.csv:3:date"] == folder.places()


@pytest.mark.parametrize("column", ["holder_id", "kind", "received_at"])
def test_forms_without_a_column_that_they_must_have_are_one_fault(folder, column):
    """The header lacks it, and no row is blamed for it."""
    header, *rows = folder.text("elections.csv").splitlines()
    (folder / "elections.csv").write_text("\n".join([header.replace(column, "remark", 1), *rows]))
    found = folder.faults()
    assert f"elections.csv:1: {column}: the column is missing" in [fault.partition(", expected")[0] for fault in found]
    assert {"elections.csv:1"} == {fault.partition(": ")[0] for fault in found}
