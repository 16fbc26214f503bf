"""Every deployment of prefect.yaml is run once with what it accepts and once with what it refuses."""

import asyncio
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.utilities.importtools import import_object
from sqlalchemy import select

from flows.cli.record import ensure_loaded
from flows.deployments import deploy, deploy_missing, entries
from infra.database import tables as t
from infra.handlers.actions import record_action
from infra.workspace import workspace_in
from optex.actions import ACTIONS, Extend
from tasks.due_step import DueStep
from tests.live.house import CALENDAR, expired_offer, open_offer, today, working_day
from tests.offers import Offer, Played

ENTRIES = entries()
BY = "Ruth Counsel"
OPS = "ops@alpha.example"
# A fact that was refused is on record as that, and is no change of the offer.
ON_RECORD = {"actions", "audit"}


class World:
    """Offers of this day at every stage, on a server that has all deployments, and two of 2003 on a virtual clock."""

    def __init__(self, root):
        self.root = root
        self.folders = {}
        for name in ("running", "ending", "unopened"):
            self.folders[name] = open_offer(root, name).write(root / name)
        self.folders["waiting"] = self._played(expired_offer(root, "waiting", reminders=[]))
        self.folders["forbidden"] = self._played(expired_offer(root, "forbidden", reminders=[]))
        self.folders["held"] = self._held(expired_offer(root, "held", reminders=[], require_approval=["cancel"]))
        granted = Offer(root, offer="granted").holder("H1", "Ann Lee").grant("G1", 1000).closes_at("2003-10-03", "1.27")
        granted.tenders("F1", "2003-03-10T10:00:00", G1=1000)
        # The new option of a second holder is contradicted: told after the grant that service had ended before it.
        granted.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
        gone = {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-09-30"}
        # The promise of a third has lapsed, for service that was told to have ended in July.
        granted.holder("H3", "Cy Dow", until="2003-07-31").grant("G3", 300).tenders("F3", "2003-03-10T10:00:00", G3=300)
        self.folders["granted"] = self._played(granted.happens("2003-10-08T10:00:00", "service-set", **gone))
        self.virtual = {"steps-2003": self._steps(), "stuck-2003": self._stuck()}

    def _played(self, offer, until=None):
        """What a play up to this day has left, which goes on by the clock of this day."""
        name = offer.terms["offer"]
        offer.root = self.root / f"{name}-play"
        return offer.play(until=until or f"{today() - timedelta(days=1)}T23:59:59", out=self.root / name).out

    def _held(self, offer):
        """What a play up to the close has left, whose cancellation then came due and waits for an approval."""
        folder = self._played(offer, until=f"{working_day(-2)}T08:30:00")
        workspace = workspace_in(folder)
        with workspace.write() as db:
            step = db.step("cancel")
            due = DueStep(workspace=workspace, db=db, step=step, state=db.state(), at=step.due)
            due.held("CAN-1", "waits for the approval of a named person: 2 options would be cancelled", "c" * 64)
        return folder

    def _steps(self):
        """An offer of 2003 on the eve of its opening."""
        offer = Offer(self.root / "steps", offer="steps-2003").holder("H1", "Ann Lee").grant("G1", 1000)
        offer.tenders("F1", "2003-02-28T10:00:00", G1=1000).closes_at("2003-10-03", "1.27")
        return offer.play(until="2003-02-27T12:00:00")

    def _stuck(self):
        """One in which a condition keeps everything from being accepted until the right to withdraw begins."""
        offer = Offer(self.root / "stuck", offer="stuck-2003").holder("H1", "Ann Lee").grant("G1", 1000)
        offer.tenders("F1", "2003-03-10T10:00:00", G1=1000)
        offer.happens("2003-03-20T10:00:00", "condition-assert", number=4, evidence="A bid.", by="Board")
        return offer.play(until="2003-04-28T12:00:00")

    def run(self, name, /, **parameters):
        """Run a deployment's flow in this process and return its final state."""
        [entry] = [entry for entry in ENTRIES if entry["name"] == name]
        flow = import_object(entry["entrypoint"]).with_options(retries=0)
        virtual = self.virtual.get(parameters.get("offer"))
        with virtual.workspace() if virtual else nullcontext():
            return asyncio.run(flow(**parameters, return_state=True))

    def due(self, offer, step):
        """When a step of an offer of 2003 falls due; those before it have been run."""
        played: Played = self.virtual[offer]
        [due] = [each.due for each in played.steps() if each.name == step]
        for each in sorted(played.steps(), key=lambda each: each.due):
            if each.status == "pending" and each.due < due:
                played.run(each.name, each.due.isoformat())
        return due

    def workspace(self, offer):
        return workspace_in(self.virtual[offer].out if offer in self.virtual else self.folders[offer])

    def read(self, offer, ask):
        with self.workspace(offer).read() as reader:
            return ask(reader)

    def audited(self, offer, action):
        return len(self.read(offer, lambda reader: reader.raised(action)))

    def books(self):
        """All that the books of all offers hold, but for the record of what was refused."""
        held = {}
        for offer in (*self.folders, *self.virtual):
            with self.workspace(offer).engine.connect() as connection:
                for table in t.metadata.sorted_tables:
                    if table.name not in ON_RECORD:
                        held[offer, table.name] = connection.execute(select(table)).all()
        return held

    def runs(self, offer):
        """The runs that Prefect has still to start for an offer."""

        async def read():
            tagged = FlowRunFilterTags(all_=["optex:alarm", f"offer:{offer}"])
            async with get_client() as client:
                found = await client.read_flow_runs(flow_run_filter=FlowRunFilter(tags=tagged))
            return [run for run in found if run.state_name == "Scheduled"]

        return asyncio.run(read())

    def forget_runs(self, offer):
        """Delete the runs of an offer, as somebody may do by hand."""

        async def delete(runs):
            async with get_client() as client:
                for run in runs:
                    await client.delete_flow_run(run.id)

        asyncio.run(delete(self.runs(offer)))

    def letters_to_operations(self, offer):
        letters = self.workspace(offer).mail_dir.glob("*.eml")
        return sum(f"To: {OPS}" in path.read_text() for path in letters)


@pytest.fixture(scope="module")
def world(prefect_server, tmp_path_factory):
    world = World(tmp_path_factory.mktemp("world"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTEX_OFFERS", os.pathsep.join(map(str, world.folders.values())))
        patch.setenv("OPTEX_OPS_MAIL", OPS)
        for name in ("running", "ending", "unopened"):
            ensure_loaded(world.folders[name])

        async def make():
            async with get_client() as client:
                await deploy(client, list(world.folders))

        asyncio.run(make())
        for name in ("running", "ending"):
            assert world.run("open", offer=name).is_completed()
        yield world


Given = Callable[[World], dict[str, Any]]


@dataclass(kw_only=True)
class Case:
    """What a deployment accepts and refuses: the state it then ends in, and where its effect is to be seen."""

    accepted: Given
    refused: Given
    effect: Callable[[World], Any]
    ends: str = "Refused"
    settings: Callable[[World], dict[str, str]] = lambda w: {}  # under which it is refused


def step(name, offer="steps-2003", /, **parameters):
    """A step refuses nothing: a run that rings before its time, as any may, finds nothing to do."""
    known = parameters.get("name", name)
    return Case(
        accepted=lambda w: {"offer": offer, "at": w.due(offer, known), **parameters},
        refused=lambda w: {"offer": offer, "at": w.due(offer, known) - timedelta(seconds=1), **parameters},
        effect=lambda w: w.audited(offer, f"{known} done"),
        ends="NothingToDo",
    )


def act(verb, offer, accepted, refused, refused_for=""):
    """An act of a person, who is named, and who confirms what is final; its effect is its entry in the audit."""

    def of(offer):
        return {"offer": offer, "by": BY} | ({"confirm": offer} if ACTIONS[verb].final else {})

    return Case(
        accepted=lambda w: {**of(offer), **accepted(w)},
        refused=lambda w: {**of(refused_for or offer), **refused(w)},
        effect=lambda w: w.audited(offer, verb),
    )


def expires(world, days):
    """The expiration of the running offer, and so many days, as a program writes it."""
    to = world.read("running", lambda reader: reader.state().terms.expires) + timedelta(days=days)
    return to.isoformat()


def granting_day(world, days):
    """The first day on which options may be granted, from so many days after the grant that is planned for on."""
    on = world.read("waiting", lambda reader: reader.state().schedule.grant_on) + timedelta(days=days)
    return trading_day(on)


def trading_day(on, step=1):
    while not (CALENDAR.is_trading_day(on) and CALENDAR.is_business_day(on)):
        on += timedelta(days=step)
    return on


def form(number, holder, signed_as="Running 1", options=()):
    return {
        "form": number,
        "holder": holder,
        "kind": "election",
        "received_at": f"{working_day(-1)}T10:00:00",
        "signed_on": working_day(-1),
        "signed_as": signed_as,
        "options": list(options),
        "by": BY,
    }


def stated(world):
    """The rows of a form as they should be for the first grant of the running offer."""
    granted = world.read("running", lambda reader: reader.grants(["H1"])[0].granted_on)
    row = {"grant": "G1", "shares": 600, "original_shares": 1000, "granted_on": granted, "price": "12.50"}
    return [{**row, "exercised": 0}]


def defective(world):
    """The number of a form that is on record and does not stand: it is signed by another name."""
    world.run("record-election", offer="running", **form("F-2", "H1", "Somebody Else", stated(world)))
    return "F-2"


def keyed(world):
    """The number of a form that is on record."""
    world.run("record-election", offer="running", **form("F-3", "H1", options=stated(world)))
    return "F-3"


def rejectable(world):
    """The number of a form that is on record, by which nothing else is decided."""
    world.run("record-election", offer="running", **form("F-8", "H1", options=stated(world)))
    return "F-8"


def spell(world):
    """The spell of service of a holder of the running offer."""
    [period, *_] = world.read("running", lambda reader: reader.service_periods(["H2"])["H2"])
    return {"holder": "H2", "capacity": period.capacity.value, "first_day": period.first_day}


def priced(world):
    """A day of which a closing price is on record."""
    on = trading_day(today() - timedelta(days=2), -1)
    world.run("set-price", offer="running", on=on, close="1.27", by=BY)
    return on


def unsent(world):
    """Letters that an extension has queued and nobody has sent yet."""
    workspace = world.workspace("running")
    with workspace.write() as db:
        later = db.state().terms.expires + timedelta(days=7)
        assert record_action(db, Extend(to=later, by=BY, at=workspace.now(None))).accepted
    return {"offer": "running", "by": BY}


def missing(world, offer):
    """An offer whose scheduled runs somebody has deleted."""
    world.run("reschedule", offer=offer, by=BY)
    world.forget_runs(offer)
    return {"offer": offer, "by": BY}


def sent(world, offer):
    return world.read(offer, lambda reader: sum(row.sent_at is not None for row in reader.rows(t.notices)))


def letters_of(world, was_sent):
    """A letter of the running offer that was sent, or that waits to be: the announcement of an extension."""
    if not was_sent:
        unsent(world)
    found = world.read("running", lambda reader: reader.rows(t.notices, t.notices.c.notice_id))
    return next(row.notice_id for row in found if (row.sent_at is not None) is was_sent)


CASES = {
    "open": step("open"),
    "remind": step("remind", name="reminder-1"),
    "close": step("close"),
    "extension-deadline": step("extension-deadline"),
    "cancel": step("cancel"),
    "withdrawal-right": step("withdrawal-right", "stuck-2003"),
    "recheck-employment": step("recheck-employment"),
    "regrant": step("regrant"),
    "extend": act("extend", "running", lambda w: {"to": expires(w, 7)}, lambda w: {"to": expires(w, -1)}),
    "amend": act(
        "amend",
        "running",
        lambda w: {"change": "other", "reason": "Forms by e-mail too.", "terms": 'channels = [\n  "fax", "email"\n]'},
        lambda w: {"change": "consideration", "reason": "One for two."},
    ),
    "terminate": act(
        "terminate",
        "ending",
        lambda w: {
            "number": "4: a tender offer, merger or acquisition proposal",
            "evidence": "A bid.",
            "reason": "A merger.",
        },
        lambda w: {"reason": "No longer wanted."},
    ),
    "condition": act(
        "condition-assert",
        "running",
        lambda w: {
            "act": "assert",
            "number": "4: a tender offer, merger or acquisition proposal",
            "evidence": "A bid.",
        },
        lambda w: {"act": "waive", "number": "1: an authority challenges the offer"},
    ),
    "record-election": Case(
        accepted=lambda w: {"offer": "running", **form("F-1", "H1", options=stated(w))},
        refused=lambda w: {"offer": "running", **form("F-9", "H9", options=stated(w))},
        effect=lambda w: w.read("running", lambda reader: "F-1" in reader.form_ids()),
    ),
    "waive-defect": act(
        "election-waive",
        "running",
        lambda w: {"form": defective(w), "reason": "Her married name."},
        lambda w: {"form": "F-9", "reason": "A slip."},
    ),
    "set-service": act(
        "service-set",
        "running",
        lambda w: {"holder": "H2", "capacity": "director", "first_day": "2001-01-01"},
        lambda w: {"holder": "H9", "capacity": "director", "first_day": "2001-01-01"},
    ),
    "end-service": act(
        "service-end",
        "running",
        lambda w: {"holder": "H2", "last_day": "2030-01-31"},
        lambda w: {"holder": "H9", "last_day": "2030-01-31"},
    ),
    "notice-delivered": act(
        "notice-delivered",
        "running",
        lambda w: {"notice": letters_of(w, was_sent=True), "on": today(), "how": "courier"},
        lambda w: {"notice": "offer-opened:H9", "on": today(), "how": "courier"},
    ),
    "notice-bounced": act(
        "notice-bounced",
        "running",
        lambda w: {"notice": letters_of(w, was_sent=True), "reason": "550 No such user"},
        lambda w: {"notice": letters_of(w, was_sent=False)},
    ),
    "set-price": act(
        "price-set",
        "running",
        lambda w: {"on": trading_day(today() - timedelta(days=1), -1), "close": "1.27"},
        lambda w: {"on": today() + timedelta(days=9), "close": "1.27"},
    ),
    "record-split": act(
        "split",
        "waiting",
        lambda w: {"on": today(), "new": 3, "old": 2},
        lambda w: {"on": today() - timedelta(days=400), "new": 3, "old": 2},
    ),
    "defer-grant": act(
        "defer",
        "waiting",
        lambda w: {"holder": "H1", "shares": 100, "kind": "NSO", "promise": True},
        lambda w: {"holder": "H1", "shares": 10**6, "kind": "NSO"},
    ),
    "choose-grant-date": act(
        "committee-grant-date",
        "waiting",
        lambda w: {"on": granting_day(w, 7)},
        lambda w: {"on": granting_day(w, -14)},
    ),
    "sign-agreement": act(
        "agreement-signed",
        "granted",
        lambda w: {"grant": "G1-N", "on": "2003-10-08"},
        lambda w: {"grant": "G9-N", "on": "2003-10-08"},
    ),
    "hold-grant": act(
        "hold",
        "waiting",
        lambda w: {"act": "hold", "reason": "A merger.", "successor": "Acme Corp."},
        lambda w: {"act": "hold", "reason": "A slip."},
        refused_for="granted",
    ),
    "prohibit": act(
        "prohibit",
        "forbidden",
        lambda w: {"reason": "An injunction for good.", "evidence": "Order of November 19"},
        lambda w: {"reason": "An injunction for good.", "evidence": "Order of November 19"},
        refused_for="granted",
    ),
    "approve": act(
        "approve", "held", lambda w: {"step": "cancel"}, lambda w: {"step": "cancel", "digest": "000000000000"}
    ),
    "settle": act(
        "settle",
        "granted",
        lambda w: {"grant": "G2-N", "outcome": "rescind", "reason": "A slip.", "evidence": "Minutes of October 20"},
        lambda w: {"grant": "G1-N", "outcome": "rescind", "reason": "A slip.", "evidence": "Minutes of October 20"},
    ),
    "exclude": act(
        "exclude",
        "running",
        lambda w: {"jurisdiction": "AU", "reason": "Its law does not permit it."},
        lambda w: {"jurisdiction": "AU", "reason": "Its law does not permit it."},
        refused_for="granted",
    ),
    "reject": act(
        "reject",
        "running",
        lambda w: {"form": rejectable(w), "reason": "A court forbade it."},
        lambda w: {"form": "F-9", "reason": "A court forbade it."},
    ),
    "correct-holder": act(
        "correct-holder",
        "running",
        lambda w: {"holder": "H2", "email": "none", "reason": "She has none."},
        lambda w: {"holder": "H9", "email": "x@alpha.example", "reason": "A slip."},
    ),
    "correct-grant": act(
        "correct-grant",
        "running",
        lambda w: {"grant": "G2", "exercised": 1, "reason": "Told late."},
        lambda w: {"grant": "G2", "exercised": 10**6, "reason": "A slip."},
    ),
    "correct-form": act(
        "correct-form",
        "running",
        lambda w: {"form": keyed(w), "lines": stated(w), "signed_on": "none", "reason": "A slip."},
        lambda w: {"form": "F-9", "signed_as": "Somebody Else", "reason": "A slip."},
    ),
    "correct-service": act(
        "correct-service",
        "running",
        lambda w: {**spell(w), "new_capacity": "consultant", "reason": "A slip."},
        lambda w: {**spell(w), "holder": "H9", "to": "none", "reason": "A slip."},
    ),
    "correct-price": act(
        "correct-price",
        "running",
        lambda w: {"on": priced(w), "close": "1.28", "reason": "Misread."},
        lambda w: {"on": trading_day(today() - timedelta(days=9), -1), "close": "1.28", "reason": "A slip."},
    ),
    "correct-calendar": act(
        "correct-calendar",
        "waiting",
        lambda w: {"on": granting_day(w, 0), "calendar": "exchange", "reason": "A storm."},
        lambda w: {"on": granting_day(w, 0), "calendar": "exchange", "reason": "A storm."},
        refused_for="granted",
    ),
    "rerun": Case(
        accepted=lambda w: {"offer": "unopened", "step": "open", "by": BY},
        refused=lambda w: {"offer": "unopened", "step": "reminder", "reminder": 7, "by": BY},
        effect=lambda w: w.audited("unopened", "open done"),
    ),
    "reschedule": Case(
        accepted=lambda w: missing(w, "running"),
        refused=lambda w: {"offer": "nobody-s", "by": BY},
        effect=lambda w: len(w.runs("running")),
    ),
    "send-unsent": Case(
        accepted=unsent,
        refused=lambda w: {"offer": "nobody-s", "by": BY},
        effect=lambda w: sent(w, "running"),
    ),
    "watch": Case(
        accepted=lambda w: missing(w, "running") and {},
        refused=lambda w: {},
        effect=lambda w: len(w.runs("running")),
        ends="Failed",
        settings=lambda w: {"OPTEX_OFFERS": str(w.root)},  # where no offer is
    ),
    "alert": Case(
        accepted=lambda w: {"run": "close running · 2026-01-05 17:00 EST", "state": "Late"},
        refused=lambda w: {"run": "close running · 2026-01-05 17:00 EST", "state": "Late"},
        effect=lambda w: w.letters_to_operations("running"),
        ends="Completed",
        settings=lambda w: {"OPTEX_OPS_MAIL": ""},
    ),
}


@pytest.mark.parametrize("name", [entry["name"] for entry in ENTRIES])
def test_a_deployment_refuses_and_accepts(world, monkeypatch, name):
    """What is refused ends so and changes nothing in any book; what is accepted is Completed, and is seen there."""
    case = CASES[name]
    refused = case.refused(world)
    before = world.books(), case.effect(world)
    with monkeypatch.context() as patch:
        for setting, value in case.settings(world).items():
            patch.setenv(setting, value)
        state = world.run(name, **refused)
    assert (case.ends, before) == (state.name, (world.books(), case.effect(world))), state.message

    accepted = case.accepted(world)
    before = case.effect(world)
    state = world.run(name, **accepted)
    assert "Completed" == state.name, state.message
    assert before < case.effect(world), state.message


def test_a_condition_is_asserted_waived_and_ended_by_its_form(world):
    """Each word of the form is an act of its own; what does not stand can be neither waived nor ended."""
    one, two = "1: an authority challenges the offer", "2: an action, approval withheld or law restricts the offer"

    def said(act, number, immaterial=""):
        shown = {"evidence": "A writ." if act == "assert" else "", "immaterial": immaterial}
        shown |= {"confirm": "running"} if act == "waive" else {}
        return world.run("condition", offer="running", act=act, number=number, by=BY, **shown).name

    assert ["Refused"] == [said("assert", one, "Only of a waiver can it be said that it is immaterial.")]
    assert ["Refused", "Refused"] == [said("waive", one), said("end", two)]
    assert ["Completed", "Completed"] == [said("assert", one), said("assert", two)]
    assert ["Completed", "Completed"] == [said("waive", one, "The writ was of no account."), said("end", two)]
    assert (1, 1) == (world.audited("running", "condition-waive"), world.audited("running", "condition-end"))


def test_a_form_is_told_again_by_its_form(world):
    """The same content is already recorded; fewer shares under the same number are refused and change nothing."""

    def said(options, **more):
        told = form("F-7", "H1", options=options) | more
        return world.run("record-election", offer="running", **told)

    assert "Completed" == said(stated(world)).name
    again = said(stated(world), evidence="the journal of the fax")
    assert ("Completed", "Already recorded: form F-7. The evidence is added: F-7.") == (again.name, again.message)
    before = world.books()
    refused = said([{**stated(world)[0], "shares": 100}])
    assert ("Refused", before) == (refused.name, world.books())
    assert refused.message.startswith(
        "Refused by REC-2: form F-7 is on record with other content (shares of G1: 600 on"
    )


def test_the_grant_is_held_and_released_by_its_form(world):
    """What is not held cannot be released; what is held can, once."""

    reasons = count(1)  # the same within one second would be the same action

    def said(act):
        return world.run("hold-grant", offer="waiting", act=act, reason=f"A merger, {next(reasons)}.", by=BY).name

    if world.read("waiting", lambda reader: reader.state().holds):
        said("release")
    before = world.audited("waiting", "release")
    assert ["Refused", "Completed", "Completed", "Refused"] == [
        said("release"), said("hold"), said("release"), said("release"),
    ]  # fmt: skip
    assert before + 1 == world.audited("waiting", "release")


def test_an_acceptance_is_voided_by_its_form(world):
    """Told by one that a holder had left before the acceptance, it waits for another; then it is carried out."""
    last = {"holder": "H2", "capacity": "employee", "first_day": "1999-01-04", "last_day": working_day(-10)}
    told = world.run("set-service", offer="waiting", by="Hana Reed", **last)
    assert "It waits for approval by another person than Hana Reed" in told.message

    def approved(by, **more):
        return world.run("approve", offer="waiting", step="void", by=by, **more).name

    assert ["Refused", "Refused"] == [approved("Hana Reed", holder="H2"), approved(BY)]
    assert "Completed" == approved(BY, holder="H2")
    approved(BY, holder="H2")  # already recorded within the same second, refused after it: carried out once
    assert (1, 1) == (world.audited("waiting", "acceptance voided"), world.audited("waiting", "promise withdrawn"))


def test_a_promise_is_reinstated_by_its_form_and_its_late_grant_is_scheduled(world):
    """After the grant it waits for another person than told of the service; the day of its own has a run of its own."""
    told = world.run(
        "set-service", offer="granted", by="Hana Reed", holder="H3", capacity="employee", first_day="1999-01-04"
    )
    assert "It waits for approval by another person than Hana Reed" in told.message

    def approved(by):
        return world.run("approve", offer="granted", step="reinstate", holder="H3", by=by)

    assert ["Refused", "Refused"] == [approved("hana reed").name, approved("Cy Dow").name]
    done = approved(BY)
    assert "The promise to H3 for 300 shares is reinstated; the holder is told." in done.message
    assert "Scheduled runs: moved regrant." in done.message
    again = approved(BY)  # within the same second it is the same approval
    assert "Completed" == done.name
    assert "Refused" == again.name or again.message.startswith("Already recorded")
    step = world.read("granted", lambda reader: reader.step("regrant"))
    [run] = world.runs("granted")
    assert {"step:regrant", f"version:{step.version}"} < set(run.tags)
    assert step.due == run.expected_start_time
    on = world.read("granted", lambda reader: reader.state().schedule.grant_on)
    assert (trading_day(on), True) == (on, on >= today())


def test_a_deployment_of_another_version_is_made_anew(world):
    """Where the server names another entry point than prefect.yaml, all are deployed again; then all is well."""
    offers = list(world.folders)

    async def upgrade():
        async with get_client() as client:
            assert not await deploy_missing(client, offers)
            found = await client.read_deployment_by_name("extend/extend")
            await client.update_deployment(found.id, DeploymentUpdate(entrypoint="flows.of_old.extend"))
            done = await deploy_missing(client, offers)
            mended = await client.read_deployment_by_name("extend/extend")
            return done, mended.entrypoint, await deploy_missing(client, offers)

    [point] = [entry["entrypoint"] for entry in ENTRIES if entry["name"] == "extend"]
    assert (True, point, False) == asyncio.run(upgrade())
