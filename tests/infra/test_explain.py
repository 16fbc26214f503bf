"""`optex explain`: everything decided about one holder, in order of time, each with its rule and section."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text as sql

from flows.steps import FLOWS
from infra.database.engine import engine_for, sqlite_url
from infra.database.writer import DecisionEntry, open_writer
from infra.explain.explain import UnknownHolder, explain_holder, find_holder
from infra.folder.arrivals import Arrival, ArrivalQueue, Price
from infra.handlers.actions import record_action
from infra.handlers.forms import record_forms
from infra.handlers.intake import load_folder, record_arrivals
from infra.workspace import Workspace
from optex.actions import read_action
from optex.authority import RULES
from optex.calendar import EST
from optex.errors import Ruling
from optex.market import Quote
from tasks.due_step import DueStep

HOLDERS = """holder_id,name,email,jurisdiction,voting_percent
H1,Ann Lee,ann@example.com,US,12.5
H2,Bo Ray,,US,
H3,Cy Leeds,cy@example.com,US,
H4,Zoë Zinc,zoe@example.com,US,
"""
SERVICE = """holder_id,capacity,from,to
H1,employee,1999-01-04,
H2,director,1999-01-04,2003-06-30
H3,employee,1999-01-04,2003-03-28
H4,employee,2003-03-10,
"""
GRANTS = """grant_id,holder_id,granted_on,shares,exercised,price,type,expires_on,vesting
G1,H1,2000-01-03,1000,100,12.50,ISO,2010-01-03,2001-01-03:400;2002-01-03:600
G2,H2,2001-02-01,500,0,3.10,NSO,2006-02-01,
G3,H3,2001-02-01,500,0,3.10,NSO,2011-02-01,
"""
FORMS = """form_id,holder_id,kind,received_at,signed_on,signed_as,channel,title,authority,\
grant_id,shares,original_shares,granted_on,price,exercised
F1,H1,election,2003-03-10T10:30:00,2003-03-10,Ann Lee,fax,,,G1,600,1000,2000-01-03,12.50,100
F2,H2,election,2003-03-11T09:00:00,2003-03-11,B. Ray,hand,,,G2,500,500,2001-02-01,3.10,0
F3,H3,election,2003-03-12T09:00:00,2003-03-12,Cy Leeds,hand,,,G3,500,500,2001-02-01,3.10,0
F4,H3,withdrawal,2003-03-31T17:00:00,2003-03-31,Cy Leeds,fax,,,,,,,,
"""


class Desk:
    """The books of a small offer, and its steps made by hand, and everything told as it happens."""

    def __init__(self, folder, path):
        self.folder = folder
        url = sqlite_url(path / "books.db")
        arrivals = ArrivalQueue(folder)
        arrivals.arrivals.clear()
        self.workspace = Workspace(offer=folder.terms.offer, database_url=url, mail_dir=path, arrivals=arrivals)
        load_folder(engine_for(url), folder, folder.terms.opens)

    def writing(self):
        """The books in a transaction in which what is told goes on record as it happens, not by our own clock."""
        return open_writer(self.workspace.engine, self.workspace.offer)

    def told(self, holder_id):
        """The story as (what, rule)."""
        with self.workspace.read() as db:
            return [(line.what, line.rule) for line in explain_holder(db, holder_id)]

    def arrive(self, *form_ids):
        forms = [form for form in self.folder.forms if form.form_id in form_ids]
        with self.writing() as db:
            for form in forms:
                record_arrivals(db, [Arrival(at=form.received_at, thing=form)], form.received_at)

    def fact(self, verb, at, by="", **data):
        with self.writing() as db:
            return record_action(db, read_action(verb, {**data, "by": by, "at": at}, EST)).accepted

    def price(self, on, close):
        with self.writing() as db:
            record_arrivals(db, [Arrival(at=_at(on), thing=Price(on=on, quote=Quote(close=Decimal(close))))], _at(on))

    def make(self, name):
        """Do a step by the body of its flow."""
        with self.writing() as db:
            step = db.step(name)
            FLOWS[name].body(DueStep(workspace=self.workspace, db=db, step=step, state=db.state(), at=step.due))

    def open(self):
        self.make("open")

    def close(self):
        self.make("close")

    def cancel(self):
        self.make("cancel")

    def grant(self):
        self.make("regrant")


def _at(day, hour=17):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def desk(folder, tmp_path) -> Desk:
    """The offer taken in and opened."""
    for name, text in (
        ("holders.csv", HOLDERS),
        ("service.csv", SERVICE),
        ("grants.csv", GRANTS),
        ("elections.csv", FORMS),
    ):
        (folder / name).write_text(text)
    desk = Desk(folder.read(), tmp_path)
    desk.open()
    return desk


def _played(desk):
    """The whole offer: the form of H2 waived after the close, a split, a deferred grant, one agreement signed."""
    desk.arrive("F1", "F2", "F3")
    desk.arrive("F4")
    desk.close()
    waived = {"form": "F2", "reason": "the signature is known", "all_holders": False}
    assert desk.fact("election-waive", datetime(2003, 3, 31, 23, tzinfo=UTC), "Counsel", **waived)
    desk.cancel()
    assert desk.fact("split", _at(date(2003, 6, 2)), on="2003-06-02", new=3, old=2)
    assert desk.fact("defer", _at(date(2003, 7, 1)), "Committee", holder="H1", shares=100, type="NSO")
    desk.price(date(2003, 10, 3), "200.00")
    desk.grant()
    assert desk.fact("agreement-signed", _at(date(2003, 10, 6)), grant="G1-N-ISO", on="2003-10-06")


def test_the_story_of_a_form_and_its_acceptance(desk):
    """What was received, how it stood, what was accepted, the balancing option and the promise follow one another."""
    _played(desk)
    told = desk.told("H1")
    first = told.index(
        (
            'Election Form F1 received by facsimile, signed "Ann Lee", dated March 10, 2003. '
            "It offers 600 of 900 shares of G1.",
            "TND-6",
        )
    )
    assert [
        ("Form F1 stands. Received in proper form before the offer expired. 600 shares now tendered.", "EXP-1"),
        ("A Confirmation of Receipt of F1 was written and waits to be sent.", "CNF-1"),
        ("The offer closed: form F1 stood, with 600 shares tendered.", "EXP-1"),
        (
            "Tender of 600 shares of G1 (ISO of Jan 3, 2000 at $12.50): accepted for exchange and cancelled as of "
            "April 1, 2003.",
            "CAN-1",
        ),
        (
            "Balancing option G1-B issued for the 300 shares of G1 not tendered, on the old terms: granted "
            "January 3, 2000, $12.50 a share, ISO, until January 3, 2010. Vesting: 100 on Jan 3, 2001 and "
            "200 on Jan 3, 2002.",
            "TND-2",
        ),
        (
            "Promise P-H1 issued: new options for 600 shares, no earlier than October 3, 2003, if service continues "
            "through the grant.",
            "PRM-1",
        ),
    ] == told[first + 1 : first + 7]


def test_why_the_new_options_are_as_they_are(desk):
    """600 shares became 900 by the split; at $200 the limit of $100,000 leaves 500 of them an ISO, at 110%."""
    _played(desk)
    told = desk.told("H1")
    expected = [
        ("A 3-for-2 split of June 2, 2003 adjusted promise P-H1: it is now for 900 shares.", "ADJ-1"),
        (
            "A further grant of 100 shares (NSO) was decided and is deferred until the new options are granted. "
            "Decided by Committee.",
            "LCK-1",
        ),
        (
            "New option D-1-N granted as the grant that was deferred: 100 shares, NSO, $200.00 a share, until "
            "October 3, 2013.",
            "LCK-1",
        ),
        (
            "New option G1-N-ISO granted in place of G1 (ISO of Jan 3, 2000 at $12.50): 500 shares, ISO, $220.00 a "
            "share, until October 3, 2008.",
            "GRT-1",
        ),
        (
            "G1-N-ISO: The price of $220.00 is 110% of the closing price of $200.00 on October 3, 2003, "
            "rounded up to the cent: an ISO of an owner of more than 10% of the voting power.",
            "GRT-3",
        ),
        (
            "G1-N-ISO and G1-N-NSO: Of the 900 shares in place of the ISO G1 500 remain an ISO; 400 are an NSO, for "
            "they first become exercisable in 2003 beyond the limit of $100,000 a year.",
            "ISO-1",
        ),
        (
            "G1-N-ISO: The term is five years, until October 3, 2008: an ISO of an owner of more than 10% of "
            "the voting power.",
            "GRT-4",
        ),
        (
            "D-1-N: Vesting by the plan's schedule from the grant date: 33 on Oct 3, 2004, 33 on Oct 3, 2005 and "
            "34 on Oct 3, 2006.",
            "LCK-1",
        ),
        (
            "Pending signature: the agreements on D-1-N and G1-N-NSO are not on record as signed; until they are, "
            "these options cannot be exercised.",
            "GRT-5",
        ),
        ("The agreement on G1-N-ISO was signed on October 6, 2003.", "GRT-5"),
    ]
    assert expected == [entry for entry in told if entry in expected]


def test_what_the_limit_of_a_year_leaves_is_told(desk):
    """No older ISO first becomes exercisable in 2003, so that $100,000 are left: 500 shares at $200."""
    _played(desk)
    limits = [what for what, _ in desk.told("H1") if "Limit of" in what]
    assert [
        "G1-N-ISO and G1-N-NSO: Limit of 2003: of $100,000, the ISOs before it that first become exercisable in that "
        "year, those cancelled in it included, leave $100,000.00, room for 500 shares at $200.00, the value at grant."
    ] == limits


def test_nothing_is_worked_out_a_second_time(desk):
    """Whatever price, voting power or schedule the books show a year later, the reasons stay those of the grant."""
    _played(desk)
    before = [entry for entry in desk.told("H1") if entry[1] in ("GRT-1", "GRT-3", "GRT-4", "ISO-1", "VST-1")]
    with desk.workspace.write() as db:
        for change in (
            "UPDATE prices SET close = '1.00'",
            "UPDATE holders SET voting_percent = '0'",
            "UPDATE service_periods SET capacity = 'consultant'",
            "DELETE FROM tranches",
        ):
            db.connection.execute(sql(change))
    assert before == [entry for entry in desk.told("H1") if entry in before]
    assert {"GRT-1", "GRT-3", "GRT-4", "ISO-1", "VST-1"} == {rule for _, rule in before}


def test_a_decision_of_a_kind_that_explain_does_not_know_is_told_by_its_own_words(desk):
    """With its remarks; a reason that names its subject says the whole."""
    because = Ruling(rule="REC-3", reason="the address was mistyped")
    whole = Ruling(rule="REC-4", reason="Promise P-H1 is reinstated: service was unbroken after all.")
    with desk.workspace.write() as db:
        entry = DecisionEntry(
            subject="K-1",
            holder_id="H1",
            decision="corrected",
            ruling=because,
            remarks=(Ruling(rule="REC-2", reason="it was ann@exmaple.com"),),
        )
        db.record_decisions("correction", _at(date(2003, 3, 20)), [entry])
        reinstated = DecisionEntry(subject="P-H1", holder_id="H1", decision="reinstated", ruling=whole)
        db.record_decisions("promise", _at(date(2003, 3, 21)), [reinstated])
    assert [
        ("Correction K-1 corrected. The address was mistyped.", "REC-3"),
        ("It was ann@exmaple.com.", "REC-2"),
        ("Promise P-H1 is reinstated: service was unbroken after all.", "REC-4"),
    ] == desk.told("H1")[-3:]


def test_what_became_of_a_deferred_grant_is_on_record(desk):
    """A split scales it with the promise; it is not made for somebody who left."""
    desk.arrive("F1", "F2", "F3", "F4")
    desk.close()
    waived = {"form": "F2", "reason": "the signature is known", "all_holders": False}
    assert desk.fact("election-waive", datetime(2003, 3, 31, 23, tzinfo=UTC), "Counsel", **waived)
    desk.cancel()
    assert desk.fact("defer", _at(date(2003, 5, 1)), "Committee", holder="H2", shares=100, type="NSO")
    assert desk.fact("split", _at(date(2003, 6, 2)), "Transfer Agent", on="2003-06-02", new=3, old=2)
    desk.price(date(2003, 10, 3), "2.00")
    desk.grant()
    expected = [
        ("A 3-for-2 split of June 2, 2003 was put on record. Reported by Transfer Agent.", "ADJ-1"),
        ("A 3-for-2 split of June 2, 2003 adjusted the deferred grant D-1: it is now for 150 shares.", "ADJ-1"),
        ("A 3-for-2 split of June 2, 2003 adjusted promise P-H2: it is now for 750 shares.", "ADJ-1"),
        ("The deferred grant D-1 was not made: service did not last unbroken until the grant.", "ELG-2"),
    ]
    assert expected == [entry for entry in desk.told("H2") if entry in expected]


def test_every_revision_of_a_decision_is_told_with_the_waiver_between(desk):
    """Defective on receipt, waived after the close, then standing; to whoever has no address nothing can be sent."""
    _played(desk)
    told = [entry for entry in desk.told("H2") if "F2" in entry[0]]
    not_as_named = (
        "The form is signed as B. Ray, not exactly as Bo Ray, the name on the option agreement, and states no title in "
        "which another person might sign."
    )
    no_address = "was written, but there is no e-mail address to send it to."
    assert [
        (
            'Election Form F2 received by hand delivery, signed "B. Ray", dated March 11, 2003. It offers all 500 '
            "shares of G2.",
            "TND-6",
        ),
        (f"Form F2 is defective. {not_as_named}", "TND-5"),
        (f"A Confirmation of Receipt of F2 {no_address}", "CNF-1"),
        ("Defects of form F2 were waived. The signature is known. Decided by Counsel.", "TND-7"),
        (
            "Form F2 now stands. Received before the offer expired; what was wrong with it is waived. 500 shares now "
            "tendered.",
            "EXP-1",
        ),
        (f"Remark on F2: Waived by Counsel (the signature is known): {not_as_named}", "TND-7"),
        (f"A Confirmation of Receipt of F2, written anew, {no_address}", "CNF-1"),
    ] == told


def test_the_promise_of_a_leaver_lapses_in_the_story(desk):
    """The last day in service stands before the lapse, and after the lapse nothing is granted."""
    _played(desk)
    told = desk.told("H2")
    assert told.index(("Last day in service as a director (not an employee).", "ELG-3")) < told.index(
        (
            "Promise P-H2 lapsed; its shares went back to the pool. Service ended before the new options were granted; "
            "July 1, 2003 was the first day without service.",
            "ELG-3",
        )
    )
    assert [] == [what for what, _ in told if what.startswith("New option")]


def test_a_leaver_before_the_cancellation_and_a_notice_too_late(desk):
    """At 5:00:00 p.m. a notice is late; the tender stands at the close and is not accepted for want of service."""
    _played(desk)
    told = desk.told("H3")
    expected = [
        (
            'Notice to Change Election From Accept to Reject F4 received by facsimile, signed "Cy Leeds", dated '
            "March 31, 2003.",
            "WDR-1",
        ),
        ("The offer closed: form F3 stood, with 500 shares tendered.", "EXP-1"),
        (
            "Tender of 500 shares of G3 (NSO of Feb 1, 2001 at $3.10) not accepted. Not in service on April 1, 2003, "
            "the day the tendered options are cancelled: the tender is void and the option is not cancelled.",
            "ELG-1",
        ),
    ]
    assert expected == [entry for entry in told if entry in expected]
    assert 1 == sum(what.startswith("Notice F4 is out of time.") and rule == "WDR-1" for what, rule in told)


def test_whom_the_offer_does_not_concern(desk):
    """Whoever holds no option is not asked, and is spared what the company did with the offer."""
    assert desk.fact("extend", _at(date(2003, 3, 20)), to="2003-04-14T22:00:00+00:00", reason="more time")
    assert [
        ("Held no option that the offer is made for, and was not asked.", "ELG-1"),
        ("Entered service as an employee; still serving.", "ELG-2"),
    ] == desk.told("H4")


def test_what_the_company_did_is_told_to_everyone_concerned(desk):
    """An extension after a close supersedes it; conditions and the termination are told with their reason."""
    desk.arrive("F1")
    desk.close()
    extended = {"to": "2003-04-14T22:00:00+00:00", "announced_at": "2003-04-01T12:30:00+00:00", "reason": "more time"}
    assert desk.fact("extend", datetime(2003, 4, 1, 12, 30, tzinfo=UTC), "Board", **extended)
    assert desk.fact("condition-assert", _at(date(2003, 4, 2)), "Board", number=4, evidence="a letter")
    ended = {"number": 4, "evidence": "the contract", "reason": "the merger goes ahead"}
    assert desk.fact("terminate", _at(date(2003, 4, 3)), "Board", **ended)
    told = desk.told("H1")
    expected = [
        (
            "This close is superseded by the extension to 2003-04-14 17:00 EST, announced 2003-04-01 07:30 EST.",
            "EXT-2",
        ),
        (
            "The offer was extended to April 14, 2003 at 5:00 p.m. Eastern Standard Time. More time. Decided by Board.",
            "EXT-1",
        ),
        (
            "Condition 4 of §7, a tender offer, merger or acquisition proposal for the issuer, was asserted: nothing "
            "is accepted while it stands. A letter. Decided by Board.",
            "CND-1",
        ),
        (
            "The offer was terminated upon event 4 of §7 (a tender offer, merger or acquisition proposal for the "
            "issuer): every tender is returned and the options stay outstanding. The merger goes ahead. Decided by "
            "Board. Evidence: The contract.",
            "CND-2",
        ),
        (
            "Tender of 600 shares of G1 (ISO of Jan 3, 2000 at $12.50) not accepted. The offer was terminated: the "
            "tender is returned, the option stays outstanding.",
            "CND-2",
        ),
    ]
    assert expected == [entry for entry in told if entry in expected]


def test_what_was_recorded_later_says_when(desk):
    """Of a form and an extension keyed in a week after their day the second time is told, and the evidence (REC-1)."""
    later = datetime(2003, 4, 8, 14, tzinfo=UTC)
    with open_writer(desk.workspace.engine, desk.workspace.offer, lambda: later) as db:
        form = next(form for form in desk.folder.forms if form.form_id == "F1")
        record_forms(db, [form], later, "Clerk", "the fax log")
        extended = {"to": "2003-04-14T22:00:00+00:00", "reason": "more time", "evidence": "the press release"}
        assert record_action(db, read_action("extend", {**extended, "by": "Board", "at": _at(date(2003, 3, 31))}, EST))
    recorded = "April 8, 2003 at 9:00 a.m. Eastern Standard Time"
    told = [what for what, _ in desk.told("H1")]
    assert [
        'Election Form F1 received by facsimile, signed "Ann Lee", dated March 10, 2003. It offers 600 of 900 shares '
        f"of G1. Evidence: The fax log. Recorded {recorded}, after the deadline of March 31, 2003 at 5:00 p.m. Eastern "
        "Standard Time."
    ] == [what for what in told if what.startswith("Election Form")]
    assert [
        "The offer was extended to April 14, 2003 at 5:00 p.m. Eastern Standard Time. More time. Decided by Board. "
        f"Evidence: The press release. Recorded {recorded}, after the deadline of April 1, 2003 at 8:00 a.m. Eastern "
        "Standard Time."
    ] == [what for what in told if what.startswith("The offer was extended")]


def test_a_refused_waiver_is_told(desk):
    """A form without a defect has nothing to waive; that it was tried is on record."""
    desk.arrive("F1")
    waived = {"form": "F1", "reason": "to be sure", "all_holders": False}
    assert not desk.fact("election-waive", _at(date(2003, 3, 20)), "Counsel", **waived)
    refused = ("A waiver of the defects of form F1 was refused. The form has no defect to waive.", "TND-7")
    assert refused in desk.told("H1")


def test_the_story_is_in_order_of_time_and_cites_its_rules(desk):
    """Days count from their beginning, the last day in service to its end; section and sentence are the rule's."""
    _played(desk)
    with desk.workspace.read() as db:
        lines = explain_holder(db, "H1")
    days = [line.at.date() if isinstance(line.at, datetime) else line.at for line in lines]
    assert sorted(days) == days
    assert [(RULES[line.rule].section, RULES[line.rule].sentence) for line in lines] == [
        (line.section, line.sentence) for line in lines
    ]


@pytest.mark.parametrize(
    ("wanted", "holder_id"),
    [("H1", "H1"), ("h1", "H1"), ("ann lee", "H1"), ("Leeds", "H3"), ("zoe", "H4"), (" Zoë  Zinc ", "H4")],
)
def test_a_holder_is_found_by_id_or_by_part_of_the_name(desk, wanted, holder_id):
    """Case, accents and blanks do not matter; a whole name goes before a part of another."""
    with desk.workspace.read() as db:
        assert holder_id == find_holder(db, wanted)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("lee", "'lee' fits 2 holders: H1 Ann Lee, H3 Cy Leeds. Name one by id"),
        ("Zoe Zing", "alpha-2003 has no holder 'Zoe Zing', neither by id nor by name; did you mean H4 Zoë Zinc?"),
        ("", "alpha-2003 has no holder '', neither by id nor by name"),
    ],
)
def test_whoever_fits_nobody_or_several_is_refused_with_those_who_come_close(desk, wanted, said):
    """The message names whom it might have been."""
    with desk.workspace.read() as db, pytest.raises(UnknownHolder) as caught:
        explain_holder(db, wanted)
    assert said == str(caught.value)
