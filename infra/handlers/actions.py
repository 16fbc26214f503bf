"""What an action does to the database: it is weighed by the rules, recorded, and carried out, in one transaction.

What can be said from the state of the offer alone, its class says (`optex.actions`); here is what needs the database,
a function for each class. What a rule refuses is recorded as refused, with the rule, and changes nothing else.
"""

from collections.abc import Collection
from datetime import datetime
from functools import singledispatch

from infra.database import tables as t
from infra.database.writer import OfferWriter
from infra.handlers import (
    announcements,
    corrected,
    corrections,
    deferrals,
    delays,
    forms,
    four_eyes,
    notice_outcomes,
    pool,
    prohibition,
    service,
)
from infra.handlers.compensations import carry_out, pending
from infra.handlers.contradictions import found_against, may_settle, settle
from infra.handlers.decide_again import decide_again
from infra.handlers.exclusions import exclude, reject
from infra.handlers.left_outstanding import left_outstanding
from infra.handlers.result import ActionResult
from infra.handlers.sought import sought_otherwise
from infra.handlers.splits import apply_splits
from infra.handlers.told_again import differs, new_key, recorded
from optex import batch, changes, eligibility
from optex.action import Action
from optex.actions import (
    AgreementSigned,
    Amend,
    Approve,
    CommitteeGrantDate,
    ConditionEnd,
    ConditionWaive,
    Defer,
    ElectionWaive,
    EndService,
    Extend,
    Hold,
    HoldGrant,
    NoticeBounced,
    NoticeDelivered,
    PriceSet,
    Release,
    ServiceSet,
    Settle,
    Split,
    Terminate,
)
from optex.compensations import Pending, may_approve
from optex.correction import Correction
from optex.election import waivable
from optex.errors import Ruling
from optex.exclusions import Exclude, Reject
from optex.formatting import day, exact_text, first_few, first_sentences
from optex.prohibition import Prohibit
from optex.records import FormKind
from optex.state import OfferState
from optex.two_times import incomplete


def record_action(db: OfferWriter, action: Action, file: tuple[str, bytes] | None = None) -> ActionResult:
    """Weigh, record and carry out one action, in the transaction of the database.

    `file` is the evidence of it where that is a file, by name and content: it is kept with the offer.
    """
    if file is not None:
        action = action.model_copy(update={"evidence": db.keep_evidence(*file, action.at)})
    apply_splits(db, db.takes_effect(action.at))
    earlier = db.recorded_actions(action.verb)[::-1]
    if said := recorded(db, earlier, action):
        return said
    key = new_key(earlier, action)
    state = db.state()
    passed, ruling = incomplete(action, state, db.recorded_at(action.at))
    passed = passed or passed_deadline_of(action, db, state)
    if ruling := differs(db, earlier, action) or ruling or refused(action, db, state):
        db.add_action(key, action, ruling, accepted=False, after_deadline=passed)
        refusal = (f"{action.verb} refused", action.subject, ruling.rule, ruling.reason)
        db.audit(action.announced, action.by, [refusal], action.evidence)
        return ActionResult.refused(ruling)
    action = completed(action, db)
    taken = Ruling(rule=action.decided_by_rule, reason=action.says(state))
    db.add_action(key, action, taken, accepted=True, after_deadline=passed)
    detail = _detail(taken.reason, action, passed, state)
    db.audit(action.announced, action.by, [(action.verb, action.subject, taken.rule, detail)], action.evidence)
    consequence = apply_effects(action, db)
    return ActionResult(accepted=True, ruling=taken, message=f"{taken.reason.removesuffix('.')}. {consequence}".strip())


@singledispatch
def refused(action: Action, db: OfferWriter, state: OfferState) -> Ruling | None:
    """The ruling that stands against an action; None where none does."""
    return action.refused(state)


@singledispatch
def passed_deadline_of(action: Action, db: OfferWriter, state: OfferState) -> datetime | None:
    """The deadline between the two times of an action that only the database knows of; None where there is none."""
    return None


@singledispatch
def completed(action: Action, db: OfferWriter) -> Action:
    """The action with what is decided when it is recorded."""
    return action


@singledispatch
def apply_effects(action: Action, db: OfferWriter) -> str:
    """Do what follows from an action that is on record, so that the state has it; what that was, in sentences.

    Of most nothing follows at once: whoever reads the actions finds it.
    """
    return ""


@apply_effects.register
def _extend(action: Extend, db: OfferWriter) -> str:
    return announcements.extended(db, action, action.to, action.announced_at)


