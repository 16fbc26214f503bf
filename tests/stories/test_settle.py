"""After the grant nothing is undone by the program: what the record then contradicts, a person settles (REC-4)."""

from datetime import UTC, datetime

import pytest

from infra.handlers.actions import record_action
from infra.status.attention import attention, unreported
from infra.status.offer_status import offer_status
from optex.actions import read_action
from optex.calendar import EST

EVIDENCE = "Letter of counsel of October 20, 2003"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=EST).astimezone(UTC)


def urgent(played):
    with played.workspace() as workspace, workspace.read() as db:
        return list(attention(offer_status(db, at("2003-10-31T12:00:00"))))


def contradicted(new_offer):
    """Granted on October 3 to both; told on October 8 that Bo's last day was September 30."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 100).tenders("F1", "2003-03-10T10:00:00", G1=100)
    offer.holder("H2", "Bo Ray").grant("G2", 300).grant("G3", 200).tenders("F2", "2003-03-10T10:00:00", G2=300, G3=200)
    gone = {"holder": "H2", "capacity": "employee", "from_": "1999-01-04", "to": "2003-09-30"}
    offer.happens("2003-10-08T10:00:00", "service-set", by="Hana Reed", **gone)
    return offer.closes_at("2003-10-03", "1.27")


def settle(offer, when, grant, outcome, by="Ruth Counsel", evidence=EVIDENCE, reason="An honest mistake."):
    stated = {"grant": grant, "as": outcome, "reason": reason, "evidence": evidence, "by": by}
    return offer.happens(when, "settle", **{key: value for key, value in stated.items() if value is not None})


def alarms(played):
    with played.workspace() as workspace, workspace.read() as db:
        return [said for said in attention(offer_status(db, at("2003-10-31T12:00:00"))) if "optex settle" in said]


def must(grant):
    return f"A person must settle it: `optex settle FOLDER --grant {grant} --as rescind|stand`."


@pytest.fixture(scope="module")
def unsettled(new_offer):
    return contradicted(new_offer).play()


def test_the_contradiction_is_an_alarm(unsettled):
    """Each of Bo's options, in the words of the record: what was granted, and when service ended."""
    reason = "was granted to H2 on October 3, 2003; the record now shows that service ended on September 30, 2003"
    assert [f"{n}-N {reason}. {must(f'{n}-N')}" for n in ("G2", "G3")] == alarms(unsettled)
    assert ["G2-N", "G3-N"] == unsettled.column("audit", "subject", action="record contradicted")


def test_operations_are_told_of_the_contradiction(unsettled):
    """The watch finds it, by its option and rule."""
    with unsettled.workspace() as workspace, workspace.read() as db:
        found = unreported(db, at("2003-10-31T12:00:00"))["the record contradicts what was done"]
    assert [("G2-N", "REC-4"), ("G3-N", "REC-4")] == [(subject, rule) for _, subject, rule, _ in found]


def test_nothing_is_undone_by_the_program(unsettled):
    """The options stay granted, no letter says otherwise, and the pool is as the grant left it."""
    assert ["G1-N", "G2-N", "G3-N"] == unsettled.column("new_options", "grant_id")
    assert [] == unsettled.ledger("notices", kind="correction")
    assert "granted" == unsettled.column("pool", "event")[-1]


@pytest.fixture(scope="module")
def settled(new_offer):
    """One option is rescinded and the other stands; each is settled again, the same way and the other way."""
    offer = contradicted(new_offer)
    settle(offer, "2003-10-20T10:00:00", "G2-N", "rescind")
    settle(offer, "2003-10-20T11:00:00", "G3-N", "stand", reason="Granted by contract anyhow.")
    settle(offer, "2003-10-21T10:00:00", "G2-N", "rescind")
    settle(offer, "2003-10-21T11:00:00", "G2-N", "stand")
    settle(offer, "2003-10-21T12:00:00", "G3-N", "rescind")
    settle(offer, "2003-10-21T13:00:00", "G1-N", "rescind")
    return offer.play()


