"""What an action does to the database: it is weighed by the rules, recorded, and carried out, in one transaction.

What can be said from the state of the offer alone, its class says (`optex.actions`); here is what needs the database,
a function for each class. What a rule refuses is recorded as refused, with the rule, and changes nothing else.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch
from itertools import chain
from itertools import count as count_from

from infra.database import tables as t
from infra.database.reader import RecordedAction
from infra.database.writer import OfferWriter
from infra.handlers import announcements, corrected, corrections, forms, pool
from infra.handlers.decide_again import decide_again
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
    Extend,
    PriceSet,
    Release,
    ServiceSet,
    Split,
    Terminate,
)
from optex.correction import Correction
from optex.election import waivable
from optex.errors import Ruling
from optex.formatting import exact_text, local_text
from optex.milestones import CANCEL, REGRANT
from optex.records import ServicePeriod
from optex.state import OfferState
from optex.two_times import incomplete


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionResult:
    """What became of an action: taken, refused by a rule, or found already recorded; in one sentence."""

    accepted: bool
    ruling: Ruling
    message: str
    repeated: bool = False


def record_action(db: OfferWriter, action: Action, file: tuple[str, bytes] | None = None) -> ActionResult:
    """Weigh, record and carry out one action, in the transaction of the database.

    `file` is the evidence of it where that is a file, by name and content: it is kept with the offer.
    """
    if file is not None:
        action = action.model_copy(update={"evidence": db.keep_evidence(*file, action.at)})
    earlier = db.recorded_actions(action.verb)[::-1]
    if said := _recorded(earlier, action):
        return said
    if isinstance(action, Correction) and corrections.changes_nothing(action, db):
        known = Ruling(rule=action.rule, reason=f"{action.subject} stands so on record, and nothing was changed")
        return ActionResult(accepted=True, ruling=known, message=f"Already recorded: {known.reason}.", repeated=True)
    key = _new_key(earlier, action)
    state = db.state()
    passed, ruling = incomplete(action, state, db.recorded_at(action.at))
    if ruling := ruling or refused(action, db, state):
        db.add_action(key, action, ruling, accepted=False, after_deadline=passed)
        refusal = (f"{action.verb} refused", action.subject, ruling.rule, ruling.reason)
        db.audit(action.at, action.by, [refusal], action.evidence)
        return ActionResult(accepted=False, ruling=ruling, message=f"Refused by {ruling.rule}: {ruling.reason}")
    action = completed(action, db)
    taken = Ruling(rule=action.rule, reason=action.says(state))
    db.add_action(key, action, taken, accepted=True, after_deadline=passed)
    detail = _detail(taken.reason, action, passed, state)
    db.audit(action.at, action.by, [(action.verb, action.subject, action.rule, detail)], action.evidence)
    consequence = apply_effects(action, db)
    return ActionResult(accepted=True, ruling=taken, message=f"{taken.reason.removesuffix('.')}. {consequence}".strip())


@singledispatch
def refused(action: Action, db: OfferWriter, state: OfferState) -> Ruling | None:
    """The ruling that stands against an action; None where none does."""
    return action.refused(state)


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


@apply_effects.register
def _condition_gone(action: ConditionWaive | ConditionEnd, db: OfferWriter) -> str:
    moved = db.reschedule(action.at, f"postponed: condition {action.number} of §7 stood asserted")
    due = [local_text(step.due, db.state().terms.zone) for step in moved.added if step.name == CANCEL]
    return f"Acceptance falls due again {due[0]}." if due else ""


@apply_effects.register
def _committee_grant_date(action: CommitteeGrantDate, db: OfferWriter) -> str:
    return _grant_moved(action, db, "the Committee chose another grant date")


@apply_effects.register
def _release(action: Release, db: OfferWriter) -> str:
    return _grant_moved(action, db, "the grant was held and has been released")


def _grant_moved(action: Action, db: OfferWriter, cause: str) -> str:
    moved = db.reschedule(action.at, cause)
    due = [local_text(step.due, db.state().terms.zone) for step in moved.added if step.name == REGRANT]
    return f"The new options will be granted {due[0]}." if due else ""


@refused.register
def _may_approve(action: Approve, db: OfferWriter, state: OfferState) -> Ruling | None:
    if ruling := action.refused(state):
        return ruling
    waiting = db.awaiting_approval(action.step)
    if waiting is None:
        return Ruling(rule="CAN-1", reason=f"{action.step} does not wait for an approval")
    if not waiting.digest.startswith(action.digest):
        reason = f"what was seen (digest {action.digest}) is not what waits now: {waiting.message}"
        return Ruling(rule="CAN-1", reason=reason)
    return None


@completed.register
def _what_is_approved(action: Approve, db: OfferWriter) -> Approve:
    """An approval is of what was decided when it was asked for: its digest goes on record."""
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
    return forms.review_again(db, concerned, action.at)


@refused.register
def _may_correct(action: Correction, db: OfferWriter, state: OfferState) -> Ruling | None:
    return corrections.may_correct(action, db, state)


@completed.register
def _what_was(action: Correction, db: OfferWriter) -> Correction:
    """What a correction changes goes on record with what was there before it."""
    return corrections.with_what_was(action, db)


@apply_effects.register
def _correct(action: Correction, db: OfferWriter) -> str:
    return corrected.carry_out(action, db)


@refused.register
def _may_set_service(action: ServiceSet, db: OfferWriter, state: OfferState) -> Ruling | None:
    if action.holder not in db.holders():
        return Ruling(rule="ELG-1", reason=f"there is no holder {action.holder}")
    return None


@apply_effects.register
def _set_service(action: ServiceSet, db: OfferWriter) -> str:
    period = ServicePeriod(
        holder_id=action.holder, capacity=action.capacity, first_day=action.first_day, last_day=action.last_day
    )
    db.add_service_periods([period])
    return decide_again(db, [period.holder_id], action.at)


@apply_effects.register
def _set_price(action: PriceSet, db: OfferWriter) -> str:
    db.set_prices({action.on: action.close})
    return ""


@apply_effects.register
def _split(action: Split, db: OfferWriter) -> str:
    """A split that has come is followed at once, one that is announced ahead on its day."""
    pool.apply_splits(db, action.at)
    return ""


@refused.register
def _may_defer(action: Defer, db: OfferWriter, state: OfferState) -> Ruling | None:
    records = db.holder_records([action.holder])
    if not records:
        return Ruling(rule="LCK-1", reason=f"there is no holder {action.holder}")
    promised = any(row.holder_id == action.holder for row in db.open_promises())
    tendered = state.accepted_at is None and batch.elections(batch.review_all(records, state, action.at))
    if not eligibility.serves(records[0].service_periods, state.day(action.at)):
        return Ruling(rule="LCK-1", reason="the holder is not in service")
    pool.apply_splits(db, action.at)
    return changes.may_defer(
        state, participant=promised or bool(tendered), shares=action.shares, available=pool.available(db)
    )


@apply_effects.register
def _defer(action: Defer, db: OfferWriter) -> str:
    pool.reserve_deferred(db, action.at, action.shares)
    return ""


@refused.register
def _may_sign(action: AgreementSigned, db: OfferWriter, state: OfferState) -> Ruling | None:
    for option in db.rows(t.issued_options):
        if option.grant_id == action.grant and option.kind == "new":
            if action.on < option.granted_on:
                reason = f"the option was granted on {option.granted_on}, after {action.on}"
                return Ruling(rule="GRT-5", reason=reason)
            return None
    return Ruling(rule="GRT-5", reason=f"no new option {action.grant} has been granted")


def _key(action: Action) -> str:
    """The key under which an action is recorded once: its verb, its options and its instant; whoever says it."""
    said = json.dumps([action.verb, action.data, action.at.isoformat()], sort_keys=True, default=str)
    return f"{action.verb}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _new_key(earlier: Iterable[RecordedAction], action: Action) -> str:
    """The key of an action that was not recorded before; one that was refused may be told again by somebody else."""
    key, taken = _key(action), {each.key for each in earlier}
    return next(each for each in chain([key], (f"{key}.{n}" for n in count_from(2))) if each not in taken)


def _recorded(earlier: Sequence[RecordedAction], action: Action) -> ActionResult | None:
    """What was said of the very same action before: the same key, or one that already did what this one would do."""
    key = _key(action)
    same = (each for each in earlier if each.key.partition(".")[0] == key)
    found = next((each for each in same if each.accepted or each.action.by == action.by), None)
    found = found or _done_before(earlier, action)
    if found is None:
        return None
    message = f"Already recorded{'' if found.accepted else ' as refused'}: {found.ruling.reason}"
    return ActionResult(accepted=found.accepted, ruling=found.ruling, message=message, repeated=True)


def _done_before(earlier: Iterable[RecordedAction], action: Action) -> RecordedAction | None:
    """The accepted action, of those from the last to the first, that already did what this one would do."""
    if action.once is None:
        return None
    data = action.data
    taken = [each for each in earlier if each.accepted and abs(each.action.at - action.at) < action.once_within]
    if isinstance(action, PriceSet):  # it may have been corrected since, so only the last one told of the day counts
        taken = [each for each in taken if each.action.data["on"] == data["on"]][:1]
    return next((each for each in taken if all(each.action.data.get(k) == data.get(k) for k in action.once)), None)


def _detail(reason: str, action: Action, passed: datetime | None, state: OfferState) -> str:
    """What the audit says of an action: what was done, why, and that it was recorded after the deadline (REC-1)."""
    late = [f"recorded after the deadline of {exact_text(passed, state.terms.zone)}"] if passed else []
    why = [str(action.data["reason"])] if action.data.get("reason") else []
    return " — ".join([reason, *why, *late])
