"""Forms and notices: which one stands at an instant, and why the others do not."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType

from optex import formatting
from optex.adjustment import Split
from optex.defects import Defect, defects_of, lateness, offered, right_to_withdraw
from optex.eligibility import may_tender
from optex.errors import Ruling
from optex.exchange import comes_to_nothing
from optex.exercises import Exercises
from optex.ledger_of_the_day import Ledger
from optex.milestones import extension_deadline
from optex.objection import objection_until
from optex.quickly_made import quickly_made
from optex.records import Form, FormKind, FormStanding, Grant, Holder, ServicePeriod, Tender
from optex.signed_dates import dated_ahead, out_of_order, same_date, signed_last
from optex.terms import Terms
from optex.waivers import DefectWaiver as DefectWaiver
from optex.waivers import waived_too_late, waiver_of

_PROPER = Ruling(rule="EXP-1", reason="Received in proper form before the offer expired.")
_WAIVED = Ruling(rule="EXP-1", reason="Received before the offer expired; what was wrong with it is waived.")


@dataclass(frozen=True, kw_only=True, slots=True)
class FormRejection:
    """A recorded decision that it would be unlawful to accept what a form tenders (§4, ELG-4)."""

    form_id: str
    at: datetime
    reason: str


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class FormReview:
    """How one form stands: its standing with the ruling behind it, what is worth a remark, and what it tenders.

    `remarks` are the things the holder is told that decide nothing by themselves: an option added by the look-back, a
    defect waived, the same signing date, the defects after the first. `tenders` is what the form offers if it is the
    effective election, else empty. `defects` is all that was wrong with the form, also what has been waived since;
    `unwaivable` the first of them that no waiver can clear; `barred` says why the holder may not tender at all, so that
    not even another form could cure this one. `left_out` are the remarks on what a waiver leaves outstanding of the
    look-back.
    """

    form: Form
    standing: FormStanding
    ruling: Ruling
    remarks: tuple[Ruling, ...] = ()
    tenders: tuple[Tender, ...] = ()
    defects: tuple[Ruling, ...] = ()
    unwaivable: Ruling | None = None
    barred: Ruling | None = None
    left_out: tuple[Ruling, ...] = ()


@quickly_made
@dataclass(frozen=True, kw_only=True, slots=True)
class _Examined:
    """A form with what was wrong with it when it was received; `late` is among the defects, the first of them."""

    form: Form
    defects: tuple[Defect, ...]
    late: bool


def review_forms(
    *,
    terms: Terms,
    holder: Holder,
    periods: Sequence[ServicePeriod],
    grants: Mapping[str, Grant],
    foreign: Container[str],
    forms: Sequence[Form],
    waivers: Sequence[DefectWaiver],
    accepted_at: datetime | None,
    terminated_at: datetime | None,
    at: datetime,
    exercises: Exercises = MappingProxyType({}),
    told: Mapping[str, datetime] = MappingProxyType({}),
    rejections: Sequence[FormRejection] = (),
    splits: Sequence[Split] = (),
    told_grants: Mapping[str, Grant] | None = None,
) -> list[FormReview]:
    """How each form that one holder sent by `at` stands, in order of receipt; at most one is the effective election.

    `terms` are as extended so far; `grants` are the holder's own by id, `foreign` ids that belong to others;
    `exercises` what was exercised of them by the record of an earlier day; `told` when the holder was told what a form
    tenders, where that was not at once. Where `splits` have adjusted the grants, `told_grants` are those before any of
    them: a form is read in the shares of the day on which it was signed, what it tenders told in those of now.
    Authority: §4, §5, §9 (TND-1 to TND-8, ELG-4, ELG-5, EXP-1, CHG-1, WDR-1, WDR-2, WDR-3, ADJ-1).
    """
    ledger = Ledger(grants=grants, told=told_grants or grants, splits=splits, terms=terms)
    counting = [waiver for waiver in waivers if waiver.at <= at and (accepted_at is None or waiver.at < accepted_at)]
    too_late = [waiver for waiver in waivers if waiver.at == accepted_at]
    barred, left_out = may_tender(holder, periods, terms), ledger.left_out
    examined: list[_Examined] = []
    for form in sorted(forms, key=attrgetter("received_at")):
        if form.received_at > at:
            break
        found = defects_of(
            form,
            terms=terms,
            holder=holder,
            periods=periods,
            grants=ledger.when_signed(form),
            foreign=foreign,
            exercises=ledger.exercised_until(form, exercises),
            left_out=left_out,
        )
        # As things stood on receipt: a later waiver of a form in between must not unseat this one.
        known = [waiver for waiver in counting if waiver.at <= form.received_at]
        before = _in_force(_less_rejected(examined, rejections, form.received_at), known, terms)
        until = None
        if before and form.kind is FormKind.WITHDRAWAL and form.received_at >= terms.expires:
            told_at = told.get(before.form_id, before.received_at)
            until = objection_until(before, told_at, terms, ledger.when_signed(before), left_out)
        late = lateness(form, terms=terms, accepted_at=accepted_at, terminated_at=terminated_at, objection_until=until)
        if late:
            found.insert(0, Defect(ruling=late, waivable=False))
        elif form.missed and accepted_at:
            found.insert(0, Defect(ruling=_missed(form, accepted_at, terms), waivable=False))
        elif before and (older := out_of_order(form, before, terms.zone)):
            found.append(Defect(ruling=older, waivable=True))
        defects = (waived_too_late(each, form, too_late, terms) for each in found)
        examined.append(_Examined(form=form, defects=tuple(defects), late=late is not None))
    reviews = _standings(_less_rejected(examined, rejections, at), counting, terms, ledger)
    return [replace(each, barred=barred) for each in reviews] if barred else reviews


def _less_rejected(
    examined: Sequence[_Examined], rejections: Sequence[FormRejection], at: datetime
) -> Sequence[_Examined]:
    """The forms with the defect, which nobody can cure or waive, of those that had been rejected by an instant.

    Authority: §4 "the right to reject … tenders of options that we determine … are unlawful to accept" (ELG-4).
    """
    why = {each.form_id: each.reason for each in rejections if each.at <= at}
    return [_rejected(each, why[each.form.form_id]) if each.form.form_id in why else each for each in examined]


def _rejected(each: _Examined, why: str) -> _Examined:
    ruling = Ruling(rule="ELG-4", reason=f"Rejected as unlawful to accept: {why}")
    late, others = each.defects[: int(each.late)], each.defects[int(each.late) :]
    return replace(each, defects=(*late, Defect(ruling=ruling, waivable=False), *others))


def as_decided(form: Form, standing: FormStanding, ruling: Ruling, shares: int | None) -> FormReview | None:
    """The review of a form as it was decided before, for so many shares; None where what it tenders must be asked anew.

    It tenders its own lines and no more where they come to that number: what the look-back adds enlarges it (TND-3).
    """
    if standing is not FormStanding.EFFECTIVE or form.kind is not FormKind.ELECTION:
        return FormReview(form=form, standing=standing, ruling=ruling)
    lines = {line.grant_id: line.shares for line in form.lines}
    if len(lines) != len(form.lines) or sum(lines.values()) != shares:
        return None
    tenders = tuple(
        Tender(holder_id=form.holder_id, grant_id=grant_id, shares=tendered, form_id=form.form_id)
        for grant_id, tendered in lines.items()
    )
    return FormReview(form=form, standing=standing, ruling=ruling, tenders=tenders)


def waivable(review: FormReview) -> Ruling | None:
    """Why a waiver of the form could have no effect; None where it can.

    Authority: §4 "we will strictly enforce the offer period"; "any defect or irregularity" (TND-7, EXP-1).
    """
    if review.standing is FormStanding.LATE:
        reason = f"{review.ruling.reason} The time of receipt is not waived: we strictly enforce the offer period."
        return Ruling(rule="EXP-1", reason=reason)
    if review.unwaivable:
        return replace(review.unwaivable, reason=f"{review.unwaivable.reason} This cannot be waived.")
    if not review.defects:
        return Ruling(rule="TND-7", reason="The form has no defect to waive.")
    return None


def _missed(form: Form, accepted_at: datetime, terms: Terms) -> Ruling:
    """Why a form in time has no effect: on record only after the acceptance, it can unseat nothing that was accepted.

    Authority: §6, acceptance and cancellation are one act for everybody (CAN-1).
    """
    received, accepted = (formatting.on_moment(at, terms.clock) for at in (form.received_at, accepted_at))
    reason = (
        f"Received in time {received}, but put on record only after the tendered options had been accepted "
        f"{accepted}. Acceptance is one act for everybody: the company must decide what becomes of this form."
    )
    return Ruling(rule="CAN-1", reason=reason)


def _in_force(examined: Sequence[_Examined], waivers: Sequence[DefectWaiver], terms: Terms) -> Form | None:
    """What is in force after these forms: the last proper election, or the notice after it that was signed last."""
    notices: list[Form] = []
    for each in reversed(examined):
        if all(waiver_of(found, each.form, waivers) for found in each.defects):
            if each.form.kind is FormKind.ELECTION:
                return signed_last(notices, terms.zone) or each.form
            notices.append(each.form)
    return signed_last(notices, terms.zone)


def _standings(
    examined: Sequence[_Examined], waivers: Sequence[DefectWaiver], terms: Terms, ledger: Ledger
) -> list[FormReview]:
    """How each form stands, every proper one in place of the election before it. Authority: §5 (CHG-1, WDR-1)."""
    reviews: list[FormReview] = []
    last: int | None = None
    notices: list[Form] = []
    withdrawn = False
    for each in examined:
        form, review = each.form, _by_itself(each, waivers, terms)
        if review.standing is FormStanding.EFFECTIVE:
            before = signed_last(notices, terms.zone) if last is None else reviews[last].form
            review = _taking_effect(review, before, withdrawn, terms)
            if last is not None:
                reviews[last] = _unseated(reviews[last], form, terms)
                withdrawn = withdrawn or form.kind is FormKind.WITHDRAWAL
            election = form.kind is FormKind.ELECTION
            last = len(reviews) if election else None
            notices = [] if election else [*notices, form]
        reviews.append(review)
    if last is not None:
        effective = reviews[last]
        included = _included(next(each for each in examined if each.form is effective.form), waivers, terms)
        when_signed = ledger.when_signed(effective.form)
        tenders, remarks = offered(
            effective.form, terms=terms, grants=when_signed, included=included, left_out=ledger.left_out
        )
        tenders, scaled = ledger.as_of_now(effective.form, tenders)
        left_out = () if included else remarks
        worthless = (comes_to_nothing(each.shares, ledger.grants[each.grant_id], terms.exchange) for each in tenders)
        told_of = (*effective.remarks, *remarks, *scaled, *filter(None, worthless))
        reviews[last] = replace(effective, tenders=tenders, remarks=told_of, left_out=left_out)
    return reviews


def _included(each: _Examined, waivers: Sequence[DefectWaiver], terms: Terms) -> bool:
    """Whether the look-back adds to a form what it omits.

    Where an omission is a defect, the form was let off it; and one that stands by a waiver of the last hour, when its
    holder could no longer object to an addition, is taken as made.
    Authority: §4 "waive … any defect"; §15 (TND-3, TND-7, EXT-1).
    """
    cleared = (waiver_of(found, each.form, waivers) for found in each.defects)
    too_late = any(waiver.at > extension_deadline(terms) for waiver in cleared if waiver)
    return terms.lookback.omitted == "include" and not too_late


def _by_itself(each: _Examined, waivers: Sequence[DefectWaiver], terms: Terms) -> FormReview:
    """How a form stands by its own defects, whatever came before and after it. Authority: §4 (TND-7)."""
    uncured: list[Ruling] = []
    overlooked: list[Ruling] = []
    for found in each.defects:
        if waiver := waiver_of(found, each.form, waivers):
            by = f" by {waiver.by}" if waiver.by else ""
            waived = f"Waived{by} ({waiver.reason}): {found.ruling.reason}"
            overlooked.append(Ruling(rule="TND-7", reason=waived))
        else:
            uncured.append(found.ruling)
    ahead = dated_ahead(each.form, terms.zone)
    standing = FormStanding.LATE if each.late else FormStanding.DEFECTIVE if uncured else FormStanding.EFFECTIVE
    return FormReview(
        form=each.form,
        standing=standing,
        ruling=uncured[0] if uncured else _WAIVED if overlooked else _PROPER,
        remarks=(*uncured[1:], *overlooked, *([ahead] if ahead else [])),
        defects=tuple(found.ruling for found in each.defects),
        unwaivable=next((found.ruling for found in each.defects if not found.waivable), None),
    )


def _taking_effect(review: FormReview, before: Form | None, withdrawn: bool, terms: Terms) -> FormReview:
    """A proper form with what it does to the form or notice before it. Authority: §5 (CHG-1, WDR-1, WDR-2, WDR-3)."""
    form = review.form
    same = same_date(form, before, terms.zone) if before else None
    remarks = (*review.remarks, same) if same else review.remarks
    stood = before if before and before.kind is FormKind.ELECTION else None
    ruling = review.ruling
    if form.kind is FormKind.WITHDRAWAL:
        right = right_to_withdraw(form, terms)
        did = f"Withdraws all that form {stood.form_id} tendered" if stood else "No tender stood: nothing to withdraw"
        why = ", in objection to what the look-back had added" if right == "TND-3" else ""
        ruling = Ruling(rule=right, reason=f"{did}{why}.")
    elif stood:
        ruling = Ruling(rule="CHG-1", reason=f"Replaces form {stood.form_id} entirely.")
    elif withdrawn:
        ruling = Ruling(rule="WDR-2", reason="Tendered again after a withdrawal, before the offer expired.")
    return replace(review, ruling=ruling, remarks=remarks)


def _unseated(prior: FormReview, by: Form, terms: Terms) -> FormReview:
    """The election that stood until a later form replaced or withdrew it. Authority: §5 (CHG-1, WDR-1, WDR-3)."""
    if by.kind is FormKind.ELECTION:
        ruling = Ruling(rule="CHG-1", reason=f"Replaced entirely by the later form {by.form_id}.")
        return replace(prior, standing=FormStanding.SUPERSEDED, ruling=ruling)
    withdrawn = f"Withdrawn by notice {by.form_id}: the options stay outstanding."
    ruling = Ruling(rule=right_to_withdraw(by, terms), reason=withdrawn)
    return replace(prior, standing=FormStanding.WITHDRAWN, ruling=ruling)
