"""Which message goes to whom, what it states, and the key under which it is never sent twice.

A notice is a snapshot of what was decided, so that this is what is sent; the wording is the templates'. The key holds
what makes the notice one of its kind: a form, a version, a promise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from optex import notice_data
from optex.adjusted_holdings import AdjustedHolding
from optex.adjustment import Split
from optex.amended_terms import ChangedTerm
from optex.amendments import needs_ten_days
from optex.cancellation import Cancellation, Promise
from optex.cells import Changes
from optex.correction import Correction
from optex.election import FormReview
from optex.eligibility import excluded_by
from optex.errors import Ruling
from optex.formatting import count, listed, time_of_day, utc_text
from optex.milestones import OfferSchedule
from optex.records import Capacity, Form, FormKind, FormStanding, Grant, Holder, IssuedOption, Tender, UnitType
from optex.state import CONDITIONS, OfferState
from optex.subjects import again, of_day, short_id, subject_line
from optex.terms import DAYS_AFTER_DIRECTORSHIP, Terms
from optex.unit_words import in_units

Grants = Mapping[str, Grant]


class Kind(StrEnum):
    """The kinds of letters: the name of its template, what the audit calls it, the rule that asks; below it, when."""

    OFFER_OPENED = "offer-opened", "The offer, with the holder's own statement of options,", "ELG-1"
    """When the offer opens, to every eligible holder; later to one who turns out to be eligible."""
    REMINDER = "reminder", "A reminder", "EXP-1"
    """So many business days before the expiration as `reminders` says, to every eligible holder."""
    CONFIRMATION = "confirmation-of-receipt", "A Confirmation of Receipt", "CNF-1"
    """As soon as a form or notice is on record, to its holder; again where its standing is decided otherwise."""
    EXTENSION = "extension", "The notice of the extension", "EXT-1"
    """When an extension is on record, to every eligible holder."""
    AMENDMENT = "amendment", "The notice of the amendment", "AMD-1"
    """When an amendment, or the waiver of a condition, is on record, to every eligible holder."""
    ACCEPTANCE = "acceptance-and-promise", "The notice of acceptance with the Promise to Grant Stock Option(s)", "PRM-1"
    """When options are accepted and cancelled, to each holder whose options are."""
    REJECTION = "rejection", "The notice of what was not accepted, and why,", "CAN-1"
    """When options are accepted, to each holder some of whose tendered options are not."""
    WITHDRAWAL_RIGHT = "withdrawal-right", "The notice that tenders may be withdrawn", "WDR-3"
    """When the right begins to withdraw what is not yet accepted, to each holder who has tendered."""
    EXCLUSION = "exclusion", "The notice whether the offer can be made where the holder resides", "ELG-4"
    """When a jurisdiction is excluded or admitted again, to each holder who resides there."""
    TERMINATION = "termination", "The notice of termination", "CND-2"
    """When the offer is terminated, to every eligible holder."""
    LAPSE = "promise-lapsed", "The notice that the promise has lapsed", "ELG-3"
    """When a promise has lapsed, after `lapse_letter_after` business days; to a reverse split, at once."""
    ACCEPTANCE_VOIDED = "acceptance-voided", "The notice that the acceptance does not hold", "REC-4"
    """When an acceptance is voided, with an approval, to its holder."""
    ADJUSTMENT = "adjustment", "The notice of what a split has made of the holder's options", "ADJ-1"
    """When a split counts, to each holder of an option or a promise that it changes."""
    CORRECTION = "correction", "The letter that corrects what the holder had been told", "REC-3"
    """When a correction, or a new option that is rescinded, makes wrong what a holder had been told."""
    REINSTATEMENT = "reinstatement", "The notice that the promise stands again", "REC-4"
    """When a promise that had lapsed is reinstated, to its holder."""
    DEFERRAL = "deferral", "The letter about a grant that was deferred", "LCK-1"
    """When a grant is deferred with a promise of it, or what was so promised is released; to its holder."""
    POSTPONEMENT = "postponement", "The notice that acceptance is postponed", "CND-1"
    """When acceptance is held or put off, to every eligible holder."""
    GRANT_DELAYED = "grant-delayed", "The notice that the grant is delayed", "CIC-1"
    """When the grant is held or moved, to each holder who was promised something."""
    RESUMED = "resumed", "The notice that the delay has ended", "CIC-1"
    """When either delay ends, to whoever was told of it."""
    PROHIBITION = "prohibition", "The notice that the grant is prohibited and the promise has ended", "CIC-1"
    """When the grant is prohibited for good, to each holder who was promised something."""
    GRANT = "grant", "The new option agreement, to be signed,", "GRT-5"
    """When new options are granted, to each holder who gets one."""

    words: str
    rule: str

    def __new__(cls, value: str, words: str = "", rule: str = "") -> Self:
        kind = str.__new__(cls, value)
        kind._value_, kind.words, kind.rule = value, words, rule
        return kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A message decided upon: `notice_id` is its key within the offer, `data` all that its template states, as JSON."""

    notice_id: str
    holder_id: str
    kind: str
    subject: str
    data: dict[str, Any]


