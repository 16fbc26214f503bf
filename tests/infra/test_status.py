"""`optex status`: where an offer stands at an instant, as data and as the dashboard."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from flows.steps import FLOWS
from infra.database import tables as t
from infra.database.engine import engine_for, sqlite_url
from infra.database.writer import open_writer
from infra.folder.arrivals import Arrival
from infra.handlers.actions import record_action
from infra.handlers.intake import load_folder, record_arrivals
from infra.report.uptake import by_capacity
from infra.status.attention import attention, mark_reported, unreported
from infra.status.document import as_document
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from infra.status.participation import participation, percent
from infra.workspace import Workspace
from optex.actions import Approve, read_action
from optex.calendar import EST
from tasks.due_step import DueStep

MONDAY = datetime(2003, 3, 10, 16, tzinfo=UTC)
FRIDAY = datetime(2003, 3, 14, 5, tzinfo=UTC)


class Desk:
    """The books of the good folder, and the steps that these tests need."""

    def __init__(self, folder, path):
        self.folder = folder
        url = sqlite_url(path / "books.db")
        self.workspace = Workspace(offer=folder.terms.offer, database_url=url, mail_dir=path)
        load_folder(engine_for(url), folder, folder.terms.opens)

    def writing(self):
        """The books in a transaction in which what is told goes on record as it happens, not by our own clock."""
        return open_writer(self.workspace.engine, self.workspace.offer)

    def at(self, at):
        with self.workspace.read() as db:
            return offer_status(db, at)

    def step(self, name):
        """Do it by the body of its flow."""
        with self.writing() as db:
            FLOWS[name].body(self._due(db, name))

    def hold(self, name, message, digest="d" * 64):
        with self.writing() as db:
            self._due(db, name).held("CND-1", message, digest)

    def postpone(self, name, on):
        with self.writing() as db:
            self._due(db, name).postponed(on, "no business day")

    def _due(self, db, name):
        step = db.step(name)
        return DueStep(workspace=self.workspace, db=db, step=step, state=db.state(), at=step.due)

    def arrive(self, form_id):
        form = next(form for form in self.folder.forms if form.form_id == form_id)
        with self.writing() as db:
            record_arrivals(db, [Arrival(at=form.received_at, thing=form)], form.received_at)

    def fact(self, verb, at, **data):
        with self.writing() as db:
            assert record_action(db, read_action(verb, {**data, "by": "Board", "at": at}, EST)).accepted

    def approve(self, at, digest):
        with self.writing() as db:
            return record_action(db, Approve(step="cancel", digest=digest, by="Board", at=at)).message

    def mark(self, holder_id, **values):
        with self.writing() as db:
            mine = (t.notices.c.offer == db.offer, t.notices.c.holder_id == holder_id)
            db.connection.execute(update(t.notices).where(*mine).values(**values))


@pytest.fixture
def desk(folder, tmp_path) -> Desk:
    return Desk(folder.read(), tmp_path)


def test_before_the_opening(desk):
    """Not open; everything is still to come, the opening next; who is eligible is told by the rule that will decide."""
    standing = desk.at(datetime(2003, 2, 27, 15, tzinfo=UTC))
    assert ("not-open", "Not open yet: opens February 28, 2003 at 9:00 a.m. Eastern Standard Time.") == (
        standing.phase,
        standing.says,
    )
    assert (("open", "2003-02-28 09:00 EST"), ()) == ((standing.next[0].name, standing.next[0].local), standing.overdue)
    assert (2, 0, 1900) == (
        standing.overall.eligible_holders,
        standing.overall.tendering_holders,
        standing.overall.eligible_shares,
    )


def test_on_the_first_morning_forms_are_in_time_before_the_letters(desk):
    """From 12:01 a.m. of February 28 on it is said that forms count, though the offer opens at nine (EXP-1)."""
    begun = "forms received since 12:01 a.m. of that day are in time"
    assert begun not in desk.at(datetime(2003, 2, 28, 5, 0, 59, tzinfo=UTC)).says
    standing = desk.at(datetime(2003, 2, 28, 5, 1, tzinfo=UTC))
    assert ("not-open", True) == (standing.phase, begun in standing.says)


def test_a_right_to_withdraw_that_opens_later_than_the_rules_stands_on_the_dashboard(folder, tmp_path):
    """The stated April 28 and the rule's April 25, both; gone once nothing is left to withdraw (WDR-3)."""
    (folder / "offer.toml").write_text("withdrawable_after = 2003-04-28T17:00:00\n" + folder.text("offer.toml"))
    desk = Desk(folder.read(), tmp_path)
    told = (
        "The right to withdraw opens late: withdrawable_after, 2003-04-28 17:00 EST, is later than 2003-04-25 00:01 EST"
    )
    [said] = [each for each in attention(desk.at(MONDAY)) if "13e-4(f)(2)(ii)" in each]
    assert said.startswith(told)
    assert "is later than 2003-04-25 00:01 EST" in as_markdown(desk.at(MONDAY))
    desk.fact("terminate", MONDAY, number=5, reason="A merger.", evidence="The board's minutes.")
    assert [] == [each for each in attention(desk.at(MONDAY)) if "13e-4(f)(2)(ii)" in each]


