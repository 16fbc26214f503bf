"""The invariants of rules.md, each over a finished offer: a generator of what is broken, in words."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import accumulate

from optex.records import Capacity, OptionType, UnitType
from tests import reckoning
from tests.outcome import Outcome


def tendered_is_accepted_or_rejected(it: Outcome) -> Iterator[str]:
    """Every share that stood tendered is accepted or rejected, and none that did not stand (TND-1, TND-3)."""
    decided = {(row["holder_id"], row["grant_id"]): row["shares"] for row in it.ledgers["tenders"]}
    over = it.accepted_at or it.terminated
    standing = {(h, g): n for h, lines in it.elections.items() for g, n in lines.items()} if over else {}
    if decided != standing:
        yield f"tendered {standing}, decided {decided}"


def accepted_serve_unbroken(it: Outcome) -> Iterator[str]:
    """Accepted is whoever served at commencement and without a gap from receipt to cancellation (ELG-1, ELG-3).

    That is decided by what was known at the acceptance, and again, until something was granted for it, whenever more
    is told (REC-4).
    """
    granted = {row["holder_id"] for row in it.ledgers["promises"] if row["outcome"] == "granted"}
    for row in it.ledgers["tenders"] if it.accepted_at else ():
        grant, voided_at = it.grants[row["grant_id"]], it.voided_at.get(row["grant_id"])
        there = grant.expires_on >= it.cancelled_on and it.given(row["grant_id"], row["shares"]) > 0
        known = [(it.accepted_at, voided_at is not None or row["decision"] == "accepted")]
        if voided_at:
            known.append((voided_at, False))
        elif row["decision"] == "accepted" and row["holder_id"] not in granted:
            known.append((datetime.max.replace(tzinfo=UTC), True))
        for at, accepted in known:
            periods = reckoning.counting(reckoning.service_known(it.tale, at)[row["holder_id"]], it.terms)
            serving = reckoning.serves(periods, it.terms.commences) and reckoning.serves_throughout(
                periods, it.received_on[row["holder_id"]], it.cancelled_on
            )
            if accepted != (serving and there):
                yield f"{row} by what was known {at}: service {periods}, the grant expiring {grant.expires_on}"


def only_what_is_eligible_is_tendered(it: Outcome) -> Iterator[str]:
    """No form stands for an option that is not eligible, nor for less of it than the offer's units (ELG-5, TND-8)."""
    for holder_id, lines in it.elections.items():
        own = [grant for grant in it.told_grants.values() if grant.holder_id == holder_id]
        eligible = {grant.grant_id for grant in own if reckoning.is_eligible(grant, it.terms)}
        if not lines.keys() <= eligible:
            yield f"{lines} tendered, of which only {eligible} are eligible"
        if it.terms.exchange.units == "shares":
            continue
        if any(shares != it.grants[key].remaining for key, shares in lines.items()):
            yield f"{lines} tendered, and not whole"
        left = {key for key in eligible if it.grants[key].outstanding_on(it.received_on[holder_id])}
        if it.terms.exchange.units == "all" and left != lines.keys():
            yield f"{lines} tendered, and not all of {left}"


def cancelled_and_balancing_are_the_grant(it: Outcome) -> Iterator[str]:
    """Granted less exercised is cancelled plus balancing, in total and tranche by tranche (TND-2)."""
    accepted = {row["grant_id"]: row["shares"] for row in it.ledgers["tenders"] if row["decision"] == "accepted"}
    if accepted != it.cancelled:
        yield f"accepted {accepted}, cancelled {it.cancelled}"
    balancing = {row["from_grant_id"]: row for row in it.ledgers["balancing_options"]}
    for grant_id, shares in it.cancelled.items():
        grant, rest = it.grants[grant_id], balancing.pop(grant_id, None)
        left = rest["shares"] if rest else 0
        if grant.remaining != shares + left or (rest and not left):
            yield f"{grant}: cancelled {shares}, balancing {left}"
        if rest and it.tranches(rest["grant_id"]) != Counter(reckoning.divided(grant, shares, it.terms)[1]):
            yield f"{rest['grant_id']}: its tranches are not the rest of the grant's"
    if balancing:
        yield f"balancing options of nothing cancelled: {balancing}"


