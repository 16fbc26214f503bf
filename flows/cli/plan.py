"""`optex plan`: the milestones of an offer as JSON, as a table, as a calendar file, before and after an extension."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from flows.cli.console import echo, piped
from flows.cli.filing import as_document as filing_document
from flows.cli.filing import filings_table
from flows.cli.options import moment
from infra.folder.whereabouts import why_no_offer
from optex.action import Action
from optex.actions import Extend
from optex.amended_terms import agree
from optex.changes import long_after, may_extend
from optex.clock import zone_of
from optex.errors import OptexError, Refused
from optex.filings import Filing, filings
from optex.formatting import utc_text
from optex.milestones import Milestone, OfferSchedule, accepts_at_once, local_due
from optex.milestones import schedule_of as plan_of
from optex.open_days import reaches_thirty_days
from optex.records import Grant
from optex.state import OfferState
from optex.terms import Terms
from optex.terms_reader import parse_terms
from optex.warnings import Warning, foreign_offsets, iso_modification, readings, term_warnings


def print_plan(
    folder: Path,
    extend_to: str | None,
    announced_at: str | None,
    cancel_on: date | None,
    ics: Path | None,
    as_json: bool,
) -> None:
    if announced_at and not extend_to:
        raise click.UsageError("--announced-at says when an extension is announced: it goes with --extend-to")
    state, said = state_of(folder)
    terms, taken, offsets = state.terms, actions_of(folder), offset_warnings(folder)
    before, filed_before = _planned(state, terms, None if extend_to else cancel_on), filings(state, taken)
    before_warnings = _warned(state, terms, before)
    after, after_terms = before, terms
    noted: list[Warning] = []
    if extend_to:
        to = moment(extend_to, terms.zone, terms.hour)
        announced = moment(announced_at, terms.zone, terms.hour) if announced_at else min(terms.expires, to)
        if refused := may_extend(state, to, announced):
            raise Refused(refused)
        after_terms = terms.extended(to)
        after = _planned(state, after_terms, cancel_on)
        noted = _past_thirty_days(folder, terms, after_terms)
        extension = Extend(at=announced, to=to, announced_at=announced)
        state, taken = extension.apply(state), [*taken, extension]
    filed = filings(state, taken)
    after_warnings = [*_warned(state, after_terms, after), *noted]
    if ics:
        from infra.ledgers.ics import plan_ics

        ics.parent.mkdir(parents=True, exist_ok=True)
        ics.write_bytes(plan_ics(after_terms, after, filed))
    if as_json:
        document = _document(after_terms, after, filed, after_warnings)
        document["warnings"] += [_warning(each) for each in offsets]
        if differ := files_differ_note(folder):
            document["files_differ"] = differ
        if extend_to:
            document |= {
                "before": _document(terms, before, filed_before, before_warnings),
                "after": dict(document),
            }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for note in filter(None, (said, files_differ_note(folder))):
        echo(note)
    for each in offsets:
        echo(f"{each.rule} {each.message}")
    _table(terms, before, (after_terms, after) if extend_to else None, after_warnings)
    filings_table(filed)
    if ics:
        click.echo(f"Calendar written to {ics}")


def state_of(folder: Path) -> tuple[OfferState, str]:
    """The offer as the database has it where it was taken in, else as the folder's terms state it."""
    from infra.settings import may_be_taken_in

    file = folder / "offer.toml"
    terms = None
    if file.is_file():
        try:
            terms = parse_terms(file.read_text(encoding="utf-8-sig"))
        except UnicodeDecodeError as error:
            raise OptexError(f"{file}: not UTF-8: {error.reason} at byte {error.start}") from error
    if may_be_taken_in(folder):
        # SQLAlchemy takes a while to import: only where there is a database to ask.
        from infra.database.writer import UnknownOffer
        from infra.workspace import workspace_in

        try:
            with workspace_in(folder).read() as db:
                state, first = db.state(), db.first_terms()
        except UnknownOffer:
            pass
        else:
            differs = terms is not None and not agree(terms, first, state.terms)
            return state, f"The database leads; {file} differs from what was taken in." if differs else ""
    if terms is None:
        raise OptexError(why_no_offer(folder))
    return OfferState(terms=terms), ""


def _warned(state: OfferState, terms: Terms, schedule: OfferSchedule) -> list[Warning]:
    """What a plan gives cause to warn of: also a grant date of the Committee's that is far from the first (GRT-2)."""
    late = (
        ""
        if state.over
        else long_after(replace(state, terms=terms, cancelled_on=schedule.cancel_on), schedule.grant_on)
    )
    far = [Warning(rule="GRT-2", message=f"the grant is planned late: {late}")] if late else []
    return [*term_warnings(terms, schedule.grant_on, state.opened_at), *far]


def _past_thirty_days(folder: Path, before: Terms, after: Terms) -> list[Warning]:
    """What is to be known of ISOs, where it is by the extension that the offer is open for thirty days (ISO-1)."""
    return iso_modification(after, _grants_of(folder)) if reaches_thirty_days(before, after) else []


def _grants_of(folder: Path) -> list[Grant]:
    """The grants as the database has them, else those of the files; none where these are not in order yet."""
    from infra.settings import may_be_taken_in

    if may_be_taken_in(folder):
        from infra.database.writer import UnknownOffer
        from infra.workspace import workspace_in

        try:
            with workspace_in(folder).read() as db:
                return db.grants()
        except UnknownOffer:
            pass
    from infra.folder.reader import read_folder

    try:
        return list(read_folder(folder).grants)
    except OptexError:  # `optex check` says what is wrong with them
        return []


