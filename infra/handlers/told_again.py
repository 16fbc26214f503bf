"""An action that is told again: already recorded, with evidence added, or refused for its other content (REC-2)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import chain
from itertools import count as count_from

from sqlalchemy import func, select

from infra.database import tables as t
from infra.database.reader import OfferReader, RecordedAction
from infra.database.writer import OfferWriter
from infra.handlers.corrections import changes_nothing
from infra.handlers.notice_outcomes import stands_bounced, stands_delivered
from infra.handlers.prices import is_completed, quote_differences
from infra.handlers.result import ActionResult
from optex.action import Action
from optex.actions import EndService, Hold, NoticeBounced, NoticeDelivered, PriceSet, ServiceSet
from optex.correction import Correction
from optex.errors import Ruling
from optex.exclusions import Exclude
from optex.market import priced_on
from optex.service_acts import going_on
from optex.told_again import Difference, action_differences, other_content

EVIDENCE_ADDED = "evidence added"


@dataclass(frozen=True, kw_only=True, slots=True)
class OnRecord:
    """What stands on record under the key of an action that is told again, and in what it differs from that."""

    said: str
    differing: Sequence[Difference] = ()
    evidence: str = ""


def recorded(db: OfferWriter, earlier: Sequence[RecordedAction], action: Action) -> ActionResult | None:
    """What was said of the very same action before: told at the same instant, or of the same content under its key.

    None where it is new, or says something else. `earlier` are the actions of its verb, the last first.
    """
    same = [each for each in earlier if _of_instant(each.key) == _key(action)]
    if found := next((each for each in same if each.accepted), None):
        standing = OnRecord(said=found.ruling.reason, evidence=found.action.evidence)
        return _again(db, action, found.ruling, standing)
    asked = (action.by, action.evidence)
    if found := next((each for each in same if (each.action.by, each.action.evidence) == asked), None):
        message = f"Already recorded as refused: {found.ruling.reason}"
        return ActionResult(accepted=False, ruling=found.ruling, message=message, repeated=True)
    known = on_record(action, db, earlier)
    if known is None or known.differing:
        return None
    return _again(db, action, Ruling(rule=action.rule, reason=known.said), known)


def differs(db: OfferReader, earlier: Sequence[RecordedAction], action: Action) -> Ruling | None:
    """The refusal of an action whose key is on record with other content (REC-2)."""
    known = on_record(action, db, earlier)
    if known is None or not known.differing:
        return None
    what = " ".join(filter(None, (action.verb.replace("-", " "), action.subject)))
    return other_content(what, known.differing, action.correction)


@singledispatch
def on_record(action: Action, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """What stands on record under the key of an action; None where nothing does, or it has no key."""
    if action.once is None:
        return None
    data = action.data
    for each in earlier:
        near = abs(each.action.at - action.at) < action.once_within
        if each.accepted and near and all(each.action.data.get(key) == data.get(key) for key in action.once):
            differing = action_differences(each.action, action)
            return OnRecord(said=each.ruling.reason, differing=differing, evidence=each.action.evidence)
    return None


@on_record.register
def _price(action: PriceSet, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """The closing price of the day, whoever told it; one at which options were granted is refused by its own rule."""
    quote, state = db.quotes().get(action.on), db.state()
    if quote is None or is_completed(quote, action.quote):
        return None
    if not (differing := quote_differences(quote, action.quote)):
        return OnRecord(said=action.says(state))
    if state.granted_on and priced_on(state.terms, state.granted_on) == action.on:
        return None
    return OnRecord(said="", differing=differing)


@on_record.register
def _service(action: ServiceSet, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """The spell as it stands on record, whoever told it; another last day is a new statement, and no other content."""
    mine = (action.capacity, action.first_day, action.last_day)
    periods = db.service_periods([action.holder]).get(action.holder, [])
    stands = any((each.capacity, each.first_day, each.last_day) == mine for each in periods)
    return OnRecord(said=action.says(db.state())) if stands else None


@on_record.register
def _end_of_service(action: EndService, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """That service ended with that day, whoever told it."""
    periods = db.service_periods([action.holder]).get(action.holder, [])
    ended = any(each.last_day == action.last_day for each in periods) and not going_on(periods, action.last_day)
    return OnRecord(said=action.says(db.state())) if ended else None


@on_record.register
def _hold(action: Hold, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """A hold for that reason that stands and was not released; one that first names a successor says something new."""
    if action.reason not in db.state().holds:
        return None
    told = [each for each in earlier if each.accepted and each.action.data["reason"] == action.reason]
    named = [each for each in told if each.action.data.get("successor")]
    found = (named or told)[0]
    if action.successor and not named:
        return None
    differing = action_differences(found.action, action)
    return OnRecord(said=found.ruling.reason, differing=differing, evidence=found.action.evidence)


@on_record.register
def _exclusion(action: Exclude, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """What was said last of the jurisdiction: what was taken back may be excluded anew, and the other way round."""
    of = (each for each in earlier if each.accepted and each.action.subject == action.subject)
    last = next(of, None)
    if last is None or last.action.data["remove"] != action.remove:
        return None
    differing = action_differences(last.action, action)
    return OnRecord(said=last.ruling.reason, differing=differing, evidence=last.action.evidence)


@on_record.register
def _correction(action: Correction, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """What is right already, whoever told it."""
    stands = f"{action.subject} stands so, and nothing was changed."
    return OnRecord(said=stands, evidence=action.evidence) if changes_nothing(action, db) else None


@on_record.register
def _delivery(action: NoticeDelivered, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """What stands on record of the letter, whoever told it."""
    differing = stands_delivered(action, db)
    return None if differing is None else OnRecord(said=action.says(db.state()), differing=differing)


@on_record.register
def _bounce(action: NoticeBounced, db: OfferReader, earlier: Iterable[RecordedAction]) -> OnRecord | None:
    """What stands on record of the letter, whoever told it."""
    differing = stands_bounced(action, db)
    return None if differing is None else OnRecord(said=action.says(db.state()), differing=differing)


def new_key(earlier: Iterable[RecordedAction], action: Action) -> str:
    """The key of an action that was not recorded before; one that was refused may be told again by somebody else."""
    key, taken = _key(action), {each.key for each in earlier}
    return next(each for each in chain([key], (f"{key}.{n}" for n in count_from(2))) if each not in taken)


def _key(action: Action) -> str:
    """The key under which an action is recorded once: its verb, its options and its instant; whoever says it."""
    options = {key: value for key, value in action.data.items() if key != "evidence"}
    said = json.dumps([action.verb, options, action.at.isoformat()], sort_keys=True, default=str)
    return f"{action.verb}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _of_instant(key: str) -> str:
    return key.partition(".")[0]


def _again(db: OfferWriter, action: Action, ruling: Ruling, known: OnRecord) -> ActionResult:
    added = action.evidence not in known.evidence and _add_evidence(db, action, known.said)
    message = f"Already recorded: {known.said}{' The evidence is added.' if added else ''}"
    return ActionResult(accepted=True, ruling=ruling, message=message, repeated=True)


def _add_evidence(db: OfferWriter, action: Action, said: str) -> bool:
    """Put on record what more shows an action that is on record (REC-1); False where that was added before."""
    a = t.audit.c
    same = (a.offer == db.offer, a.action == EVIDENCE_ADDED, a.detail == said, a.evidence == action.evidence)
    if db.connection.execute(select(func.count()).select_from(t.audit).where(*same)).scalar():
        return False
    db.audit(action.at, action.by, [(EVIDENCE_ADDED, action.subject, "REC-1", said)], action.evidence)
    return True
