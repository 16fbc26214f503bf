"""Corrections on one database and on the other: the facts, the letters, and in what files and record differ."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from infra.database import tables as t
from infra.database.writer import open_writer
from infra.handlers.actions import record_action
from infra.handlers.file_differences import find_differences, take_over
from infra.handlers.forms import record_forms
from infra.handlers.intake import load_folder
from infra.handlers.prices import record_prices
from infra.ledgers.export import ledger_rows
from infra.mail import outbox
from infra.status.files_differ import files_differ
from optex.actions import read_action
from optex.calendar import EST
from optex.errors import OptexError
from optex.notices import Notice

OFFER = "alpha-2003"
AT = datetime(2003, 3, 11, 14, tzinfo=UTC)


@pytest.fixture
def db(engine, folder):
    """The books of the good folder, with its forms and its price, open for writing."""
    read = folder.read()
    load_folder(engine, read, AT)
    with open_writer(engine, OFFER) as opened:
        record_forms(opened, read.forms[:1], AT)
        record_prices(opened, read.prices, AT)
        yield opened


def correct(db, verb, at=AT, **options):
    stated = {key.rstrip("_"): value for key, value in options.items()}
    given = {"at": at, "by": "Ruth Counsel", "reason": "a slip", **stated}
    return record_action(db, read_action(f"correct-{verb}", given, EST))


def test_every_fact_is_corrected_in_its_place(db):
    """One correction of each kind: what stands there is what was stated, and what was not stated is as before."""
    assert correct(db, "holder", holder="H1", name="Anne Lee", voting_percent="9.5").accepted
    assert correct(db, "grant", grant="G1", shares=900, vesting="none").accepted
    assert correct(db, "grant", grant="G2", vesting="2001-02-01:200;2002-02-01:300").accepted
    assert correct(db, "form", form="F1", holder="H2", signed_on="none", option="G3:1\nG1:2:900").accepted
    assert correct(db, "service", holder="H2", capacity="director", from_="1999-01-04", to="none").accepted
    assert correct(db, "price", on="2003-10-03", close="1.06", at=AT + timedelta(days=300)).accepted
    one, two = db.holder_records()
    assert ("Anne Lee", Decimal("9.5"), "ann@example.com") == (
        one.holder.name,
        one.holder.voting_percent,
        one.holder.email,
    )
    assert (900, (), 100) == (one.grants["G1"].shares, one.grants["G1"].vesting, one.grants["G1"].exercised)
    assert [200, 300] == [tranche.shares for tranche in one.grants["G2"].vesting]
    assert ((), None) == (one.forms, two.service_periods[0].last_day)
    [form] = two.forms
    assert (None, "Ann Lee", ["G1", "G3"]) == (form.signed_on, form.signed_as, [line.grant_id for line in form.lines])
    assert Decimal("1.06") == db.quotes()[date(2003, 10, 3)].close


def test_the_record_keeps_what_was_there_before(db):
    """What was, and what is, is in the action and in the audit, and neither is edited."""
    correct(db, "grant", grant="G3", price="3.15", exercised=20)
    [action] = db.actions("correct-grant")
    assert ({"exercised": "0", "price": "3.10"}, {"exercised": "20", "price": "3.15"}) == (action.was, action.becomes)
    [entry] = [row for row in ledger_rows(db, "audit.csv") if row["action"] == "correct-grant"]
    assert "shares exercised: 0 → 20; exercise price: 3.10 → 3.15 — a slip" == entry["detail"]


def test_what_changes_nothing_is_already_recorded(db):
    """All of it as it stands: nothing is written, whoever says it."""
    before = len(db.rows(t.audit)), len(db.rows(t.actions))
    result = correct(db, "grant", grant="G2", price="0.3333", exercised=0, vesting="none")
    assert (True, True) == (result.accepted, result.repeated)
    assert "Already recorded: G2 stands so, and nothing was changed." == result.message
    assert before == (len(db.rows(t.audit)), len(db.rows(t.actions)))


SPELL = {"holder": "H1", "capacity": "employee", "from_": "1999-01-04"}
NEVER = {**SPELL, "capacity": "director"}


@pytest.mark.parametrize(
    ("verb", "options", "reason"),
    [
        ("holder", {"holder": "H9", "name": "X"}, "there is no holder H9: to add one, state also email, jurisdiction"),
        ("holder", {"holder": "H1", "name": "none"}, "the name cannot be blank"),
        ("grant", {"grant": "G9", "price": "1"}, "there is no grant G9: to add it, state also holder, granted_on"),
        ("grant", {"grant": "G1", "holder": "H9"}, "there is no holder H9"),
        ("grant", {"grant": "G1", "shares": 99}, "100 shares are exercised of 99"),
        ("grant", {"grant": "G1", "shares": 1001}, "the vesting sums to 1,000 of 1,001 shares"),
        ("grant", {"grant": "G1", "vesting": "2002-01-03:600;2001-01-03:400"}, "the dates of the vesting do not asc"),
        ("grant", {"grant": "G1", "expires_on": "2000-01-03"}, "it expires on 2000-01-03, which is not after the gr"),
        ("form", {"form": "F1", "option": "G9:1"}, "there is no grant G9"),
        ("form", {"form": "F1", "holder": "H9"}, "there is no holder H9"),
        ("form", {"form": "F2", "channel": "fax"}, "there is no form F2"),
        ("form", {"form": "F1", "kind": "withdrawal", "option": "G1:1"}, "a notice of withdrawal names no option"),
        (
            "service",
            {**NEVER, "to": "none"},
            "H1 has no spell as director from 1999-01-04 on record; there is employee",
        ),
        ("service", {**SPELL, "to": "1998-01-04"}, "1998-01-04 lies before 1999-01-04"),
        ("service", {**SPELL, "remove": True}, "it is the only spell of the holder: correct its days instead"),
        ("price", {"on": "2003-03-10", "close": "1"}, "no closing price of 2003-03-10 is on record: `price set` rec"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(db, verb, options, reason):
    """The record says that it was refused and why, and is otherwise as it was."""
    tables = (t.holders, t.grants, t.tranches, t.forms, t.form_lines, t.service_periods, t.prices, t.pool, t.notices)
    before = [db.rows(table) for table in tables]
    result = correct(db, verb, **options)
    assert (False, "REC-3") == (result.accepted, result.ruling.rule)
    assert result.ruling.reason.startswith(reason)
    assert before == [db.rows(table) for table in tables]


def test_a_corrected_address_gets_what_was_refused_and_nothing_that_is_on_its_way(db):
    """Refused at the old address, a letter is tried again; one that somebody is sending just now is left to them."""
    letters = [Notice(notice_id=f"n{n}", holder_id="H1", kind="reminder", subject="S", data={}) for n in (1, 2)]
    db.queue_notices([replace(each, notice_id=f"{each.notice_id}") for each in letters], AT)
    outbox.mark(db, [{"notice_id": "n1", "sent_at": None, "message_id": None, "answer": "550 no", "refused": True}])
    n = t.notices
    db.connection.execute(update(n).where(n.c.notice_id == "n1").values(claimed_at=AT, claimed_by="gone"))
    db.connection.execute(update(n).where(n.c.notice_id == "n2").values(claimed_at=AT, claimed_by="busy"))
    result = correct(db, "holder", holder="H1", email="ann@new.example")
    assert "3 letters not sent yet go to the corrected address." in result.message  # the confirmation is the third
    rows = {row.notice_id: row for row in db.rows(n)}
    assert (False, None) == (rows["n1"].refused, rows["n1"].claimed_by)
    assert "busy" == rows["n2"].claimed_by
    taken = outbox.claim(db, "me", AT, AT - timedelta(minutes=15), 10, AT + timedelta(days=1))
    assert {"n1", "confirmation:F1"} == {row.notice_id for row in taken}
    assert {"ann@new.example"} == {row.email for row in taken}


def test_files_and_record_are_compared_by_line_and_taken_over_at_once(db, folder):
    """What differs is said with its line; taken over, each row is a correction, and nothing differs any more."""
    assert "" == files_differ(db, folder.path)
    for name, was, now in (
        ("holders.csv", "ann@example.com", "ann@new.example"),
        ("service.csv", "2003-06-30", "2003-07-31"),
        ("grants.csv", "G3,H2,2001-02-01,500,0,3.10", "G3,H2,2001-02-01,500,0,3.15"),
        ("elections.csv", "G1,900", "G1,800"),
        ("prices.csv", "1.05", "1.06"),
    ):
        (folder / name).write_text(folder.text(name).replace(was, now))
    folder.add("holders.csv", "H3,Cy Fox,,US,")
    folder.add("service.csv", "H3,employee,2000-01-04,")
    folder.add("grants.csv", '"G4",H3,2000-02-01,500,0,3.10,NSO,2010-02-01,')
    folder.add("offer.toml", "[[calendar.closed]]", "on = 2003-04-01", 'reason = "Mourning"')
    found = find_differences(db, folder.read())
    assert [
        "offer.toml:14: 2003-04-01: not on record: closed federal",
        "holders.csv:2: H1: e-mail: ann@example.com → ann@new.example",
        "holders.csv:4: H3: not on record: name Cy Fox, jurisdiction US, voting percentage 0",
        "service.csv:3: H2 director 1999-01-04: last day: 2003-06-30 → 2003-07-31",
        "service.csv:4: H3 employee 2000-01-04: not on record: capacity employee, first day 2000-01-04",
        "grants.csv:4: G3: exercise price: 3.10 → 3.15",
    ] == [line for each in found for line in each.said()][:6]
    assert "9 rows of the folder's files differ from the record" in files_differ(db, folder.path)
    later = AT + timedelta(days=300)
    with pytest.raises(OptexError, match="Nothing was taken over"):
        take_over(db, found, later, "", "as in the files")


def test_a_value_at_grant_that_the_file_states_is_taken_over_and_taken_back(db, folder):
    """On record blank, in the file $2.82: taken over it is on record; where the column is gone again it is blank."""
    without = folder.text("grants.csv")
    first, *rows = without.splitlines()
    (folder / "grants.csv").write_text("\n".join([f"{first},fmv", *(f"{row}," for row in rows[:2]), f"{rows[2]},2.82"]))
    for text, change, fmv in (
        (folder.text("grants.csv"), "blank → 2.82", Decimal("2.82")),
        (without, "2.82 → blank", None),
    ):
        (folder / "grants.csv").write_text(text)
        found = find_differences(db, folder.read())
        assert [f"grants.csv:4: G3: fair market value at grant: {change}"] == [
            said for each in found for said in each.said()
        ]
        assert "1 row taken over." == take_over(db, found, AT, "Ruth Counsel", "as in the files")
        assert fmv == next(grant.fmv for grant in db.grants(["H2"]))


def test_all_that_differs_is_taken_over(db, folder):
    """Each row is a correction of its own, which names the row; the record is then what the files are."""
    (folder / "holders.csv").write_text(folder.text("holders.csv").replace("ann@example.com", "ann@new.example"))
    (folder / "grants.csv").write_text(
        folder.text("grants.csv").replace("G3,H2,2001-02-01,500,0", "G3,H2,2001-02-01,500,9")
    )
    (folder / "elections.csv").write_text(folder.text("elections.csv").replace("G1,900", "G1,800"))
    found = find_differences(db, folder.read())
    assert "3 rows taken over." == take_over(db, found, AT, "Ruth Counsel", "as in the files")
    assert [] == find_differences(db, folder.read())
    assert ["holders.csv:2", "grants.csv:4", "elections.csv:2"] == [
        each.taken_from for each in db.actions("correct-holder", "correct-grant", "correct-form")
    ]


def test_what_was_told_after_the_intake_is_not_overwritten_by_an_older_file(db, folder):
    """Corrected by a person, the record is newer than the file, which is left alone unless somebody asks for it."""
    correct(db, "holder", holder="H1", name="Anne Lee")
    folder.add("holders.csv", "H3,Cy Fox,,US,")
    changed, new = find_differences(db, folder.read())
    assert ["holders.csv:2: H1: name: Anne Lee → Ann Lee (told later than the file)"] == changed.said()
    take_over(db, [changed, new], AT, "Ruth Counsel", "as in the files")
    assert "Anne Lee" == db.holders()["H1"].name
    assert "" == files_differ(db, folder.path)
    take_over(db, [changed], AT, "Ruth Counsel", "as in the files", told_later=True)
    assert "Ann Lee" == db.holders()["H1"].name


def test_of_large_files_it_is_said_that_they_changed_and_of_faulty_ones_that_they_cannot_be_read(db, folder):
    """A dashboard reads no hundred thousand rows, and no fault of a file keeps it from being drawn."""
    folder.add("holders.csv", "H3,Cy Fox,,US,")
    assert "no longer as they were taken in" in files_differ(db, folder.path, 10)
    folder.add("holders.csv", "H3,Cy Fox,,US,")
    assert "cannot be read" in files_differ(db, folder.path)
    assert "" == files_differ(db, None)
