"""The invariants of an offer, over random offers whose forms and facts come in any order and whose alarms ring late."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given

from infra.folder.reader import Folder
from infra.folder.script import ScriptEntry
from optex.actions import read_action
from optex.calendar import EST
from optex.records import Form, FormKind, FormLine, OptionType
from tests import builders
from tests.driver import play
from tests.invariants import broken
from tests.outcome import Outcome
from tests.strategies import Tale, slips, tales, tales_of_late_leavers

_NUMBER = count(1)


def outcome(tale: Tale) -> Outcome:
    """A tale played into books of its own, in a database in memory."""
    played = asyncio.run(play(tale, f"random-{next(_NUMBER)}", "sqlite://"))
    with played.workspace.read() as db:
        return Outcome(played, db)


@given(tales())
def test_every_invariant_holds(tale):
    """Whatever is tendered and whatever happens, every sum balances, every date is kept and nothing is done twice."""
    assert [] == broken(outcome(tale))


@given(tales_of_late_leavers())
def test_every_invariant_holds_of_late_leavers(tale):
    """Whoever had left before the acceptance, as is told later, is voided, and all still balances."""
    assert [] == broken(outcome(tale))


@given(slips())
def test_every_invariant_holds_while_service_is_told_in_steps(tale):
    """Whatever lapses, is reinstated, voided or granted late, every sum balances; the record is followed (REC-4)."""
    assert [] == broken(outcome(tale))


class Late(random.Random):
    """Alarms that all ring late by the same time."""

    def choice(self, _seq):
        return timedelta(days=2)


@dataclass(kw_only=True)
class Small:
    """One holder of ten shares, who tenders some of them in Alpha's offer: what was left of random ones that broke."""

    tendered: int = 10
    late: random.Random = field(default_factory=lambda: random.Random(0))
    price_after: timedelta = timedelta(0)
    last_day: date | None = None
    script: tuple[tuple[str, str, dict], ...] = ()

    def tale(self) -> Tale:
        grant = builders.grant(shares=10, type=OptionType.NSO)
        form = Form(
            form_id="F1",
            holder_id="H1",
            kind=FormKind.ELECTION,
            received_at=datetime(2003, 3, 10, 12, tzinfo=EST),
            signed_on=date(2003, 3, 10),
            signed_as="Ann",
            channel="fax",
            lines=(
                FormLine(
                    grant_id="G1",
                    shares=self.tendered,
                    original_shares=10,
                    granted_on=grant.granted_on,
                    price=grant.price,
                    exercised=0,
                ),
            ),
        )
        actions = [read_action(verb, {**options, "at": at}, EST) for at, verb, options in self.script]
        folder = Folder(
            terms=builders.terms(offer="small", plan={"shares_authorized": 20}),
            holders=[builders.holder(name="Ann")],
            service_periods=[builders.period(last_day=self.last_day)],
            grants=[grant],
            forms=[form],
            prices={},
            script=[ScriptEntry(action=action, when=action.at, line=1) for action in actions],
            digest="",
            path=Path("nowhere"),
        )
        return Tale(
            folder=folder, evenings=False, lateness=self.late, close=Decimal("0.95"), price_after=self.price_after
        )


@pytest.mark.parametrize(
    ("small", "cancelled_on", "granted", "available"),
    [
        pytest.param(
            # Cancelled on April 3, two days after it was due: another cancellation was planned for that day.
            Small(late=Late()), date(2003, 4, 3), 10, 10, id="cancelled late",
        ),
        pytest.param(
            # The price of October 3 becomes known on October 6; the holder's last day is October 3 itself.
            Small(price_after=timedelta(days=3), last_day=date(2003, 10, 3)), date(2003, 4, 1), 10, 10,
            id="left after the grant date",
        ),
        pytest.param(
            Small(price_after=timedelta(days=3), last_day=date(2003, 10, 2)), date(2003, 4, 1), 0, 20,
            id="left the day before",
        ),
        pytest.param(
            # 3 and 7 of the 10 shares become 1.5 and 3.5, which together are less than the 5 that 10 would have become.
            Small(tendered=3, script=(("2003-03-05T12:00:00", "split", {"on": "2003-06-02", "new": "1", "old": "2"}),)),
            date(2003, 4, 1), 1, 6, id="a split announced before the cancellation",
        ),
        pytest.param(
            # The holder leaves between its announcement and its day: what goes back is not split yet, but on June 2.
            Small(
                last_day=date(2003, 5, 1),
                script=(("2003-04-05T12:00:00", "split", {"on": "2003-06-02", "new": "2", "old": "1"}),),
            ),
            date(2003, 4, 1), 0, 40, id="lapsed before the split",
        ),
    ],
)  # fmt: skip
def test_offers_that_once_broke(small, cancelled_on, granted, available):
    """Each of these broke an invariant once: it holds now, and the offer ends as the document has it."""
    it = outcome(small.tale())
    assert [] == broken(it)
    assert cancelled_on == it.cancelled_on
    assert granted == sum(row["shares"] for row in it.ledgers["new_options"])
    assert available == it.ledgers["pool"][-1]["available_after"]
