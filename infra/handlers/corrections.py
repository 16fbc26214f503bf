"""A correction weighed against what is on record: what it is of, what it changes, and why it cannot be (REC-3)."""

from collections.abc import Sequence
from functools import singledispatch

from sqlalchemy import select

from infra.database import tables as t
from infra.database.reader import OfferReader
from infra.folder.cross_checks import GENERATED
from infra.handlers import restated
from optex.cells import cells_of, changes
from optex.closings import CorrectCalendar
from optex.correction import NONE, Correction
from optex.corrections import CorrectForm, CorrectGrant, CorrectHolder, CorrectPrice, CorrectService, unsound
from optex.errors import Ruling
from optex.formatting import listed
from optex.market import Quote, priced_on
from optex.records import Form, FormKind, Grant, Holder, ServicePeriod
from optex.service_acts import overlapping
from optex.state import OfferState

Fact = Holder | Grant | Form | ServicePeriod | Quote | None


def may_correct(action: Correction, db: OfferReader, state: OfferState) -> Ruling | None:
    """Why a correction is not taken: it is of nothing on record, or what it makes of it cannot be; None where it is."""
    if ruling := action.refused(state):
        return ruling
    reason = _unknown(action, on_record(action, db), db, state)
    return Ruling(rule="REC-3", reason=reason) if reason else None


def changes_nothing(action: Correction, db: OfferReader) -> bool:
    """Whether everything that a correction states is on record as it is stated."""
    if isinstance(action, CorrectCalendar):
        return action.changes_nothing(db.state())
    fact = on_record(action, db)
    if fact is None or (isinstance(action, CorrectService) and action.remove):
        return False
    return not changes(cells_of(fact), cells_of(corrected(action, fact)))


def with_what_was(action: Correction, db: OfferReader) -> Correction:
    """The correction with the columns that it changes, as they were and as they are to be."""
    fact = on_record(action, db)
    if isinstance(action, CorrectCalendar):
        return action
    if isinstance(action, CorrectService) and action.remove:
        return action.model_copy(update={"was": cells_of(fact)})
    after = cells_of(corrected(action, fact))
    if fact is None:
        return action.model_copy(update={"was": {}, "becomes": after})
    changed = changes(cells_of(fact), after)
    was, now = ({column: cells[n] for column, cells in changed.items()} for n in (0, 1))
    return action.model_copy(update={"was": was, "becomes": now})


@singledispatch
def on_record(action: Correction, db: OfferReader) -> Fact:
    """What a correction is of, as it stands on record; None where there is no such thing."""
    return None


@on_record.register
def _holder(action: CorrectHolder, db: OfferReader) -> Fact:
    return db.holders([action.holder]).get(action.holder)


@on_record.register
def _grant(action: CorrectGrant, db: OfferReader) -> Fact:
    g = t.grants.c
    query = select(g.holder_id).where(g.offer == db.offer, g.grant_id == action.grant)
    holder_id = db.connection.execute(query).scalar()
    found = db.grants_as_told([holder_id]) if holder_id else []
    return next((grant for grant in found if grant.grant_id == action.grant), None)


@on_record.register
def _form(action: CorrectForm, db: OfferReader) -> Fact:
    holder_id = db.holder_of_form(action.form)
    found = db.holder_records([holder_id])[0].forms if holder_id else ()
    return next((form for form in found if form.form_id == action.form), None)


@on_record.register
def _period(action: CorrectService, db: OfferReader) -> Fact:
    key = (action.capacity, action.first_day)
    found = db.service_periods([action.holder]).get(action.holder, [])
    return next((period for period in found if (period.capacity, period.first_day) == key), None)


@on_record.register
def _close(action: CorrectPrice, db: OfferReader) -> Fact:
    return db.quotes().get(action.on)


def corrected(action: Correction, fact: Fact) -> Fact:
    """What is right, by what is on record and what the correction states."""
    match action, fact:
        case CorrectHolder(), Holder() | None:
            return action.corrected(fact)
        case CorrectGrant(), Grant() | None:
            return action.corrected(fact)
        case CorrectForm(), Form():
            return action.corrected(fact)
        case CorrectService(), ServicePeriod():
            return action.corrected(fact)
        case CorrectPrice(), Quote():
            return action.corrected(fact)
    raise TypeError(f"{action.verb} does not correct {fact}")


