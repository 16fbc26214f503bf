"""What a letter states, as plain data: the offer's facts, options and forms at the moment something was decided.

Everything here is JSON: dates and instants in ISO form, money as a string with its exact digits, shares as int.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from optex import formatting, milestones
from optex.adjusted_holdings import AdjustedHolding, Holding
from optex.cancellation import Cancellation, Promise
from optex.cells import COLUMNS, Changes, read_line, read_schedule
from optex.correction import Correction
from optex.eligible import serving_as, the_class
from optex.errors import Ruling
from optex.exchange import ONE_FOR_ONE, in_words, new_shares, tier_of
from optex.exchange_words import new_vesting, price_is, waits
from optex.formatting import channel, one_of, utc_text
from optex.milestones import OfferSchedule
from optex.records import Form, FormLine, Grant, IssuedOption, Tender, Tranche, UnitType
from optex.state import OfferState
from optex.terms import TYPED, Contact, Exchange, Terms

Data = dict[str, Any]


@lru_cache(maxsize=64)
def offer_facts(terms: Terms, schedule: OfferSchedule | None = None) -> Data:
    """The facts that every letter of an offer may state, shared by all of them: read it, do not change it.

    Without a plan the dates are those of the terms as they stand (CAL-3).
    """
    schedule = schedule or milestones.schedule_of(terms)
    # What an offer has otherwise than the document; of the others no letter has anything of it.
    otherwise = {"new_vesting": new_vesting(terms), "waits": waits(terms), "price_is": price_is(terms)}
    return {
        "offer": terms.offer,
        "issuer": terms.issuer,
        "plan": terms.plan.name,
        "symbol": terms.stock.symbol,
        "exchange": terms.stock.exchange,
        "clock": terms.clock,
        "commences": terms.commences.isoformat(),
        "expires": utc_text(terms.expires),
        "expires_on": terms.expires_on.isoformat(),
        "extension_deadline": utc_text(milestones.extension_deadline(terms)),
        "withdrawal_right": utc_text(terms.withdrawal_right),
        "cancel_on": schedule.cancel_on.isoformat(),
        "grant_on": schedule.grant_on.isoformat(),
        "lookback_from": terms.lookback_from.isoformat() if terms.lookback_from else "",
        "lookback_months": 0 if terms.lookback.counts_otherwise else terms.lookback.months,
        "lookback_omitted": terms.lookback.omitted,
        "waiting": {"months": terms.waiting.months, "days": terms.waiting.days},
        "confirm_within": terms.confirm_within,
        "form_details": terms.form_details,
        "excluded_jurisdictions": list(terms.excluded_jurisdictions),
        "eligible_options": the_class(terms),
        "serving_as": serving_as(terms),
        "units": terms.exchange.units,
        "typed": bool(terms.ways & TYPED),
        "contact": {key: _one_line(value) for key, value in terms.contact.model_dump().items()},
        "delivery": _delivery(terms),
        **_given(terms.exchange),
        **{key: said for key, said in otherwise.items() if said},
    }


def _given(exchange: Exchange) -> Data:
    """What is given otherwise than as many options, one for one: nothing where it is not (XCH-1, XCH-3)."""
    tiers = [
        {"from": str(tier.price_from), "below": str(above.price_from) if above else "", "ratio": in_words(tier)}
        for tier, above in zip_longest(exchange.ratio, exchange.ratio[1:])
    ]
    stated = {"ratio": tiers, "rounding": exchange.rounding} if tiers else {}
    return {**stated, **({"award": exchange.award} if exchange.awards_units else {})}


@lru_cache(maxsize=64)
def offer_state_at(state: OfferState, at: datetime) -> Data:
    """What is still possible at an instant and what is final, shared by all letters of that instant.

    `cancel_on` and `grant_on` are "" while the acceptance is put off to no certain day, the latter also where the grant
    was prohibited.
    Authority: §5, §6, §7, §15 (EXP-1, WDR-3, EXT-1, CND-1, CND-2).
    """
    terms, schedule = state.terms, state.schedule
    running = state.accepted_at is None and state.terminated_at is None
    due = schedule.due(milestones.CANCEL)
    put_off = running and (state.day(at) > schedule.cancel_on or bool(state.conditions and at >= due))
    return {
        "running": running,
        "open": running and at < terms.expires,
        "extendable": running and at <= milestones.extension_deadline(terms),
        "withdrawable": running and at > terms.withdrawal_right,
        "terminated_at": utc_text(state.terminated_at) if state.terminated_at else "",
        "accepted_on": state.cancelled_on.isoformat() if state.cancelled_on else "",
        "granted_on": state.granted_on.isoformat() if state.granted_on else "",
        "cancel_on": "" if put_off else schedule.cancel_on.isoformat(),
        "grant_on": "" if put_off or state.prohibited_at else schedule.grant_on.isoformat(),
    }


def _delivery(terms: Terms) -> str:
    """How and where forms are delivered, in prose (§4, TND-6)."""
    contact = terms.contact
    return one_of([_way(name, contact) for name in terms.channels])


def _way(name: str, contact: Contact) -> str:
    to = ", ".join(_one_line(part) for part in (contact.name, contact.title, contact.address) if part.strip())
    if (plain := name.strip().casefold()) == "fax":
        return f"by facsimile to {contact.fax}" if contact.fax else f"by facsimile to {contact.name}"
    if plain == "email":
        return f"by e-mail to {contact.email}"
    if plain == "web":
        return f"on our web page {contact.page}"
    return f"{channel(name)} to {to}"


def _one_line(text: str) -> str:
    return ", ".join(line.strip(" ,") for line in text.splitlines() if line.strip())


def option(grant: Grant, shares: int, exchange: Exchange = ONE_FOR_ONE) -> Data:
    """A grant by which its holder knows it, with the shares of it that the letter is about.

    Where the exchange is not one for one, with the new shares for them (XCH-1).
    """
    tier = tier_of(grant, exchange)
    given = (
        {"ratio": f"{tier.old:,} for {tier.new:,}", "new_shares": new_shares(shares, grant, exchange)} if tier else {}
    )
    return {
        "grant_id": grant.grant_id,
        "granted_on": grant.granted_on.isoformat(),
        "price": str(grant.price),
        "type": grant.type.value,
        "original": grant.shares,
        "exercised": grant.exercised,
        "expires_on": grant.expires_on.isoformat(),
        "shares": shares,
        **given,
    }


def tendered(tenders: Iterable[Tender], grants: Mapping[str, Grant], exchange: Exchange = ONE_FOR_ONE) -> list[Data]:
    """The options that a standing election offers; `added` marks those that the look-back brought in (TND-3)."""
    return [{**option(grants[t.grant_id], t.shares, exchange), "added": t.added} for t in tenders]


def ruling_of(found: Ruling) -> Data:
    """A decision with its reason, its section and its rule."""
    return {"rule": found.rule, "section": found.section, "reason": found.reason}


def rulings_of(found: Iterable[Ruling]) -> list[Data]:
    return [ruling_of(each) for each in found]


def form_received(form: Form, grants: Mapping[str, Grant]) -> Data:
    """A form as it was received: options that the ledger does not know stay in, with what the form itself says."""
    lines = []
    for line in form.lines:
        if grant := grants.get(line.grant_id):
            lines.append(option(grant, line.shares))
        else:
            lines.append(
                {
                    "grant_id": line.grant_id,
                    "granted_on": line.granted_on.isoformat() if line.granted_on else "",
                    "price": "" if line.price is None else str(line.price),
                    "type": "",
                    "original": line.original_shares,
                    "shares": line.shares,
                }
            )
    return {
        "form_id": form.form_id,
        "kind": form.kind.value,
        "received_at": utc_text(form.received_at),
        "signed_on": form.signed_on.isoformat() if form.signed_on else "",
        "signed_as": form.signed_as,
        "channel": channel(form.channel),
        "lines": lines,
    }


def standing_form(form: Form, tenders: Iterable[Tender], grants: Mapping[str, Grant]) -> Data:
    """The form, or notice, of a holder that stands, with what it tenders (TND-7)."""
    return {
        "form_id": form.form_id,
        "kind": form.kind.value,
        "received_at": utc_text(form.received_at),
        "tenders": tendered(tenders, grants),
    }


def tranches(vesting: Sequence[Tranche]) -> list[Data]:
    return [{"vests_on": tranche.vests_on.isoformat(), "shares": tranche.shares} for tranche in vesting]


def issued_option(record: IssuedOption) -> Data:
    """An option that the offer brings into being, with its whole vesting schedule; units have no price and no term."""
    units = record.type is UnitType.RSU
    return {
        "grant_id": record.grant_id,
        "granted_on": record.granted_on.isoformat(),
        "shares": record.shares,
        "price": "" if units else str(record.price),
        "type": record.type.value,
        "expires_on": "" if units else record.expires_on.isoformat(),
        "vesting": tranches(record.vesting),
    }


def cancelled(cancellation: Cancellation, grants: Mapping[str, Grant], exchange: Exchange = ONE_FOR_ONE) -> Data:
    """A cancelled option, with the balancing option for the untendered rest (TND-2)."""
    return {
        **option(grants[cancellation.grant_id], cancellation.shares, exchange),
        "balancing": issued_option(cancellation.balancing) if cancellation.balancing else None,
    }


def new_option(record: IssuedOption, grants: Mapping[str, Grant], close: Decimal) -> Data:
    """A new option with the one it replaces, None for a deferred grant (LCK-1), and its price beside the close."""
    replaced = grants[record.from_grant_id] if record.from_grant_id else None
    return {
        **issued_option(record),
        "replaces": option(replaced, replaced.remaining) if replaced else None,
        "above_close": record.price > close,
    }


def compared(corrected: Correction, restated: Changes, holder_id: str, clock: str) -> list[Data]:
    """What was wrong beside what is right, as one holder reads it; of another holder it says no more than that."""
    was, now = corrected.was or {}, corrected.becomes or {}
    rows = [(COLUMNS[column], column, was.get(column, ""), now.get(column, "")) for column in now or was]
    rows += [(_RESTATED[name], name, *cells) for name, cells in restated.items()]
    return [
        {
            "what": what,
            "was": _shown(column, before, holder_id, clock) if was or restated else "not on record",
            "now": _shown(column, after, holder_id, clock) if now or restated else "not on record",
        }
        for what, column, before, after in rows
        if before or after
    ]


_RESTATED = {
    "cancelled": "shares accepted and cancelled",
    "balancing": "shares of the balancing option",
    "promised": "shares promised",
    "cancel_on": "acceptance and cancellation, expected",
    "withdrawal_right": "what we have not accepted may be withdrawn after",
    "grant_on": "new options granted, at the earliest",
}


def _shown(column: str, cell: str, holder_id: str, clock: str) -> str:
    """A cell as letters write it."""
    if not cell:
        return _BLANK.get(column, "none")
    match column:
        case "holder_id":
            return "you" if cell == holder_id else "another holder"
        case "granted_on" | "expires_on" | "signed_on" | "from" | "to" | "cancel_on" | "withdrawal_right" | "grant_on":
            return formatting.day(date.fromisoformat(cell))
        case "received_at":
            return formatting.moment(datetime.fromisoformat(cell), clock)
        case "price" | "fmv":
            return formatting.money(Decimal(cell))
        case "shares" | "exercised":
            return f"{int(cell):,}"
        case "voting_percent":
            return f"{cell}%"
        case "vesting":
            parts = read_schedule(cell)
            return formatting.listed([f"{each.shares:,} on {formatting.short_day(each.vests_on)}" for each in parts])
        case "options":
            return formatting.listed([_offered(read_line(line)) for line in cell.split()])
        case "kind":
            return {"election": "Election Form", "withdrawal": "notice of withdrawal"}[cell]
        case "channel":
            return formatting.channel(cell)
    return cell


def _offered(line: FormLine) -> str:
    """What a line of a form offers, with what it restates of the grant."""
    stated = [
        f"of {line.original_shares:,}" if line.original_shares is not None else "",
        f"granted {formatting.short_day(line.granted_on)}" if line.granted_on else "",
        f"at {formatting.money(line.price)}" if line.price is not None else "",
        f"{line.exercised:,} exercised" if line.exercised is not None else "",
    ]
    offered = f"{formatting.count(line.shares, 'share')} of {line.grant_id}"
    restated = ", ".join(filter(None, stated))
    return f"{offered} ({restated})" if restated else offered


_BLANK = {"vesting": "the plan's own schedule", "fmv": "the exercise price", "to": "still in service"}


def adjusted(each: AdjustedHolding) -> list[Data]:
    """A holding before a split and after it, and, where some of it is exercised, what forms state of that."""
    was, now = each.was, each.became
    what = f"{now.what} {now.subject}".removeprefix("the ")
    rows = [{"what": what, "was": _holding(was), "now": _holding(now)}]
    if was.exercised:
        used = [f"{one.exercised:,} of {one.shares + one.exercised:,}" for one in (was, now)]
        rows.append({"what": f"exercised of {now.subject}", "was": used[0], "now": used[1]})
    return rows


def _holding(each: Holding) -> str:
    """The shares of a holding, and the price where it is an option."""
    price = f" at {formatting.money(each.price)}" if each.price is not None else ""
    return f"{each.shares:,}{price}" if each.shares else "none"


def promised(promise: Promise) -> Data:
    return {
        "promise_id": promise.promise_id,
        "shares": promise.shares,
        "issued_on": promise.issued_on.isoformat(),
        "not_before": promise.not_before.isoformat(),
    }
