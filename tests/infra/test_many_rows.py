"""Files of more rows than are in memory at once say what they would say if they were."""

import pytest

from infra.database import tables as t
from infra.database.writer import AT_ONCE, open_reader, open_writer
from infra.folder.files import FolderFiles
from infra.handlers.forms import read_new_forms, record_received_forms
from infra.handlers.intake import load_folder
from optex.errors import BadData

FORM = "{},{},{},2003-03-11T10:30,2003-03-10,Ann Lee,fax,,,{}"


@pytest.mark.parametrize("rows", [1, 2])
def test_rows_read_in_batches_are_the_same_records(folder, rows):
    """A form whose rows lie apart is one form, in the place of its first row."""
    folder.add("service.csv", "H1,employee,1997-01-06,1998-01-02")
    folder.add("elections.csv", FORM.format("F3", "H2", "election", "G3,500,,,,"))
    folder.add("elections.csv", FORM.format("F4", "H1", "election", "G1,900,,,,"))
    folder.add("elections.csv", FORM.format("F3", "H2", "election", "G2,500,,,,"))
    whole, read = folder.read(), FolderFiles(folder.path, rows_at_once=rows)
    batches = list(read.batches())
    assert whole.holders == [each for batch in batches for each in batch.holders]
    assert whole.service_periods == [each for batch in batches for each in batch.service_periods]
    assert whole.grants == [each for batch in batches for each in batch.grants]
    assert whole.forms == read.forms
    assert [("F1", ["G1", "G2"]), ("F2", []), ("F3", ["G3", "G2"]), ("F4", ["G1"])] == [
        (form.form_id, [line.grant_id for line in form.lines]) for form in read.forms
    ]
    assert whole.digest == read.digest


@pytest.mark.parametrize("rows", [1, 2, 5_000])
def test_rows_that_contradict_each_other_far_apart_are_told(folder, rows):
    """An id told twice, spells that overlap, a reserved id, and rows of one form that disagree, in other batches."""
    folder.add("holders.csv", "H3,Cy Fox,,US,", "H1,Ann Lee,,US,")
    folder.add("service.csv", "H1,director,1999-01-04,", "H1,employee,2001-01-02,2001-05-01")
    folder.add(
        "grants.csv", "G1-N,H3,2001-02-01,500,0,3.10,NSO,2006-02-01,", "G4,H3,2001-02-01,500,0,3.10,NSO,2006-02-01,"
    )
    folder.add("grants.csv", "G4,H3,2001-02-01,500,0,3.10,NSO,2006-02-01,")
    folder.add("elections.csv", FORM.format("F3", "H2", "election", "G3,500,,,,"))
    folder.add("elections.csv", "F2,H1,withdrawal,2003-04-14T10:30-04:00,2003-04-14,Ann Lee,hand,,,,,,,,")
    folder.add("elections.csv", FORM.format("F3", "H3", "election", "G4,500,,,,"))
    folder.add("elections.csv", FORM.format("F3", "H2", "election", "G3,1,,,,"))
    folder.add("elections.csv", FORM.format("F9", "H9", "election", "G9,1,,,,"))
    with pytest.raises(BadData) as caught:
        list(FolderFiles(folder.path, rows_at_once=rows).batches())
    assert [
        "holders.csv:5: holder_id: 'H1' stands already on line 2, expected each holder_id once",
        "service.csv:5: from: overlaps the spell as employee on line 2, expected spells of one capacity that do not "
        "overlap",
        "grants.csv:5: grant_id: 'G1-N' is the id that an option made out of 'G1' will have, expected an id that does "
        "not end in -B, -N, -N-ISO, -N-NSO",
        "grants.csv:7: grant_id: 'G4' stands already on line 6, expected each grant_id once",
        "elections.csv:6: form_id: a second row of the withdrawal on line 4, expected one row",
        "elections.csv:7: holder_id: holder_id differs from line 5 of the same form, expected the same on every row of "
        "a form, or another form_id",
        "elections.csv:8: grant_id: 'G3' stands already on line 5 of the form, expected each option once",
        "elections.csv:9: grant_id: 'G9' is unknown, expected an id of grants.csv",
        "elections.csv:9: holder_id: 'H9' is unknown, expected an id of holders.csv",
    ] == list(map(str, caught.value.faults))


def test_more_forms_than_are_in_memory_at_once(engine, folder):
    """They go on record in the order of the file, are confirmed once each, and told again are known."""
    many = AT_ONCE + 1
    numbers = range(100, 100 + many)
    folder.add("holders.csv", *(f"H{n},Ann Lee,,US," for n in numbers))
    folder.add("service.csv", *(f"H{n},employee,1999-01-04," for n in numbers))
    folder.add("grants.csv", *(f"G{n},H{n},2001-02-01,500,0,3.10,NSO,2006-02-01," for n in numbers))
    found = folder.read()
    load_folder(engine, found, found.terms.opens)
    file = folder / "many.csv"
    header = folder.text("elections.csv").partition("\n")[0]
    # Backwards, so that the order of the file is not that of the ids.
    rows = [FORM.format(f"F{n}", f"H{n}", "election", f"G{n},500,500,2001-02-01,3.10,0") for n in reversed(numbers)]
    file.write_text("\n".join([header, *rows, ""]))
    expected = [f"F{n}" for n in reversed(numbers)]
    with open_writer(engine, "alpha-2003") as db:
        said = record_received_forms(db, read_new_forms(db, file, db.forms), found.terms.expires)
    assert f"{many:,} forms received." == said
    with open_reader(engine, "alpha-2003") as reader:
        forms = reader.rows(t.forms, t.forms.c.position)
        assert [(n, form_id) for n, form_id in enumerate(expected, 1)] == [(row.position, row.form_id) for row in forms]
        audit = reader.rows(t.audit, t.audit.c.position)
        assert expected == [row.subject for row in audit if row.action == "form received"]
        assert many == sum(row.notice_id.startswith("confirmation:") for row in reader.rows(t.notices))
    with open_writer(engine, "alpha-2003") as db:
        again = record_received_forms(db, read_new_forms(db, file, db.forms), found.terms.expires)
        shown = record_received_forms(db, read_new_forms(db, file), found.terms.expires, evidence="the journal")
    assert f"Already recorded: {many:,} forms are on record, and nothing was changed." == again
    first = ", ".join(expected[:5])
    assert f"Already recorded: {many:,} forms. The evidence is added: {first} and {many - 5:,} more." == shown