def test_a_right_to_withdraw_by_the_rule_needs_no_attention(desk):
    """Where none is stated the rule's own instant governs."""
    assert [] == [each for each in attention(desk.at(MONDAY)) if "13e-4(f)(2)(ii)" in each]


def test_a_close_at_midnight_is_shown_on_the_day_that_it_ends(folder, tmp_path):
    """To the end of March 31: 24:00 of that day in the timeline, and in the sentence that says where it stands."""
    text = folder.text("offer.toml").replace("2003-03-31T17:00:00", '"2003-03-31T24:00"')
    (folder / "offer.toml").write_text(text)
    desk = Desk(folder.read(), tmp_path)
    desk.step("open")
    standing = desk.at(MONDAY)
    assert ["2003-03-31 24:00 EST"] == [step.local for step in standing.timeline if step.name == "close"]
    assert standing.says.startswith("Open until midnight at the end of March 31, 2003, Eastern Standard Time: 15 ")
    assert (15, date(2003, 4, 1)) == (standing.business_days_left, standing.cancel_on)


def test_an_opening_that_was_missed_is_overdue(desk):
    """Due at 9:00:00 it is next at that instant and overdue a second later."""
    on_time, late = desk.at(datetime(2003, 2, 28, 14, tzinfo=UTC)), desk.at(datetime(2003, 2, 28, 14, 0, 1, tzinfo=UTC))
    assert ("next", ()) == (on_time.timeline[0].status, on_time.overdue)
    assert [("open", "fell due, and no run has done it")] == [(step.name, step.why) for step in late.overdue]
    assert late.says.startswith("Not open yet: was to open February 28, 2003")


def test_participation_by_capacity_and_overall(desk):
    """900 and 500 shares of the employee, 500 of the director; the form tenders all 1,400 of the employee."""
    desk.step("open")
    desk.arrive("F1")
    standing = desk.at(MONDAY)
    rows = [
        (p.capacity, p.eligible_holders, p.tendering_holders, p.eligible_shares, p.tendered_shares)
        for p in (*standing.participation, standing.overall)
    ]
    assert [("employee", 1, 1, 1400, 1400), ("director", 1, 0, 500, 0), ("all", 2, 1, 1900, 1400)] == rows
    assert (Decimal("50.0"), Decimal("73.7")) == (
        standing.overall.percent_of_holders,
        standing.overall.percent_of_shares,
    )
    assert (1, 1, 0, 1) == (
        standing.forms.received,
        standing.forms.elections,
        standing.forms.notices,
        standing.forms.by_standing["effective"],
    )


