"""Twelve holders whose record was told late, wrong and twice: what became of each, in ledgers that balance."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from infra.folder.reader import read_folder
from infra.report.data import report_data
from infra.status.attention import attention
from infra.status.offer_status import offer_status
from tests.driver import play_folder
from tests.offers import Played, local

FOLDER = Path(__file__).parents[2] / "examples" / "late-facts-2003"


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The example: accepted and cancelled on April 1, granted on Friday, October 3, 2003 at $1.27."""
    out = tmp_path_factory.mktemp("late-facts")
    play_folder(read_folder(FOLDER), out, until=None)
    return Played(FOLDER, out)


def explained(heading):
    """The rows of the table under a heading of the example's README, without their explanations."""
    page = (FOLDER / "README.md").read_text()
    lines = page.split(f"## {heading}", 1)[1].split("\n## ", 1)[0].splitlines()
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [tuple(row[:-1]) for row in rows[2:]]


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


def test_the_page_beside_it_explains_its_ledgers(played):
    """The pool and the promises line by line; of the other ledgers each line that the page names is there."""
    assert explained("`pool.csv`") == played.column("pool", "on", "event", "shares", "available_after")
    assert explained("`promises.csv`") == played.column("promises", "promise_id", "shares", "outcome", "rule")
    audited = played.column("audit", "at", "actor", "action", "subject", "rule")
    assert [] == [row for row in explained("`audit.csv`") if row not in audited]
    for ledger, line in explained("`cancellations.csv`"):
        assert line in (played.out / "ledgers" / ledger).read_text().splitlines()
    for (line,) in explained("`new_options.csv`"):
        assert line in (played.out / "ledgers" / "new_options.csv").read_text().splitlines()


def test_the_report_tells_the_same(played):
    """What was tendered on April 1 as it was then; what was granted with what was rescinded of it since."""
    with played.workspace() as workspace, workspace.read() as db:
        found = report_data(db)
    last = found.daily_tenders.days[-1]
    assert (date(2003, 4, 1), 12, 11_400) == (last.on, last.holders, last.standing)
    flow = found.share_flow
    assert (10_500, 10_500, 9_500, 1_000) == (flow.cancelled, flow.promised, flow.kept, flow.lapsed)
    assert (9_500, 10, 1_000) == (flow.granted, flow.new_options, flow.rescinded)