def offer_opened(terms: Terms, schedule: OfferSchedule, holder: Holder, grants: Iterable[Grant]) -> Notice:
    """The offer has opened: the holder's own options, how to tender them and until when.

    Authority: §1, §2, §4, §5; §3 forbids a recommendation (ELG-1, TND-3, TND-6).
    """
    since = terms.lookback_from
    options = [
        {
            **notice_data.option(grant, grant.remaining, terms.exchange),
            "lookback": since is not None and grant.granted_on >= since,
        }
        for grant in grants
        if grant.remaining
    ]
    key = f"offer-opened:{holder.holder_id}"
    happened = f"Offer open until {of_day(terms.expires_on)}"
    data = {"offer": notice_data.offer_facts(terms, schedule), "options": options}
    return letter(Kind.OFFER_OPENED, key, holder, happened, "your stock options", **data)


def reminder(
    terms: Terms,
    schedule: OfferSchedule,
    holder: Holder,
    days: int,
    version: int,
    tenders: Iterable[Tender],
    grants: Grants,
    withdrawn_at: datetime | None = None,
) -> Notice:
    """The offer expires in so many business days: who has not elected may, who has need not do anything.

    `tenders` are what stands tendered up to now; `withdrawn_at` is when the notice in force was received, of who has
    withdrawn and not tendered again. Authority: §4, §5 (EXP-1, WDR-2).
    """
    key = f"reminder-{days}.v{version}:{holder.holder_id}"
    happened, about = f"{count(days, 'business day')} left", f"offer expires {of_day(terms.expires_on)}"
    data = {
        "offer": notice_data.offer_facts(terms, schedule),
        "days": days,
        "tenders": notice_data.tendered(tenders, grants),
        **_instants(withdrawn_at=withdrawn_at),
    }
    return letter(Kind.REMINDER, key, holder, happened, about, **data)


def confirmation(
    state: OfferState,
    holder: Holder,
    review: FormReview,
    grants: Grants,
    at: datetime,
    revision: int = 1,
    recorded_at: datetime | None = None,
    termination_recorded_at: datetime | None = None,
    in_force: FormReview | None = None,
    objection_until: datetime | None = None,
) -> Notice:
    """A form has been received: what it says, how it stands, what is wrong with it. It is not an acceptance.

    `state` is the offer as it stands `at` the instant of the letter, by which it tells what can still be done;
    `recorded_at` says when the form went on record, where a deadline lay between that and its receipt, and
    `termination_recorded_at` the same of the termination that the letter tells of (REC-1). `in_force` is the holder's
    form, or notice, that stands if this one does not, and `objection_until` the last instant at which the holder may
    object to what the look-back added (TND-3).
    Authority: §6, "However, this is not by itself an acceptance of the options for exchange" (CNF-1).
    """
    form, terms = review.form, state.terms
    more, revised = (f".{revision}", f" (revision {revision})") if revision > 1 else ("", "")
    key = f"confirmation:{form.form_id}{more}"
    name = "Form" if form.kind is FormKind.ELECTION else "Notice"
    defective = review.standing is FormStanding.DEFECTIVE
    return letter(
        Kind.CONFIRMATION,
        key,
        holder,
        f"{name} {short_id(form.form_id)} received{', but defective' if defective else ''}{revised}",
        "Confirmation of Receipt",
        offer=notice_data.offer_facts(terms),
        revision=revision,
        form=notice_data.form_received(form, grants),
        standing=review.standing.value,
        ruling=notice_data.ruling_of(review.ruling),
        defects=notice_data.rulings_of(_uncured(review)),
        remarks=notice_data.rulings_of(remark for remark in review.remarks if remark not in review.defects),
        tenders=notice_data.tendered(review.tenders, grants, terms.exchange),
        barred=review.barred is not None,
        now=notice_data.offer_state_at(state, at),
        stands=notice_data.standing_form(in_force.form, in_force.tenders, grants) if in_force else None,
        **_instants(
            recorded_at=recorded_at, termination_recorded_at=termination_recorded_at, objection_until=objection_until
        ),
    )


