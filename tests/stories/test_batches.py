"""A step that works in batches of holders writes what it would have written for all at once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, select

from flows.simulate import Runs, play_through, staged
from infra.database.tables import metadata
from infra.folder.reader import read_folder
from infra.settings import DATABASE
from infra.workspace import using
from tests.driver import run_body, send, take_in_due
from tests.stories.test_kills import eventful


def _quiet(new_offer):
    """Seven holders: whole, partial, withdrawn, late and defective tenders, and one who sends nothing."""
    offer = new_offer()
    # The ids of the options go the other way than those of the holders: batches do not follow each other in both.
    for n, name in enumerate(("Ann Lee", "Bo Ray", "Cy Fox", "Di Orr", "Ed Poe", "Flo Ash", "Gus Oak"), start=1):
        offer.holder(f"H{n}", name).grant(f"G{9 - n}", 1000)
    offer.tenders("F9", "2003-03-10T10:00:00", G8=1000)
    offer.tenders("F8", "2003-03-10T11:00:00", G7=400)
    offer.tenders("F7", "2003-03-10T12:00:00", G6=1000).withdraws("F6", "H3", "2003-03-12T12:00:00")
    offer.tenders("F5", "2003-03-31T18:00:00", G5=1000)
    offer.tenders("F4", "2003-03-11T10:00:00", G4=2000)
    offer.tenders("F3", "2003-03-11T11:00:00", G3=300)
    return offer.closes_at("2003-10-03", "1.50")


def _terminated(new_offer):
    """The same offer, terminated before it expires."""
    ended = {"number": 4, "reason": "A bid.", "evidence": "The minutes.", "by": "Board"}
    return _quiet(new_offer).happens("2003-03-27T10:00:00", "terminate", **ended)


def _held_open(new_offer):
    """The same offer, extended after the late form came; accepted only when tenders may be withdrawn again.

    Of one promise a split leaves nothing, one holder leaves; of the grants deferred for three one is made.
    """
    offer, by = _quiet(new_offer), {"by": "Board"}
    offer.happens("2003-03-12T10:00:00", "split", on="2003-03-17", new=3, old=2, **by)
    offer.happens("2003-03-31T19:00:00", "extend", to="2003-04-07T17:00:00", **by)
    for holder, shares in (("H1", 50), ("H2", 1000), ("H6", 60)):
        offer.happens("2003-04-02T10:00:00", "defer", holder=holder, shares=shares, type="NSO", **by)
    offer.happens("2003-04-07T12:00:00", "condition-assert", number=4, evidence="A bid.", **by)
    offer.withdraws("F2", "H1", "2003-04-29T10:00:00")
    offer.happens("2003-05-05T10:00:00", "condition-end", number=4, **by)
    gone = {"capacity": "employee", "from_": "1999-01-04", "to": "2003-06-30"}
    offer.happens("2003-07-01T10:00:00", "service-set", holder="H6", **gone, **by)
    offer.happens("2003-07-02T10:00:00", "split", on="2003-07-07", new=1, old=601, **by)
    return offer.closes_at("2003-11-10", "900")


def _prohibited(new_offer):
    """The same offer, whose grant is held, released, and prohibited; of two with deferred grants one was promised."""
    offer, by = _quiet(new_offer), {"by": "Board"}
    for holder, shares in (("H1", 50), ("H7", 60)):
        offer.happens("2003-04-02T10:00:00", "defer", holder=holder, shares=shares, type="NSO", **by)
    offer.happens("2003-05-05T10:00:00", "hold", reason="A merger.", **by)
    offer.happens("2003-05-12T10:00:00", "release", reason="No merger.", **by)
    return offer.happens("2003-06-02T10:00:00", "prohibit", reason="A new law.", evidence="The law.", **by)


OFFERS = {
    "quiet": _quiet,
    "prohibited": _prohibited,
    "terminated": _terminated,
    "held open": _held_open,
    "eventful": eventful,
}


@pytest.fixture(scope="module", params=OFFERS)
def offer(request, new_offer):
    return OFFERS[request.param](new_offer)


@pytest.fixture(scope="module")
def at_once(offer, tmp_path_factory):
    """The offer played by all holders at once."""
    return _played(offer, tmp_path_factory.mktemp("all"), 5_000)


@pytest.mark.parametrize("holders", [1, 3])
def test_batches_write_the_same_tables_and_ledgers(offer, at_once, tmp_path, holders):
    """By ones and by threes: the same rows in every table, the same bytes in every ledger."""
    tables, ledgers = _played(offer, tmp_path, holders)
    assert at_once[0] == tables
    assert at_once[1] == ledgers


def test_what_is_compared_is_not_nothing(new_offer, tmp_path):
    """Of the quiet offer three tenders are cancelled, two of them in part, and three options granted."""
    tables, ledgers = _played(_quiet(new_offer), tmp_path, 3)
    balancing, new = (sum(kind in row for row in tables["issued_options"]) for kind in ("'balancing'", "'new'"))
    assert (3, 2, 3, 3) == (len(tables["cancellations"]), balancing, len(tables["promises"]), new)
    assert {"audit.csv", "cancellations.csv"} <= ledgers.keys()


def _played(offer, out, holders):
    """What an offer leaves in its tables and ledgers when so many holders are worked on at a time."""
    folder = read_folder(offer.write(out / "folder"))
    with staged(folder, out / "play", None) as workspace, using(replace(workspace, holders_at_once=holders)) as mine:
        asyncio.run(play_through(mine, None, Runs(step=run_body, take_in=take_in_due, send=send)))
    engine = create_engine(f"sqlite:///{out / 'play' / DATABASE}")
    with engine.connect() as connection:
        tables = {each.name: sorted(map(repr, connection.execute(select(each)))) for each in metadata.sorted_tables}
    engine.dispose()
    # Who claimed a letter is another process each time.
    tables.pop("notices")
    return tables, {file.name: file.read_bytes() for file in sorted((out / "play").rglob("*.csv"))}
