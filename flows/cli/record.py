"""What arrives, recorded from the command line: one action or many forms, then the mail is sent and Prefect is told."""

import asyncio
import errno
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from flows.cli.console import echo
from flows.cli.final_acts import ask_first, can_be_asked, show_only
from flows.cli.plan import state_of
from flows.cli.prefect_schedule import api_of, followed_up, prefect_api, schedule
from infra.database.writer import OfferWriter, UnknownOffer
from infra.folder.reader import read_prices, read_service
from infra.folder.workbooks import places_in
from infra.handlers.actions import record_action as record
from infra.handlers.forms import read_new_forms, record_forms, record_received_forms
from infra.handlers.intake import take_in
from infra.handlers.keyed_form import record_keyed_form
from infra.handlers.known_forms import new_among
from infra.handlers.prices import new_prices, price_differences
from infra.handlers.result import ActionResult
from infra.handlers.service import record_service
from infra.handlers.splits import apply_splits
from infra.mail.delivery import send_queued
from infra.mail.smtp import MailError
from infra.progress_bar import bar_shown
from infra.workspace import Workspace, name_of, workspace_in
from optex.action import Action
from optex.actions import Extend, read_action
from optex.errors import OptexError, Ruling
from optex.formatting import count
from optex.market import Quote

Work = Callable[[OfferWriter, datetime], str]


def record_action(
    folder: Path,
    verb: str,
    options: Mapping[str, Any],
    by: str,
    evidence: str,
    at: str | None,
    as_json: bool,
    *,
    dry_run: bool = False,
    ask: bool = False,
) -> None:
    """Weigh and record one action; exit 1 with the rule where it is refused.

    One that cannot be undone is first shown and asked for, where there is a terminal; by `dry_run` it is only shown.
    """
    file = evidence_file(evidence)
    if dry_run:
        show_only(folder, _stated(folder, verb, options, by, evidence, at), file, as_json)
        return
    if ask and can_be_asked():
        ask_first(folder, _stated(folder, verb, options, by, evidence, at), file)
    action = _stated(folder, verb, options, by, evidence, at)  # who was asked may have taken a while to answer
    workspace = ensure_loaded(folder)
    with workspace.write() as db:
        outcome = record(db, action, file)
    _answer(workspace, outcome, as_json)


def _stated(folder: Path, verb: str, options: Mapping[str, Any], by: str, evidence: str, at: str | None) -> Action:
    """The action as it was stated, of now where no instant was; OptexError where that is still to come."""
    now = datetime.now(UTC).replace(microsecond=0)
    given = {key: value for key, value in options.items() if value is not None}
    given |= {"at": at or now, "by": by, "evidence": evidence}
    terms = state_of(folder)[0].terms
    action = read_action(verb, given, terms.zone, terms.hour)
    if action.at > now:
        raise OptexError(f"--at {at} has not come yet: what arrives is recorded when it has")
    if isinstance(action, Extend) and action.announced_at > now:
        announced = action.data["announced_at"]
        raise OptexError(f"--announced-at {announced} has not come yet: an extension is recorded when it is announced")
    return action


def _answer(workspace: Workspace, outcome: ActionResult, as_json: bool) -> None:
    """Say what became of what was told, and do what follows it; exit 1 with the rule where it is refused."""
    if outcome.accepted:
        after_change(workspace)
    if as_json:
        ruling = outcome.ruling
        said = {"accepted": outcome.accepted, "repeated": outcome.repeated, "message": outcome.message}
        click.echo(json.dumps({**said, "rule": ruling.rule, "section": ruling.section}, ensure_ascii=False))
    elif outcome.accepted:
        echo(outcome.message)
    else:
        echo(f"{outcome.ruling.rule} ({outcome.ruling.section}): {outcome.ruling.reason}", err=True)
    if not outcome.accepted:
        sys.exit(1)


def evidence_file(evidence: str) -> tuple[str, bytes] | None:
    """The file that was handed in as evidence, by name and content; None where it is said in words."""
    file = Path(evidence)
    try:
        return (file.name, file.read_bytes()) if evidence and file.is_file() else None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # words too long to be the name of a file
            return None
        raise OptexError(f"--evidence {evidence}: the file cannot be read: {error.strerror}") from error


def import_forms(folder: Path, file: Path | None, by: str, as_json: bool, evidence: str = "") -> None:
    """Record every form of a file that is not on record yet and has been received by now.

    Where one is on record with other content, the whole file is refused, every differing row by its line (REC-2).
    """
    workspace = ensure_loaded(folder)

    def work(db: OfferWriter, now: datetime) -> str:
        forms = read_new_forms(db, file or places_in(folder)["elections.csv"], db.forms)
        apply_splits(db, now)
        return record_received_forms(db, forms, now, by, evidence_named(db, evidence, now))

    record_and_follow(workspace, work, as_json)