def test_whose_options_are_all_exercised_or_expired_takes_no_part(folder, tmp_path):
    """H2's option is exercised whole and one of H1's expired the day before: neither is counted, in no class."""
    grants = folder / "grants.csv"
    text = grants.read_text().replace("G3,H2,2001-02-01,500,0", "G3,H2,2001-02-01,500,500")
    grants.write_text(text + "G4,H1,1993-02-27,300,0,1.00,NSO,2003-02-27,\n")
    desk = Desk(folder.read(), tmp_path)
    desk.step("open")
    with desk.workspace.read() as db:
        took_part = participation(db, desk.folder.terms)
    assert ({"H1": 1400}, {"employee": ["H1"]}) == (took_part.shares, took_part.members)
    assert [("Employees", 1, 1400), ("All eligible holders", 1, 1400)] == [
        (each.label, each.holders.total(), each.shares.total()) for each in by_capacity(took_part, {})
    ]


def test_percentages_have_one_decimal_and_nothing_has_none():
    """Halves are rounded up; a percentage of nothing is not stated."""
    assert [Decimal("33.3"), Decimal("12.5"), Decimal("0.1"), Decimal("100.0"), None] == [
        percent(1, 3),
        percent(1, 8),
        percent(1, 2000),
        percent(7, 7),
        percent(0, 0),
    ]


@pytest.mark.parametrize(
    ("at", "left", "phase"),
    [
        (datetime(2003, 3, 17, 15, tzinfo=UTC), 10, "open"),
        (datetime(2003, 3, 30, 15, tzinfo=UTC), 1, "open"),
        (datetime(2003, 3, 31, 21, 59, 59, tzinfo=UTC), 0, "open"),
        (datetime(2003, 3, 31, 22, tzinfo=UTC), 0, "closed"),
    ],
)
def test_business_days_left_and_the_instant_of_expiration(desk, at, left, phase):
    """As the reminders count them: ten on March 17; at 5:00:00 p.m. of March 31 the offer is closed."""
    desk.step("open")
    assert (left, phase) == (desk.at(at).business_days_left, desk.at(at).phase)


def test_closed_says_until_when_an_extension_may_be_announced(desk):
    """Until 8:00 a.m. of April 1, that instant included."""
    desk.step("open")
    desk.step("close")
    until = "an extension may be announced until April 1, 2003 at 8:00 a.m. Eastern Standard Time"
    assert until in desk.at(datetime(2003, 4, 1, 13, tzinfo=UTC)).says
    assert until not in desk.at(datetime(2003, 4, 1, 13, 0, 1, tzinfo=UTC)).says


def test_a_confirmation_unsent_is_due_then_an_alarm_then_overdue(desk):
    """F1 came on Monday, March 10: an alarm from Friday, March 14, overdue when Monday, March 17 has ended."""
    desk.step("open")
    desk.arrive("F1")
    seen = []
    for day in (
        datetime(2003, 3, 14, 4, 59, 59, tzinfo=UTC),
        datetime(2003, 3, 14, 5, tzinfo=UTC),
        datetime(2003, 3, 18, 4, 59, 59, tzinfo=UTC),
        datetime(2003, 3, 18, 5, tzinfo=UTC),
    ):
        (due,) = desk.at(day).correspondence.confirmations
        seen.append((due.form_id, due.last_day, due.alarm, due.overdue, due.why))
    assert [
        ("F1", date(2003, 3, 17), alarm, overdue, "it waits to be sent")
        for alarm, overdue in ((False, False), (True, False), (True, False), (True, True))
    ] == seen
    desk.mark("H1", sent_at=MONDAY)
    assert () == desk.at(MONDAY).correspondence.confirmations