def test_a_rescinded_option_goes_back_to_the_pool(settled):
    """300 shares, on the day of the settlement; the ledger of what was granted keeps its row."""
    assert [("2003-10-20", "300")] == settled.column("pool", "on", "shares", event="rescinded")
    assert "99700" == settled.column("pool", "available_after")[-1]
    assert ["G1-N", "G2-N", "G3-N"] == settled.column("new_options", "grant_id")
    rescinded = settled.ledger("audit", action="option rescinded")
    assert [("G2-N", "Ruth Counsel", EVIDENCE)] == [(r["subject"], r["actor"], r["evidence"]) for r in rescinded]


def test_the_holder_is_told_of_the_rescission(settled):
    """One letter, with the option, the day and the decision."""
    [letter] = settled.letters("correction", "Bo Ray")
    assert "That option is rescinded as of October 20, 2003" in letter
    assert "Option number: G2-N" in letter
    assert "The decision: An honest mistake." in letter


def test_the_alarm_is_gone_once_it_is_settled(settled):
    """Of the one that was rescinded and of the one that stands."""
    assert [] == alarms(settled)


def test_what_is_settled_is_settled_once(settled):
    """The other way is refused with what is on record; what nothing contradicts cannot be settled."""
    refused = settled.column("audit", "subject", "rule", "detail", action="settle refused")
    said = f"was settled by Ruth Counsel on October 20, 2003: rescind, An honest mistake. (evidence: {EVIDENCE})"
    stands = (
        f"was settled by Ruth Counsel on October 20, 2003: stand, Granted by contract anyhow. (evidence: {EVIDENCE})"
    )
    assert [
        ("G2-N", "REC-4", f"G2-N {said}. It is settled once"),
        ("G3-N", "REC-4", f"G3-N {stands}. It is settled once"),
        ("G1-N", "REC-4", "the record contradicts no grant or voided acceptance of G1-N"),
    ] == refused
    assert 2 == len(settled.ledger("audit", action="settle"))


def test_a_rescinded_option_is_not_signed(settled):
    """Its agreement cannot be put on record as signed any more."""
    with settled.workspace() as workspace, workspace.write() as db:
        stated = {"grant": "G2-N", "on": "2003-10-22", "at": at("2003-10-22T10:00:00"), "by": "Hana Reed"}
        result = record_action(db, read_action("agreement-signed", stated, EST))
    assert (False, "option G2-N was rescinded on 2003-10-20") == (result.accepted, result.ruling.reason)


@pytest.mark.parametrize(
    ("by", "evidence", "missing"),
    [
        (None, EVIDENCE, "it must state who decided (--by)"),
        ("Ruth Counsel", None, "it must state the evidence of it (--evidence)"),
    ],
)
def test_a_settlement_needs_a_person_and_evidence(new_offer, by, evidence, missing):
    """Without either it is refused, and the alarm stays."""
    offer = contradicted(new_offer)
    played = settle(offer, "2003-10-20T10:00:00", "G2-N", "rescind", by=by, evidence=evidence).play()
    assert [("G2-N", missing)] == played.column("audit", "subject", "detail", action="settle refused")
    assert 2 == len(alarms(played))


def test_a_record_that_agrees_again_ends_the_alarm(new_offer):
    """On October 9 it is told that Bo went on as a consultant: nothing is left to be settled."""
    offer = contradicted(new_offer)
    consultant = {"holder": "H2", "capacity": "consultant", "from_": "2003-10-01"}
    offer.happens("2003-10-09T10:00:00", "service-set", by="Hana Reed", **consultant)
    played = settle(offer, "2003-10-20T10:00:00", "G2-N", "rescind").play()
    assert [] == alarms(played)
    assert ["the record contradicts no grant or voided acceptance of G2-N"] == played.column(
        "audit", "detail", action="settle refused"
    )


