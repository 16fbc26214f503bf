"""What the company did with the offer that touched a holder along with everyone: extension, conditions, dates, end."""

from collections.abc import Iterator

from infra.database.writer import PROGRAM
from infra.explain.holder_history import Account, Line
from optex.formatting import sentence


def company_acts(account: Account) -> Iterator[Line]:
    if not account.concerned:
        return
    deferring = any(each.holder_id == account.dossier.holder.holder_id for each in account.state.deferred)
    promised = account.promise is not None or deferring
    lapsed_at = [row.at for row in account.decided("promise") if row.decision == "lapsed"]
    for each in account.actions:
        action = each.action
        told = action.told(account.terms.clock, each.ruling.reason) if each.accepted else None
        if told is None:
            continue
        if action.after_acceptance and (not promised or any(at <= action.at for at in lapsed_at)):
            continue
        what, because = map(sentence, told)
        decided = f"Decided by {action.by}." if action.by not in ("", PROGRAM) else ""
        yield Line(at=action.at, what=" ".join(filter(None, (what, because, decided))), rule=each.ruling.rule)
