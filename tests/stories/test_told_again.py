"""What is told again: the same content is on record already, another is refused and says in what it differs (REC-2)."""

from datetime import date

import pytest

from infra.database.writer import open_writer
from infra.folder.reader import read_forms, read_prices
from infra.handlers.keyed_form import record_keyed_form
from infra.handlers.service import record_service
from infra.ledgers.export import export
from infra.report.data import report_data
from infra.status.attention import attention
from infra.status.markdown import as_markdown
from infra.status.offer_status import offer_status
from optex.errors import BadData
from optex.records import Capacity, ServicePeriod
from tests.offers import COLUMNS, local


@pytest.fixture(scope="module")
def told(new_offer):
    """Extended on March 31, with each thing told more than once; cancelled on April 15, granted on October 17."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).closes_at("2003-10-17", "1.27").closes_at("2003-10-16", "1.31")
    extend = {"do": "extend", "to": "2003-04-14T17:00:00"}
    offer.happens("2003-03-31T10:00:00", **extend, reason="More time.", by="CFO")
    offer.happens("2003-03-31T10:05:00", **extend, reason="More time.", by="CFO")
    offer.happens("2003-03-31T10:07:00", **extend)
    offer.happens("2003-03-31T10:10:00", **extend, reason="Another reason.", by="CFO")
    offer.happens("2003-03-31T10:15:00", **extend, reason="More time.", announced_at="2003-03-31T09:00:00", by="CFO")
    offer.happens("2003-03-31T10:20:00", **extend, reason="More time.", by="Secretary", evidence="the press release")
    offer.happens("2003-03-31T10:25:00", **extend, reason="More time.", by="Secretary", evidence="the press release")
    serves = {"do": "service-set", "holder": "H2", "capacity": "employee", "from_": "1999-01-04"}
    offer.happens("2003-06-02T09:00:00", **serves, to="2003-06-30")
    offer.happens("2003-06-02T09:05:00", **serves, to="2003-06-30")
    offer.happens("2003-06-02T09:10:00", **serves)
    offer.happens("2003-06-10T10:00:00", "split", on="2003-07-01", new=3, old=2, by="Agent")
    offer.happens("2003-06-10T10:05:00", "split", on="2003-07-01", new=3, old=2, by="Agent")
    offer.happens("2003-06-10T10:10:00", "split", on="2003-07-01", new=2, old=1, by="Agent")
    offer.happens("2003-10-16T10:00:00", "price-set", on="2003-10-16", close="1.30", by="Desk")
    offer.happens("2003-10-20T10:00:00", "agreement-signed", grant="G1-N", on="2003-10-20")
    offer.happens("2003-10-20T10:05:00", "agreement-signed", grant="G1-N", on="2003-10-18")
    offer.happens("2003-10-20T10:10:00", "price-set", on="2003-10-17", close="1.27")
    offer.happens("2003-10-20T10:15:00", "price-set", on="2003-10-17", close="1.28")
    return offer.play()


def test_the_same_extension_is_recorded_once(told):
    """A second click has an instant of its own: that, or no reason told, is neither recorded nor refused."""
    assert ["2003-03-31T15:00:00Z"] == told.column("audit", "at", action="extend")
    refused = [("2003-03-31T15:10:00Z", "2003-03-31T15:10:00Z"), ("2003-03-31T14:00:00Z", "2003-03-31T15:15:00Z")]
    assert refused == told.column("audit", "at", "recorded_at", action="extend refused")
    assert 2 == len(told.letters("extension"))


def test_an_extension_of_other_content_is_refused_by_what_differs(told):
    """Another reason, and another instant of the announcement: each is named beside what is on record."""
    said = "It was announced so: what else holders must know is told them by `optex amend --change other`."
    assert [
        f"extend is on record with other content (reason: More time. on record, Another reason. told). {said}",
        "extend is on record with other content "
        f"(announced_at: 2003-03-31T15:00:00Z on record, 2003-03-31T14:00:00Z told). {said}",
    ] == told.column("audit", "detail", action="extend refused", rule="REC-2")


def test_evidence_alone_is_added_once(told):
    """Told with evidence that the record lacks, the extension is no other one: the evidence is put beside it."""
    assert [("2003-03-31T15:20:00Z", "Secretary", "REC-1", "the press release")] == told.column(
        "audit", "at", "actor", "rule", "evidence", action="evidence added"
    )


def test_service_told_anew_says_what_it_replaces(told):
    """Ended and taken back: two statements, each with what was on record before; the same one again is none."""
    said = "Service as employee from 1999-01-04"
    assert [
        f"{said} to 2003-06-30 is recorded; it was recorded as still serving.",
        f"{said} is recorded; it was recorded to 2003-06-30.",
    ] == told.column("audit", "detail", action="service-set")
    assert [] == told.ledger("audit", action="service-set refused")


def test_a_split_has_one_ratio_a_day(told):
    """3-for-2 on July 1; 2-for-1 on the same day is refused, and the grant is of 1,500 shares."""
    assert 1 == len(told.ledger("audit", action="split"))
    assert [
        "split 2003-07-01 is on record with other content (new: 3 on record, 2 told; old: 2 on record, 1 told). "
        "What is on record stands."
    ] == told.column("audit", "detail", action="split refused")
    assert [("G1-N", "1500")] == told.column("new_options", "grant_id", "shares")


def test_a_signature_has_one_day(told):
    """The second day is refused."""
    [detail] = told.column("audit", "detail", action="agreement-signed refused", rule="REC-2")
    assert "(on: 2003-10-20 on record, 2003-10-18 told)" in detail


def test_a_close_is_not_changed_in_silence(told):
    """1.30 told by hand stands against 1.31 of the file; the price of a grant is refused under its own rule."""
    [(subject, detail)] = told.column("audit", "subject", "detail", action="price refused", rule="REC-2")
    assert ("2003-10-16", True) == (subject, "close: 1.30 on record, 1.31 told" in detail)
    assert ["GRT-3"] == told.column("audit", "rule", action="price-set refused")
    assert ["1.27"] == told.column("new_options", "price")


def keyed(played, now, form_id, received_at, *options, by="", evidence="", holder="H1", signed_as="Ann Lee"):
    """What comes of a form keyed in at an instant of the machine's clock."""
    row = {"form_id": form_id, "holder_id": holder, "kind": "election", "received_at": received_at}
    row |= {"signed_on": "2003-03-31", "signed_as": signed_as, "channel": "fax", "title": "", "authority": ""}
    with (
        played.workspace() as workspace,
        open_writer(workspace.engine, workspace.offer, lambda: local(now)) as db,
    ):
        result = record_keyed_form(db, row, options, local(now), by, evidence)
        export(db, played.out / "ledgers")
    return result


