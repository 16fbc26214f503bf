"""The audit is a chain: what is changed in it by hand is found, at the first entry that is not as it was written."""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from infra.database import tables as t
from infra.database.audit_chain import chained
from infra.database.audit_check import BrokenEntry, find_head, first_broken
from infra.database.engine import migrate
from infra.database.reader import AuditHead
from infra.database.writer import DecisionEntry, open_reader, open_writer
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder
from infra.ledgers.export import export
from infra.report.page import write_report
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from optex.actions import PriceSet
from optex.calendar import EST
from optex.errors import Ruling

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
AT = datetime(2003, 3, 3, 14, tzinfo=UTC)
OFFER = "alpha-2003"
WORDS = ["taken in", "price", "split", "hold", "release", "extend"]


@pytest.fixture
def chain(engine, folder):
    """Six entries: the offer taken in at 14:00:00 UTC of March 3, 2003, and five more, each a second after another."""
    load_folder(engine, folder.read(), AT)
    with open_writer(engine, OFFER) as db:
        for n, action in enumerate(WORDS[1:], start=1):
            db.audit(AT + timedelta(seconds=n), "Ann Lee", [(action, f"S{n}", "GRT-1", f"detail {n}")], "minutes")
    return engine


def by_hand(engine, *statements):
    """What somebody does who means harm, and knows of the triggers."""
    with engine.begin() as connection:
        for table in t.APPEND_ONLY:
            if engine.dialect.name == "sqlite":
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {table.name}_no_{act}"))
            else:
                connection.execute(text(f"DROP TRIGGER {table.name}_append_only ON {table.name}"))
        for statement in statements:
            connection.execute(statement)


def entry(position):
    return update(t.audit).where(t.audit.c.position == position)


def moved(position, to):
    return entry(position).values(position=to)


def broken(engine):
    with open_reader(engine, OFFER) as db:
        return first_broken(db)


def told(engine):
    """The position, the words and the fault of the first entry that is not as it was written."""
    found = broken(engine)
    return found.position, found.action, found.fault, found.why


def test_an_audit_that_nobody_touched_is_intact(chain):
    """Each of the six entries follows from the one before it, and the last is the head."""
    with open_reader(chain, OFFER) as db:
        last = db.rows(t.audit, t.audit.c.position)[-1]
        assert (None, AuditHead(entries=6, hash=last.hash)) == (first_broken(db), db.audit_head())


CELLS = {
    "at": AT + timedelta(seconds=1),
    "actor": "Bo Ray",
    "action": "merge",
    "subject": "S3",
    "rule": "GRT-2",
    "section": "§9",
    "detail": "detail 2.",
    "recorded_at": AT,
    "evidence": "",
    "hash": "0" * 64,
}


@pytest.mark.parametrize("column", CELLS)
def test_a_cell_that_was_edited_is_found(chain, column):
    """Whichever column of audit.csv it is; the entry is told by its position, time, action and subject."""
    by_hand(chain, entry(3).values({column: CELLS[column]}))
    seen = {"at": "2003-03-03T14:00:02Z", "action": "split", "subject": "S2"}
    seen |= {"at": "2003-03-03T14:00:01Z"} if column == "at" else {}
    seen |= {column: CELLS[column]} if column in ("action", "subject") else {}
    why = "its hash is not that of its content after the entry before it"
    assert BrokenEntry(position=3, fault="changed", why=why, **seen) == broken(chain)


def test_an_entry_that_was_deleted_is_missed(chain):
    """The first, one in the middle, and several at once."""
    by_hand(chain, delete(t.audit).where(t.audit.c.position.in_([3, 4])))
    assert (3, "release", "missing", "entry 3 is gone: this is the next that is there") == told(chain)
    with chain.begin() as connection:
        connection.execute(delete(t.audit).where(t.audit.c.position == 1))
    assert (1, "price", "missing", "entry 1 is gone: this is the next that is there") == told(chain)
    with chain.begin() as connection:
        connection.execute(delete(t.audit))
    why = "there is no entry at all: that of the offer's being taken in is gone"
    assert (1, "", "missing", why) == told(chain)