def test_mail_unsent_refused_and_without_an_address(desk):
    """What waits is counted with its oldest, what was refused is named with the answer; H2 has no address."""
    desk.step("open")
    desk.arrive("F1")
    before = desk.at(MONDAY).correspondence
    assert (2, desk.folder.terms.opens) == (before.unsent, before.unsent_since)
    assert [("H2", "Bo Ray")] == [(each.holder_id, each.name) for each in before.without_address]
    desk.mark("H1", refused=True, answer="550 no such user")
    after = desk.at(MONDAY).correspondence
    assert (0, None) == (after.unsent, after.unsent_since)
    assert [("confirmation:F1", "550 no such user"), ("offer-opened:H1", "550 no such user")] == [
        (each.notice_id, each.answer) for each in after.refused
    ]
    assert ["the mail server refused it"] == [each.why for each in after.confirmations]


def raise_all(db):
    """Raise what has become an alarm: its sentences, by what they are about."""
    new = unreported(db, MONDAY)
    for entries in new.values():
        mark_reported(db, entries, MONDAY)
    return {about: [sentence for *_, sentence in entries] for about, entries in new.items()}


def test_what_somebody_must_see_to_is_an_alarm_once(desk):
    """A letter that the server refused and a split that comes after the grant: told once, and audited."""
    desk.step("open")
    desk.fact("committee-grant-date", MONDAY, on="2003-10-14")
    desk.fact("split", MONDAY, on="2003-10-06", new=2, old=1)
    desk.fact("committee-grant-date", MONDAY, on="2003-10-03")
    desk.mark("H1", refused=True, answer="550 no such user")
    with desk.workspace.write() as db:
        db.update_offer(cancelled_on=date(2003, 4, 1))
        told = [raise_all(db) for _ in range(2)]
        audited = {action: db.raised(action) for action in ("letter refused", "split without effect")}
    assert [
        {
            "a letter was refused": ["offer-opened to H1 was refused: 550 no such user"],
            "a split has no effect": [
                "the split of 2003-10-06 comes after the grant of 2003-10-03: it adjusts no promise; the new options "
                "must be restated"
            ],
        },
        {},
    ] == told
    assert {"letter refused": ["offer-opened:H1"], "split without effect": ["2003-10-06"]} == audited


@pytest.mark.parametrize("written", [True, False])
def test_a_confirmation_that_is_not_sent_is_an_alarm_whether_it_was_written_or_not(desk, written):
    """Operations hear of it from Friday, March 14, just as the dashboard says: both look at the same forms (CNF-1)."""
    desk.step("open")
    desk.arrive("F1")
    with desk.workspace.write() as db:
        if not written:
            db.connection.execute(delete(t.notices).where(t.notices.c.notice_id == "confirmation:F1"))
        told = [unreported(db, at) for at in (datetime(2003, 3, 14, 4, 59, 59, tzinfo=UTC), FRIDAY)]
    detail = "the confirmation of form F1 is not sent; it must be by 2003-03-18 00:00 EST"
    assert [{}, {"a Confirmation of Receipt is due": [("confirmation overdue", "F1", "CNF-1", detail)]}] == told
    assert [(True, "it waits to be sent" if written else "no confirmation has been written")] == [
        (each.alarm, each.why) for each in desk.at(FRIDAY).correspondence.confirmations
    ]


def test_a_held_acceptance_is_the_phase_and_needs_attention(desk):
    """Held goes before closed; the step is overdue with its reason, and an approval is awaited."""
    desk.step("open")
    desk.step("close")
    desk.hold("cancel", "waits for the approval of a named person: 1,400 option shares would be cancelled")
    standing = desk.at(datetime(2003, 4, 1, 15, tzinfo=UTC))
    said = list(attention(standing))
    assert "held" == standing.phase
    assert ["cancel"] == [step.name for step in standing.overdue if step.status == "held"]
    assert ["cancel"] == [approval.step for approval in standing.approvals]
    assert "An approval is awaited: acceptance and cancellation." in said