def status(played, at):
    with played.workspace() as workspace, workspace.read() as db:
        return offer_status(db, local(at))


WHOLE = "G1:1000:1000:2000-05-16:12.50:0"


@pytest.fixture
def closed(new_offer):
    """Closed on March 31 at 5 p.m. with nothing tendered; at six somebody finds Ann's form of four o'clock."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).holder("H2", "Bo Ray").grant("G2", 500)
    played = offer.play(until="2003-03-31T17:30:00")
    played.found = keyed(played, "2003-03-31T18:00:00", "F1", "2003-03-31T16:00:00", WHOLE)
    played.again = lambda: offer.play(until="2003-03-31T18:30:00")
    return played


def test_a_form_recorded_after_the_deadline_is_taken_without_evidence_and_says_so(closed):
    """It is the holder's right: it stands; answer, status and dashboard say what it lacks, the letter when it came."""
    assert "1 form received. Recorded after the deadline, without evidence: F1." == closed.found.message
    assert ("effective", "EXP-1") == closed.form("F1")
    now = status(closed, "2003-03-31T18:10:00")
    lacking = "1 form recorded after the deadline, without evidence of when received: F1."
    assert f"{lacking} Key it in again with its evidence." in list(attention(now))
    line = (
        "- Election Form F1 of H1 was received. Told as of 2003-03-31 16:00:00 EST, recorded 2003-03-31 18:00:00 EST, "
        "after the deadline of 2003-03-31 17:00:00 EST; without evidence."
    )
    assert line in as_markdown(now).splitlines()
    with closed.workspace() as workspace, workspace.read() as db:
        found = [(each.what, each.number, each.rule) for each in report_data(db).findings]
    assert [("Form recorded after a deadline, without evidence", 1, "REC-1")] == found
    [letter] = closed.again().letters("confirmation-of-receipt", "Ann Lee")
    assert "It was put on our record only on Monday, March 31, 2003 at 6:00 p.m. Eastern Standard Time" in letter


