"""Which forms need not be judged again: nothing has come on record since they were that could change how they stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select

from infra.database import tables as t
from infra.database.among import among
from infra.database.reader import OfferReader
from optex.milestones import CLOSE
from optex.records import Form, FormKind, FormStanding
from optex.state import OfferState

# What the audit tells that changes how no form stands, or with which the forms of whom it concerns were judged again,
# as of then, in its own transaction. Of everything else it is taken that it may change how all stand.
_CHANGES_NOTHING = frozenset({
    "action on record", "approve", "condition-assert", "condition-end", "correct-form", "correct-grant",
    "correct-holder", "correct-service", "defer", "deferred grant released", "evidence added", "form received",
    "form refused", "notice-bounced", "notice-delivered", "offer taken in", "price-set", "prices imported",
    "service changed", "service imported", "service-set",
})  # fmt: skip
_NOR = (" decided", " done", " held", " postponed", " refused")


# To look a member up in an Enum takes longer than all else about a row.
_KINDS = {each.value: each for each in FormKind}
_STANDINGS = {each.value: each for each in FormStanding}


class SentForm(NamedTuple):
    """What of a form is asked here; a form itself has it too."""

    form_id: str
    kind: FormKind
    received_at: datetime


class Standing(NamedTuple):
    """How a form stands by the decision in force, and for how many shares it tenders."""

    kind: FormKind
    standing: FormStanding
    rule: str
    reason: str
    shares: int | None

    @property
    def tenders(self) -> bool:
        return self.standing is FormStanding.EFFECTIVE and self.kind is FormKind.ELECTION


class Judged:
    """How forms were judged last, at an instant when they are to be judged: by what has come since, again or not."""

    def __init__(self, db: OfferReader, state: OfferState, at: datetime) -> None:
        self._db, self._at = db, at
        self._objectionable = db.first_terms().expires
        self._closed, self._closed_at, self._changed = self._look_up(state)
        too_late = any(
            on >= at for on in (*(each.at for each in state.waivers), *(each.at for each in state.rejections))
        )
        self._never = bool(too_late or state.grant_splits or state.accepted_at or state.terminated_at)

    def of(self, sent: Mapping[str, Sequence[SentForm | Form]]) -> tuple[dict[str, list[Standing]], list[str]]:
        """How these forms stand, by the holders who sent them in this order, and whose are to be judged again.

        Each form stands as it was decided where nothing has come since that could change it: no form, no decision of
        the company, no split and no change of the terms. Nor may any form be as late as this instant, or one by which
        a holder may object, as that depends on when the holder was told (TND-3).
        """
        stands, again = dict[str, list[Standing]](), list[str]()
        decided = {} if self._never else self._decided(sent)
        for holder_id, forms in sent.items():
            said = [decided[form.form_id] for form in forms if form.form_id in decided]
            if len(said) == len(forms) and self._as_it_was(forms, said):
                stands[holder_id] = [_standing(form, row) for form, row in zip(forms, said, strict=True)]
            else:
                again.append(holder_id)
        return stands, again

    def _look_up(self, state: OfferState) -> tuple[int, datetime, int]:
        """The audit's entry of the last close, its instant, and the last entry that may change how all forms stand."""
        a = t.audit.c
        query = select(a.action, func.max(a.position), func.max(a.at)).where(a.offer == self._db.offer)
        found = {action: (last, at) for action, last, at in self._db.connection.execute(query.group_by(a.action))}
        closed, at = found.get(f"{CLOSE} done", (0, state.terms.begins))
        changes = [last for action, (last, _) in found.items() if not _changes_nothing(action)]
        return closed, at, max(changes, default=0)

    def _as_it_was(self, sent: Sequence[SentForm | Form], said: Sequence[Row[Any]]) -> bool:
        last = max(said, key=lambda row: row.entry)
        entry, at = max((last.entry, last.at), (self._closed, self._closed_at))
        return entry > self._changed and all(
            form.received_at <= at
            and form.received_at < self._at
            and (form.kind is FormKind.ELECTION or form.received_at < self._objectionable)
            for form in sent
        )

    def _decided(self, holder_ids: Iterable[str]) -> dict[str, Row[Any]]:
        """The decisions in force on forms of these holders; of one that was another holder's those on that are not."""
        d = t.decisions.c
        mine = d.offer == self._db.offer, d.kind == "form", among(self._db.connection, d.holder_id, holder_ids)
        query = select(d.subject, d.revision, d.entry, d.at, d.decision, d.rule, d.reason, d.shares).where(*mine)
        found: Iterable[Row[Any]] = self._db.connection.execute(query)
        # The last revision takes the place of those before it.
        return {row.subject: row for row in sorted(found, key=itemgetter(0, 1))}


def sent_by(db: OfferReader, holder_ids: Iterable[str]) -> dict[str, list[SentForm]]:
    """The forms of these holders, in order of receipt; who sent none is not among them."""
    f = t.forms.c
    mine = f.offer == db.offer, among(db.connection, f.holder_id, holder_ids)
    query = select(f.form_id, f.holder_id, f.kind, f.received_at).where(*mine)
    found: dict[str, list[SentForm]] = defaultdict(list)
    for form_id, holder_id, kind, received_at in db.connection.execute(query.order_by(f.received_at, f.position)):
        found[holder_id].append(SentForm(form_id, _KINDS[kind], received_at))
    return found


def _changes_nothing(action: str) -> bool:
    return action in _CHANGES_NOTHING or action.endswith(_NOR)


def _standing(form: SentForm | Form, said: Row[Any]) -> Standing:
    return Standing(form.kind, _STANDINGS[said.decision], said.rule, said.reason, said.shares)
