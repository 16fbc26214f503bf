"""The books keep what they are told, exactly, on both databases, and whoever works on an offer works alone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, insert, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from infra.database import tables as t
from infra.database.tables import metadata
from infra.database.writer import DecisionEntry, UnknownOffer, open_reader, open_writer
from infra.folder.arrivals import ArrivalQueue
from infra.folder.reader import read_folder
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder, record_arrivals
from infra.ledgers.export import export
from optex.actions import Terminate
from optex.errors import Ruling
from optex.market import Quote
from optex.notices import Notice
from optex.records import Capacity, ServicePeriod

ALPHA = Path(__file__).parents[2] / "examples" / "alpha-2003"
AT = datetime(2003, 3, 3, 14, tzinfo=UTC)


@pytest.fixture
def db(engine, folder):
    """The books of the good folder, taken in and open for writing."""
    load_folder(engine, folder.read(), AT)
    with open_writer(engine, "alpha-2003") as opened:
        yield opened


def rows_of(engine, table):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_a_folder_is_taken_in_once(engine, folder):
    """What a folder states is in the books afterwards; taking it in again changes nothing and says so."""
    offer = folder.read()
    assert load_folder(engine, offer, AT)
    counts = {table.name: rows_of(engine, table) for table in metadata.sorted_tables}
    assert not load_folder(engine, offer, AT + timedelta(days=1))
    assert counts == {table.name: rows_of(engine, table) for table in metadata.sorted_tables}
    with open_reader(engine, "alpha-2003") as db:
        records = db.holder_records()
        assert offer.holders == [record.holder for record in records]
        assert offer.service_periods == [period for record in records for period in record.service_periods]
        assert offer.grants == [grant for record in records for grant in record.grants.values()]
        assert offer.terms == db.first_terms()


def test_a_folder_is_taken_in_whole_or_not_at_all(engine, folder):
    """A failure in the middle, here a grant of a holder who is not there, leaves nothing of the offer behind."""
    offer = folder.read()
    broken = replace(offer, grants=[*offer.grants, replace(offer.grants[0], grant_id="G9", holder_id="H9")])
    with pytest.raises(IntegrityError):
        load_folder(engine, broken, AT)
    assert {table.name: 0 for table in metadata.sorted_tables} == {
        table.name: rows_of(engine, table) for table in metadata.sorted_tables
    }
    assert load_folder(engine, offer, AT)


def test_two_who_take_in_the_same_folder(engine, folder):
    """Of two who take in a folder at the same moment one does, and the other finds that it is there."""
    offer, together = folder.read(), Barrier(2)

    def take(_):
        together.wait()
        return load_folder(engine, offer, AT)

    with ThreadPoolExecutor(2) as people:
        assert [False, True] == sorted(people.map(take, range(2)))
    assert 1 == rows_of(engine, t.terms)


def test_an_offer_that_is_not_there(engine):
    """Whoever opens the books of an unknown offer, for reading or writing, is told so."""
    for opening in (open_writer, open_reader):
        with pytest.raises(UnknownOffer, match="no offer 'beta-2003'"), opening(engine, "beta-2003"):
            pass


def test_nothing_is_saved_after_a_failure(engine, folder):
    """A transaction that fails leaves the books as they were."""
    load_folder(engine, folder.read(), AT)
    before = rows_of(engine, t.audit)

    def fail_in_the_middle():
        with open_writer(engine, "alpha-2003") as db:
            db.audit(AT, "", [("noted", "", "", "")])
            db.update_offer(opened_at=AT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()
    with open_reader(engine, "alpha-2003") as db:
        assert (before, None) == (len(db.rows(t.audit)), db.row().opened_at)


def test_two_who_work_on_one_offer_work_one_after_the_other(engine, folder):
    """What both read and write at the same moment is not lost: every movement of the pool is counted."""
    load_folder(engine, folder.read(), AT)
    together = Barrier(4)

    def grant_one_share_at_a_time(_):
        together.wait()
        for _ in range(15):
            with open_writer(engine, "alpha-2003") as db:
                db.move_pool([(AT.date(), "granted", -1)])

    with ThreadPoolExecutor(4) as people:
        list(people.map(grant_one_share_at_a_time, range(4)))
    with open_reader(engine, "alpha-2003") as db:
        entries = db.rows(t.pool, t.pool.c.position)
    opening = 2_400_000 - 1_000 - 500 - 500
    assert [opening - n for n in range(1, 61)] == [entry.available_after for entry in entries[3:]]


def test_a_reader_sees_one_instant(engine, folder):
    """What others commit while the books are being read is not seen half: a ledger fits the one before it."""
    load_folder(engine, folder.read(), AT)
    with open_reader(engine, "alpha-2003") as reader:
        before = len(reader.rows(t.audit))
        with open_writer(engine, "alpha-2003") as db:
            db.audit(AT, "", [("noted", "", "", "")])
        assert before == len(reader.rows(t.audit))


def test_instants_without_a_zone_are_refused(db):
    """No naive instant gets into the books (CAL-3)."""
    with pytest.raises(StatementError, match="has no time zone"):
        db.update_offer(opened_at=AT.replace(tzinfo=None))


def test_instants_come_back_in_utc_to_the_second(db):
    """An instant on any clock comes back as the same instant, in UTC (CAL-3)."""
    eastern = datetime.fromisoformat("2003-03-31T16:59:59-05:00")
    db.update_offer(opened_at=eastern)
    found = db.row().opened_at
    assert (datetime(2003, 3, 31, 21, 59, 59, tzinfo=UTC), timedelta(0)) == (found, found.utcoffset())


@pytest.mark.parametrize("amount", ["0.3333", "12.50", "999999999999.9999", "0.1", "1E+2"])
def test_money_comes_back_exactly(db, amount):
    """A price keeps every digit that was written, trailing noughts included."""
    db.set_prices({date(2003, 3, 3): Quote(close=Decimal(amount))})
    assert amount == str(db.quotes()[date(2003, 3, 3)].close)


def test_a_closing_price_can_be_corrected(db):
    """The price recorded last is the one that counts, and there is one for each day."""
    first, second, third = (Quote(close=Decimal(close)) for close in ("0.95", "0.89", "0.96"))
    db.set_prices({date(2003, 3, 3): first, date(2003, 3, 4): second})
    db.set_prices({date(2003, 3, 3): third})
    assert {date(2003, 3, 3): third, date(2003, 3, 4): second} == db.quotes()


def test_the_end_of_a_spell_can_be_told_later(db):
    """A spell that began as one already known takes its place; another capacity is another spell."""
    first = date(1999, 1, 4)
    db.add_service_periods(
        [
            ServicePeriod(holder_id="H1", capacity=Capacity.EMPLOYEE, first_day=first, last_day=date(2003, 6, 30)),
            ServicePeriod(holder_id="H1", capacity=Capacity.CONSULTANT, first_day=first),
        ]
    )
    [record] = db.holder_records(["H1"])
    expected = {Capacity.EMPLOYEE: date(2003, 6, 30), Capacity.CONSULTANT: None}
    assert expected == {period.capacity: period.last_day for period in record.service_periods}


def decided(subject, decision="effective", reason="Stands."):
    return DecisionEntry(
        subject=subject, holder_id="H1", decision=decision, ruling=Ruling(rule="EXP-1", reason=reason), shares=7
    )


def test_a_decision_is_appended_and_not_repeated(db):
    """What says the same as the decision in force is not appended again; what differs becomes the next revision."""
    assert ["F1", "F2"] == [each.subject for each in db.record_decisions("form", AT, [decided("F1"), decided("F2")])]
    assert [] == db.record_decisions("form", AT, [decided("F1"), decided("F2")])
    later = AT + timedelta(days=1)
    db.record_decisions("form", later, [decided("F1", "withdrawn", "Taken back."), decided("F2")])
    db.record_decisions("form", later, [decided("F1")])
    in_force = {key: (row.decision, row.revision) for key, row in db.latest_decisions("form").items()}
    assert {"F1": ("effective", 3), "F2": ("effective", 1)} == in_force
    assert {} == db.latest_decisions("tender")


def notice(number, subject="Hello"):
    return Notice(notice_id=f"n:{number}", holder_id="H1", kind="reminder", subject=subject, data={"n": number})


def test_a_notice_is_queued_once(db):
    """A notice of a key that is in the outbox is not put in again, nor changed."""
    assert 2 == db.queue_notices([notice(1), notice(2)], AT)
    assert 1 == db.queue_notices([notice(2, "Other words"), notice(3)], AT + timedelta(days=1))
    queued = [(row.notice_id, row.subject, row.queued_at) for row in db.rows(t.notices, t.notices.c.notice_id)]
    assert [("n:1", "Hello", AT), ("n:2", "Hello", AT), ("n:3", "Hello", AT + timedelta(days=1))] == queued


def test_a_notice_given_twice_at_once_is_queued_once(db):
    """The same notice twice in one go is one notice."""
    assert 1 == db.queue_notices([notice(1), notice(1)], AT)


def test_only_he_counts_as_told_to_whom_a_letter_can_go(db):
    """H2 has no e-mail address: two of three are told by mail; told again, nobody is."""
    letters = [notice(1), notice(2), replace(notice(3), holder_id="H2")]
    assert "2 holders told, 1 to be told on paper (no e-mail address)" == db.queue_notices(letters, AT).told()
    assert "0 holders told" == db.queue_notices(letters, AT).told()
    assert "the holder is told" == db.queue_notices([notice(4)], AT).holder_told
    alone = db.queue_notices([replace(notice(5), holder_id="H2")], AT)
    assert "the holder is to be told on paper (no e-mail address)" == alone.holder_told


def test_keys_are_ordered_by_their_bytes(engine):
    """Capital letters come before small ones and a dash before both, whatever the locale of the database is."""
    if engine.dialect.name == "postgresql":
        keys = [
            (table, column["name"], column["type"].collation)
            for table in metadata.tables
            for column in inspect(engine).get_columns(table)
            if str(column["type"]).startswith("VARCHAR(200)")
        ]
        assert ("holders", "holder_id", "C") in keys
        assert {"C"} == {collation for _, _, collation in keys}
    ids = ["a", "B", "a-b", "aB", "A1", "Z", "ä"]
    with engine.begin() as connection:
        for offer in ids:
            row = {"offer": offer, "digest": "", "taken_in_at": AT, "version": 0}
            connection.execute(insert(t.offers).values(**row))
        found = list(connection.execute(select(t.offers.c.offer).order_by(t.offers.c.offer)).scalars())
    assert ["A1", "B", "Z", "a", "a-b", "aB", "ä"] == found


def test_everything_of_the_sample_offer_is_read_back(engine):
    """The whole of the sample offer, forms with their lines and stated vesting included, comes back as it was."""
    folder = read_folder(ALPHA)
    load_folder(engine, folder, folder.terms.opens)
    with open_writer(engine, folder.terms.offer) as db:
        db.add_forms(folder.forms, AT)
        records = db.holder_records()
    assert {grant.grant_id: grant for grant in folder.grants} == {k: g for d in records for k, g in d.grants.items()}
    expected = {form.form_id: (form.holder_id, form.received_at, set(form.lines)) for form in folder.forms}
    found = [form for d in records for form in d.forms]
    assert expected == {form.form_id: (form.holder_id, form.received_at, set(form.lines)) for form in found}
    some = sorted({form.holder_id for form in folder.forms})[3:9]
    with open_reader(engine, folder.terms.offer) as reader:
        assert [d for d in records if d.holder.holder_id in some] == reader.holder_records(some)


def played(engine, until):
    """The sample offer with all that arrives taken in, day by day, and the ledgers written out."""
    folder = read_folder(ALPHA)
    arrivals = ArrivalQueue(folder)
    load_folder(
        engine, folder, folder.terms.opens, arrivals.known_service(folder.terms.commences, folder.service_periods)
    )
    evening = arrivals.next_evening(None)
    while evening and evening <= until:
        with open_writer(engine, folder.terms.offer) as db:
            record_arrivals(db, arrivals.due(db.row().played_until, evening), evening)
            db.update_offer(played_until=evening)
        evening = arrivals.next_evening(evening)


def test_both_databases_end_with_the_same_ledgers(sqlite_and_postgresql, tmp_path):
    """The sample offer's forms and facts give ledgers that are the same to the byte on SQLite and PostgreSQL."""
    for name, engine in sqlite_and_postgresql.items():
        played(engine, datetime(2003, 10, 31, tzinfo=UTC))
        with open_writer(engine, "alpha-2003") as db:
            record_action(db, Terminate(reason="No more.", by="Board", at=datetime(2003, 10, 31, tzinfo=UTC)))
        with open_reader(engine, "alpha-2003") as reader:
            written = export(reader, tmp_path / name)
    assert written["forms.csv"] > 40
    assert written["notices.csv"] > 40
    contents = [
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in sqlite_and_postgresql
    ]
    assert contents[0] == contents[1]