def test_its_evidence_is_supplied_by_keying_it_in_again(closed):
    """The same content with evidence, and without the time of receipt, which is on record: nothing more is lacking."""
    added = keyed(closed, "2003-03-31T19:00:00", "F1", "", WHOLE, by="Clerk", evidence="the journal of the fax")
    assert "Already recorded: form F1. The evidence is added: F1." == added.message
    again = keyed(closed, "2003-03-31T19:05:00", "F1", "2003-03-31T16:00:00", WHOLE, evidence="the journal of the fax")
    assert "Already recorded: form F1 is on record, and nothing was changed." == again.message
    assert [("Clerk", "F1", "the journal of the fax", "2003-04-01T00:00:00Z")] == closed.column(
        "audit", "actor", "subject", "evidence", "recorded_at", action="evidence added"
    )
    now = status(closed, "2003-03-31T19:10:00")
    assert ["the journal of the fax"] == [each.evidence for each in now.recorded_late]
    assert not any("without evidence" in said for said in attention(now))


def test_a_form_in_time_and_on_record_in_time_is_not_told_of(new_offer):
    """Where nothing was recorded after a deadline the dashboard has no such heading."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    played = offer.play(until="2003-03-20T12:00:00")
    assert "1 form received." == keyed(played, "2003-03-31T16:59:59", "F1", "2003-03-31T16:00:00", WHOLE).message
    now = status(played, "2003-03-31T18:00:00")
    assert ((), False) == (now.recorded_late, "Recorded after a deadline" in as_markdown(now))


def test_a_number_on_record_with_other_content_is_refused(closed):
    """Fewer shares, or another holder: refused, by what differs; the form on record stays as it was."""
    refused = keyed(closed, "2003-03-31T18:20:00", "F1", "2003-03-31T16:00:00", "G1:100:1000:2000-05-16:12.50:0")
    how = "Give another form another number; `optex correct form` corrects what was keyed."
    told = f"form F1 is on record with other content (shares of G1: 1000 on record, 100 told). {how}"
    assert (False, "REC-2", told) == (refused.accepted, refused.ruling.rule, refused.ruling.reason)
    other = keyed(
        closed, "2003-03-31T18:25:00", "F1", "2003-03-31T16:30:00", "G2:500:500:2000-05-16:12.50:0",
        holder="H2", signed_as="Bo Ray", by="Clerk",
    )  # fmt: skip
    assert (
        "(holder_id: H1 on record, H2 told; received_at: 2003-03-31 16:00:00 EST on record, 2003-03-31 16:30:00 EST "
        "told; signed_as: Ann Lee on record, Bo Ray told; shares of G1: 1000 on record, nothing told; "
        "shares of G2: nothing on record, 500 told)"
    ) in other.ruling.reason
    assert [("optex", "F1"), ("Clerk", "F1")] == closed.column("audit", "actor", "subject", action="form refused")
    assert [("F1", "H1", "effective")] == closed.column("forms", "form_id", "holder_id", "standing")


def test_a_file_that_says_something_else_of_a_form_is_refused_by_line(closed, tmp_path):
    """Every row that differs is named with its line, whatever else the file holds."""
    head = "F1,H1,election,2003-03-31T16:00:00,2003-03-31"
    new = "F9,H2,election,2003-03-31T16:00:00,2003-03-31,Bo Ray,fax,,,G2,500,500,2000-05-16,12.50,0"
    rows = [COLUMNS["elections.csv"], new, f"{head},Ann  Lee,fax,,,G1,1000,1000,2000-05-16,12.60,0"]
    file = tmp_path / "more.csv"
    file.write_text("\n".join(rows) + "\n")
    with closed.workspace() as workspace, workspace.read() as db:
        terms, recorded = db.first_terms(), db.forms()
    with pytest.raises(BadData) as caught:
        read_forms(file, terms, {"H1", "H2"}.intersection, {"G1", "G2"}.intersection, lambda _: recorded)
    want = "expected what is on record, another form_id, or `optex correct form` (REC-2)"
    said = "form F1 is on record with other content"
    assert [
        f"more.csv:3: signed_as: {said} (signed_as: Ann Lee on record, Ann  Lee told), {want}",
        f"more.csv:3: price: {said} (price of G1: 12.50 on record, 12.60 told), {want}",
    ] == str(caught.value).splitlines()
    file.write_text("\n".join([*rows[:2], f"{head},Ann Lee,fax,,,G1,1000,1000,2000-05-16,12.5,0"]) + "\n")
    assert ["F9", "F1"] == [
        form.form_id
        for form in read_forms(file, terms, {"H1", "H2"}.intersection, {"G1", "G2"}.intersection, lambda _: recorded)
    ]


def test_a_file_that_says_another_close_is_refused_by_line(told, tmp_path):
    """October 16 is on record at 1.30, so 1.31 is refused; 1.300 is the same, and October 20 is new."""
    with told.workspace() as workspace, workspace.read() as db:
        recorded = db.quotes()
    (tmp_path / "prices.csv").write_text("date,close\n2003-10-20,1.29\n2003-10-16,1.31\n")
    with pytest.raises(BadData, match=r"^prices.csv:3: close: 1.31 told, but 1.30 is on record of 2003-10-16, .*REC-2"):
        read_prices(tmp_path / "prices.csv", recorded)
    (tmp_path / "prices.csv").write_text("date,close\n2003-10-20,1.29\n2003-10-16,1.30\n")
    assert 2 == len(read_prices(tmp_path / "prices.csv", recorded))


def test_a_service_file_counts_what_is_new_changed_and_known(closed):
    """Ann's end is a new statement that says what it replaces, Bo's spell is known, his second one new."""
    spells = [
        ServicePeriod(
            holder_id="H1", capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4), last_day=date(2003, 3, 14)
        ),
        ServicePeriod(holder_id="H2", capacity=Capacity.EMPLOYEE, first_day=date(1999, 1, 4)),
        ServicePeriod(holder_id="H2", capacity=Capacity.CONSULTANT, first_day=date(2003, 3, 31)),
    ]
    with closed.workspace() as workspace, workspace.write() as db:
        said = record_service(db, spells, "service.csv", local("2003-03-31T20:00:00"), "HR")
        again = record_service(db, spells, "service.csv", local("2003-03-31T20:05:00"), "HR")
        export(db, closed.out / "ledgers")
    replaced = "employee from 1999-01-04 to 2003-03-14; it was recorded as still serving"
    assert said.startswith(
        f"2 spells of service recorded (3 spells: 1 new, 1 changed, 1 already recorded). Changed: H1: {replaced}."
    )
    assert "Already recorded: 3 spells." == again
    assert [("H1", replaced)] == closed.column("audit", "subject", "detail", action="service changed")


def test_an_extension_recorded_late_says_so_in_its_letter(new_offer):
    """Announced at 7:30 on April 1, and put on record at half past eight, after the deadline of eight o'clock."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.happens(
        "2003-04-01T08:30:00", "extend", to="2003-04-14T17:00:00", at="2003-04-01T07:30:00", by="CFO",
        evidence="the press release",
    )  # fmt: skip
    played = offer.play(until="2003-04-01T08:45:00")
    [letter] = played.letters("extension")
    assert (
        "The extension was announced on Tuesday, April 1, 2003 at 7:30 a.m. Eastern Standard Time and put on our "
        "record on Tuesday, April 1, 2003 at 8:30 a.m. Eastern Standard Time (Section 15)."
    ) in letter
    [entry] = status(played, "2003-04-01T08:45:00").recorded_late
    assert ("CFO", "the press release") == (entry.by, entry.evidence)
    assert "The offer is extended to 2003-04-14 17:00 EST." == entry.what


def test_a_confirmation_says_when_a_late_termination_was_recorded(new_offer):
    """Terminated as of 4:30 on March 31, on record at ten past six: the form of four o'clock is found at eight."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000)
    offer.happens(
        "2003-03-31T18:10:00", "terminate", at="2003-03-31T16:30:00", reason="A merger.", by="Board",
        number=4, evidence="minutes",
    )  # fmt: skip
    played = offer.play(until="2003-03-31T18:30:00")
    keyed(played, "2003-03-31T20:00:00", "F1", "2003-03-31T16:00:00", WHOLE, evidence="the journal of the fax")
    [letter] = offer.play(until="2003-03-31T20:30:00").letters("confirmation-of-receipt")
    assert "the offer was terminated on Monday, March 31, 2003 at 4:30 p.m. Eastern Standard Time" in letter
    assert "Put on our record" in letter
    assert "Monday, March 31, 2003 at 6:10 p.m. Eastern Standard Time" in letter
