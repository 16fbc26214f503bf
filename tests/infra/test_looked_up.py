"""A few of many holders are looked up by the databases: nothing goes through all that an offer has to find them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from infra.database import tables as t
from infra.database.engine import count_anew
from infra.database.reader import OfferReader
from infra.database.writer import AT_ONCE, OfferWriter
from infra.handlers.intake import load_folder
from infra.handlers.judged import Judged, SentForm
from infra.mail.outbox import held_back, last_trouble, oldest_waiting, waiting
from infra.status.mail_status import refused_mail
from optex.records import FormKind

SENT = SentForm("F1", FormKind.ELECTION, datetime(2003, 3, 10, 15, 30, tzinfo=UTC))


def statements_of(engine, work):
    """Every statement that a piece of work sends, with its parameters."""
    sent = []

    def hear(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    with engine.begin() as connection:
        work(OfferReader(connection, "alpha-2003"))
    event.remove(engine, "before_cursor_execute", hear)
    return [each for each in sent if each[0].startswith("SELECT")]


@pytest.mark.parametrize(
    "work",
    [
        lambda db: db.holder_records(["H1"]),
        lambda db: db.grants(["H1"]),
        lambda db: db.open_promises(["H1"]),
        lambda db: db.granted_isos(["H1"]),
        lambda db: db.decisions_about("H1"),
        lambda db: db.rows_about("H1", t.issued_options, t.issued_options.c.grant_id),
        lambda db: Judged(db, db.state(), db.first_terms().expires).of({"H1": [SENT]}),
    ],
    ids=["records", "grants", "promises", "ISOs", "decisions", "issued", "judged"],
)
def test_holders_are_looked_up_on_sqlite(sqlite_and_postgresql, folder, work):
    """SQLite finds their rows by an index on the holder, whatever order is asked for."""
    engine, found = sqlite_and_postgresql["sqlite"], folder.read()
    load_folder(engine, found, found.terms.opens)
    statements = [each for each in statements_of(engine, work) if " IN (SELECT" in each[0]]
    assert statements
    with engine.connect() as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            for *_, step in plan:
                assert not step.endswith(("(offer=?)", "(offer=? AND kind=?)")), (statement, step)


@pytest.mark.parametrize("work", [waiting, oldest_waiting, held_back, last_trouble, lambda db, _: refused_mail(db)])
def test_what_waits_to_be_sent_is_looked_up_on_sqlite(sqlite_and_postgresql, folder, work):
    """The index of what is unsent finds it, however much was sent."""
    engine, found = sqlite_and_postgresql["sqlite"], folder.read()
    load_folder(engine, found, found.terms.opens)
    [(statement, parameters)] = statements_of(engine, lambda db: work(db, SENT.received_at))
    with engine.connect() as connection:
        plan = [step for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert "SEARCH notices USING INDEX ix_notices_unsent (offer=? AND attempts>?)" in plan


def test_references_to_forms_are_looked_up_on_postgresql(sqlite_and_postgresql, folder):
    """So many forms put on record at once are counted before PostgreSQL checks the reference of each of their lines."""
    engine, found = sqlite_and_postgresql["postgresql"], folder.read()
    load_folder(engine, found, found.terms.opens)
    form = found.forms[0]
    many = [replace(form, form_id=f"F{n:05}") for n in range(AT_ONCE)]
    with engine.begin() as connection:
        OfferWriter(connection, "alpha-2003").add_forms(many)
        asked = "EXPLAIN SELECT 1 FROM forms WHERE offer = 'alpha-2003' AND form_id = 'F00001' FOR KEY SHARE"
        plan = " ".join(connection.exec_driver_sql(asked).scalars())
    assert "pk_forms" in plan


def test_nobody_waits_to_count_what_another_has_counted(sqlite_and_postgresql):
    """Two offers in one PostgreSQL are imported at the same time, and neither waits for the end of the other."""
    engine = sqlite_and_postgresql["postgresql"]
    with engine.begin() as one, engine.begin() as other:
        count_anew(one, t.forms)
        other.exec_driver_sql("SET LOCAL lock_timeout = 100")
        count_anew(other, t.forms, t.grants)
        assert 1 == other.exec_driver_sql("SELECT 1").scalar()
