"""What is on record is found again, with its two times and its evidence, on both databases (REC-1, REC-2)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from infra.database import tables as t
from infra.database.writer import open_writer
from infra.handlers.actions import record_action
from infra.handlers.forms import record_forms
from infra.handlers.intake import load_folder
from infra.handlers.prices import record_prices
from infra.status.late_entries import late_entries
from optex.actions import PriceSet, ServiceSet
from optex.market import Quote
from optex.records import Capacity

OFFER = "alpha-2003"
OPENED = datetime(2003, 2, 28, 14, tzinfo=UTC)
EVE, LATER = datetime(2003, 3, 31, 23, tzinfo=UTC), datetime(2003, 4, 1, 12, tzinfo=UTC)


def test_forms_are_compared_with_those_on_record(engine, folder):
    """Every field and line comes back as it was told: the same is known, one that says less is refused by name."""
    read = folder.read()
    load_folder(engine, read, OPENED)
    first = read.forms[0]
    with open_writer(engine, OFFER, lambda: EVE) as db:
        assert record_forms(db, [first], EVE, by="Clerk").endswith("Recorded after the deadline, without evidence: F1.")
        assert {"F1": first} == {key: replace(form, missed=False) for key, form in db.forms().items()}
        assert {"F1": EVE} == db.forms_recorded_late()
    with open_writer(engine, OFFER, lambda: LATER) as db:
        assert record_forms(db, [first], LATER).startswith("Already recorded: form F1 is on record")
        less = replace(first, signed_on=None, lines=first.lines[:1])
        said = record_forms(db, [less], LATER, by="Clerk")
        assert (
            "Refused by REC-2: form F1 is on record with other content (signed_on: 2003-03-10 on record, nothing told; "
            "shares of G2: 500 on record, nothing told)."
        ) in said
        assert [first.lines] == [form.lines for form in db.forms(["F1", "F9"]).values()]
        assert {} == db.forms(["F9"])


def test_evidence_is_added_to_a_form_once(engine, folder):
    """What was lacking is supplied, more is put behind it, and the same again is not repeated."""
    read = folder.read()
    load_folder(engine, read, OPENED)
    with open_writer(engine, OFFER, lambda: EVE) as db:
        record_forms(db, read.forms[:1], EVE)
        for shown in ("the journal", "her receipt", "the journal"):
            record_forms(db, read.forms[:1], EVE, evidence=shown)
        [late] = late_entries(db)
        assert ("the journal; her receipt", read.forms[0].received_at, EVE) == (
            late.evidence,
            late.at,
            late.recorded_at,
        )
        added = [row.evidence for row in db.rows(t.audit, t.audit.c.position) if row.action == "evidence added"]
        assert ["the journal", "her receipt"] == added


def test_a_close_and_a_spell_are_compared_with_what_is_on_record(engine, folder):
    """Whoever told them first: a close of a file stands against one told by hand, a spell of the folder is known."""
    load_folder(engine, folder.read(), OPENED)
    on = date(2003, 3, 3)
    with open_writer(engine, OFFER) as db:
        assert "" == record_prices(db, {on: Quote(close=Decimal("0.95"))}, EVE)
        assert "" == record_prices(db, {on: Quote(close=Decimal("0.950"))}, EVE)
        refused = record_action(db, PriceSet(on=on, close="0.96", at=EVE))
        assert (False, "REC-2") == (refused.accepted, refused.ruling.rule)
        assert "close: 0.95 on record, 0.96 told" in refused.message
        assert {on: Quote(close=Decimal("0.95"))} == db.quotes()
        spell = {"holder": "H1", "capacity": Capacity.EMPLOYEE, "from": date(1999, 1, 4)}
        known = record_action(db, ServiceSet(**spell, at=EVE))
        assert (True, True) == (known.accepted, known.repeated)
        ended = record_action(db, ServiceSet(**spell, to=date(2003, 3, 14), at=EVE))
        said = "Service as employee from 1999-01-04 to 2003-03-14 is recorded; it was recorded as still serving."
        assert (False, True) == (ended.repeated, ended.message.startswith(said))