def test_an_approval_is_of_what_waits_now(desk):
    """What was asked for an acceptance that has been put off since is asked for no more; nor is it approved."""
    desk.step("open")
    desk.step("close")
    desk.hold("cancel", "waits for the approval of a named person: 1,400 option shares would be cancelled")
    assert ["cancel"] == [each.step for each in desk.at(MONDAY).approvals]
    desk.postpone("cancel", date(2003, 4, 2))
    assert () == desk.at(MONDAY).approvals
    at = datetime(2003, 4, 2, 15, tzinfo=UTC)
    assert "Refused by CAN-1: cancel does not wait for an approval" == desk.approve(at, "")
    desk.hold("cancel", "waits for the approval of a named person: 900 option shares would be cancelled", "e" * 64)
    assert (
        "Refused by CAN-1: what was seen (digest dddddddddddd) is not what waits now: waits for the approval of a "
        "named person: 900 option shares would be cancelled" == desk.approve(at, "d" * 12)
    )
    assert "cancel is approved by Board (digest eeeeeeeeeeee)." == desk.approve(at, "e" * 12)


def test_conditions_and_termination(desk):
    """An asserted condition is named while the offer is open; the termination ends it, and no step is left."""
    desk.step("open")
    desk.fact("condition-assert", MONDAY, number=3, evidence="a letter")
    standing = desk.at(MONDAY)
    assert ("open", [3]) == (standing.phase, [condition.number for condition in standing.conditions])
    desk.fact("terminate", MONDAY, number=3, evidence="a letter", reason="the accounting has changed")
    standing = desk.at(MONDAY)
    assert ("terminated", (), ()) == (standing.phase, standing.next, standing.overdue)
    assert (
        "Terminated March 10, 2003 at 11:00 a.m. Eastern Standard Time upon event 3 of §7 (a change in accounting "
        "standards that would require a compensation expense): every tender returned, the options stay outstanding."
    ) == standing.says


def test_an_extension_shows_both_versions(desk):
    """The close to come stands with the date that it was moved from, and the extension where it was announced."""
    desk.step("open")
    desk.fact("extend", MONDAY, to="2003-04-14T22:00:00+00:00", announced_at=MONDAY.isoformat(), reason="")
    closes = [(s.version, s.local, s.status) for s in desk.at(MONDAY).timeline if s.name == "close"]
    assert [(1, "2003-03-31 17:00 EST", "superseded"), (2, "2003-04-14 17:00 EST", "to-come")] == closes
    page = as_markdown(desk.at(MONDAY), {"close.v2": "https://ops.example/2", "Report": "https://ops.example/r"})
    moved = "to come, moved from 2003-03-31 17:00 EST"
    assert f"| [The offer closes (v2)](https://ops.example/2) | 2003-04-14 17:00 EST | {moved} |" in page
    assert [True] == ["📌 happened" in line for line in page.splitlines() if "2003-03-10 11:00 EST |" in line]
    assert "[Report](https://ops.example/r)" in page.splitlines()


def test_the_last_acts_with_who_when_and_outcome_refusals_too(desk):
    """The latest first, no more than ten, each at the instant at which it went on record, on the offer's clock."""
    desk.step("open")
    for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14):
        desk.fact("price-set", MONDAY, on=f"2003-02-{day:02}", close="1.05")
    with desk.writing() as db:
        told = {"to": "2003-03-20T22:00:00+00:00", "announced_at": MONDAY, "by": "Hana Reed", "at": MONDAY}
        assert not record_action(db, read_action("extend", told, EST)).accepted
    lines = as_markdown(desk.at(MONDAY)).partition("### Last acts\n\n")[2].splitlines()[:11]
    assert lines[0].startswith("- 2003-03-10 11:00 EST · **Hana Reed** · extend · ⛔ **refused by EXT-1**: 2003-03-20")
    assert "- 2003-03-10 11:00 EST · **Board** · price-set · ✅ The closing price of 2003-02-14 is $1.05." == lines[1]
    assert "- 2003-03-10 11:00 EST · **Board** · price-set · ✅ The closing price of 2003-02-04 is $1.05." == lines[9]
    assert "" == lines[10]


