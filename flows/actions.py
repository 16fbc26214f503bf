"""A form in the Prefect UI for each action that operations may take, made from its class in `optex.actions`.

The fields of a form are the options of the action by their Python names, and whoever decided. An action that a rule
refuses ends Refused, with the rule and the reason, and has changed nothing; the same one done again says that it is
already recorded. `record-election` is written out: a form that came by fax or by hand is received, and not decided.
"""

import inspect
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Any, Literal

from prefect import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.action_flow import action_flow
from flows.follow_up import followed_up
from flows.form_fields import (
    Form,
    FormDay,
    Holder,
    Instant,
    OptionOnForm,
    Person,
    confirmed,
    fields_of,
    filled_in,
    person,
)
from flows.form_lists import picked, refuse_of_another
from flows.rerun import run_latest
from flows.run_log import NotTaken, log_outcome
from infra.workspace import workspace_of
from optex.action import Action
from optex.actions import ACTIONS, Approve, read_action
from optex.clock import on_clock, written
from optex.errors import OptexError
from optex.formatting import local_end, local_text
from optex.terms import Terms
from tasks.intake import record_received_form, weigh_and_record


async def perform(
    offer: str, kind: type[Action], by: str, evidence: str, options: Mapping[str, Any], *, another_hour: bool = False
) -> State:
    """Weigh, record and carry out one action, send what it queued, and make the schedule agree."""
    with workspace_of(offer).write() as db:
        terms = db.state().terms
        given = {**options, "by": person(by), "evidence": evidence.strip(), "at": requested_at()}
        action = read_action(kind.verb, given, terms.zone, terms.hour)
        if not another_hour:
            refuse_another_hour(action, terms)
        result = weigh_and_record(db, action)
    if not result.accepted:
        raise NotTaken(result)
    said = [] if result.repeated else _instants(action, options, terms.zone, result.message)
    state: State = Completed(message=" ".join([result.message, *said]))
    log_outcome(f"{kind.verb} of {offer}", result.ruling.rule, state)
    state = await followed_up(offer, state)
    return await _go_on(offer, action, state) if isinstance(action, Approve) else state


def refuse_another_hour(action: Action, terms: Terms) -> None:
    """OptexError where the offer would expire at another hour of the day than it does: mostly that is a slip."""
    for each in action.options():
        to = getattr(action, each.name) if each.expiration else None
        if to is not None and (hour := to.astimezone(terms.zone).time()) != terms.hour:
            raise OptexError(
                f"The new expiration would be {local_end(to, terms.zone)}: the offer expires at {terms.hour:%H:%M}, "
                f"not at {hour:%H:%M}. Write the date alone for its own hour, or tick `another_hour` if that is meant"
            )


def _instants(action: Action, stated: Mapping[str, Any], zone: tzinfo, message: str) -> list[str]:
    """The instants that were filled in, as they are on the clock of the offer, but for what the outcome says itself."""
    filled = [each for each in action.options() if each.type is datetime and each.key in stated]
    said = {each.name: local_end(getattr(action, each.name), zone) for each in filled}
    return [
        f"{name.replace('_', ' ').removesuffix(' at').capitalize()} {instant}."
        for name, instant in said.items()
        if instant not in message
    ]


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
        confirmed(fields.get("confirm", ""), offer, final=kind.final)
        for each in options:
            if each.among:
                refuse_of_another(fields[each.name], offer)
        stated = {each.key: filled_in(each, fields[each.name]) for each in options}
        given = {key: value for key, value in stated.items() if value is not None}
        return await perform(offer, kind, by, evidence, given, another_hour=fields.get("another_hour", False))

    fields = list(fields_of(shared, options, kinds))
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


FORMS = {
    deployment: _form(deployment, list(kinds))
    for deployment, kinds in groupby(ACTIONS.values(), key=lambda kind: kind.deployment)
}
"""The flow behind every form, by its deployment; prefect.yaml names each by this module and the function's name."""
globals().update({flow.fn.__name__: flow for flow in FORMS.values()})


@action_flow("record-election")
async def record_election(
    offer: str,
    form: Form,
    holder: Holder,
    kind: Literal["election", "withdrawal"],
    received_at: Instant,
    by: Person,
    signed_on: FormDay | None = None,
    signed_as: str = "",
    options: list[OptionOnForm] | None = None,
    channel: str = "fax",
    title: str = "",
    authority: str = "",
    evidence: str = "",
) -> State:
    """Key in one form that came by fax or by hand. It is judged at once and confirmed to the holder (CNF-1, §6).

    Args:
        offer: The offer, by its name.
        form: The number you give the form; one that is on record with other content is refused.
        holder: The holder, by id.
        kind: An Election Form, or a Notice to Change Election From Accept to Reject.
        received_at: When it was received, which counts. On the offer's clock, such as 2027-02-05 17:00.
        by: Who keyed it in, or received it: the full name.
        signed_on: The date beside the signature; leave it empty if there is none.
        signed_as: The signature, exactly as written.
        options: A row for each option on an Election Form, with what the form states of it.
        channel: How it was delivered: fax, hand, or another channel that the terms allow.
        title: A fiduciary's full title.
        authority: A fiduciary's evidence of authority.
        evidence: What shows when it was received, in words. Wanted where it is keyed in after a deadline.
    """
    refuse_of_another(holder, offer)
    with workspace_of(offer).write() as db:
        zone, now = db.first_terms().zone, datetime.now(UTC).replace(microsecond=0)
        received = instant_of(received_at, zone)
        row = {
            "form_id": form.strip(),
            "holder_id": picked(holder),
            "kind": kind,
            "received_at": received.isoformat(),
            "signed_on": signed_on.isoformat() if signed_on else "",
            "signed_as": signed_as,
            "channel": channel,
            "title": title,
            "authority": authority,
        }
        lines = [each.line for each in options or ()]
        result = record_received_form(db, row, lines, now, person(by), evidence.strip())
    if not result.accepted:
        raise NotTaken(result)
    said = "" if result.repeated else f" {form.strip()} was received {local_text(received, zone)}."
    state: State = Completed(message=f"{result.message}{said}")
    log_outcome(f"form {form} of {offer}", result.ruling.rule, state)
    return await followed_up(offer, state)


def instant_of(text: str, zone: tzinfo) -> datetime:
    """An instant as it was filled in; OptexError where it is none on the clock of the offer (CAL-2)."""
    try:
        return on_clock(written(text.strip()), zone)
    except ValueError as error:
        raise OptexError(f"{error}: write it as 2027-02-05 17:00") from None
