"""How many new shares are promised for what was cancelled, as the books have it: by the ratio of each grant (XCH-1)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row

from infra.database.reader import OfferReader
from optex.exchange import new_shares
from optex.state import OfferState


def promised_for(db: OfferReader, state: OfferState, cancelled: Iterable[Row[Any]]) -> Mapping[str, int]:
    """The new shares by cancelled grant; where there is no ratio, as many as were cancelled (XCH-1, PRM-1)."""
    shares = {row.grant_id: (row.holder_id, row.shares) for row in cancelled}
    exchange = state.terms.exchange
    if not exchange.ratio:
        return {grant_id: old for grant_id, (_, old) in shares.items()}
    grants = db.grants({holder_id for holder_id, _ in shares.values()})
    return {
        grant.grant_id: new_shares(shares[grant.grant_id][1], grant, exchange)
        for grant in grants
        if grant.grant_id in shares
    }
