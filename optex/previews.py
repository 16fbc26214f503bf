"""Letters as they will look, before anything is sent: of what they are made, and what each of them supposes."""

from collections.abc import Mapping
from dataclasses import dataclass

from optex import batch
from optex.eligibility import capacity_on, grants_in_offer, may_tender
from optex.exchange import new_shares
from optex.milestones import CANCEL
from optex.notices import Kind, Notice
from optex.records import Capacity, HolderRecord
from optex.specimens import Whose, specimens
from optex.state import OfferState

MADE_UP = "made-up options of nobody in particular"
ALL_TENDERED = "that every option is tendered, whole"
SUPPOSED: Mapping[str, str] = {
    Kind.OFFER_OPENED: "",
    Kind.REMINDER: "",
    Kind.CONFIRMATION: "",
    Kind.EXTENSION: "an extension by two weeks",
    Kind.AMENDMENT: "an amendment",
    Kind.ACCEPTANCE: "acceptance on the planned day",
    Kind.REJECTION: "that an option is not accepted",
    Kind.WITHDRAWAL_RIGHT: "that nothing is accepted by then",
    Kind.TERMINATION: "an event of Section 7",
    Kind.GRANT: "a grant on the planned day at a made-up closing price",
}
"""What a specimen makes up of the course of the offer; of any other kind, the event that it tells of."""

AS_THINGS_ARE = frozenset({Kind.OFFER_OPENED, Kind.REMINDER, Kind.EXTENSION, Kind.AMENDMENT, Kind.TERMINATION})
"""The kinds that go to whoever has tendered nothing, too: they suppose no tender."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A letter as it will look: `of` says whose options it states, `supposes` what is made up besides, or ""."""

    notice: Notice
    of: str
    supposes: str

    @property
    def specimen(self) -> bool:
        """Whether something is made up in it."""
        return bool(self.supposes) or self.of.startswith(MADE_UP)


def previews(state: OfferState, record: HolderRecord | None = None) -> Mapping[Kind, Preview]:
    """A preview of every kind of letter, with the options and the form of a holder as far as there are any."""
    whose, of = (None, MADE_UP) if record is None else _whose(record, state)
    made = specimens(state.terms, whose)
    return {kind: Preview(notice=made[kind], of=of, supposes=_supposes(kind, whose)) for kind in Kind if kind in made}


def _whose(record: HolderRecord, state: OfferState) -> tuple[Whose | None, str]:
    """The holder's own facts, and what to say of them; None where no letter of the offer goes to this holder."""
    terms, holder = state.terms, record.holder
    if refused := may_tender(holder, record.service_periods, terms):
        return None, f"{MADE_UP}, for {holder.name} may not tender: {refused.reason}"
    grants = grants_in_offer(record, terms)
    if not grants:
        return None, f"{MADE_UP}, for {holder.name} holds none that the offer is about"
    if not any(new_shares(each.remaining, each, terms.exchange) for each in grants.values()):
        return None, f"{MADE_UP}, for {holder.name} holds none large enough for a new share"
    # As the acceptance will see them: a folder holds forms that have not come yet.
    received = [form.received_at for form in record.forms]
    reviews = batch.review_all([record], state, max([state.schedule.due(CANCEL), *received]))
    whose = Whose(
        holder=holder,
        capacity=capacity_on(record.service_periods, terms.commences) or Capacity.EMPLOYEE,
        grants=grants,
        tenders=batch.tenders(reviews).get(holder.holder_id, ()),
        review=reviews[-1] if reviews else None,
    )
    return whose, f"the options of {holder.name}"


def _supposes(kind: Kind, whose: Whose | None) -> str:
    if whose is None:
        return ""
    happens = SUPPOSED.get(kind, "that it comes to this")
    there = kind in AS_THINGS_ARE or (whose.review if kind is Kind.CONFIRMATION else whose.tenders)
    return ", and ".join(filter(None, ("" if there else ALL_TENDERED, happens)))