@apply_effects.register
def _amend(action: Amend, db: OfferWriter) -> str:
    return announcements.amended(db, action)


@apply_effects.register
def _terminate(action: Terminate, db: OfferWriter) -> str:
    return announcements.terminated(db, action)


@completed.register
def _what_it_rests_on(action: Terminate, db: OfferWriter) -> Terminate:
    """A termination goes on record with the events of §7 that it rests on, which end with it (CND-2)."""
    return action.model_copy(update={"events": action.rests_on(db.state())})


@completed.register
def _as_which_amendment(action: ConditionWaive, db: OfferWriter) -> ConditionWaive:
    """A waiver is told as an amendment, and counted as one (AMD-1)."""
    return action.model_copy(update={"amendment": db.state().amendments + 1, "as_of": _gone_as_of(action, db)})


@completed.register
def _as_of(action: ConditionEnd, db: OfferWriter) -> ConditionEnd:
    return action.model_copy(update={"as_of": _gone_as_of(action, db)})


def _gone_as_of(action: ConditionEnd | ConditionWaive, db: OfferWriter) -> datetime | None:
    """A condition of which it is told late that it is gone has stood in the way until now (CND-1)."""
    now = db.takes_effect(action.at)
    return now if now > action.at else None


@refused.register
def _may_announce(action: Amend | ConditionWaive, db: OfferWriter, state: OfferState) -> Ruling | None:
    """Before the offer has opened nobody was told of it, and nobody could be told what is amended (AMD-1)."""
    if state.opened_at is None and state.terminated_at is None:
        reason = "the offer has not opened yet, and no holder has been told of it: an amendment would reach nobody"
        return Ruling(rule="AMD-1", reason=reason)
    if ruling := action.refused(state):
        return ruling
    if ruling := _excludes_nobody(action.apply(state).terms.eligible.excluded_holders, db):
        return ruling
    return sought_otherwise(action, db, state) if isinstance(action, Amend) else None


def _excludes_nobody(excluded: Collection[str], db: OfferWriter) -> Ruling | None:
    """The ruling against terms that exclude somebody of whom nothing is on record; None where there are all of them."""
    unknown = sorted(set(excluded) - db.holders_among(excluded)) if excluded else []
    reason = f"eligible.excluded_holders: nothing is on record of {first_few(unknown)}"
    return Ruling(rule="ELG-5", reason=reason) if unknown else None


@apply_effects.register
def _waive_condition(action: ConditionWaive, db: OfferWriter) -> str:
    return " ".join(filter(None, (delays.condition_gone(db, action), announcements.waived(db, action))))


@apply_effects.register
def _end_condition(action: ConditionEnd, db: OfferWriter) -> str:
    return delays.condition_gone(db, action)


@refused.register
def _may_delay(action: HoldGrant | CommitteeGrantDate | Prohibit, db: OfferWriter, state: OfferState) -> Ruling | None:
    return action.refused(delays.before_the_grant(db, state))


@apply_effects.register
def _hold(action: Hold, db: OfferWriter) -> str:
    return delays.held(db, action)


@apply_effects.register
def _grant_moved(action: CommitteeGrantDate | Release, db: OfferWriter) -> str:
    return delays.grant_moved(db, action)


@apply_effects.register
def _prohibit(action: Prohibit, db: OfferWriter) -> str:
    return prohibition.prohibited(db, action)


@refused.register
def _may_approve(action: Approve, db: OfferWriter, state: OfferState) -> Ruling | None:
    if ruling := action.refused(state):
        return ruling
    if action.compensating:
        return _may_compensate(action, db)
    waiting = db.awaiting_approval(action.step)
    if waiting is None:
        return Ruling(rule="CAN-1", reason=f"{action.step} does not wait for an approval")
    if not waiting.digest.startswith(action.digest):
        reason = f"what was seen (digest {action.digest}) is not what waits now: {waiting.message}"
        return Ruling(rule="CAN-1", reason=reason)
    return four_eyes.refused_approver(db, state, action) if state.terms.four_eyes else None


def _may_compensate(action: Approve, db: OfferWriter) -> Ruling | None:
    holder = db.holders([action.holder]).get(action.holder)
    if holder is None:
        return Ruling(rule="REC-4", reason=f"there is no holder {action.holder}")
    waiting = _waiting_for(action, db)
    if waiting is None:
        return Ruling(rule="REC-4", reason=f"{action.step} of {action.holder} does not wait for an approval")
    return may_approve(waiting, action.by, action.evidence, holder)