def _instants(**times: datetime | None) -> dict[str, str]:
    """The instants that a letter states only where there are any, as when what it tells went on record (REC-1)."""
    return {name: utc_text(at) for name, at in times.items() if at is not None}


def _uncured(review: FormReview) -> tuple[Ruling, ...]:
    """What was wrong with the form and has been neither cured nor waived: the defects that still decide (TND-7)."""
    if review.standing not in (FormStanding.DEFECTIVE, FormStanding.LATE):
        return ()
    told = (review.ruling, *review.remarks)
    return tuple(defect for defect in review.defects if defect in told) or (review.ruling,)


def extension(
    terms: Terms,
    schedule: OfferSchedule,
    holder: Holder,
    version: int,
    previous_expires: datetime,
    announced_at: datetime,
    tally: int,
    tenders: Iterable[Tender],
    grants: Grants,
    recorded_at: datetime | None = None,
) -> Notice:
    """The offer is extended: the new dates and the approximate number of option shares tendered so far.

    `recorded_at` says when the extension went on record, where its deadline lay in between (REC-1).
    Authority: §15; Rule 14e-1(d) (EXT-1, EXT-2). `terms` and `plan` are the extended ones.
    """
    data = {
        "version": version,
        "previous_expires": utc_text(previous_expires),
        "announced_at": utc_text(announced_at),
        "reopened": announced_at >= previous_expires,
        "tally": tally,
        "tenders": notice_data.tendered(tenders, grants),
        **_instants(recorded_at=recorded_at),
    }
    key = f"extension.v{version}:{holder.holder_id}"
    happened, until = f"Extended to {of_day(terms.expires_on)}", terms.expires.astimezone(terms.zone)
    about = f"until {time_of_day(until)} {until:%Z}"
    return letter(Kind.EXTENSION, key, holder, happened, about, offer=notice_data.offer_facts(terms, schedule), **data)


def amendment(
    terms: Terms,
    holder: Holder,
    number: int,
    change: str,
    percent: Decimal | None,
    reason: str,
    schedule: OfferSchedule,
    tally: int,
    days: int = 0,
    late: tuple[datetime, datetime] | None = None,
    changed: Iterable[ChangedTerm] = (),
    no_more: Ruling | None = None,
) -> Notice:
    """The offer is amended: what changes, and until when holders may act on it.

    `days` is how many business days it must stay open for it; a `change` that is a waiver is of the condition of §7
    that `reason` says; `late` says when it was announced and when it went on record, where a deadline lay in between
    (REC-1); `changed` are the terms that carry it out, and `no_more` is why the offer is made to the holder no more by
    them.
    Authority: §7, §15 (AMD-1, CND-1).
    """
    by = "" if percent is None else f"{percent.normalize():f}"
    terms_changed = [{"what": each.name, "was": each.before, "now": each.after} for each in changed]
    data = {
        "number": number,
        "change": change,
        "percent": by,
        "reason": reason,
        "tally": tally,
        "ten_days": needs_ten_days(change, percent),
        "days": days,
        "expired": late is not None and late[1] >= terms.expires,
        **(_instants(announced_at=late[0], recorded_at=late[1]) if late else {}),
        **({"changed": terms_changed} if terms_changed else {}),
        **({"no_more": notice_data.ruling_of(no_more)} if no_more else {}),
    }
    key = f"amendment.{number}:{holder.holder_id}"
    about = f"Amendment No. {number}"
    facts = notice_data.offer_facts(terms, schedule)
    return letter(Kind.AMENDMENT, key, holder, "Offer amended", about, offer=facts, **data)


