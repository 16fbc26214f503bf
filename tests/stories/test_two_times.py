"""What was announced before a deadline and put on record after it: taken with a name and evidence, and marked."""

import pytest

from infra.explain.explain import explain_holder
from tests.offers import local


@pytest.fixture(scope="module")
def late(new_offer):
    """The offer expires on March 31 at 5 p.m.; what follows is told an hour later, as of half an hour before."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    before, after = "2003-03-31T16:30:00", "2003-03-31T18:00:00"
    offer.happens(after, "condition-assert", at=before, number=4, by="Board", evidence="the bid of Acme")
    offer.happens("2003-03-31T18:05:00", "condition-waive", at=before, number=4, by="Board")
    offer.happens("2003-03-31T18:10:00", "terminate", at=before, reason="A merger.", evidence="the minutes", by=" ")
    offer.happens("2003-03-31T18:15:00", "amend", at=before, change="other", reason="A slip is mended.")
    return offer.play(until="2003-04-01T12:00:00")


def test_without_a_name_or_evidence_it_is_refused(late):
    """A waiver without evidence, a termination without a name, an amendment without either: refused by REC-1."""
    refused = [row for row in late.ledger("audit") if row["action"].endswith(" refused")]
    assert [
        ("condition-waive refused", "REC-1", "2003-03-31T21:30:00Z", "2003-03-31T23:05:00Z"),
        ("terminate refused", "REC-1", "2003-03-31T21:30:00Z", "2003-03-31T23:10:00Z"),
        ("amend refused", "REC-1", "2003-03-31T21:30:00Z", "2003-03-31T23:15:00Z"),
    ] == [(row["action"], row["rule"], row["at"], row["recorded_at"]) for row in refused]
    assert (
        "it is told as of 2003-03-31 16:30:00 EST, but recorded 2003-03-31 18:15:00 EST, after the deadline of "
        "2003-03-31 17:00:00 EST: state who decided (--by) and the evidence of it (--evidence)"
    ) == refused[2]["detail"]


def test_with_both_it_is_taken_and_marked(late):
    """The condition stands: acceptance is held, and the audit shows when that was recorded, and on what evidence."""
    [entry] = late.ledger("audit", action="condition-assert")
    assert ("2003-03-31T21:30:00Z", "2003-03-31T23:00:00Z") == (entry["at"], entry["recorded_at"])
    assert ("Board", "the bid of Acme") == (entry["actor"], entry["evidence"])
    assert entry["detail"].endswith("— recorded after the deadline of 2003-03-31 17:00:00 EST")
    assert [("2003-04-01T14:00:00Z", "held")] == late.milestone("cancel")


def test_explain_knows_both_times(late):
    """Of the condition, which it says was recorded after the deadline, and of the form."""
    with late.workspace() as workspace, workspace.read() as db:
        lines = {line.what: line for line in explain_holder(db, "H1") if line.recorded_at}
    [asserted] = [line for what, line in lines.items() if what.startswith("Condition 4 of §7")]
    assert (local("2003-03-31T16:30:00"), local("2003-03-31T18:00:00")) == (asserted.at, asserted.recorded_at)
    assert "Recorded March 31, 2003 at 6:00 p.m. Eastern Standard Time, after the deadline of" in asserted.what
    [form] = [line for what, line in lines.items() if what.startswith("Election Form F1 received")]
    assert form.at == form.recorded_at == local("2003-03-10T10:00:00")


def test_what_is_recorded_as_it_happens_has_one_time(late):
    """Of the form that came and was keyed on March 10 the two times are the same."""
    [form] = late.ledger("forms")
    assert ("2003-03-10T15:00:00Z", "2003-03-10T15:00:00Z") == (form["received_at"], form["recorded_at"])


def test_what_is_told_as_of_an_earlier_day_is_decided_as_of_now(new_offer):
    """Told on July 1, as of March 20, that one has left: it lapses on July 1, and nothing of others is revived."""
    offer = new_offer()
    for n, name in ((1, "Ann Lee"), (3, "Cy Leeds")):
        offer.holder(f"H{n}", name).grant(f"G{n}", 400).tenders(f"F{n}", "2003-03-10T10:00:00", **{f"G{n}": 400})
    spell = {"capacity": "employee", "from_": "1999-01-04", "to": "2003-06-13", "by": "Hana Reed"}
    offer.happens("2003-06-16T10:00:00", "service-set", holder="H3", **spell)
    shown = {"at": "2003-03-20T10:00:00", "evidence": "her letter"}
    offer.happens("2003-07-01T11:00:00", "service-set", holder="H1", **spell, **shown)
    played = offer.play(until="2003-07-02T12:00:00")
    assert [("H1", "lapsed"), ("H3", "lapsed")] == played.column("promises", "holder_id", "outcome")
    assert [("2003-06-16", "lapsed", "400"), ("2003-07-01", "lapsed", "400")] == [
        row for row in played.column("pool", "on", "event", "shares") if row[0] > "2003-04-01"
    ]


def test_the_grant_date_is_not_chosen_in_hindsight(new_offer):
    """The grant waits for its price from October 3 on: another date told as of before needs a name and evidence."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 400).tenders("F1", "2003-03-10T10:00:00", G1=400)
    chosen = {"at": "2003-10-01T10:00:00", "on": "2003-10-22"}
    offer.happens("2003-10-20T10:00:00", "committee-grant-date", **chosen)
    offer.happens("2003-10-20T10:05:00", "hold", at="2003-10-01T10:00:00", reason="A merger.", by="Board")
    refused = [row for row in offer.play().ledger("audit") if row["action"].endswith(" refused")]
    assert [("committee-grant-date refused", "REC-1"), ("hold refused", "REC-1")] == [
        (row["action"], row["rule"]) for row in refused
    ]


def test_a_correction_of_an_earlier_day_takes_effect_now(new_offer):
    """Told on March 24, as of March 20, that 200 shares were exercised: pool, letter and judgement are of March 24."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    earlier = {"at": "2003-03-20T12:00:00", "by": "Hana Reed", "reason": "Told late."}
    offer.happens("2003-03-24T10:00:00", "correct-grant", grant="G1", exercised=200, **earlier)
    played = offer.play(until="2003-03-25T12:00:00")
    assert {"2003-03-24"} == {on for on, event in played.column("pool", "on", "event") if event.endswith(" restated")}
    assert ["2003-03-24T15:00:00Z"] == played.column("notices", "queued_at", kind="correction")
    [entry] = played.ledger("audit", action="correct-grant")
    assert ("2003-03-20T17:00:00Z", "2003-03-24T15:00:00Z") == (entry["at"], entry["recorded_at"])
