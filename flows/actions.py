"""A form in the Prefect UI for each action that operations may take, made from its class in `optex.actions`.

The fields of a form are the options of the action by their Python names, and whoever decided. An action that a rule
refuses ends Refused, with the rule and the reason, and has changed nothing; the same one done again says that it is
already recorded. `record-election` is written out: a form that came by fax or by hand is received, and not decided.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any, Literal

from prefect import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic import Field

from flows.action_flow import action_flow
from flows.follow_up import followed_up
from flows.rerun import run_latest
from flows.run_log import NotTaken, log_outcome
from infra.workspace import workspace_of
from optex.action import Action, Option
from optex.actions import ACTIONS, Approve, read_action
from optex.errors import OptexError
from optex.fields import OnTheClock
from tasks.intake import record_received_form, weigh_and_record

# Prefect's own server has one password for all and knows no persons: whoever decides is asked for a name.
Person = Annotated[str, Field(min_length=1)]


async def perform(offer: str, kind: type[Action], by: str, evidence: str, options: Mapping[str, Any]) -> State:
    """Weigh, record and carry out one action, send what it queued, and make the schedule agree."""
    with workspace_of(offer).write() as db:
        given = {**options, "by": by.strip(), "evidence": evidence.strip(), "at": requested_at()}
        action = read_action(kind.verb, given, db.first_terms().zone)
        result = weigh_and_record(db, action)
    if not result.accepted:
        raise NotTaken(result)
    state: State = Completed(message=result.message)
    log_outcome(f"{kind.verb} of {offer}", result.ruling.rule, state)
    state = await followed_up(offer, state)
    return await _go_on(offer, action, state) if isinstance(action, Approve) else state


async def _go_on(offer: str, approved: Approve, state: State) -> State:
    """The step that waited for the approval goes on; a compensating decision was carried out with it."""
    if approved.compensating:
        return state
    try:
        return Completed(message=f"{state.message} {await run_latest(offer, approved.step)}")
    except OptexError as error:
        return Failed(message=f"{state.message} But {error}")


def requested_at() -> datetime:
    """The instant for which the action was asked for, to the second, and not the one at which a worker got to it.

    It stays the same when the run is retried, so that what was recorded is found and not recorded again.
    """
    requested = datetime.fromisoformat(str(flow_run.scheduled_start_time)).astimezone(UTC)
    return min(requested, datetime.now(UTC)).replace(microsecond=0)


def _form(deployment: str, kinds: Sequence[type[Action]]) -> Any:
    """The flow behind a form, of one action or of several that the field `act` chooses from."""
    acts = {kind.verb.removeprefix(f"{deployment}-"): kind for kind in kinds}
    shared = kinds[0] if len(kinds) == 1 else kinds[0].__base__
    assert shared is not None
    options = list({each.name: each for kind in kinds for each in kind.options()}.values())

    async def run(**fields: Any) -> State:
        offer, by, evidence = (fields.pop(name) for name in ("offer", "by", "evidence"))
        kind = acts[fields.pop("act", next(iter(acts)))]
        stated = {each.key: _value(each, fields[each.name]) for each in options}
        given = {key: value for key, value in stated.items() if value is not None}
        return await perform(offer, kind, by, evidence, given)

    fields = list(_fields(shared, options, list(acts) if len(acts) > 1 else []))
    run.__name__ = run.__qualname__ = deployment.replace("-", "_")
    # By it Prefect knows the fields of the form; a type checker knows of no such attribute.
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, annotation, default, _ in fields
        ],
        return_annotation=State,
    )
    helps = "\n".join(f"    {name}: {words}" for name, *_, words in fields)
    run.__doc__ = f"{inspect.getdoc(shared)}\n\nArgs:\n{helps}"
    return action_flow(deployment)(run)


def _fields(kind: type[Action], options: Sequence[Option], acts: Sequence[str]) -> Iterator[tuple[str, Any, Any, str]]:
    """The fields of a form as (name, annotation, default, help), in order: what must be filled in comes first."""
    must = inspect.Parameter.empty
    yield "offer", str, must, "The offer, by its name."
    if acts:
        yield "act", Literal[tuple(acts)], must, kind.choice
    for each in options:
        if each.required:
            yield each.name, _annotation(each), must, each.form_help
    yield "by", Person, must, kind.who
    for each in options:
        if not each.required:
            yield each.name, _annotation(each), "" if _may_be_empty(each) else each.default, each.form_help
    yield "evidence", str, "", "What shows it, in words. Needed where it is recorded after a deadline."


# An amount is written as text, that its digits stay exact.
_TYPES: dict[type, Any] = {Decimal: str, datetime: OnTheClock}


def _annotation(option: Option) -> Any:
    """The type of a field."""
    plain: Any = _TYPES.get(option.type, option.type)
    if choices := option.offered or option.choices:
        plain = Literal[choices]
    return plain | None if not option.required and option.default is None and not _may_be_empty(option) else plain


def _may_be_empty(option: Option) -> bool:
    """Whether a field of text is left empty where the option is left out."""
    return option.type is Decimal or (option.type is str and option.default is None and not option.choices)


def _value(option: Option, filled_in: Any) -> Any:
    """An option as it was filled in; None where it was left empty."""
    if option.offered:
        return filled_in and filled_in.partition(":")[0]
    return (filled_in.strip() or None) if _may_be_empty(option) else filled_in


FORMS = {
    deployment: _form(deployment, list(kinds))
    for deployment, kinds in groupby(ACTIONS.values(), key=lambda kind: kind.deployment)
}
"""The flow behind every form, by its deployment; prefect.yaml names each by this module and the function's name."""
globals().update({flow.fn.__name__: flow for flow in FORMS.values()})