def test_an_entry_that_was_deleted_is_missed_where_those_after_it_moved_up(chain):
    """Numbered anew, they do not follow from what is before them now."""
    by_hand(chain, delete(t.audit).where(t.audit.c.position == 3), moved(4, 3), moved(5, 4), moved(6, 5))
    assert (3, "hold", "changed", "its hash is not that of its content after the entry before it") == told(chain)


def test_an_entry_that_was_put_in_is_found(chain):
    """With any hash it is the first that does not follow; with the right one, the next does not follow from it."""
    with open_writer(chain, OFFER) as db:
        last = db.rows(t.audit, t.audit.c.position)[-1]._mapping
    put_in = t.audit.insert().values({**last, "position": 4, "action": "put in", "hash": "f" * 64})
    by_hand(chain, moved(6, 7), moved(5, 6), moved(4, 5), put_in)
    assert (4, "put in", "changed") == told(chain)[:3]


def test_an_entry_that_was_put_in_with_the_right_hash_is_found_by_the_next(chain):
    """Written after the end and moved into the middle with its hash made anew: the next was written after another."""
    with open_reader(chain, OFFER) as db:
        third, last = (db.rows(t.audit, t.audit.c.position)[n]._mapping for n in (2, 5))
    words = {**last, "position": 4, "action": "put in"}
    put_in = t.audit.insert().values({**words, "hash": chained(third["hash"], words)})
    by_hand(chain, moved(6, 7), moved(5, 6), moved(4, 5), put_in)
    assert (5, "hold", "out of order", "it was written after what is entry 3 now") == told(chain)


def test_two_entries_that_changed_places_are_found(chain):
    """The fourth stands where the third was, which was written before it."""
    by_hand(chain, moved(3, 9), moved(4, 3), moved(9, 4))
    assert (3, "hold", "out of order", "it was written after what is entry 4 now") == told(chain)


def test_what_is_no_instant_is_an_edited_cell(chain):
    """SQLite keeps any text there: it is shown as it is, and nothing fails."""
    if chain.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes nothing but an instant")
    by_hand(chain, text("UPDATE audit SET at = 'yesterday' WHERE position = 3"))
    found = broken(chain)
    assert (3, "yesterday", "changed") == (found.position, found.at, found.fault)


def test_an_end_that_was_cut_off_is_found_by_the_head_of_a_report(chain):
    """The chain alone cannot know of it; the hash that a report printed is there before, and gone after."""
    with open_reader(chain, OFFER) as db:
        head, earlier = db.audit_head().hash, db.rows(t.audit, t.audit.c.position)[3]
        found = find_head(db, earlier.hash)
    assert (4, "2003-03-03T14:00:03Z", "hold", "S3", 2) == (
        found.position, found.at, found.action, found.subject, found.entries_since,
    )  # fmt: skip
    by_hand(chain, delete(t.audit).where(t.audit.c.position > 4))
    with open_reader(chain, OFFER) as db:
        assert (None, None) == (first_broken(db), find_head(db, head))
        assert 0 == find_head(db, earlier.hash).entries_since


def test_the_head_is_printed_in_each_report(chain, tmp_path):
    """At the foot of the page, on the dashboard, and in what `status --json` says."""
    with open_reader(chain, OFFER) as db:
        head = db.audit_head()
        write_report(db, tmp_path / "report.html")
        status = offer_status(db, AT)
    page = (tmp_path / "report.html").read_text()
    assert head == status.audit
    assert f'<code class="hash">{head.hash}</code>' in page[page.index("<footer") :]
    assert as_markdown(status).endswith(f"\nEntries in the audit: 6 · hash of the last: `{head.hash}`\n")


