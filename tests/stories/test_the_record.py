"""Twelve holders whose record was told late, wrong and twice: what became of each, in ledgers that balance."""

from collections import Counter

import pytest

from infra.status.attention import attention
from infra.status.offer_status import offer_status
from tests.offers import local

HR, COUNSEL, CLERK = "Hana Reed", "Ruth Counsel", "Carl Clerk"
TENDERED = {"H02": 600, "H05": 800, "H11": 100}


@pytest.fixture(scope="module")
def played(new_offer):
    """Alpha's dates: accepted and cancelled on April 1, granted on Friday, October 3, 2003 at $1.27.

    Each of the twelve holds one grant of 1,000 shares, and tenders it whole but for those of TENDERED.
    """
    offer = new_offer()
    names = "Ann Lee,Bo Ray,Cy Leeds,Di Marsh,Ed Nunn,Flo Ott,Gus Pike,Hal Quin,Ida Rust,Jo Sands,Kit Tate,Lu Vance"
    for n, name in enumerate(names.split(","), start=1):
        holder, grant, form = f"H{n:02}", f"G{n:02}", f"F{n:02}"
        offer.holder(holder, name).grant(grant, 1000)
        offer.tenders(form, f"2003-03-10T10:{n:02}:00", **{grant: TENDERED.get(holder, 1000)})

    def told(when, do, by=HR, **options):
        offer.happens(when, do, by=by, **options)

    def left(when, holder, to):
        told(when, "service-set", holder=holder, capacity="employee", from_="1999-01-04", **({"to": to} if to else {}))

    # H05: 200 shares were exercised on March 3. The form tenders the 800 that are left, and says so.
    told("2003-03-12T10:00:00", "correct-grant", grant="G05", exercised=200, reason="Exercised on March 3.")
    told(
        "2003-03-12T10:05:00",
        "correct-form",
        by=CLERK,
        form="F05",
        option=["G05:800:1000:2000-05-16:12.50:200"],
        reason="The form says so.",
    )
    # H11: the form says 1,000; the clerk keyed in 100.
    told(
        "2003-03-13T10:00:00",
        "correct-form",
        by=CLERK,
        form="F11",
        option=["G11:1000:1000:2000-05-16:12.50:0"],
        reason="Keyed in with a nought too few.",
    )
    # H09: her letters went to an address that was wrong.
    told("2003-03-14T10:00:00", "correct-holder", holder="H09", email="ida@rust.example", reason="She wrote.")
    # H02: HR tells on April 10 that he left on March 20. Counsel approves what HR cannot approve herself.
    left("2003-04-10T10:00:00", "H02", "2003-03-20")
    told("2003-04-10T10:30:00", "approve", step="void", holder="H02")
    told("2003-04-11T10:00:00", "approve", by=COUNSEL, step="void", holder="H02")
    # H06: 300 shares of what was cancelled on April 1 had been exercised on March 27.
    told(
        "2003-04-14T10:00:00",
        "correct-grant",
        grant="G06",
        exercised=300,
        reason="Exercised on March 27.",
        evidence="the broker's confirmation",
    )
    # H03: from employee to consultant, in two steps; H04: told to have left, and corrected after the letter was out.
    left("2003-07-01T09:00:00", "H03", "2003-06-30")
    told("2003-07-01T09:05:00", "service-set", holder="H03", capacity="consultant", from_="2003-07-01")
    left("2003-07-01T09:10:00", "H04", "2003-06-30")
    left("2003-07-21T10:00:00", "H04", None)
    # H12 left, and that is all; H10 is thought to have left, and found to have served when all the others have theirs.
    left("2003-06-16T09:00:00", "H12", "2003-06-13")
    left("2003-09-29T10:00:00", "H10", "2003-09-26")
    left("2003-10-06T10:00:00", "H10", None)
    told("2003-10-07T10:00:00", "approve", by=COUNSEL, step="reinstate", holder="H10")
    # H07 and H08: told after the grant to have left three days before it.
    left("2003-10-08T10:00:00", "H07", "2003-09-30")
    left("2003-10-08T10:05:00", "H08", "2003-09-30")
    told(
        "2003-10-09T10:00:00",
        "settle",
        by=COUNSEL,
        grant="G07-N",
        as_="rescind",
        reason="Nobody who has left is granted anything.",
        evidence="the letter of resignation",
    )
    for on, close in (("2003-10-03", "1.27"), ("2003-10-07", "1.31")):
        offer.closes_at(on, close)
    return offer.play()


