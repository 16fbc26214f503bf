"""What a spreadsheet leaves in a folder, and a folder that is none: each says what to do."""

import pytest

from infra.database.engine import connect, migrate, sqlite_url
from infra.folder.reader import read_folder
from infra.workspace import workspace_in
from optex.errors import OptexError
from tests.infra.conftest import HOLDERS

SAVE = 'in the spreadsheet save as "CSV UTF-8 (comma delimited)"'


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_another_separator_than_the_comma_is_named(folder, separator, name):
    """One fault for the whole file, and none of what follows from it."""
    (folder / "holders.csv").write_text(HOLDERS.replace(",", separator))
    expected = f"holders.csv:1: file: the columns are separated by {name}, expected commas: {SAVE}"
    assert [expected] == folder.faults()


HEADINGS = "Holder ID,Name,E-mail,Jurisdiction,Voting percent\n"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_named_under_other_names_too(folder, separator):
    """Names as people write them do not hide it."""
    (folder / "holders.csv").write_text(HEADINGS.replace(",", separator) + "H1\n")
    [fault] = folder.faults()
    assert fault.startswith("holders.csv:1: file: the columns are separated by ")


def test_names_as_people_write_them_are_each_told(folder):
    """All of them are meant for columns: it is not that there is no header row."""
    (folder / "holders.csv").write_text(HEADINGS + HOLDERS.partition("\n")[2])
    assert [
        "holders.csv:1: Holder ID: unknown column: did you mean holder_id?",
        "holders.csv:1: Name: unknown column: did you mean name?",
        "holders.csv:1: E-mail: unknown column: did you mean email?",
        "holders.csv:1: Jurisdiction: unknown column: did you mean jurisdiction?",
        "holders.csv:1: Voting percent: unknown column: did you mean voting_percent?",
    ] == [fault for fault in folder.faults() if fault.startswith("holders.csv")]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (HOLDERS.encode("utf-16-le"), "the file is in UTF-16 or UTF-32, expected UTF-8"),
        (HOLDERS.encode("utf-16"), "the file is in UTF-16, expected UTF-8"),
        (
            "".join(f'"{line}"\n' for line in HOLDERS.splitlines()).encode(),
            "all columns stand in one field, in quotes, expected one for each of "
            "holder_id,name,email,jurisdiction,voting_percent",
        ),
        (
            f"sep=;\n{HOLDERS}".encode(),
            "the first line is 'sep=;', which only a spreadsheet reads, expected commas, and there "
            "holder_id,name,email,jurisdiction,voting_percent",
        ),
        (
            b"Who,Where\nH1,US\n",
            "no column is known of 'Who', 'Where', expected holder_id,name,email,jurisdiction,voting_percent",
        ),
    ],
)
def test_what_a_file_has_in_place_of_a_header_is_told(folder, data, told):
    """One fault for the whole file."""
    (folder / "holders.csv").write_bytes(data)
    assert [f"holders.csv:1: file: {told}"] == folder.faults()


def test_a_workbook_beside_a_missing_file_is_named(folder):
    """Also where the file may be missing: nobody means the forms in it to be passed over."""
    for name in ("holders", "elections"):
        (folder / f"{name}.csv").rename(folder / f"{name}.ods")
    assert [
        f"holders.csv:1: file: does not exist, but holders.ods lies there, expected holders.csv: {SAVE}",
        f"elections.csv:1: file: does not exist, but elections.ods lies there, expected elections.csv: {SAVE}",
    ] == folder.faults()


def test_a_workbook_that_was_renamed_is_known_by_its_first_bytes(folder):
    """It is no text, and of its bytes nothing more is said."""
    (folder / "grants.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    assert [
        "grants.csv:1: file: the file is a workbook of a spreadsheet, whatever its name, "
        f"expected text: {SAVE}, or call it .xlsx"
    ] == folder.faults()


def test_a_column_written_otherwise_is_one_fault(folder):
    """It is told what was meant, and not that the other one is missing."""
    folder_text = HOLDERS.replace("holder_id,name", "Holder ID,name").replace("jurisdiction", "juristiction")
    (folder / "holders.csv").write_text(folder_text)
    assert [
        "holders.csv:1: Holder ID: unknown column: did you mean holder_id?",
        "holders.csv:1: juristiction: unknown column: did you mean jurisdiction?",
    ] == [fault for fault in folder.faults() if fault.startswith("holders.csv")]


def test_a_typo_in_the_script_is_told(folder):
    """In the name of an action and of its option."""
    (folder / "script.toml").write_text(
        '[[at]]\nwhen = 2003-03-20T09:00:00\ndo = "extent"\n'
        '[[at]]\nwhen = 2003-03-20T09:00:00\ndo = "extend"\nto = 2003-04-14T17:00:00\nreasons = "more time"\n'
    )
    (verb, option) = folder.faults()
    assert verb.startswith("script.toml:3: do: 'extent' is no action: did you mean extend?, expected one of extend, ")
    assert "script.toml:8: reasons: unknown option: did you mean reason?" == option


def test_a_file_given_for_the_folder_is_told(folder):
    """The folder is named that is meant."""
    for taken in (read_folder, workspace_in):
        with pytest.raises(OptexError, match=r"offer\.toml is a file: an offer is named by its folder, here "):
            taken(folder / "offer.toml")


def test_a_database_lies_where_its_path_says(tmp_path):
    """Whatever characters are in it: it is no URL."""
    path = tmp_path / "a b%20c#d?e=é'\"%" / "optex.db"
    migrate(connect(sqlite_url(path)))
    assert path.exists()
    assert [path.parent] == list(tmp_path.iterdir())