def offset_warnings(folder: Path) -> list[Warning]:
    """What the folder's terms state with the offset of another zone, where they can be read (CAL-2)."""
    file = folder / "offer.toml"
    if not file.is_file():
        return []
    text = file.read_text(encoding="utf-8-sig")
    return list(foreign_offsets(text, parse_terms(text)))


def actions_of(folder: Path) -> list[Action]:
    """What was done to the offer so far, where it was taken in."""
    from infra.settings import may_be_taken_in

    if not may_be_taken_in(folder):
        return []
    from infra.database.writer import UnknownOffer
    from infra.workspace import workspace_in

    try:
        with workspace_in(folder).read() as db:
            return db.actions()
    except UnknownOffer:
        return []


def files_differ_note(folder: Path) -> str:
    """That the folder's files are not what is on record, where the offer was taken in; "" else."""
    from infra.settings import may_be_taken_in

    if not may_be_taken_in(folder):
        return ""
    from infra.database.writer import UnknownOffer
    from infra.status.files_differ import files_differ
    from infra.workspace import workspace_in

    try:
        with workspace_in(folder).read() as db:
            return files_differ(db, folder)
    except UnknownOffer:
        return ""


def _planned(state: OfferState, terms: Terms, cancel_on: date | None) -> OfferSchedule:
    if cancel_on is None and terms is state.terms:
        return state.schedule
    if cancel_on and not terms.calendar.is_business_day(cancel_on):
        raise OptexError(
            f"CAN-1: {cancel_on} is no business day; the next one is {terms.calendar.business_day_from(cancel_on)}"
        )
    first = plan_of(terms).cancel_on
    if cancel_on and cancel_on < first:
        why = "the day of the expiration" if accepts_at_once(terms) else "the business day after expiration"
        raise OptexError(f"CAN-1: nothing is cancelled before {first}, {why}")
    return plan_of(terms, cancel_on=cancel_on, grant_from=state.grant_from)


def _document(
    terms: Terms, schedule: OfferSchedule, filed: Sequence[Filing], noted: Iterable[Warning]
) -> dict[str, Any]:
    return {
        "offer": terms.offer,
        "clock": terms.clock,
        "business_days_open": terms.calendar.business_days(terms.commences, terms.expires_on),
        "lookback_from": terms.lookback_from.isoformat() if terms.lookback_from else None,
        "cancel_on": schedule.cancel_on.isoformat(),
        "grant_on": schedule.grant_on.isoformat(),
        "milestones": [
            {
                "name": milestone.name,
                "due": utc_text(milestone.due),
                "local": local_due(milestone.name, milestone.due, terms.zone),
                "rule": milestone.rule,
                "section": milestone.section,
            }
            for milestone in schedule.milestones
        ],
        "filings": [filing_document(each) for each in filed],
        "warnings": [_warning(each) for each in noted],
    }


def _warning(found: Warning) -> dict[str, str]:
    return {"rule": found.rule, "message": found.message}


def _table(
    terms: Terms, before: OfferSchedule, extended: tuple[Terms, OfferSchedule] | None, noted: Iterable[Warning]
) -> None:
    from rich.table import Table
    from rich.text import Text

    from flows.cli.console import console

    screen = console()
    table = Table(title=Text(f"{terms.offer} — {terms.issuer}"), title_justify="left")
    if extended:  # two plans side by side on eighty columns leave no room for lines and sections
        table.box, table.pad_edge = None, False
    more = ("as extended", "rule") if extended else ("rule", "section")
    for heading in ("milestone", "as it stands", *more):
        table.add_column(heading, no_wrap=heading != "section")
    shown_terms, shown = extended or (terms, before)
    old = {milestone.name: milestone for milestone in before.milestones}
    for milestone in shown.milestones:
        was = old.get(milestone.name)
        cells = [_reading(was, terms) if was else ""]
        if extended:
            moved = was is None or was.due != milestone.due
            cells.append(_reading(milestone, shown_terms) if moved else "[dim]unchanged[/dim]")
        table.add_row(milestone.name, *cells, milestone.rule, *([] if extended else [milestone.section]))
    screen.print(table)
    for warning in noted:
        if warning.rule == "CAL-2":
            continue  # the table shows both readings
        screen.print(Text.assemble((warning.rule, "yellow"), f" {warning.message}"))


def _reading(milestone: Milestone, terms: Terms) -> str:
    """A milestone on the offer's clock, and what its hour is by each clock where that is several instants (CAL-2)."""
    local = local_due(milestone.name, milestone.due, terms.zone)
    shown = f"{date.fromisoformat(local[:10]):%a} {local}"
    _, at, read = readings(milestone, terms)
    if len(set(read.values())) == 1:
        return shown
    # The one that decides goes first.
    clocks = sorted(read, key=lambda name: (read[name] != milestone.due, read[name]))
    said = [f"{at:%H:%M} {read[name].astimezone(zone_of(name)):%Z} = {read[name]:%H:%MZ}" for name in clocks]
    *others, last = dict.fromkeys(said)  # EST and New York say the same in winter
    if piped():
        return f"{shown} ({', or '.join([*others, last])})"
    return "\n".join([shown, *(f"  [dim]{each}, or[/dim]" for each in others), f"  [dim]{last}[/dim]"])