@action_flow("record-election")
async def record_election(
    offer: str,
    form: str,
    holder: str,
    kind: Literal["election", "withdrawal"],
    received_at: OnTheClock,
    signed_on: date | None = None,
    signed_as: str = "",
    channel: str = "fax",
    title: str = "",
    authority: str = "",
    options: str = "",
    by: str = "",
    evidence: str = "",
) -> State:
    """Key in one form that came by fax or by hand. It is judged at once and confirmed to the holder (CNF-1, §6).

    Args:
        offer: The offer, by its name.
        form: The number you give the form; one that is on record with other content is refused.
        holder: The holder, by id.
        kind: An Election Form, or a Notice to Change Election From Accept to Reject.
        received_at: When it was received, which counts. Mind the zone beside it: 5:00 p.m. EST is 10:00 p.m. UTC.
        signed_on: The date beside the signature; leave empty if there is none.
        signed_as: The signature, exactly as written.
        channel: How it was delivered: fax, hand, or another channel that the terms allow.
        title: A fiduciary's full title.
        authority: A fiduciary's evidence of authority.
        options: One option a line, GRANT:SHARES:ORIGINAL:GRANTED_ON:PRICE:EXERCISED, as the form states it.
        by: Who keyed it in, or received it: the full name; it may be left empty.
        evidence: What shows when it was received, in words. Wanted where it is keyed in after a deadline.
    """
    row = {
        "form_id": form,
        "holder_id": holder,
        "kind": kind,
        "received_at": received_at.isoformat(),
        "signed_on": signed_on.isoformat() if signed_on else "",
        "signed_as": signed_as,
        "channel": channel,
        "title": title,
        "authority": authority,
    }
    with workspace_of(offer).write() as db:
        now = datetime.now(UTC).replace(microsecond=0)
        result = record_received_form(db, row, options.split(), now, by.strip(), evidence.strip())
    if not result.accepted:
        raise NotTaken(result)
    state: State = Completed(message=result.message)
    log_outcome(f"form {form} of {offer}", result.ruling.rule, state)
    return await followed_up(offer, state)