def acceptance_and_promise(
    terms: Terms,
    schedule: OfferSchedule,
    holder: Holder,
    cancellations: Iterable[Cancellation],
    promise: Promise,
    grants: Grants,
    *,
    successor: str = "",
    held: str = "",
) -> Notice:
    """Options are accepted and cancelled; the Promise to Grant Stock Option(s) itself, and balancing options.

    `plan` is the one after the acceptance: the grant may be planned for later than the promise allows (GRT-2).
    `successor` is whom the promise binds, and `held` why its grant is held back already, "" for neither (CIC-1).
    Authority: §6 (CAN-1, PRM-1, TND-2).
    """
    accepted = [notice_data.cancelled(each, grants, terms.exchange) for each in cancellations]
    key, about = f"acceptance:{holder.holder_id}", f"{count(promise.shares, 'share')} promised"
    data = {
        "offer": notice_data.offer_facts(terms, schedule),
        "accepted": accepted,
        "promise": notice_data.promised(promise),
        **_where_any(successor=successor, held=held),
    }
    return letter(Kind.ACCEPTANCE, key, holder, "Accepted and cancelled", about, **data)


def _where_any(**texts: str) -> dict[str, str]:
    return {name: text for name, text in texts.items() if text}


def rejection(
    terms: Terms, holder: Holder, decisions: Iterable[tuple[str, int, Ruling]], grants: Grants, on: date
) -> Notice:
    """Options are not accepted: which, and why; they stay outstanding, but for those that have expired by that day.

    Authority: §4, §6 (CAN-1).
    """
    returned = [
        {
            **notice_data.option(grants[key], shares),
            "outstanding": grants[key].outstanding_on(on),
            "ruling": notice_data.ruling_of(why),
        }
        for key, shares, why in decisions
    ]
    key, about = f"rejection:{holder.holder_id}", "options you tendered"
    data = {"offer": notice_data.offer_facts(terms), "returned": returned}
    return letter(Kind.REJECTION, key, holder, "Not accepted", about, **data)


def withdrawal_right(
    state: OfferState,
    holder: Holder,
    tenders: Iterable[Tender],
    grants: Grants,
    held_reason: str,
    at: datetime,
    refused: Iterable[Form] = (),
) -> Notice:
    """Nothing was accepted by the stated instant, so tenders may be withdrawn until they are; `held_reason` may be "".

    `refused` are the holder's notices that came too early for it: to be sent again. `at` is the instant of the letter.
    Authority: §5; Rule 13e-4(f)(2)(ii) (WDR-3).
    """
    terms = state.terms
    data = {
        "tenders": notice_data.tendered(tenders, grants),
        "held_reason": held_reason,
        "refused": [notice_data.form_received(each, grants) for each in refused],
        "now": notice_data.offer_state_at(state, at),
    }
    key, about = f"withdrawal-right:{holder.holder_id}", "you may withdraw your tender"
    facts = notice_data.offer_facts(terms)
    return letter(Kind.WITHDRAWAL_RIGHT, key, holder, "Not accepted yet", about, offer=facts, **data)


def termination(
    terms: Terms, holder: Holder, reason: str, tenders: Iterable[Tender], grants: Grants, events: Iterable[int] = ()
) -> Notice:
    """The offer is terminated upon events of §7, and every tender returned.

    Authority: §7, §15; Rule 13e-4(f)(5) (CND-2).
    """
    upon = [CONDITIONS[number] for number in events]
    data = {"reason": reason, "events": upon, "tenders": notice_data.tendered(tenders, grants)}
    key, about = f"termination:{holder.holder_id}", "no options are exchanged"
    facts = notice_data.offer_facts(terms)
    return letter(Kind.TERMINATION, key, holder, "Offer terminated", about, offer=facts, **data)