def tranches_sum_to_their_option(it: Outcome) -> Iterator[str]:
    """The tranches of every option sum to its shares, and no option is empty."""
    for row in (*it.ledgers["balancing_options"], *it.ledgers["new_options"]):
        if it.tranches(row["grant_id"]).total() != row["shares"] or row["shares"] < 1:
            yield f"{row}: {it.tranches(row['grant_id'])}"


def promised_is_cancelled(it: Outcome) -> Iterator[str]:
    """Each holder is promised what was cancelled, by the ratio of each grant, and each share of it counts (XCH-1).

    The promise is granted or lapses, as the offer ends (PRM-1).
    """
    cancelled: Counter[str] = Counter()
    for row in it.ledgers["cancellations"]:
        if row["grant_id"] not in it.voided_at:
            cancelled[row["holder_id"]] += it.given(row["grant_id"], row["shares"])
    promised = {row["holder_id"]: row["shares"] for row in it.ledgers["promises"] if row["outcome"] != "voided"}
    if promised != cancelled:
        yield f"cancelled {cancelled}, promised {promised}"
    if (it.granted_at or it.prohibited) and any(row["outcome"] == "open" for row in it.ledgers["promises"]):
        yield "a promise is open after the grant, or after it was prohibited"


def only_broken_service_lapses(it: Outcome) -> Iterator[str]:
    """Nobody without unbroken service is granted anything; no promise lapses but for a break or a split (ELG-3, ADJ-1).

    A promise lapses to a reverse split only at the grant, and where nothing is left of any of its options; to a
    prohibition every one that is open (CIC-1).
    """
    lapses = {row["subject"]: row["at"] for row in it.ledgers["audit"] if row["action"] == "promise lapsed"}
    for row in it.ledgers["promises"]:
        granted_on = it.kept_on(row["holder_id"])
        made = it.grants_made.get(granted_on)
        at = lapses.get(row["promise_id"], made) if row["outcome"] == "lapsed" else made
        if row["outcome"] in ("open", "voided") or at is None:
            continue
        if row["rule"] == "CIC-1":
            if not it.prohibited:
                yield f"{row} though nothing was prohibited"
            continue
        periods = reckoning.counting(reckoning.service_known(it.tale, at)[row["holder_id"]], it.terms)
        through = it.day(at) if granted_on is None else min(it.day(at), granted_on)
        unbroken = reckoning.serves_throughout(periods, it.received_on[row["holder_id"]], through)
        if row["rule"] == "ADJ-1" and unbroken:
            by = reckoning.split_ratio(it.splits, it.cancelled_on, granted_on)
            own = [n for grant_id, n in it.promised.items() if it.grants[grant_id].holder_id == row["holder_id"]]
            if at != made or any(int(shares * by) for shares in own):
                yield f"{row} though a split by {by} leaves something of {own}"
        elif unbroken != (row["outcome"] == "granted"):
            yield f"{row} with {periods}, decided {at}"


def no_lapse_stands_against_the_record(it: Outcome) -> Iterator[str]:
    """What lapsed for want of service is reinstated once the record shows none, if the plan has the shares (REC-4)."""
    lapses = {row["subject"]: row["at"] for row in it.ledgers["audit"] if row["action"] == "promise lapsed"}
    left = it.ledgers["pool"][-1]["available_after"]
    for row in it.ledgers["promises"]:
        told = [
            at for at in reckoning.service_told(it.tale, row["holder_id"]) if at > lapses.get(row["promise_id"], at)
        ]
        if row["outcome"] != "lapsed" or row["rule"] == "ADJ-1" or it.prohibited or not told:
            continue
        periods = reckoning.counting(reckoning.service_known(it.tale, told[-1])[row["holder_id"]], it.terms)
        by = reckoning.split_ratio(it.splits, it.cancelled_on, it.day(told[-1]))
        own = [int(n * by) for key, n in it.promised.items() if it.grants[key].holder_id == row["holder_id"]]
        unbroken = reckoning.serves_throughout(periods, it.received_on[row["holder_id"]], it.day(told[-1]))
        if unbroken and sum(own) <= left:
            yield f"{row}, though {told[-1]} told of {periods}"


def new_options_are_the_promise(it: Outcome) -> Iterator[str]:
    """What is regranted is what was promised and did not lapse, after adjustment, day by day and type by type.

    The vesting is the old one, read on the grant date; ISOs keep within $100,000 a year (ADJ-1, VST-1, ISO-1, LCK-1).
    """
    expected = reckon_new_options(it) if it.granted_at else Counter()
    found: Counter[tuple[str, str, OptionType, date]] = Counter()
    for row in it.ledgers["new_options"]:
        for day, shares in it.tranches(row["grant_id"]).items():
            found[row["holder_id"], row["from_grant_id"], row["type"], day] += shares
    if found != expected:
        yield f"expected {expected - found} more and {found - expected} less"