def test_a_deferred_grant_is_contradicted_by_a_break_since_it_was_decided(new_offer):
    """Decided on May 6, granted on October 3; told later that nobody served from September 1 to 10."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 100).tenders("F1", "2003-03-10T10:00:00", G1=100)
    offer.happens("2003-05-06T10:00:00", "defer", holder="H1", shares=50, type="NSO")
    told = {"holder": "H1", "capacity": "employee"}
    offer.happens("2003-10-08T10:00:00", "service-set", from_="1999-01-04", to="2003-08-31", **told)
    offer.happens("2003-10-08T10:00:00", "service-set", from_="2003-09-11", **told)
    shown = "was granted to H1 on October 3, 2003; the record now shows that there was no service on September 1, 2003"
    assert [f"{n} {shown}. {must(n)}" for n in ("D-1-N", "G1-N")] == alarms(
        offer.closes_at("2003-10-03", "1.27").play()
    )


def test_one_who_left_before_the_cancellation_is_found_after_the_grant_too(new_offer):
    """Told on October 8 that the last day was March 20: what was granted stays, as an alarm."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 100).tenders("F1", "2003-03-10T10:00:00", G1=100)
    gone = {"holder": "H1", "capacity": "employee", "from_": "1999-01-04", "to": "2003-03-20"}
    played = offer.happens("2003-10-08T10:00:00", "service-set", **gone).closes_at("2003-10-03", "1.27").play()
    [alarm] = alarms(played)
    assert "the record now shows that service ended on March 20, 2003" in alarm
    assert [("P-H1", "granted")] == played.column("promises", "promise_id", "outcome")
    assert [""] == played.column("cancellations", "voided_on")


def test_what_is_told_after_a_settlement_is_another_matter(new_offer):
    """One who stands was to be voided at all, one rescinded served after all: each an alarm of its own, and settled."""
    offer = new_offer()
    offer.holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    offer.holder("H2", "Bo Ray").grant("G2", 500).tenders("F2", "2003-03-10T10:00:00", G2=500)
    spell = {"capacity": "employee", "from_": "1999-01-04", "by": "Hana Reed"}
    settled = {"reason": "So decided.", "evidence": "The minutes.", "by": "Ruth Counsel"}
    for holder in ("H1", "H2"):
        offer.happens("2003-10-06T10:00:00", "service-set", holder=holder, to="2003-09-30", **spell)
    offer.happens("2003-10-06T11:00:00", "settle", grant="G1-N", as_="rescind", **settled)
    offer.happens("2003-10-06T11:05:00", "settle", grant="G2-N", as_="stand", **settled)
    offer.happens("2003-10-07T10:00:00", "service-set", holder="H1", **spell)
    offer.happens("2003-10-07T10:05:00", "service-set", holder="H2", to="2003-03-20", **spell)
    played = offer.closes_at("2003-10-03", "1.27").play()
    assert [
        "G1-N was rescinded on October 6, 2003, of H1; the record now shows unbroken service through the grant of "
        "October 3, 2003. A person must settle it: `optex settle FOLDER --grant G1-N --as stand`.",
        "G2-N was granted to H2 on October 3, 2003; the record now shows that service ended on March 20, 2003. "
        "A person must settle it: `optex settle FOLDER --grant G2-N --as rescind|stand`.",
    ] == urgent(played)
    offer.happens("2003-10-08T10:00:00", "settle", grant="G1-N", as_="rescind", **settled)
    offer.happens("2003-10-08T10:05:00", "settle", grant="G1-N", as_="stand", **settled)
    offer.happens("2003-10-08T10:10:00", "settle", grant="G2-N", as_="rescind", **settled)
    assert [] == urgent(offer.closes_at("2003-10-06", "1.20").play())


def test_a_tender_rejected_for_a_leaver_who_had_not_left(new_offer):
    """Told on March 31 to have left, taken back on April 2: nothing is accepted any more, but it is not silent."""
    offer = new_offer().holder("H1", "Ann Lee").grant("G1", 1000).tenders("F1", "2003-03-10T10:00:00", G1=1000)
    spell = {"holder": "H1", "capacity": "employee", "from_": "1999-01-04", "by": "Hana Reed"}
    offer.happens("2003-03-31T10:00:00", "service-set", to="2003-03-28", **spell)
    offer.happens("2003-04-02T10:00:00", "service-set", **spell)
    [alarm] = [each for each in urgent(offer.play(until="2003-04-03T12:00:00")) if "settle" in each]
    said = "By the record as it now stands 1,000 shares of G1 would have been accepted, and not nothing."
    assert f"{said} A person must settle it: `optex settle FOLDER --grant G1 --as stand`." == alarm