def exclusion(
    terms: Terms,
    holder: Holder,
    version: int,
    excluded: str,
    reason: str,
    tenders: Iterable[Tender],
    grants: Grants,
    *,
    open_: bool,
    removed: bool = False,
) -> Notice:
    """The offer cannot be made where the holder resides, and what was tendered is returned; or it can, after all.

    Authority: §4 "unlawful to accept"; §18 "nor will tenders be accepted" (ELG-4).
    """
    data = {
        "excluded": excluded,
        "jurisdiction": holder.jurisdiction,
        "reason": reason,
        "tenders": notice_data.tendered(tenders, grants),
        "open": open_,
        "removed": removed,
    }
    key = f"exclusion.v{version}:{holder.holder_id}"
    happened = "Offer made to you after all" if removed else "Offer no longer made to you"
    about, facts = f"you live in {short_id(excluded)}", notice_data.offer_facts(terms)
    return letter(Kind.EXCLUSION, key, holder, happened, about, offer=facts, **data)


def promise_lapsed(
    terms: Terms, holder: Holder, promise: Promise, shares: int, ruling: Ruling, lapsed_on: date, number: int = 1
) -> Notice:
    """A promise has lapsed, with service or to a reverse split; nothing is owed. `shares` is what it was adjusted to.

    `number` is that of the letter: a promise that was reinstated may lapse again (REC-4).
    Authority: §2, §6, §9 (ELG-3, ADJ-1).
    """
    data = {
        "promise": notice_data.promised(promise),
        "shares": shares,
        "ruling": notice_data.ruling_of(ruling),
        "on": lapsed_on.isoformat(),
    }
    key = f"lapse:{promise.promise_id}{f'.{number}' if number > 1 else ''}"
    happened, facts = f"Promise lapsed{again(number)}", notice_data.offer_facts(terms)
    return letter(Kind.LAPSE, key, holder, happened, _promised_then(promise), offer=facts, **data)


def correction(
    state: OfferState,
    holder: Holder,
    number: int,
    corrected: Correction,
    restated: Changes,
    told: Iterable[tuple[str, date]],
    recorded_at: datetime,
    came_back: Iterable[tuple[str, date]] = (),
) -> Notice:
    """What the holder was told and what is right, for whoever was told otherwise; `number` is that of the holder's own.

    `restated` is what the acceptance comes to by it, or the dates that it moves; `told` are the letters that said
    otherwise, by subject and day, `came_back` those that came back from an address and go out again.
    Authority: rules of the record (REC-3).
    """
    terms = state.terms
    # Of a grant that is only now on record: it follows the splits after its own day.
    granted_on = (corrected.becomes or {}).get("granted_on", "")
    data = {
        "about": corrected.verb.removeprefix("correct-"),
        "compared": notice_data.compared(corrected, restated, holder.holder_id, terms.clock),
        "what": corrected.subject,
        "reason": corrected.data["reason"],
        "told": [{"subject": subject, "on": on.isoformat()} for subject, on in told],
        "came_back": [{"subject": subject, "on": on.isoformat()} for subject, on in came_back],
        "recorded_at": utc_text(recorded_at),
        "open": state.accepted_at is None and state.terminated_at is None,
        "restated": list(restated),
        "splits": listed([f"the {split.named}" for split in state.grant_splits if split.on.isoformat() > granted_on]),
        "residence": _residence(corrected, terms),
    }
    key = f"correction:{holder.holder_id}.{number}"
    happened, about = f"Corrected{again(number)}", _CORRECTED[data["about"]].format(short_id(corrected.subject))
    return letter(Kind.CORRECTION, key, holder, happened, about, offer=notice_data.offer_facts(terms), **data)


_CORRECTED = {
    "holder": "our record of you",
    "grant": "your option {}",
    "form": "form {} as we recorded it",
    "service": "our record of your service",
    "calendar": "dates that we told you",
}