def exchanged(it: Outcome, holder_id: str) -> bool:
    """Whether options of a holder were exchanged, as it was by the grant: else a deferred grant is released (LCK-1)."""
    mine = [grant_id for grant_id, grant in it.grants.items() if grant.holder_id == holder_id]
    voided = any(it.voided_at[grant_id] <= it.granted_at for grant_id in mine if grant_id in it.voided_at)
    return not voided and any(row["holder_id"] == holder_id for row in it.ledgers["promises"])


def reckon_new_options(it: Outcome) -> Counter[tuple[str, str, OptionType, date]]:
    """The new shares by holder, old grant, type and vesting day."""
    close = it.tale.close
    known = reckoning.service_known(it.tale, it.granted_at)
    kept = {row["holder_id"] for row in it.ledgers["promises"] if row["outcome"] == "granted"}
    found: Counter[tuple[str, str, OptionType, date]] = Counter()
    for holder_id in known:
        kept_on = it.kept_on(holder_id)
        own = sorted(
            (grant for grant in it.grants.values() if grant.holder_id == holder_id),
            key=lambda grant: (grant.granted_on, grant.grant_id),
        )
        limit = reckoning.IsoLimit(own, it.cancelled, it.cancelled_on, it.terms)
        due = []
        for grant in own if holder_id in kept else ():
            if grant.grant_id in it.cancelled:
                days, _ = reckoning.divided(grant, it.cancelled[grant.grant_id], it.terms)
                days = reckoning.exchanged(days, it.promised[grant.grant_id])
                days = reckoning.scaled(days, reckoning.split_ratio(it.splits, it.cancelled_on, kept_on))
                due.append((kept_on, grant.grant_id, grant.type, [max(day, kept_on) for day in days]))
        on = it.grant_date
        for action in it.actions if exchanged(it, holder_id) else ():
            decided_on, mine = it.day(action.at), action.verb == "defer" and action.data["holder"] == holder_id
            if mine and reckoning.serves_throughout(known[holder_id], decided_on, on):
                by = reckoning.split_ratio([*it.splits_before, *it.splits], decided_on, on)
                shares = int(action.data["shares"] * by)
                due.append((on, "", OptionType(action.data["type"]), reckoning.planned_days(on, shares, it.terms)))
        for on, source, type_, days in sorted(due, key=lambda each: each[0]):
            periods = reckoning.service_known(it.tale, it.grants_made[on])[holder_id]
            if source and it.terms.exchange.award == "rsu":
                found.update((holder_id, source, UnitType.RSU, day) for day in days)
                continue
            employee = any(s.capacity is Capacity.EMPLOYEE and reckoning.serves([s], on) for s in periods)
            for day in days:
                iso = type_ is OptionType.ISO and employee and limit.takes(day, close)
                found[holder_id, source, OptionType.ISO if iso else OptionType.NSO, day] += 1
    return found


def new_options_are_priced_at_the_close(it: Outcome) -> Iterator[str]:
    """The price is the close of the grant date, 110% of it for the ISO of an owner of more than a tenth (GRT-3)."""
    for row in it.ledgers["new_options"]:
        votes = it.holders[row["holder_id"]].voting_percent
        if row["type"] == UnitType.RSU:
            if (row["price"], row["expires_on"]) != (None, None):
                yield f"{row}: units have neither price nor term"
        elif row["price"] != reckoning.new_price(it.tale.close, row["type"], votes):
            yield f"{row}: the close was {it.tale.close}, votes {votes}"


def nothing_is_cancelled_before_the_last_call(it: Outcome) -> Iterator[str]:
    """Acceptance comes on a business day, not before 8 a.m. of the one after the last expiration (EXT-1, CAN-1)."""
    expires = it.terms.expires
    for action in it.actions:
        to = action.data.get("to") if action.verb == "extend" else action.data.get("extend_to")
        expires = datetime.fromisoformat(to) if action.verb in ("extend", "amend") and to else expires
    if it.accepted_at and it.accepted_at < reckoning.last_call(expires, it.terms):
        yield f"accepted {it.accepted_at}, though an extension of {expires} could still be announced"
    if it.accepted_at and not reckoning.is_business_day(it.cancelled_on):
        yield f"cancelled on {it.cancelled_on}, which is no business day"