def test_how_every_promise_ended(played):
    """Nine are kept, one of them late and one for fewer shares; one is voided, one lapsed."""
    assert [
        ("H01", "1000", "granted"),
        ("H02", "600", "voided"),
        ("H03", "1000", "granted"),
        ("H04", "1000", "granted"),
        ("H05", "800", "granted"),
        ("H06", "700", "granted"),
        ("H07", "1000", "granted"),
        ("H08", "1000", "granted"),
        ("H09", "1000", "granted"),
        ("H10", "1000", "granted"),
        ("H11", "1000", "granted"),
        ("H12", "1000", "lapsed"),
    ] == played.column("promises", "holder_id", "shares", "outcome")


def test_what_was_granted(played):
    """On October 3 at that day's close; to Jo Sands, reinstated on Tuesday, October 7, on that day at its own."""
    granted = played.column("new_options", "holder_id", "shares", "granted_on", "price")
    assert {("2003-10-03", "1.27"), ("2003-10-07", "1.31")} == {(on, price) for _, _, on, price in granted}
    assert [("H10", "1000", "2003-10-07", "1.31")] == [row for row in granted if row[2] != "2003-10-03"]
    assert {"H05": "800", "H06": "700"} == {holder: n for holder, n, _, _ in granted if n != "1000"}
    assert ["H02", "H12"] == sorted({f"H{n:02}" for n in range(1, 13)} - {holder for holder, *_ in granted})


def test_what_was_cancelled(played):
    """Of Flo Ott 700, for 300 had been exercised; of Bo Ray nothing any more, since April 11."""
    rows = {row["holder_id"]: row for row in played.ledger("cancellations")}
    assert ("800", "700", "1000") == tuple(rows[holder]["shares"] for holder in ("H05", "H06", "H11"))
    assert {"H02": "2003-04-11"} == {holder: row["voided_on"] for holder, row in rows.items() if row["voided_on"]}
    assert [("H02", "rejected", "ELG-1")] == played.column(
        "tenders", "holder_id", "decision", "rule", decision="rejected"
    )


def test_who_was_written_to_otherwise_than_before(played):
    """A letter of a lapse that was taken back in time never left; one that had left is followed by another."""
    sent = {(row["holder_id"], row["kind"]) for row in played.ledger("notices") if row["sent_at"]}
    assert {"H04", "H10", "H12"} == {holder for holder, kind in sent if kind == "promise-lapsed"}
    assert {"H04", "H10"} == {holder for holder, kind in sent if kind == "reinstatement"}
    assert {"H02"} == {holder for holder, kind in sent if kind == "acceptance-voided"}
    assert {"H05", "H06", "H07", "H11"} <= {holder for holder, kind in sent if kind == "correction"}
    [letter] = played.ledger("notices", kind="promise-lapsed", holder_id="H04")
    assert ("2003-07-01T14:10:00Z", "2003-07-09T14:00:00Z") == (letter["queued_at"], letter["sent_at"])


def test_nobody_approves_what_rests_on_their_own_record(played):
    """Hana Reed told of it, so it waited for Ruth Counsel."""
    assert [("Hana Reed", "REC-4")] == played.column("audit", "actor", "rule", action="approve refused")


def test_the_pool_balances(played):
    """Available is what is authorized less outstanding, exercised and reserved: nothing is reserved any more.

    Outstanding are Bo's 1,000, and what was granted: 10 times 1,000 less 200 and 300, of which 1,000 were rescinded.
    """
    entries = played.column("pool", "event", "shares", "available_after")
    total = Counter()
    for event, shares, _ in entries:
        total[event] += int(shares)
    exercised, outstanding = 200 + 300, 1000 + 9500 - 1000
    assert 100_000 - exercised - outstanding == int(entries[-1][2]) == sum(total.values())


def test_what_is_left_to_a_person(played):
    """Hal Quin's option is contradicted by the record until somebody settles it; Gus Pike's is rescinded."""
    with played.workspace() as workspace, workspace.read() as db:
        urgent = " ".join(attention(offer_status(db, local("2003-10-31T12:00:00"))))
    assert "granted to H08 on October 3, 2003; the record now shows that service ended on September 30, 2003" in urgent
    assert "H07" not in urgent


def test_every_entry_has_its_two_times_and_its_place_in_the_chain(played):
    """Played as it happens, the two times are one, and no entry is without its hash."""
    audit = played.ledger("audit")
    assert all(row["at"] <= row["recorded_at"] for row in audit)
    assert len(audit) == len({row["hash"] for row in audit})
    assert ["the broker's confirmation"] == played.column("audit", "evidence", action="correct-grant", subject="G06")