def _residence(corrected: Correction, terms: Terms) -> str:
    """Whether by a corrected residence the offer is made to the holder, or is not any more; "" where it is as before.

    Authority: §18 (ELG-4).
    """
    cells = ((each or {}).get("jurisdiction", "") for each in (corrected.was, corrected.becomes))
    before, after = (excluded_by(cell, terms) is not None for cell in cells)
    return "" if before == after else "excluded" if after else "admitted"


def promise_reinstated(
    terms: Terms,
    schedule: OfferSchedule,
    holder: Holder,
    promise: Promise,
    shares: int,
    ruling: Ruling,
    *,
    lapsed_on: date,
    told_on: date | None,
    reinstated_on: date,
    granted_on: date | None,
    grant_on: date | None,
    number: int = 1,
) -> Notice:
    """A promise that we said had lapsed stands again; `shares` is what it is adjusted to.

    `told_on` is when we said so, None where it is not certain that the letter arrived; `granted_on` when the others'
    new options were granted, where they were, `grant_on` when these are to be, None while that is not known.
    Authority: §2, §6, §9 (REC-4, PRM-1).
    """
    data = {
        "promise": notice_data.promised(promise),
        "shares": shares,
        "ruling": notice_data.ruling_of(ruling),
        "lapsed_on": lapsed_on.isoformat(),
        "told_on": told_on.isoformat() if told_on else "",
        "reinstated_on": reinstated_on.isoformat(),
        "granted_on": granted_on.isoformat() if granted_on else "",
        "grant_on": grant_on.isoformat() if grant_on else "",
    }
    key = f"reinstatement:{promise.promise_id}{f'.{number}' if number > 1 else ''}"
    happened, facts = f"Promise stands again{again(number)}", notice_data.offer_facts(terms, schedule)
    return letter(Kind.REINSTATEMENT, key, holder, happened, _promised_then(promise), offer=facts, **data)


def acceptance_voided(
    terms: Terms,
    holder: Holder,
    cancellations: Iterable[Cancellation],
    promise: Promise,
    ruling: Ruling,
    on: date,
    grants: Grants,
    *,
    lapsed: bool,
    splits: str = "",
) -> Notice:
    """An acceptance does not hold: the options are outstanding as they stood, and nothing is promised any more.

    `ruling` is why; `lapsed` says that the holder was told that the promise had lapsed, `splits` by which events the
    options were adjusted since, "" for none.
    Authority: §1, §2, §9 (REC-4, ELG-1, ELG-3).
    """
    data = {
        "restored": [
            {
                **notice_data.option(grants[each.grant_id], grants[each.grant_id].remaining),
                "balancing": each.balancing.grant_id if each.balancing else "",
                "outstanding": grants[each.grant_id].outstanding_on(on),
            }
            for each in cancellations
        ],
        "promise": notice_data.promised(promise),
        "ruling": notice_data.ruling_of(ruling),
        "on": on.isoformat(),
        "lapsed": lapsed,
        "splits": splits,
    }
    key, about = f"acceptance-voided:{holder.holder_id}", "nothing was exchanged"
    facts = notice_data.offer_facts(terms)
    return letter(Kind.ACCEPTANCE_VOIDED, key, holder, "Acceptance voided", about, offer=facts, **data)


def split_adjusted(
    state: OfferState,
    holder: Holder,
    split: Split,
    adjusted: Iterable[AdjustedHolding],
    tendered: Sequence[tuple[str, int, int]],
    *,
    unseated: bool,
) -> Notice:
    """A split has adjusted the holder's options, what stands tendered of them, and what is promised for them.

    `tendered` are the options tendered, each with its shares before the split and after it, while nothing is accepted;
    `unseated` says that the form which stood until then is, by the split, no longer in proper form.
    Authority: §2, §6, §9 "an appropriate adjustment will be made to the price of each option" (ADJ-1).
    """
    terms, adjusted = state.terms, list(adjusted)
    data = {
        "new": split.new,
        "old": split.old,
        "on": split.on.isoformat(),
        "adjusted": [row for each in adjusted for row in notice_data.adjusted(each)],
        "tendered": [
            {"what": f"tendered of {grant_id}", "was": f"{was:,}", "now": f"{now:,}"} for grant_id, was, now in tendered
        ],
        "unseated": unseated,
        "promised": any(each.became.what == "promise" for each in adjusted),
        "open": state.accepted_at is None,
        "granted": state.granted_on is not None,
    }
    key = f"adjustment:{holder.holder_id}.{split.on}"
    happened, about = f"Adjusted for the {split.named}", "your options"
    return letter(Kind.ADJUSTMENT, key, holder, happened, about, offer=notice_data.offer_facts(terms), **data)


