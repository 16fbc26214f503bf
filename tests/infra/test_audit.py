"""The audit is a chain: what is changed in it by hand is found, at the first entry that is not as it was written."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from infra.database import tables as t
from infra.database.audit_chain import chained
from infra.database.audit_check import BrokenEntry, find_head, first_broken
from infra.database.engine import migrate
from infra.database.reader import AuditHead
from infra.database.writer import open_reader, open_writer
from infra.handlers.intake import load_folder
from infra.ledgers.export import export
from infra.report.page import write_report
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status

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
        if engine.dialect.name == "sqlite":
            for act in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_no_{act}"))
        else:
            connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
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


def test_it_is_read_where_the_settings_say(chain, folder):
    """`optex audit verify` of an offer's folder finds the audit in the database that OPTEX_DATABASE_URL names."""
    with open_reader(chain, OFFER) as db:
        head = db.audit_head()
    url = chain.url.render_as_string(hide_password=False)
    run = [Path(sys.executable).with_name("optex"), "audit", "verify", folder.path]
    done = subprocess.run(run, env=os.environ | {"OPTEX_DATABASE_URL": url}, capture_output=True, text=True)
    assert (0, f"Intact: 6 entries. Hash of the last: {head.hash}\n") == (done.returncode, done.stdout)


def test_the_entries_of_older_books_are_chained(old_engine):
    """Books of the first schema, upgraded, have an audit that is intact from its first entry."""
    migrate(old_engine)
    with open_reader(old_engine, OFFER) as db:
        assert (None, 9) == (first_broken(db), db.audit_head().entries)