def test_an_auditor_needs_no_more_than_the_ledger(chain, tmp_path):
    """The very lines of docs/audit.md, run beside the export, whatever a cell begins with or its lines end with."""
    cells = [
        "=1+1",
        "'=1",
        "''-1",
        "'quoted'",
        "\r\n@x",
        "one\rtwo\r\nthree",
        '"a", b',
        "\t＝",
        "§ 9 – naïve 株",
        "\\n",
    ]
    with open_writer(chain, OFFER) as db:
        db.audit(AT, "+Ann", [("-noted", cell, "", cell) for cell in cells], evidence="@evidence")
        head = db.audit_head()
        export(db, tmp_path / "ledgers")
    lines = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1)
    run = [sys.executable, "-c", lines]
    said = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert f"Intact: 16 entries. Hash of the last: {head.hash}\n" == said
    ledger = tmp_path / "ledgers" / "audit.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("detail 3", "detail 5"), encoding="utf-8")
    edited = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert (1, True) == (edited.returncode, edited.stderr.startswith("Not intact: entry 4, "))


@pytest.fixture
def decided(chain):
    """Tenders decided and decided again, and a price recorded: entries 7 to 9, and the price's own, 10."""
    with open_writer(chain, OFFER) as db:
        local = AT.astimezone(EST)
        db.record_decisions("tender", local, [tender("G2", "rejected"), tender("G1", "accepted")])
        db.record_decisions("tender", AT, [tender("G2", "accepted"), tender("G1", "accepted")])
        price = PriceSet(on=date(2003, 2, 28), close=Decimal("1.05"), by="Ops", at=local)
        assert record_action(db, price).accepted
        assert (None, 10) == (first_broken(db), db.audit_head().entries)
    return chain


def tender(grant_id, decision):
    ruling = Ruling(rule="CAN-1", reason="As the test says.")
    return DecisionEntry(subject=grant_id, holder_id="H1", decision=decision, ruling=ruling, shares=100)


def test_an_entry_says_what_was_decided(decided):
    """How many decisions, of which kind, to what end, and the SHA-256 of their rows."""
    with open_reader(decided, OFFER) as db:
        said = [(row.action, row.subject, row.detail) for row in db.rows(t.audit, t.audit.c.position)[6:9]]
    first = ("tender decided", "2 decisions", "1 accepted, 1 rejected (SHA-256 …)")
    again = ("tender decided", "1 decision", "1 accepted (SHA-256 …)")
    acted = ("action on record", "price-set-…", "taken (SHA-256 …)")
    assert [first, again, acted] == [tuple(re.sub(r"[0-9a-f]{16,}", "…", cell) for cell in each) for each in said]


G1, PRICE = t.decisions.c.subject == "G1", t.actions.c.verb == "price-set"
EDITED = {
    t.decisions.c.kind: "form",
    t.decisions.c.subject: "G3",
    t.decisions.c.revision: 2,
    t.decisions.c.at: AT + timedelta(seconds=1),
    t.decisions.c.holder_id: "H2",
    t.decisions.c.decision: "rejected",
    t.decisions.c.shares: 1000,
    t.decisions.c.rule: "CAN-2",
    t.decisions.c.section: "§9",
    t.decisions.c.reason: "As nobody says.",
    t.decisions.c.remarks: [["TND-7", "Waived."]],
    t.actions.c.fact_id: "price-set-2",
    t.actions.c.position: 2,
    t.actions.c.at: AT + timedelta(seconds=1),
    t.actions.c.verb: "split",
    t.actions.c.actor: "Bo Ray",
    t.actions.c.data: {"on": "2003-02-28", "close": "1.00"},
    t.actions.c.accepted: False,
    t.actions.c.rule: "GRT-2",
    t.actions.c.section: "§99",
    t.actions.c.reason: "As nobody says.",
    t.actions.c.recorded_at: AT + timedelta(seconds=1),
    t.actions.c.after_deadline: AT,
}