def option_rescinded(terms: Terms, holder: Holder, granted: IssuedOption, reason: str, on: date) -> Notice:
    """A new option is rescinded, as somebody decided when the record contradicted its grant.

    Authority: §2, §6, §9 (REC-4, ELG-2, ELG-3).
    """
    data = {"rescinded": notice_data.issued_option(granted), "reason": reason, "on": on.isoformat()}
    key = f"rescinded:{granted.grant_id}"
    about = f"new option {short_id(granted.grant_id)} of {of_day(granted.granted_on)}"
    return letter(Kind.CORRECTION, key, holder, "Rescinded", about, offer=notice_data.offer_facts(terms), **data)


def grant(
    terms: Terms,
    holder: Holder,
    promise: Promise | None,
    options: Sequence[IssuedOption],
    close: Decimal,
    grants: Grants,
    splits: str = "",
    *,
    capacity: Capacity = Capacity.EMPLOYEE,
    late: bool = False,
    successor: str = "",
) -> Notice:
    """New options are granted: the new option agreement, pending signature; `late` to a promise that was reinstated.

    `splits` says by which events the promised shares were adjusted, "" for none (ADJ-1); `capacity` in which the holder
    serves on the grant date (GRT-4, ISO-1); `successor` whom the promise binds (CIC-1). ValueError without an option.
    Authority: §6, §9, §14 (GRT-1, GRT-3, GRT-4, GRT-5, VST-1, ISO-1).
    """
    if not options:
        raise ValueError(f"no option to grant to {holder.holder_id}")
    granted_on = options[0].granted_on
    data = {
        "promise": notice_data.promised(promise) if promise else None,
        "granted_on": granted_on.isoformat(),
        "close": str(close),
        "options": [notice_data.new_option(record, grants, close) for record in options],
        "shares": sum(record.shares for record in options),
        "splits": splits,
        "director_days": DAYS_AFTER_DIRECTORSHIP if capacity is Capacity.DIRECTOR else 0,
        "employee": capacity is Capacity.EMPLOYEE,
        "plan_too_old": terms.plan.isos_through is not None and granted_on > terms.plan.isos_through,
        **_where_any(successor=successor),
    }
    key = f"grant:{holder.holder_id}{'.late' if late else ''}"
    what = "agreement" if all(each.type is UnitType.RSU for each in options) else "option agreement"
    agreements = what if len(options) == 1 else f"{len(options)} {what}s"
    happened, about = f"Granted {of_day(granted_on)}", f"{agreements} to sign"
    return letter(Kind.GRANT, key, holder, happened, about, offer=notice_data.offer_facts(terms), **data)


def _promised_then(promise: Promise) -> str:
    return f"{count(promise.shares, 'share')} promised {of_day(promise.issued_on)}"


def letter(kind: Kind, key: str, holder: Holder, happened: str, about: str, /, **stated: Any) -> Notice:
    """A letter with its subject: what `happened`, and `about` what; the issuer's name is added to it.

    The heading of the letter itself is without it, for that stands above.
    """
    if "award" in stated["offer"] and kind is not Kind.DEFERRAL:
        happened, about = in_units(happened), in_units(about)
    subject = subject_line(happened, about, stated["offer"]["issuer"])
    heading = f"{happened}: {about}" if about else happened
    data = {"holder": {"name": holder.name}, "subject": subject, "heading": heading, **stated}
    return Notice(notice_id=key, holder_id=holder.holder_id, kind=kind.value, subject=subject, data=data)