def _waiting_for(action: Approve, db: OfferWriter) -> Pending | None:
    """The compensating decision that an approval is of."""
    return next((each for each in pending(db, action.at, {action.holder}) if each.kind == action.step), None)


@apply_effects.register
def _approve(action: Approve, db: OfferWriter) -> str:
    waiting = _waiting_for(action, db) if action.compensating else None
    return carry_out(db, waiting, action.by, action.at) if waiting is not None else ""


@completed.register
def _what_is_approved(action: Approve, db: OfferWriter) -> Approve:
    """An approval is of what was decided when it was asked for: its digest, or its reason, goes on record."""
    if compensating := _waiting_for(action, db) if action.compensating else None:
        return action.model_copy(update={"what": compensating.ruling.reason})
    waiting = db.awaiting_approval(action.step)
    assert waiting is not None, "an approval of what does not wait has been refused"
    return action.model_copy(update={"digest": waiting.digest, "what": waiting.message})


@refused.register
def _may_waive(action: ElectionWaive, db: OfferWriter, state: OfferState) -> Ruling | None:
    if ruling := action.refused(state):
        return ruling
    review = forms.review_of(db, action.form, action.at)
    if review is None:
        return Ruling(rule="TND-7", reason=f"no form {action.form} has been received by then")
    return waivable(review)


@completed.register
def _what_is_waived(action: ElectionWaive, db: OfferWriter) -> ElectionWaive:
    """A waiver for all holders is of the rules that the form offends, which the record must name."""
    review = forms.review_of(db, action.form, action.at) if action.all_holders else None
    rules = sorted({defect.rule for defect in review.defects}) if review else []
    return action.model_copy(update={"rules": tuple(rules)})


@apply_effects.register
def _waive(action: ElectionWaive, db: OfferWriter) -> str:
    holder_id = db.holder_of_form(action.form)
    concerned = None if action.all_holders or holder_id is None else [holder_id]
    before = {each.says for each in left_outstanding(db, db.state())}
    said = forms.review_again(db, concerned, action.at)
    left = [each.says for each in left_outstanding(db, db.state()) if each.says not in before]
    return first_sentences([said, *left])


@apply_effects.register
def _exclude(action: Exclude, db: OfferWriter) -> str:
    return exclude(db, action)


@refused.register
def _may_reject(action: Reject, db: OfferWriter, state: OfferState) -> Ruling | None:
    if ruling := action.refused(state):
        return ruling
    review = forms.review_of(db, action.form, action.at)
    if review is None:
        return Ruling(rule="ELG-4", reason=f"no form {action.form} has been received by then")
    if review.form.kind is FormKind.WITHDRAWAL:
        reason = f"{action.form} is a notice of withdrawal: it tenders nothing that could be unlawful to accept"
        return Ruling(rule="ELG-4", reason=reason)
    return None


@apply_effects.register
def _reject(action: Reject, db: OfferWriter) -> str:
    return reject(db, action)


@refused.register
def _may_correct(action: Correction, db: OfferWriter, state: OfferState) -> Ruling | None:
    return corrections.may_correct(action, db, state)


@completed.register
def _what_was(action: Correction, db: OfferWriter) -> Correction:
    """What a correction changes goes on record with what was there before it."""
    return corrections.with_what_was(action, db)


@apply_effects.register
def _correct(action: Correction, db: OfferWriter) -> str:
    return corrected.carry_out(action.model_copy(update={"at": db.takes_effect(action.at)}), db)


@refused.register
def _may_set_service(action: ServiceSet, db: OfferWriter, state: OfferState) -> Ruling | None:
    return service.may_set(db, action)


@completed.register
def _what_is_replaced(action: ServiceSet, db: OfferWriter) -> ServiceSet:
    """What was on record of the spell before goes on record with the action (REC-2)."""
    mine = (action.capacity, action.first_day)
    periods = db.service_periods([action.holder]).get(action.holder, [])
    before = next((each for each in periods if (each.capacity, each.first_day) == mine), None)
    return action.model_copy(update={"replaces": before and before.until})


@apply_effects.register
def _set_service(action: ServiceSet, db: OfferWriter) -> str:
    db.add_service_periods([action.period])
    return decide_again(db, [action.holder], action.at)


@refused.register
def _may_end_service(action: EndService, db: OfferWriter, state: OfferState) -> Ruling | None:
    return service.may_end(db, action)


@completed.register
def _what_it_ends(action: EndService, db: OfferWriter) -> EndService:
    return service.with_what_it_ends(db, action)