def test_told_means_letters_that_have_arrived(desk):
    """The opening wrote two letters; one was sent and one still waits: it is said of that kind."""
    desk.step("open")
    desk.mark("H1", sent_at=MONDAY)
    page = as_markdown(desk.at(MONDAY))
    assert "| letter | written | sent | on paper | came back | waiting |" in page
    assert "| offer-opened | 2 | 1 |  |  | 1 |" in page


def test_a_holder_without_an_address_is_settled_when_told_on_paper(desk):
    """H2 has none: to be told on paper, until the letter is delivered; then nothing of it needs attention."""
    desk.step("open")
    assert "1 holder without an e-mail address, to be told on paper: H2 Bo Ray." in attention(desk.at(MONDAY))
    desk.mark("H2", delivered_on=date(2003, 3, 3))
    assert [] == [each for each in attention(desk.at(MONDAY)) if "H2" in each]


def test_a_defective_form_needs_attention_until_the_acceptance(desk):
    """F1 signed by nobody is defective: named with its rule, and what it needs."""
    form = replace(next(form for form in desk.folder.forms if form.form_id == "F1"), signed_as="", signed_on=None)
    desk.step("open")
    with desk.writing() as db:
        said = record_arrivals(db, [Arrival(at=form.received_at, thing=form)], form.received_at)
    assert ["Form F1 is defective (TND-5): "] == [each[:30] for each in said[0].split(". ") if "defective" in each]
    [told] = [each for each in attention(desk.at(MONDAY)) if "defective" in each]
    assert told.startswith("Form F1 of H1 is defective (TND-5: ")
    with desk.workspace.read() as db:
        [subject] = [row.subject for row in db.rows(t.notices) if row.kind == "confirmation-of-receipt"]
    assert subject.startswith("Form F1 received, but defective: ")


def test_a_page_says_from_when_on_it_is_stale(desk):
    """A quarter of an hour after it was written, on the offer's clock."""
    page = as_markdown(desk.at(MONDAY), fresh_until=datetime(2003, 3, 10, 16, 15, tzinfo=UTC))
    assert "**Stale after 2003-03-10 11:15 EST**: if it is later, the watch has stopped." in page.splitlines()


def test_what_can_be_started_stands_under_its_heading(desk):
    """Each form by its name, in the order in which they are given."""
    page = as_markdown(desk.at(MONDAY), forms={"Act on this offer": {"extend": "https://ops.example/e", "amend": "a"}})
    assert "### Act on this offer\n\n[extend](https://ops.example/e) · [amend](a)\n" in page


def test_the_standing_is_json(desk):
    """Instants are in UTC with Z, dates are ISO, percentages are exact text: nothing is a float."""
    desk.step("open")
    desk.arrive("F1")
    document = json.loads(json.dumps(as_document(desk.at(MONDAY))), parse_float=pytest.fail)
    assert ("alpha-2003", "2003-03-10T16:00:00Z", "2003-10-03", "73.7") == (
        document["offer"],
        document["at"],
        document["grant_on"],
        document["overall"]["percent_of_shares"],
    )
    assert {"name": "reminder-10", "due": "2003-03-17T14:00:00Z", "status": "next"} == {
        key: document["next"][0][key] for key in ("name", "due", "status")
    }


def test_the_dashboard_keeps_what_people_wrote_as_text(desk):
    """A pipe or a tag in a reason breaks no table and becomes no markup."""
    desk.step("open")
    desk.hold("cancel", "wait | <b>now</b> *please*")
    page = as_markdown(desk.at(datetime(2003, 4, 1, 15, tzinfo=UTC)))
    assert r"Wait \| \<b\>now\</b\> \*please\*." in page
    assert "<b>" not in page.replace(r"\<b\>", "")
