"""One effect each up to the close: a decision, its notices and its step are written in the step's own transaction."""

from collections import Counter
from collections.abc import Sequence

from infra.database.decision_batches import DecisionBatches
from infra.database.queued import Queued
from infra.handlers.eligibility import decided_eligibility
from infra.handlers.forms import decided_form
from infra.handlers.judged import Judged, sent_by
from optex import batch, notices
from optex.eligibility import grants_in_offer
from optex.formatting import count
from optex.records import FormStanding, HolderRecord
from optex.reminders import Reminders, whom_to_remind
from optex.warnings import open_too_short
from tasks.due_step import DueStep


class Opening:
    """The opening of an offer at work: who may tender, and the letters to them."""

    def __init__(self, step: DueStep) -> None:
        self._step, self._decided = step, DecisionBatches(step.db, step.at, "eligibility")
        self._told, self._left_out = Queued(0), 0

    def invite(self, records: Sequence[HolderRecord]) -> None:
        """Decide who of these holders may tender, and write to whoever may."""
        terms, schedule = self._step.state.terms, self._step.state.schedule
        roll_call = batch.eligibility(records, self._step.state)
        self._decided.add("eligibility", (decided_eligibility(d, refused, terms) for d, refused in roll_call))
        eligible = [record for record, refused in roll_call if refused is None]
        letters = (
            notices.offer_opened(terms, schedule, d.holder, grants_in_offer(d, terms).values()) for d in eligible
        )
        told = self._step.db.queue_notices(letters, self._step.at)
        self._told = self._told.plus(told)
        self._left_out += len(roll_call) - len(eligible)

    def done(self) -> str:
        """Record it, and mark the step done."""
        step = self._step
        step.db.update_offer(opened_at=step.at)
        self._decided.append()
        excluded = f"; {count(self._left_out, 'holder')} of options not eligible" if self._left_out else ""
        short = "".join(f". Warning: {each.rule}: {each.message}" for each in open_too_short(step.state.terms, step.at))
        return step.done(f"Opened: {self._told.told('eligible holder')}{excluded}{short}")


class Reminding:
    """A reminder at work, so many business days before the expiration: to whom the terms say."""

    def __init__(self, step: DueStep, days: int) -> None:
        self._step, self._days = step, days
        self._whom, self._told = Reminders(), Queued(0)

    def remind(self, records: Sequence[HolderRecord]) -> None:
        """Remind whom of these holders it concerns, each of what is in force."""
        step, state = self._step, self._step.state
        reviews = batch.review_all(records, state, step.at)
        whom = whom_to_remind(records, reviews, state, step.at)
        standing, withdrawn = batch.tenders(reviews), batch.withdrawn_at(reviews)
        reminded = set(whom.reminded)
        letters = (
            notices.reminder(
                state.terms,
                state.schedule,
                d.holder,
                self._days,
                step.step.version,
                standing.get(d.holder.holder_id, ()),
                d.grants,
                withdrawn.get(d.holder.holder_id),
            )
            for d in records
            if d.holder.holder_id in reminded
        )
        self._whom = self._whom.plus(whom)
        self._told = self._told.plus(step.db.queue_notices(letters, step.at))

    def done(self) -> str:
        """Mark the step done, and say who was reminded and who was not."""
        left = count(self._days, "business day")
        told = f"{self._told.told(how='reminded')}: {left} left"
        return self._step.done("; ".join(filter(None, (told, self._whom.says))))


class Closing:
    """The close of an offer at work: how every form stands, and what stands tendered."""

    def __init__(self, step: DueStep) -> None:
        self._step = step
        self._judged = Judged(step.db, step.state, step.at)
        self._decided = DecisionBatches(step.db, step.at, "form")
        self._standings = Counter[FormStanding]()
        self._tendered = Counter[str]()

    def review(self, holder_ids: list[str]) -> None:
        """Decide how the forms of these holders stand, where something has come since they were judged."""
        as_judged, again = self._judged.of(sent_by(self._step.db, holder_ids))
        records = self._step.db.holder_records(again) if again else []
        reviews = batch.review_all(records, self._step.state, self._step.at)
        self._decided.add("form", map(decided_form, reviews))
        standing = batch.tenders(reviews)
        self._count(Counter(review.standing for review in reviews), len(standing), batch.tendered_shares(reviews))
        for each in as_judged.values():
            tendered = [form.shares or 0 for form in each if form.tenders]
            self._count(Counter(form.standing for form in each), len(tendered), sum(tendered))

    def _count(self, standings: Counter[FormStanding], holders: int, shares: int) -> None:
        self._standings.update(standings)
        self._tendered.update(holders=holders, shares=shares)

    def done(self) -> str:
        """Record it, and mark the step done."""
        self._decided.append()
        found, tendered = self._standings, self._tendered
        return self._step.done(
            f"Closed: {count(found.total(), 'form')}; {count(tendered['shares'], 'option share')} tendered by "
            f"{count(tendered['holders'], 'holder')}, {found[FormStanding.WITHDRAWN]} withdrawn, "
            f"{found[FormStanding.SUPERSEDED]} superseded, {found[FormStanding.DEFECTIVE]} defective, "
            f"{found[FormStanding.LATE]} late"
        )


class Withdrawing:
    """The opening of the right to withdraw at work: to everyone whose tender may now be withdrawn (§5, WDR-3).

    `why` nothing is accepted yet.
    """

    def __init__(self, step: DueStep, why: str) -> None:
        self._step, self._why = step, why
        self._told, self._again = Queued(0), 0

    def tell(self, records: Sequence[HolderRecord]) -> None:
        """Write to whoever of these holders has a tender that stands."""
        step, state = self._step, self._step.state
        reviews = batch.review_all(records, state, step.at)
        standing, refused = batch.tenders(reviews), batch.refused_notices(reviews, state.terms)
        letters = (
            notices.withdrawal_right(
                state,
                d.holder,
                standing[d.holder.holder_id],
                d.grants,
                self._why,
                step.at,
                refused.get(d.holder.holder_id, ()),
            )
            for d in records
            if d.holder.holder_id in standing
        )
        self._told = self._told.plus(step.db.queue_notices(letters, step.at))
        self._again += len(standing.keys() & refused.keys())

    def done(self) -> str:
        """Mark the step done."""
        again = self._again
        asked = f"; {again:,} of them asked to send a notice again that came too early" if again else ""
        return self._step.done(f"The right to withdraw is open: {self._told.told()}{asked}")