@apply_effects.register
def _end_service(action: EndService, db: OfferWriter) -> str:
    return service.end(db, action)


@apply_effects.register
def _set_price(action: PriceSet, db: OfferWriter) -> str:
    db.set_prices({action.on: action.quote})
    return ""


@refused.register
def _may_split(action: Split, db: OfferWriter, state: OfferState) -> Ruling | None:
    """After the others were granted a split still adjusts what is promised to whoever was reinstated too late."""
    return changes.may_split(state, action.on, promised=bool(db.open_promises()))


@apply_effects.register
def _split(action: Split, db: OfferWriter) -> str:
    """A split that has come is carried out at once, one that is announced ahead on its day."""
    at = db.takes_effect(action.at)
    apply_splits(db, at)
    return "" if action.on in db.state().followed else f"It is carried out on {day(action.on)}."


@refused.register
def _may_defer(action: Defer, db: OfferWriter, state: OfferState) -> Ruling | None:
    records = db.holder_records([action.holder])
    if not records:
        return Ruling(rule="LCK-1", reason=f"there is no holder {action.holder}")
    promised = bool(db.open_promises([action.holder]))
    tendered = state.accepted_at is None and batch.elections(batch.review_all(records, state, action.at))
    if not eligibility.serves(records[0].service_periods, state.day(action.at)):
        return Ruling(rule="LCK-1", reason="the holder is not in service")
    return changes.may_defer(
        state, participant=promised or bool(tendered), shares=action.shares, available=pool.available(db)
    )


@apply_effects.register
def _defer(action: Defer, db: OfferWriter) -> str:
    return deferrals.defer(db, action)


@refused.register
def _may_sign(action: AgreementSigned, db: OfferWriter, state: OfferState) -> Ruling | None:
    for option in db.rows(t.issued_options):
        if option.grant_id == action.grant and option.kind == "new":
            if action.on < option.granted_on:
                reason = f"the option was granted on {option.granted_on}, after {action.on}"
                return Ruling(rule="GRT-5", reason=reason)
            if action.on > state.day(db.takes_effect(action.at)):
                return Ruling(
                    rule="GRT-5", reason=f"{action.on} has not come yet: a signature is recorded when it is there"
                )
            if option.ended_on is not None:
                return Ruling(rule="REC-4", reason=f"option {action.grant} was rescinded on {option.ended_on}")
            return None
    return Ruling(rule="GRT-5", reason=f"no new option {action.grant} has been granted")


@refused.register
def _may_deliver(action: NoticeDelivered, db: OfferWriter, state: OfferState) -> Ruling | None:
    return notice_outcomes.may_deliver(action, db, state)


@passed_deadline_of.register
def _confirmed_in_time(action: NoticeDelivered, db: OfferWriter, state: OfferState) -> datetime | None:
    return notice_outcomes.passed_deadline_of(action, db, state)


@refused.register
def _may_bounce(action: NoticeBounced, db: OfferWriter, state: OfferState) -> Ruling | None:
    return notice_outcomes.may_bounce(action, db, state)


@completed.register
def _whose_letter(action: NoticeDelivered | NoticeBounced, db: OfferWriter) -> NoticeDelivered | NoticeBounced:
    return action.model_copy(update={"holder": notice_outcomes.whose(action, db)})


@apply_effects.register
def _delivered(action: NoticeDelivered, db: OfferWriter) -> str:
    return notice_outcomes.delivered(action, db)


@apply_effects.register
def _bounced(action: NoticeBounced, db: OfferWriter) -> str:
    return notice_outcomes.bounced(action, db)


@refused.register
def _may_settle(action: Settle, db: OfferWriter, state: OfferState) -> Ruling | None:
    return may_settle(db, action)


@completed.register
def _what_is_settled(action: Settle, db: OfferWriter) -> Settle:
    """A settlement is of what the record showed then: of what it shows later somebody must decide anew."""
    found = found_against(db, action.grant)
    return action.model_copy(update={"what": found.said if found else None})


@apply_effects.register
def _settle(action: Settle, db: OfferWriter) -> str:
    return settle(db, action)


def _detail(reason: str, action: Action, passed: datetime | None, state: OfferState) -> str:
    """What the audit says of an action: what was done, why, and that it was recorded after the deadline (REC-1)."""
    late = [f"recorded after the deadline of {exact_text(passed, state.terms.zone)}"] if passed else []
    why = [str(action.data["reason"])] if action.data.get("reason") else []
    return " — ".join([reason, *why, *late])
