"""The invariants of an offer, over random offers whose forms and facts arrive in any order and whose alarms ring late."""

import asyncio
from itertools import count

from hypothesis import given, settings

from tests.driver import play
from tests.invariants import broken
from tests.outcome import Outcome
from tests.strategies import Tale, tales

_NUMBER = count(1)


def outcome(tale: Tale) -> Outcome:
    """A tale played into books of its own, in a database in memory."""
    played = asyncio.run(play(tale, f"random-{next(_NUMBER)}", "sqlite://"))
    with played.office.reading() as reader:
        return Outcome(played, reader)


@settings(max_examples=75, deadline=None)
@given(tales())
def test_every_invariant_holds(tale):
    """Whatever is tendered and whatever happens, every sum balances, every date is kept and nothing is done twice."""
    assert [] == broken(outcome(tale))