@singledispatch
def _unknown(action: Correction, fact: Fact, db: OfferReader, state: OfferState) -> str:
    """Why there is nothing to correct, or what is wrong with what it would become; "" where all is well."""
    return ""


@_unknown.register
def _unknown_holder(action: CorrectHolder, fact: Fact, db: OfferReader, state: OfferState) -> str:
    if fact is None and action.missing:
        return f"there is no holder {action.holder}: to add one, state also {listed(action.missing)}"
    return "the name cannot be blank" if action.name == NONE else ""


@_unknown.register
def _unsound_grant(action: CorrectGrant, fact: Fact, db: OfferReader, state: OfferState) -> str:
    if action.holder and not _holders_known(db, [action.holder]):
        return f"there is no holder {action.holder}"
    if fact is None and action.missing:
        return f"there is no grant {action.grant}: to add it, state also {listed(action.missing)}"
    if fact is None and (issued := _would_be_issued(action.grant, db)):
        return f"there is no grant {action.grant}, and none can be added of that number: {issued}"
    after = corrected(action, fact)
    assert isinstance(after, Grant)
    return unsound(after) or (restated.too_late(db, fact, after, state) if isinstance(fact, Grant) else "")


def _would_be_issued(grant_id: str, db: OfferReader) -> str:
    """Whether the number is, or may become, that of an option which the offer itself issues."""
    ending = next((ending for ending in GENERATED if grant_id.endswith(ending)), "")
    return f"options that the offer issues end in {ending}" if ending else ""


@_unknown.register
def _unsound_form(action: CorrectForm, fact: Fact, db: OfferReader, state: OfferState) -> str:
    if not isinstance(fact, Form):
        return f"there is no form {action.form}"
    after = action.corrected(fact)
    if not _holders_known(db, [after.holder_id]):
        return f"there is no holder {after.holder_id}"
    if after.received_at > action.at:
        return "a form cannot have been received after it was corrected"
    if after.kind is FormKind.WITHDRAWAL and after.lines:
        return "a notice of withdrawal names no option: it takes back the whole tender"
    if after.kind is FormKind.ELECTION and not after.lines:
        return "an Election Form names at least one option"
    g, named = t.grants.c, {line.grant_id for line in after.lines}
    known = set(
        db.connection.execute(select(g.grant_id).where(g.offer == db.offer, g.grant_id.in_(sorted(named)))).scalars()
    )
    return f"there is no grant {listed(sorted(named - known))}" if named - known else ""


@_unknown.register
def _unsound_service(action: CorrectService, fact: Fact, db: OfferReader, state: OfferState) -> str:
    if not _holders_known(db, [action.holder]):
        return f"there is no holder {action.holder}"
    found = db.service_periods([action.holder]).get(action.holder, [])
    if not isinstance(fact, ServicePeriod):
        spells = [f"{period.capacity} from {period.first_day}" for period in found]
        return (
            f"{action.holder} has no spell as {action.capacity} from {action.first_day} on record; there is "
            f"{listed(spells) if spells else 'none'}"
        )
    if action.remove:
        return "" if len(found) > 1 else "it is the only spell of the holder: correct its days instead"
    after = action.corrected(fact)
    if after.last_day and after.last_day < after.first_day:
        return f"{after.last_day} lies before {after.first_day}"
    if any((each.capacity, each.first_day) == (after.capacity, after.first_day) for each in found if each != fact):
        return f"a spell as {after.capacity} from {after.first_day} is on record already"
    if other := overlapping(after, (each for each in found if each != fact)):
        return f"it would overlap the spell as {other.capacity} from {other.first_day} {other.until}"
    return ""


@_unknown.register
def _unknown_price(action: CorrectPrice, fact: Fact, db: OfferReader, state: OfferState) -> str:
    if not isinstance(fact, Quote):
        return f"no closing price of {action.on} is on record: `price set` records one"
    o = t.issued_options.c
    granted = select(o.granted_on).where(o.offer == db.offer, o.kind == "new").distinct()
    if any(priced_on(state.terms, on) == action.on for on in db.connection.execute(granted).scalars()):
        return f"new options were granted at the price of {action.on}"
    return action.corrected(fact).wrong


def _holders_known(db: OfferReader, holder_ids: Sequence[str]) -> bool:
    return db.holders_among(holder_ids) == set(holder_ids)
