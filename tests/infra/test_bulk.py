"""Rows written in bulk, past SQLAlchemy, are the rows that SQLAlchemy itself would write."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from infra.database import tables as t
from infra.database.engine import bulk_insert
from optex.records import Capacity, OptionType

AT = datetime(2003, 2, 28, 14, tzinfo=UTC)
TEXTS = [
    "plain",
    "Zoë O'Brien",
    'says "yes"; no',
    "a\ttab and a\nline\r\n",
    "back\\slash \\N \\. \\t",
    "\\N",
    "",
    " ",
    "日本語 🙂",
    "NULL",
]
MANY = 1_200  # more than go to PostgreSQL by single statements


def of_many(make):
    """A row for each of many numbers."""
    return [{"offer": "alpha", **make(n)} for n in range(MANY)]


def text(n):
    return TEXTS[n % len(TEXTS)]


HOLDERS = of_many(
    lambda n: {
        "holder_id": f"H{n:04}",
        "name": text(n),
        "email": text(n + 1),
        "jurisdiction": text(n + 2),
        "voting_percent": Decimal(n) / 8,
    }
)
ROWS = {
    t.service_periods: of_many(
        lambda n: {
            "holder_id": f"H{n:04}",
            "capacity": list(Capacity)[n % 3],
            "first_day": date(1999, 1, 4) + timedelta(days=n),
            "last_day": None if n % 2 else date(2003, 2, 28),
        }
    ),
    t.grants: of_many(
        lambda n: {
            "grant_id": f"G{n:04}",
            "holder_id": f"H{n:04}",
            "granted_on": date(2000, 2, 29),
            "shares": 10**14 + n,
            "exercised": 0,
            "price": Decimal("0.3333") if n % 2 else Decimal("12.50"),
            "type": list(OptionType)[n % 2],
            "expires_on": date(2010, 2, 28),
        }
    ),
    t.decisions: of_many(
        lambda n: {
            "kind": "tender",
            "subject": f"G{n:04}",
            "revision": 1,
            "at": datetime(2003, 4, 1, 9, tzinfo=timezone(timedelta(hours=-5))),
            "holder_id": f"H{n:04}",
            "decision": "accepted",
            "shares": None if n % 3 else n,
            "rule": "CAN-1",
            "section": "§6",
            "reason": text(n),
            "remarks": [[text(n), text(n + 1)], []],
            "entry": n,
        }
    ),
    t.notices: of_many(
        lambda n: {
            "notice_id": f"reminder:{n}",
            "holder_id": f"H{n:04}",
            "kind": "reminder",
            "subject": text(n),
            "data": {"text": text(n), "nested": {"list": [n, None, True, "0.95"], "é": {}}, "shares": 2**53},
            "queued_at": AT,
            "attempts": 0,
            "refused": bool(n % 2),
        }
    ),
    t.prices: of_many(lambda n: {"on": date(2003, 1, 1) + timedelta(days=n), "close": Decimal(n + 1) / 100}),
}


@pytest.fixture
def offer(engine):
    """A database with an offer and many holders in it."""
    row = {"offer": "alpha", "digest": "", "taken_in_at": AT, "version": 0}
    with engine.begin() as connection:
        connection.execute(insert(t.offers).values(**row))
        connection.execute(insert(t.holders), HOLDERS)
    return engine


def contents(connection, table):
    return sorted(map(tuple, connection.execute(select(table)).all()), key=repr)


@pytest.mark.parametrize("table", ROWS, ids=lambda table: table.name)
@pytest.mark.parametrize("how_many", [MANY, 7])
def test_rows_are_those_that_sqlalchemy_writes(offer, table, how_many):
    """Every cell comes back as it does when written by an ordinary insert, be it many rows at once or a few."""
    rows = ROWS[table][:how_many]
    with offer.connect() as connection:
        connection.execute(insert(table), rows)
        expected = contents(connection, table)
        connection.rollback()
        assert [] == contents(connection, table)
        assert how_many == bulk_insert(connection, table, rows)
        assert expected == contents(connection, table)


def test_no_rows_are_no_work(offer):
    """An empty set of rows, or of a generator, writes nothing."""
    with offer.begin() as connection:
        assert (0, 0) == (bulk_insert(connection, t.prices, []), bulk_insert(connection, t.prices, iter(())))


def test_a_row_that_is_there_already_is_refused(offer):
    """The unique keys guard the bulk ways too: a second append of the same decision is impossible."""
    rows = ROWS[t.decisions]
    with offer.begin() as connection:
        bulk_insert(connection, t.decisions, rows[-1:])
    for again in (rows, rows[-3:]):
        with pytest.raises((IntegrityError, UniqueViolation)), offer.begin() as connection:
            bulk_insert(connection, t.decisions, again)
    with offer.connect() as connection:
        assert 1 == len(contents(connection, t.decisions))


@pytest.mark.parametrize("how_many", [MANY, 7])
def test_no_naive_instant_comes_in(offer, how_many):
    """An instant without a zone is refused in the bulk ways as in any other (CAL-3)."""
    rows = [{**row, "queued_at": AT.replace(tzinfo=None)} for row in ROWS[t.notices][:how_many]]
    with pytest.raises((ValueError, StatementError), match="has no time zone"), offer.begin() as connection:
        bulk_insert(connection, t.notices, rows)
