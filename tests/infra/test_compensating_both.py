"""An acceptance voided and an option rescinded, on one database and on the other."""

import asyncio
import random
from datetime import timedelta
from decimal import Decimal
from itertools import count

from infra.folder.reader import read_folder
from infra.ledgers.export import ledger_rows
from tests.driver import play
from tests.offers import Offer
from tests.strategies import Tale

_NUMBER = count(1)


def test_both_databases_hold_the_same(tmp_path, database_url):
    """Bo left on March 20, as is told on April 10; Cy on September 30, as is told on October 8, and is settled."""
    offer = Offer(tmp_path).holder("H2", "Bo Ray").grant("G2", 1000).tenders("F2", "2003-03-11T10:00:00", G2=600)
    offer.holder("H3", "Cy Dow").grant("G3", 300).tenders("F3", "2003-03-11T10:00:00", G3=300)
    told = {"capacity": "employee", "from_": "1999-01-04", "by": "Hana Reed"}
    offer.happens("2003-04-10T10:00:00", "service-set", holder="H2", to="2003-03-20", **told)
    offer.happens("2003-10-08T10:00:00", "service-set", holder="H3", to="2003-09-30", **told)
    why = {"reason": "A slip.", "evidence": "Minutes of October 20", "by": "Ruth Counsel"}
    offer.happens("2003-10-20T10:00:00", "settle", grant="G3-N", as_="rescind", **why)
    tale = Tale(
        folder=read_folder(offer.write()),
        lateness=random.Random(0),
        evenings=False,
        price_after=timedelta(0),
        close=Decimal("1.27"),
    )
    played = asyncio.run(play(tale, f"both-{next(_NUMBER)}", database_url))
    assert [] == played.done_again
    with played.workspace.read() as db:
        ledgers = {name: ledger_rows(db, f"{name}.csv") for name in ("cancellations", "promises", "pool", "audit")}
    assert ["2003-04-10", "None"] == [str(row["voided_on"]) for row in ledgers["cancellations"]]
    assert ["voided", "granted"] == [row["outcome"] for row in ledgers["promises"]]
    assert [
        ("cancelled", 900, 99_600),
        ("reserved", -900, 98_700),
        ("voided", 600, 99_300),
        ("outstanding", -600, 98_700),
        ("released", 300, 99_000),
        ("granted", -300, 98_700),
        ("rescinded", 300, 99_000),
    ] == [(row["event"], row["shares"], row["available_after"]) for row in ledgers["pool"][3:]]
    assert ["G3-N"] == [row["subject"] for row in ledgers["audit"] if row["action"] == "option rescinded"]