@pytest.mark.parametrize(("column", "value"), EDITED.items(), ids=map(str, EDITED))
def test_a_decision_and_an_action_are_bound_to_their_entry(decided, column, value):
    """Whichever cell of one is edited, the entry that vouches for it is found."""
    table = column.table
    by_hand(decided, update(table).where(G1 if table is t.decisions else PRICE).values({column.name: value}))
    found = broken(decided)
    vouching = (7, "tender decided") if table is t.decisions else (9, "action on record")
    assert (*vouching, "changed") == (found.position, found.action, found.fault)
    rows = {t.decisions: "decisions (2 are there)", t.actions: "actions (1 are there)"}[table]
    assert f"its rows in {rows} are not those that were recorded with it" == found.why


def test_a_decision_that_was_deleted_is_missed(decided):
    """One of two, and both: the entry that vouches for them is still there."""
    by_hand(decided, delete(t.decisions).where(G1))
    rows = "its rows in decisions (1 are there) are not those that were recorded with it"
    assert (7, "tender decided", "changed", rows) == told(decided)
    with decided.begin() as connection:
        connection.execute(delete(t.decisions).where(t.decisions.c.revision == 1))
    gone = "the rows of decisions that were recorded with it are gone"
    assert (7, "tender decided", "missing", gone) == told(decided)


@pytest.mark.parametrize("named", [0, 5, 7, 99])
def test_a_decision_that_was_put_in_is_found(decided, named):
    """Whichever entry it names: none vouches for it, or one for other rows."""
    with open_reader(decided, OFFER) as db:
        [row] = db.connection.execute(select(t.decisions).where(G1))
    by_hand(decided, insert(t.decisions).values({**row._mapping, "subject": "G9", "entry": named}))
    changed = "its rows in decisions (3 are there) are not those that were recorded with it"
    missing = "1 row of decisions for which no entry vouches"
    expected = (7, "tender decided", "changed", changed) if named == 7 else (named, "decided", "missing", missing)
    assert expected == told(decided)


def test_an_end_that_was_cut_off_is_found_by_what_it_vouched_for(decided):
    """Of the entries that are gone the chain knows nothing, but the decisions and actions name them."""
    by_hand(decided, delete(t.audit).where(t.audit.c.position > 7))
    assert (8, "decided", "missing", "1 row of decisions for which no entry vouches") == told(decided)


def test_what_is_no_instant_and_no_json_is_an_edited_cell(decided):
    """SQLite keeps any text there, and nothing fails because of it."""
    if decided.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes nothing but an instant, and JSON")
    by_hand(
        decided, text("UPDATE decisions SET remarks = 'none', at = 'yesterday', shares = x'ff' WHERE subject = 'G1'")
    )
    assert (7, "tender decided", "changed") == told(decided)[:3]


def test_it_is_read_where_the_settings_say(chain, folder):
    """`optex audit verify` of an offer's folder finds the audit in the database that OPTEX_DATABASE_URL names."""
    with open_reader(chain, OFFER) as db:
        head = db.audit_head()
    url = chain.url.render_as_string(hide_password=False)
    run = [Path(sys.executable).with_name("optex"), "audit", "verify", folder.path]
    done = subprocess.run(run, env=os.environ | {"OPTEX_DATABASE_URL": url}, capture_output=True, text=True)
    assert (0, f"Intact: 6 entries. Hash of the last: {head.hash}\n") == (done.returncode, done.stdout)


def test_the_entries_of_older_books_are_chained(old_engine):
    """Books of the first schema, upgraded, have an audit that is intact, and that vouches for what was decided then."""
    migrate(old_engine)
    with open_reader(old_engine, OFFER) as db:
        assert (None, 11) == (first_broken(db), db.audit_head().entries)
    by_hand(old_engine, update(t.decisions).where(G1).values(decision="rejected"))
    rows = "its rows in decisions (5 are there) are not those that were recorded with it"
    assert (10, "older decided", "changed", rows) == told(old_engine)