def nothing_is_granted_early(it: Outcome) -> Iterator[str]:
    """The grant is on a business and trading day, never before the six months and one day are over (GRT-1)."""
    on = it.grant_date
    if on and (on < reckoning.waited_until(it.cancelled_on, it.terms) or not reckoning.is_grant_day(on)):
        yield f"cancelled on {it.cancelled_on} and granted on {on}"


def no_notice_comes_twice(it: Outcome) -> Iterator[str]:
    """No holder is sent the same notice twice, nor two that read alike but for forms received at one instant."""
    for key, times in Counter(row["notice_id"] for row in it.ledgers["notices"]).items():
        if times > 1:
            yield f"{key} {times} times"
    received = Counter((form.holder_id, form.received_at, form.kind) for form in it.forms.values())
    written = [row for row in it.ledgers["notices"] if row["notice_id"] not in it.withdrawn]
    alike = Counter((row["holder_id"], row["kind"], row["subject"]) for row in written)
    for key, times in alike.items():
        if times > (max(received.values()) if key[1] == "confirmation-of-receipt" else 1):
            yield f"{key} {times} times"


def the_pool_balances(it: Outcome) -> Iterator[str]:
    """What is available is the running sum, never negative, and in the end what the plan has left (PLN-1)."""
    pool = it.ledgers["pool"]
    after = [row["available_after"] for row in pool]
    if after != list(accumulate(row["shares"] for row in pool)):
        yield f"not the running sum: {pool}"
    # What lapsed may have been given away before the acceptance was voided.
    overdrawn = any(row["event"] == "outstanding" for row in pool[3:]) and bool(_lapsed_and_voided(it))
    if min(after[2:]) < 0 and not overdrawn:
        yield f"negative: {pool}"
    released = sum(row["shares"] for row in pool if row["event"] == "released")
    if released < -sum(row["shares"] for row in pool if row["event"] == "granted"):
        yield f"more granted than reserved: {pool}"
    if (it.prohibited or any(row["event"] == "granted" for row in pool)) and after[-1] != reckon_available(it):
        yield f"{reckon_available(it)} are left, the pool says {pool}"


def _lapsed_and_voided(it: Outcome) -> set[str]:
    """The promises that had lapsed before their acceptance was voided."""
    lapsed = {row["subject"] for row in it.ledgers["audit"] if row["action"] == "promise lapsed"}
    return lapsed & {row["promise_id"] for row in it.ledgers["promises"] if row["outcome"] == "voided"}


def reckon_available(it: Outcome) -> int:
    """Authorized less exercised, outstanding and newly granted, each adjusted for the splits before the grant."""
    by = reckoning.split_ratio(it.splits, it.cancelled_on, it.counted_through)
    before = reckoning.split_ratio(it.splits_before, date.min, date.max)
    own = [(g, reckoning.split_ratio(it.splits, g.granted_on, it.counted_through)) for g in it.grants.values()]
    held = [int(grant.exercised * since) for grant, since in own]
    held += [int((grant.remaining - it.cancelled.get(grant.grant_id, 0)) * since) for grant, since in own]
    new = sum(row["shares"] for row in it.ledgers["new_options"])
    return int(it.terms.plan.shares_authorized * before * by) - sum(held) - new


def every_step_is_done_once(it: Outcome) -> Iterator[str]:
    """Running any step again changes nothing."""
    yield from it.played.done_again


INVARIANTS: tuple[Callable[[Outcome], Iterator[str]], ...] = (
    tendered_is_accepted_or_rejected,
    accepted_serve_unbroken,
    only_what_is_eligible_is_tendered,
    cancelled_and_balancing_are_the_grant,
    tranches_sum_to_their_option,
    promised_is_cancelled,
    only_broken_service_lapses,
    no_lapse_stands_against_the_record,
    new_options_are_the_promise,
    new_options_are_priced_at_the_close,
    nothing_is_cancelled_before_the_last_call,
    nothing_is_granted_early,
    no_notice_comes_twice,
    the_pool_balances,
    every_step_is_done_once,
)


def broken(it: Outcome) -> list[str]:
    """Everything that is broken, by the name of the invariant."""
    return [f"{invariant.__name__}: {found}" for invariant in INVARIANTS for found in invariant(it)]
