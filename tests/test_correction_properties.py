"""Random offers of which what is on record is corrected, before the acceptance and after it: the sums go on to balance.

The record is as it was corrected in the end, so that what was decided by the earlier one is left to the stories.
"""

import asyncio
from collections import Counter
from itertools import count

from hypothesis import given

from infra.database.reader import OfferReader
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder
from tests import invariants
from tests.driver import Play, play
from tests.outcome import Outcome
from tests.strategies import Tale, tales

_NUMBER = count(1)
_HELD = (
    invariants.cancelled_and_balancing_are_the_grant,
    invariants.tranches_sum_to_their_option,
    invariants.promised_is_cancelled,
    invariants.no_notice_comes_twice,
    invariants.the_pool_balances,
    invariants.every_step_is_done_once,
)


class Corrected(Outcome):
    """What an offer came to, beside the record as it was corrected; what does not hold any more is left out."""

    def __init__(self, played: Play, db: OfferReader) -> None:
        super().__init__(played, db)
        records = db.holder_records()
        self.told_grants = {grant_id: grant for d in records for grant_id, grant in d.told_grants.items()}
        self.grants = {grant_id: grant for d in records for grant_id, grant in d.grants.items()}
        self.forms = {form.form_id: form for d in records for form in d.forms}
        self.ledgers["cancellations"] = [row for row in self.ledgers["cancellations"] if row["voided_on"] is None]
        self.ledgers["promises"] = [row for row in self.ledgers["promises"] if row["outcome"] != "voided"]
        self.cancelled = {row["grant_id"]: row["shares"] for row in self.ledgers["cancellations"]}


def outcome(tale: Tale) -> Corrected:
    played = asyncio.run(play(tale, f"corrected-{next(_NUMBER)}", "sqlite://"))
    with played.workspace.read() as db:
        return Corrected(played, db)


@given(tales(corrected=True))
def test_what_is_corrected_keeps_the_sums(tale):
    """Cancelled and balancing are the grant as corrected, promised is cancelled, the pool is what the plan has left.

    Each correction that was taken has kept what was there before it.
    """
    it = outcome(tale)
    assert [] == [f"{invariant.__name__}: {found}" for invariant in _HELD for found in invariant(it)]
    granted: Counter[str] = Counter()
    for row in it.ledgers["new_options"]:
        granted[row["from_grant_id"]] += row["shares"]
    assert {"", *it.cancelled} >= set(granted)
    taken = [each for each in it.actions if isinstance(each, CorrectGrant | CorrectHolder | CorrectForm)]
    assert [] == [each for each in taken if not each.was or not each.becomes or each.was == each.becomes]