def record_form(
    folder: Path, row: Mapping[str, str], options: Sequence[str], by: str, evidence: str, as_json: bool
) -> None:
    """Record one form as it was keyed in; exit 1 where its number is on record with other content (REC-2)."""
    workspace = ensure_loaded(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    with workspace.write() as db:
        outcome = record_keyed_form(db, row, options, now, by, evidence_named(db, evidence, now))
    _answer(workspace, outcome, as_json)


def evidence_named(db: OfferWriter, evidence: str, now: datetime) -> str:
    """How the record names the evidence: its words, or the file that is kept with the offer."""
    file = evidence_file(evidence)
    return evidence if file is None else db.keep_evidence(*file, now)


def import_service(folder: Path, file: Path | None, by: str, as_json: bool) -> None:
    """Record the periods of a service file, and let the promises lapse that they show broken."""
    workspace = ensure_loaded(folder)

    def work(db: OfferWriter, now: datetime) -> str:
        source = file or places_in(folder)["service.csv"]
        told = read_service(source, db.holders_among, db.service_periods)
        return record_service(db, told, source.name, now, by)

    record_and_follow(workspace, work, as_json)


def import_prices(folder: Path, file: Path | None, by: str, as_json: bool) -> None:
    """Record the closing prices of a file that have come.

    Where another is on record of a day, the whole file is refused, every differing row by its line (REC-2).
    """
    workspace = ensure_loaded(folder)

    def work(db: OfferWriter, now: datetime) -> str:
        source, today, on_record = file or places_in(folder)["prices.csv"], db.state().day(now), db.quotes()
        come = {on: quote for on, quote in read_prices(source, on_record).items() if on <= today}
        new = new_prices(on_record, come)
        known = f"Already recorded: {count(len(come) - len(new), 'closing price')}." if len(come) > len(new) else ""
        if not new and known:
            return known
        db.set_prices(new)
        db.audit(now, by, [("prices imported", source.name, "GRT-3", count(len(new), "closing price"))])
        return f"{count(len(new), 'closing price')} recorded. {known}".strip()

    record_and_follow(workspace, work, as_json)


def import_received(folder: Path, workspace: Workspace) -> str:
    """Take in the forms and closing prices of the folder's own files that have come by now; "" where none are new."""
    now = datetime.now(UTC).replace(microsecond=0)
    said = []
    with workspace.write() as db:
        apply_splits(db, now)
        state = db.state()
        places = places_in(folder)
        elections, prices = places["elections.csv"], places["prices.csv"]
        if elections.exists():
            refused: list[Ruling] = []
            if recorded := record_forms(db, new_among(db, read_new_forms(db, elections), now, refused), now):
                said.append(f"{elections.name}: {recorded}")
            said += [f"{elections.name}: {ruling.rule}: {ruling.reason}" for ruling in refused]
        if prices.exists():
            said += _received_prices(db, read_prices(prices), state.day(now), prices.name)
    return "\n".join(said)


def _received_prices(db: OfferWriter, prices: Mapping[date, Quote], today: date, file: str) -> list[str]:
    """Record the closing prices of a folder's own file that have come; what is new, what differs (REC-2)."""
    on_record = db.quotes()
    new = new_prices(on_record, {on: quote for on, quote in prices.items() if on <= today})
    db.set_prices(new)
    said = [f"{file}: {count(len(new), 'closing price')} recorded."] if new else []
    differing = price_differences(on_record, prices).values()
    return said + [f"{file}: {ruling.rule}: {ruling.reason}" for ruling in differing]


def ensure_loaded(folder: Path) -> Workspace:
    """The workspace of a folder's offer; its folder is taken into the books first, where that was not done yet."""
    workspace = workspace_in(folder)
    try:
        with workspace.read():
            return workspace
    except UnknownOffer:
        _refuse_to_begin_again(folder, workspace)
        take_in(workspace.engine, folder, datetime.now(UTC).replace(microsecond=0))
    return workspace


def _refuse_to_begin_again(folder: Path, workspace: Workspace) -> None:
    """Where letters tell that the offer was opened, its books are missing: begun anew it would be opened once more."""
    if told := len(list(workspace.mail_dir.glob("*-offer-opened-*.eml"))):
        raise OptexError(
            f"{folder}: the books of this offer are gone, for {count(told, 'letter')} in {workspace.mail_dir} "
            f"opened it: `optex restore` the last backup into a new folder, or move {workspace.mail_dir} away to begin "
            "anew and write to everybody again"
        )


def record_and_follow(workspace: Workspace, work: Work, as_json: bool) -> None:
    """Put on record what arrived, with a bar on a terminal where it is much; then mail and schedule follow."""
    with workspace.write() as db:
        db.watched = partial(bar_shown, "holders")
        said = work(db, datetime.now(UTC).replace(microsecond=0))
    after_change(workspace)
    echo(json.dumps({"message": said}, ensure_ascii=False) if as_json else said)


def schedule_folder(folder: Path, as_json: bool) -> None:
    """Take a folder in where that was not done yet, and make Prefect's scheduled runs agree with its plan."""
    name_of(folder)  # whether there is an offer comes before where Prefect is
    api = prefect_api(folder)
    workspace = ensure_loaded(folder)
    load_new_rows(folder, workspace, err=as_json)
    schedule(folder, workspace, api, as_json)


def load_new_rows(folder: Path, workspace: Workspace, *, err: bool = False) -> None:
    """Take in the forms and prices of the folder's files that have come by now and are not on record yet."""
    if said := import_received(folder, workspace):
        echo(said, err=err)


def after_change(workspace: Workspace) -> None:
    """What follows a change that was made from here; what somebody should know of it is said on stderr."""
    api = api_of(workspace)
    for sentence in asyncio.run(_sent(workspace)) if api is None else followed_up(workspace, api):
        echo(sentence, err=True)


async def _sent(workspace: Workspace) -> list[str]:
    """All that follows where no Prefect server is known that must be told."""
    try:
        said = await send_queued(workspace)
    except MailError as error:
        said = f"The mail waits in the outbox: {error}"
    return [said] if said else []
